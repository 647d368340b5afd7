"""Tokens, bots and roles in both forms, and what Teleport refuses in them, row by row as its own code does."""

from __future__ import annotations

import pytest

from orbgen.source.reader import read, read_documents
from orbgen.source.span import Source
from orbgen.teleport import bot_checks, token_checks
from orbgen.teleport.durations import seconds_of
from orbgen.teleport.resources import Bot, Resource, Role, Token, known, resource_of, resources_of, scalars

ORGANIZATION = "5f0a3c1e-9d2b-4c7a-8e61-0b2d4f6a8c10"
PROJECT = "a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d"
CONTEXT = "0f9e8d7c-6b5a-4938-a271-605f4e3d2c1b"
TOKEN = f"""\
kind: token
version: v2
metadata:
  name: circleci-demo
  expires: "2100-01-01T00:00:00Z"
spec:
  roles: [Bot]
  join_method: circleci
  bot_name: demo
  circleci:
    organization_id: {ORGANIZATION}
    allow:
      - project_id: {PROJECT}
        context_id: {CONTEXT}
"""
OPERATOR_TOKEN = f"""\
apiVersion: resources.teleport.dev/v2
kind: TeleportProvisionToken
metadata: {{name: circleci-demo, namespace: teleport}}
spec:
  roles: [Bot]
  join_method: circleci
  bot_name: demo
  circleci:
    organization_id: {ORGANIZATION}
    allow: [{{context_id: {CONTEXT}}}]
"""
BOT = """\
kind: bot
version: v1
metadata:
  name: demo
spec:
  roles: [ci-ssh]
  traits:
    - name: logins
      values: [ci-user]
  max_session_ttl: 12h
"""
ROLE = """\
kind: role
version: v7
metadata: {name: ci-ssh}
spec:
  options: {max_session_ttl: 1h}
  allow:
    logins: [ci-user]
    node_labels: {env: staging}
  deny: {}
"""


def resource(text: str) -> Resource:
    found = resource_of(read(text.encode(), "resource.yaml"))
    assert found is not None
    return found


def token(text: str) -> Token:
    found = resource(text)
    assert isinstance(found, Token)
    return found


def refusals(text: str) -> list[tuple[str, int]]:
    """The kind and line of each reason against a token or bot."""
    found = resource(text)
    if isinstance(found, Token):
        mistakes = list(token_checks.refused(found))
    else:
        assert isinstance(found, Bot)
        mistakes = list(bot_checks.refused(found))
    for mistake in mistakes:
        assert mistake.message and mistake.help
    return sorted([(mistake.kind, mistake.span.line) for mistake in mistakes])


def spec(text: str) -> str:
    return "kind: token\nversion: v2\nmetadata: {name: t}\nspec:\n" + text


def test_a_token_in_both_forms():
    for text in (TOKEN, OPERATOR_TOKEN):
        found = token(text)
        assert known(found.name) == "circleci-demo"
        assert [role.text for role in found.roles] == ["Bot"]
        assert found.method == "circleci"
        assert known(found.bot_name) == "demo"
        assert known(found.organization) == ORGANIZATION
        assert [known(rule.context) for rule in found.rules] == [CONTEXT]
        assert refusals(text) == []
    assert [known(rule.project) for rule in token(TOKEN).rules] == [PROJECT]
    assert known(token(TOKEN).expires) == "2100-01-01T00:00:00Z"
    assert (token(TOKEN).operator, token(OPERATOR_TOKEN).operator) == (False, True)


def test_a_bot_in_both_forms():
    operator = BOT.replace("kind: bot\nversion: v1", "apiVersion: resources.teleport.dev/v1\nkind: TeleportBotV1")
    for text in (BOT, operator):
        found = resource(text)
        assert isinstance(found, Bot)
        assert known(found.name) == "demo"
        assert [role.text for role in found.roles] == ["ci-ssh"]
        assert {name: [value.text for value in values] for name, values in found.traits.items()} == {
            "logins": ["ci-user"]
        }
        assert known(found.max_session_ttl) == "12h"
        assert refusals(text) == []


