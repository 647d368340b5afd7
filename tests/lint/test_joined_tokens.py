"""What the repository's own joins, and the plan, say of a token or a bot."""

from __future__ import annotations

import pytest

from orbgen.circleci.orbs import OrbStore
from orbgen.lint.engine import load_rules
from orbgen.lint.findings import Severity
from orbgen.lint.reports.formats import FORMATS
from orbgen.lint.run import Linter
from orbgen.project.facts import facts_of
from tests.lint.linting import EVERYTHING, found
from tests.lint.reports.reading import reported

IDS = (
    "organization_id: 0ffa3c54-5e9a-4d3b-8f0d-2f6c1f8a7b10, allow: [{project_id: 5d9a1b0e-7f5b-4c5e-9a54-0c2d1f3e4b55}]"
)
CONFIG = """\
version: 2.1
jobs:
  deploy:
    docker: [{image: "cimg/base:2026.01"}]
    environment: {TF_TELEPORT_JOIN_METHOD: circleci, TF_TELEPORT_JOIN_TOKEN: deploy}
    steps:
      - run: STEP
workflows:
  main:
    jobs: [deploy]
"""
TBOT = CONFIG.replace("STEP", "tbot start --token=deploy --join-method=token --proxy-server=t.acme.io:443")
TERRAFORM = CONFIG.replace("STEP", "terraform apply -auto-approve")


def token(spec: str, *, name: str = "deploy") -> str:
    return f"kind: token\nversion: v2\nmetadata: {{name: {name}}}\nspec: {{roles: [Bot], bot_name: deploy{spec}}}\n"


def beside(folder, config: str) -> None:
    (folder / ".circleci").mkdir()
    (folder / ".circleci" / "config.yml").write_text(config)


STATIC = [
    (", join_method: token", ""),
    ("", "default"),
    (", join_method: ''", "default"),
    (", join_method: null", "default"),
]


@pytest.mark.parametrize(("method", "kind"), STATIC)
def test_a_secret_that_no_job_here_joins_with(tmp_path, method, kind):
    (finding,) = found(tmp_path, token(method), "token-static-secret")
    assert (finding.kind, finding.severity, finding.related) == (kind, Severity.MEDIUM, ())
    assert finding.primary.text == ("token" if not kind else "spec")


@pytest.mark.parametrize(("method", "kind"), STATIC)
def test_a_secret_that_a_job_here_joins_with(tmp_path, method, kind):
    beside(tmp_path, TBOT)
    (finding,) = found(tmp_path, token(method), "token-static-secret")
    assert (finding.kind, finding.severity) == (kind, Severity.HIGH)
    assert [note.span.text for note in finding.related] == ["tbot"]


def test_a_secret_is_not_shown(tmp_path):
    secret = "3f7a9c0d1e5b4826a7c4d1f09be36a85"
    beside(tmp_path, TBOT.replace("--token=deploy", f"--token={secret}"))
    text = f"kind: token\nversion: v2\nmetadata: {{name: {secret}}}\nspec: {{roles: [], join_method: token}}\n"
    (tmp_path / "token.yaml").write_text(text.replace("[]", "[Bot], bot_name: b"))
    result = Linter(load_rules(), OrbStore(), EVERYTHING).lint(str(tmp_path / "token.yaml"), named=True)
    assert "token-static-secret" in [finding.rule for finding in result.findings]
    for format_ in FORMATS:
        assert secret[6:] not in reported(format_, result)


@pytest.mark.parametrize(
    ("method", "use", "is_said"),
    [("", "ci", False), (", join_method: token", "ci", False), (", join_method: token", "elsewhere", True),
     (", join_method: github", "ci", True)],
)  # fmt: skip
def test_a_join_that_a_secret_does_not_admit_is_said_where_the_token_is(tmp_path, method, use, is_said):
    (tmp_path / "token.yaml").write_text(token(method))
    facts = facts_of({"bots": {"deploy": {"use": use}}})
    text = TBOT.replace("--join-method=token", "--join-method=circleci")
    assert [one.kind for one in found(tmp_path, text, "access-not-admitted", facts=facts)] == ["method"] * is_said


def test_a_join_with_another_token_is_another_matter(tmp_path):
    beside(tmp_path, TBOT)
    (finding,) = found(tmp_path, token("", name="other"), "token-static-secret")
    assert finding.severity is Severity.MEDIUM


@pytest.mark.parametrize("method", [f", join_method: token, circleci: {{{IDS}}}", f", circleci: {{{IDS}}}"])
def test_a_block_that_has_no_effect(tmp_path, method):
    (finding,) = found(tmp_path, token(method), "token-static-secret")
    assert finding.severity is Severity.HIGH
    assert ("the block `circleci` has no effect" in finding.message) == (finding.kind == "default")


