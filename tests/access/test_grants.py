"""The ways into Teleport, on files as a repository holds them."""

from __future__ import annotations

from pathlib import Path

import pytest

from orbgen.access.checkout import Checkout
from orbgen.access.gates import Gates, Result
from orbgen.access.grants import Grant, Obstacle, Verdict, grants_of
from orbgen.access.joins import joins_of
from orbgen.access.repository import Repository
from orbgen.circleci.compiler import compile_document
from orbgen.circleci.inputs import Inputs
from orbgen.circleci.orbs import OrbStore
from orbgen.project.facts import ContextFacts, Facts
from orbgen.source.reader import read
from orbgen.teleport.versions import Version

ORGANIZATION = "5f0a3c1e-9d2b-4c7a-8e61-0b2d4f6a8c10"
PROJECT = "a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d"
CONTEXT = "0f9e8d7c-6b5a-4938-a271-605f4e3d2c1b"
OTHER = "11111111-2222-4333-8444-555555555555"
SETTLED = Facts(
    organization_id=ORGANIZATION, project_id=PROJECT, contexts={"teleport-access": ContextFacts(id=CONTEXT)}
)

CONFIG = """\
version: 2.1
jobs:
  ship:
    docker: [{image: "cimg/base:2026.01"}]
    steps:
      - run: tbot start identity --oneshot --join-method=circleci --token=deploy --proxy-server=t.example.com:443
workflows:
  main:
    jobs:
      - ship: {context: teleport-access%s}
"""
TOKEN = """\
kind: token
version: v2
metadata: {name: deploy}
spec:
  roles: [Bot]
  bot_name: ci
  join_method: %s
  circleci:
    organization_id: %s
    allow: [%s]
---
kind: bot
version: v1
metadata: {name: ci}
spec: {roles: [servers, access, elsewhere]}
---
kind: role
version: v7
metadata: {name: servers}
spec: {allow: {logins: [ci], node_labels: {env: staging}}}
"""
BOTH = f"{{project_id: {PROJECT}, context_id: {CONTEXT}}}"


def grants(
    tmp_path: Path,
    *,
    entry: str = "",
    rules: str = BOTH,
    method: str = "circleci",
    organization: str = ORGANIZATION,
    facts: Facts = SETTLED,
    config: str = CONFIG,
) -> list[Grant]:
    (tmp_path / ".git").mkdir(exist_ok=True)
    (tmp_path / "teleport.yaml").write_text(TOKEN % (method, organization, rules))
    checkout = Checkout(str(tmp_path))
    text = config % entry if "%s" in config else config
    pipeline = compile_document(read(text.encode(), "config.yml"), Inputs(), OrbStore())
    gates, repository = Gates(pipeline), Repository(checkout)
    return [
        grant
        for run in pipeline.job_runs
        for grant in grants_of(run, joins_of(run, checkout), gates, repository, facts)
    ]


@pytest.mark.parametrize(
    ("rules", "facts", "verdict"),
    [
        pytest.param(BOTH, SETTLED, Verdict.ADMITTED, id="both ids fit"),
        pytest.param(f"{{context_id: {CONTEXT}}}", SETTLED, Verdict.ADMITTED, id="the context fits"),
        pytest.param(f"{{project_id: {OTHER}}}, {BOTH}", SETTLED, Verdict.ADMITTED, id="the second rule fits"),
        pytest.param(BOTH, Facts(), Verdict.PRESUMED, id="nothing known speaks against it"),
        pytest.param(f"{{project_id: {OTHER}}}", SETTLED, Verdict.REFUSED, id="another project"),
        pytest.param(f"{{context_id: {OTHER}}}", SETTLED, Verdict.REFUSED, id="another context"),
    ],
)
def test_whether_the_token_lets_the_job_in(tmp_path, rules, facts, verdict):
    (grant,) = grants(tmp_path, rules=rules, facts=facts)
    assert grant.admission is not None
    assert grant.admission.verdict is verdict