@pytest.mark.parametrize(
    ("head", "version"),
    [
        ("kind: role\nversion: v7", 7),
        ("kind: role\nversion: v3", 3),
        ("kind: role", None),
        ("apiVersion: resources.teleport.dev/v1\nkind: TeleportRoleV8", 8),
        ("apiVersion: resources.teleport.dev/v6\nkind: TeleportRole", 6),
    ],
)
def test_a_role_in_every_form(head, version):
    found = resource(ROLE.replace("kind: role\nversion: v7", head))
    assert isinstance(found, Role)
    assert known(found.name) == "ci-ssh"
    assert found.version == version
    assert found.allow is not None and found.deny is not None and found.options is not None
    assert [item.text for item in scalars(found.allow.get("logins"))] == ["ci-user"]


@pytest.mark.parametrize(
    "text",
    [
        "kind: Role\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {name: r}\n",
        "apiVersion: resources.teleport.dev/v1\nkind: TeleportLockV2\nmetadata: {name: l}\n",
        "apiVersion: v1\nkind: token\nmetadata: {name: l}\n",
        "kind: scoped_token\nversion: v1\nspec: {}\n",
        "kind: user\nversion: v2\nspec: {}\n",
        "kind: token\nflavour: sweet\n",
        "kind: {{ kind }}\n",
        "[kind, token]\n",
        "version: 2.1\njobs: {}\n",
        "",
    ],
)
def test_what_is_none(text):
    assert resource_of(read(text.encode(), "file.yaml")) is None


def test_several_documents_in_one_file():
    text = f"{BOT}---\n{ROLE}---\nkind: user\n---\n{TOKEN}"
    found = resources_of(read_documents(Source("all.yaml", text)))
    assert [type(one) for one in found] == [Bot, Role, Token]
    assert found[2].place.line == text[: text.index("kind: token")].count("\n") + 1