@pytest.mark.parametrize(
    "text",
    [
        token("").replace("Bot]", "Node]"),
        token(", join_method: bound_keypair"),
        token(", join_method: '{{ method }}'"),
        token(", allow: [{aws_account: a}]"),
        "kind: token\nversion: v2\nmetadata: {name: t}\n",
    ],
)
def test_what_is_no_static_secret_of_a_bot(tmp_path, text):
    assert found(tmp_path, text, "token-static-secret") == ()


@pytest.mark.parametrize(("use", "count"), [("elsewhere", 0), ("ci", 1), ("demo", 1)])
def test_a_bot_that_the_plan_keeps_out_of_ci(tmp_path, use, count):
    facts = facts_of({"bots": {"deploy": {"use": use}}})
    assert len(found(tmp_path, token(", join_method: token"), "token-static-secret", facts=facts)) == count


@pytest.mark.parametrize(
    ("plan", "config", "count"),
    [
        ({}, None, 1),
        ({"use": "tests"}, None, 0),
        ({"use": "tests"}, TBOT, 1),
        ({"use": "tests"}, TBOT.replace("--token=deploy", "--token=other"), 0),
        ({"projects": "many"}, None, 1),
    ],
)
def test_a_token_for_tests_that_no_job_joins_with_may_be_broad(tmp_path, plan, config, count):
    if config is not None:
        beside(tmp_path, config)
    text = token(f", join_method: circleci, circleci: {{{IDS}}}")
    facts = facts_of({"tokens": {"deploy": plan}})
    assert [one.kind for one in found(tmp_path, text, "token-broad-grant", facts=facts)] == ["any-context"] * count


def test_each_kind_of_breadth_has_its_weight(tmp_path):
    rules = "[{project_id: a}, {context_id: b}, {project_id: a, context_id: c}]"
    text = token(f", join_method: circleci, circleci: {{organization_id: o, allow: {rules}}}").replace(
        "[Bot", "[Bot, Db"
    )
    assert [(one.kind, one.severity) for one in found(tmp_path, text, "token-broad-grant")] == [
        ("extra-role", Severity.HIGH),
        ("any-context", Severity.HIGH),
        ("any-project", Severity.MEDIUM),
        ("shadowed", Severity.LOW),
    ]


BOT = "kind: bot\nversion: v1\nmetadata: {name: deploy}\nspec: {roles: [ROLE]}\n"
CIRCLECI = token(f", join_method: circleci, circleci: {{{IDS}}}")


@pytest.mark.parametrize(
    ("config", "use", "severity"),
    [
        (None, "ci", Severity.HIGH),
        (None, "terraform", Severity.MEDIUM),
        (TERRAFORM, "ci", Severity.MEDIUM),
        (TBOT, "ci", Severity.HIGH),
        (TERRAFORM.replace("terraform apply -auto-approve", "terraform apply; tbot start --token=deploy"), "ci",
         Severity.HIGH),
    ],
)  # fmt: skip
def test_a_bot_that_only_terraform_joins_as(tmp_path, config, use, severity):
    if config is not None:
        beside(tmp_path, config)
    text = BOT.replace("ROLE", "terraform-provider") + "---\n" + CIRCLECI
    (finding,) = found(tmp_path, text, "bot-preset-role", facts=facts_of({"bots": {"deploy": {"use": use}}}))
    assert finding.severity is severity
    assert ("Terraform manages" in (finding.help or "")) == (severity is Severity.MEDIUM)
    others = text.replace("bot_name: deploy", "bot_name: other")
    (finding,) = found(tmp_path, others, "bot-preset-role")
    assert finding.severity is Severity.HIGH
    editor = BOT.replace("ROLE", "editor") + "---\n" + CIRCLECI
    assert [one.severity for one in found(tmp_path, editor, "bot-preset-role")] == [Severity.HIGH]


@pytest.mark.parametrize(
    ("labels", "count"), [("{env: dev}", 0), ("{'*': '*'}", 1), ("{env: '^.*$'}", 1), ("{env: dev, team: '*'}", 0)]
)
def test_a_role_of_a_preset_s_name_counts_for_what_it_reaches(tmp_path, labels, count):
    allow = f"{{logins: [a], node_labels: {labels}}}"
    role = f"kind: role\nversion: v7\nmetadata: {{name: access}}\nspec: {{allow: {allow}}}\n"
    (tmp_path / "role.yaml").write_text(role)
    assert len(found(tmp_path, BOT.replace("ROLE", "access"), "bot-preset-role")) == count


@pytest.mark.parametrize(
    "text", [BOT.replace("ROLE", "'{{ role }}'"), BOT.replace("ROLE", "ACCESS"), "kind: bot\nspec:\n"]
)
def test_what_is_no_preset_role(tmp_path, text):
    assert found(tmp_path, text, "bot-preset-role") == ()