def test_the_first_rule_that_fits_is_the_one_that_counts(tmp_path):
    (grant,) = grants(tmp_path, rules=f"{{project_id: {OTHER}}}, {{project_id: {PROJECT}}}, {BOTH}")
    assert grant.admission is not None and grant.admission.rule is not None
    assert grant.admission.rule.node.span == grant.admission.token.rules[1].node.span


@pytest.mark.parametrize(
    ("of", "obstacle"),
    [
        ({"method": "token"}, Obstacle.METHOD),
        ({"organization": OTHER}, Obstacle.ORGANIZATION),
        ({"rules": f"{{project_id: {OTHER}}}"}, Obstacle.PROJECT),
        ({"rules": f"{{context_id: {OTHER}}}"}, Obstacle.CONTEXT),
        ({"rules": f"{{project_id: {PROJECT}, context_id: {OTHER}}}"}, Obstacle.CONTEXT),
    ],
)
def test_why_the_token_refuses_the_job(tmp_path, of, obstacle):
    (grant,) = grants(tmp_path, **of)
    assert grant.admission is not None
    assert (grant.admission.verdict, grant.admission.obstacle) == (Verdict.REFUSED, obstacle)
    assert not grant.bots


def test_a_context_without_an_id_settles_nothing(tmp_path):
    facts = Facts(organization_id=ORGANIZATION, project_id=PROJECT)
    (grant,) = grants(tmp_path, rules=f"{{context_id: {OTHER}}}", facts=facts)
    assert grant.admission is not None and grant.admission.verdict is Verdict.PRESUMED


def test_the_bot_its_roles_and_what_they_reach(tmp_path):
    (grant,) = grants(tmp_path)
    assert grant.bot_name == "ci"
    supplied, preset, unknown = grant.roles
    assert [one.words for one in supplied.reach] == ["servers with env=staging as ci"]
    assert (preset.role, preset.preset is not None) == (None, True)
    assert (unknown.role, unknown.preset) == (None, None)
    assert [one.reaches_something for one in grant.roles] == [True, True, False]


def test_what_anybodys_push_gets_is_told_apart_from_what_the_job_may_get(tmp_path):
    (opened,) = grants(tmp_path)
    assert opened.gate.result is Result.OPEN and opened.open_admission is not None
    (closed,) = grants(tmp_path, entry=", filters: {branches: {only: main}}")
    assert closed.gate.reasons == ("branch",)
    assert closed.open_admission is None
    assert closed.admission is not None and closed.admission.verdict is Verdict.ADMITTED
    assert closed.contexts == {"teleport-access"}


def test_a_context_that_only_the_main_branch_holds_opens_nothing_to_others(tmp_path):
    config = CONFIG % ""
    config = config.replace(
        "context: teleport-access", 'context: << pipeline.git.branch == "main" and "teleport-access" or "nothing" >>'
    )
    facts = Facts(
        organization_id=ORGANIZATION,
        project_id=PROJECT,
        contexts={"teleport-access": ContextFacts(id=CONTEXT), "nothing": ContextFacts(id=OTHER)},
    )
    (grant,) = grants(tmp_path, config=config, facts=facts)
    assert grant.contexts == {"teleport-access", "nothing"}
    assert grant.admission is not None and grant.admission.lets_in
    assert grant.open_admission is None or not grant.open_admission.lets_in


def test_no_token_at_hand_is_told_as_such(tmp_path):
    (grant,) = grants(tmp_path, config=CONFIG.replace("--token=deploy", "--token=other"))
    assert grant.admission is None and not grant.roles


def test_several_tokens_of_one_name_may_each_apply(tmp_path):
    overlay = tmp_path / "overlay"
    overlay.mkdir()
    (overlay / "token.yaml").write_text(TOKEN % ("circleci", ORGANIZATION, f"{{project_id: {OTHER}}}"))
    (grant,) = grants(tmp_path)
    assert len(grant.admissions) == 2
    assert grant.admission is not None and grant.admission.lets_in


def test_the_plans_version_does_not_matter_to_who_gets_in(tmp_path):
    (grant,) = grants(tmp_path, facts=Facts(teleport_version=Version(18, 2, 0)))
    assert grant.admission is not None and grant.admission.verdict is Verdict.PRESUMED