# Each row of Teleport's own check, with what is refused and where.
REFUSED = {
    "no roles": (spec("  join_method: circleci\n  circleci: {organization_id: o, allow: [{project_id: p}]}\n"),
                 [("roles", 1)]),
    "roles are empty": (spec("  roles: []\n  join_method: iam\n"), [("roles", 5)]),
    "a role that does not exist": (spec("  roles: [Bto]\n  join_method: iam\n"), [("roles", 5)]),
    "a bot without a name": (TOKEN.replace("  bot_name: demo\n", ""), [("bot-name", 7)]),
    "a bot with an empty name": (TOKEN.replace("bot_name: demo", 'bot_name: ""'), [("bot-name", 9)]),
    "a bot's name without the role": (TOKEN.replace("[Bot]", "[Node]"), [("bot-name", 9)]),
    "allow beside the method token": (spec("  roles: [Node]\n  join_method: token\n  allow: [{aws_account: 1}]\n"),
                                      [("method", 7)]),
    "a method that does not exist": (TOKEN.replace("join_method: circleci", "join_method: circelci"), [("method", 8)]),
    "no block": (TOKEN[: TOKEN.index("  circleci:")], [("block", 8)]),
    "no rule": (TOKEN[: TOKEN.index("    allow:")], [("no-rule", 10)]),
    "an empty list of rules": (TOKEN[: TOKEN.index("    allow:")] + "    allow: []\n", [("no-rule", 12)]),
    "no organization": (TOKEN.replace(f"    organization_id: {ORGANIZATION}\n", ""), [("organization", 10)]),
    "an empty organization": (TOKEN.replace(f"organization_id: {ORGANIZATION}", 'organization_id: ""'),
                              [("organization", 11)]),
    "neither rule nor organization": (spec("  roles: [Bot]\n  bot_name: b\n  join_method: circleci\n  circleci: {}\n"),
                                      [("no-rule", 8), ("organization", 8)]),
    "an empty rule": (TOKEN + "      - {}\n", [("empty-rule", 15)]),
    "a rule of empty ids": (TOKEN + '      - {project_id: "", context_id: ""}\n', [("empty-rule", 15)]),
    "a rule that is a text": (TOKEN + "      - everybody\n", [("empty-rule", 15)]),
    "a branch in a rule": (TOKEN + "        branch: main\n", [("unknown-key", 15)]),
    "a misspelt key": (TOKEN.replace("bot_name", "bot_nmae"), [("bot-name", 7), ("unknown-key", 9)]),
    "an unknown key beside the rules": (TOKEN + "    projects: [p]\n", [("unknown-key", 15)]),
    "no version": ("kind: token\nspec:\n  roles: []\n  join_method: iam\n", [("roles", 3)]),
    "a version that is filled in": ("kind: token\nversion: ${V}\nspec:\n  roles: []\n", [("roles", 4)]),
    "no spec": ("kind: token\nversion: v2\nmetadata: {name: t}\n", [("roles", 1)]),
    "generic_oidc without its block": (spec("  roles: [Bot]\n  bot_name: b\n  join_method: generic_oidc\n"),
                                       [("block", 7)]),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_teleport_refuses_in_a_token(case):
    text, expected = REFUSED[case]
    assert refusals(text) == sorted(expected)


@pytest.mark.parametrize(
    "text",
    [
        TOKEN.replace("[Bot]", "[bot]"),
        TOKEN.replace(ORGANIZATION, "valid-org").replace(PROJECT, '"1234"'),
        TOKEN.replace("[Bot]", "[Bot, Node]"),
        spec("  roles: [Node]\n"),
        spec("  roles: [Node]\n  allow: [{aws_account: 1}]\n"),
        spec("  roles: [Node]\n  join_method: iam\n  allow: [{aws_account: 1}]\n"),
        TOKEN.replace("organization_id: " + ORGANIZATION, 'organization_id: "{{ .Values.organization }}"'),
        TOKEN.replace("roles: [Bot]", "roles: {{ roles }}"),
        TOKEN[: TOKEN.index("    allow:")] + "    allow: ${RULES}\n",
        TOKEN + "status: {}\n",
    ],
)
def test_what_teleport_takes_in_a_token(text):
    assert refusals(text) == []


def test_a_token_that_says_no_method_is_one_with_a_secret():
    assert token(TOKEN.replace("  join_method: circleci\n", "")).method == "token"
    assert token(TOKEN.replace("join_method: circleci", 'join_method: ""')).method == "token"
    assert token(spec("  roles: [Node]\n  allow: []\n")).method == "ec2"
    assert token(TOKEN.replace("join_method: circleci", "join_method: $METHOD")).method is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (BOT.replace("  name: demo\n", "  labels: {a: b}\n"), [("name", 1)]),
        (BOT[: BOT.index("spec:")], [("spec", 1)]),
        (BOT.replace("[ci-ssh]", '[ci-ssh, ""]'), [("role", 6)]),
        (BOT.replace("12h", "200h"), [("session", 10)]),
        (BOT.replace("12h", "7d"), [("session", 10)]),
        (BOT.replace("  roles:", "  role:"), [("unknown-key", 6)]),
        (BOT.replace("metadata:", "scope: /ci\nmetadata:"), [("scope", 7), ("scope", 8), ("scope", 11)]),
        (BOT.replace("[ci-ssh]", "[]"), []),
        (BOT.replace("12h", "168h"), []),
        (BOT.replace("12h", "{{ ttl }}"), []),
        ("kind: bot\nversion: v1\nmetadata: {name: b}\nscope: /ci\nspec: {roles: []}\n", []),
    ],
)
def test_what_teleport_refuses_in_a_bot(text, expected):
    assert refusals(text) == sorted(expected)


def test_a_name_that_is_nearly_right_is_offered():
    mistakes = list(token_checks.refused(token(TOKEN.replace("join_method: circleci", "join_method: circelci"))))
    assert [(mistake.suggestion, mistake.help) for mistake in mistakes] == [("circleci", "did you mean `circleci`?")]
    (mistake,) = token_checks.refused(token(TOKEN + "    org: a\n"))
    assert mistake.suggestion is None
    (mistake,) = token_checks.refused(token(TOKEN + "        branch: main\n"))
    assert mistake.help == "Teleport does not see the branch of a job: restrict the context in CircleCI"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1h", 3600),
        ("1h30m", 5400),
        ("90s", 90),
        ("1.5h", 5400),
        ("500ms", 0.5),
        ("0", 0),
        ("-1m", -60),
        ("1m0.5s", 60.5),
    ],
)
def test_durations(text, seconds):
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "1d", "1", "h", "1h30", "one hour", "1 h", "1h-5m", "-"])
def test_what_is_no_duration(text):
    assert seconds_of(text) is None
