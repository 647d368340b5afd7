"""Every rule about joins, by each road on which a job can be told how to join.

The value that makes the mistake stands in the script of the job, in a command of an inline orb, in a tbot.yaml, in the
environment of the job, and in a variable that an earlier step sets for the later ones.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from orbgen.circleci.orbs import OrbStore
from orbgen.lint.engine import load_rules
from orbgen.lint.findings import Confidence, Persona
from orbgen.lint.run import Linter, Thresholds

RULES = load_rules()
EVERYTHING = Thresholds(confidence=Confidence.LOW, persona=Persona.AUDITOR)
ORGANIZATION = "5f0a3c1e-9d2b-4c7a-8e61-0b2d4f6a8c10"
PROJECT = "a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d"

RESOURCES = f"""\
kind: token
version: v2
metadata: {{name: ship}}
spec:
  roles: [Bot]
  bot_name: ci
  join_method: circleci
  circleci: {{organization_id: {ORGANIZATION}, allow: [{{project_id: {PROJECT}}}]}}
---
kind: token
version: v2
metadata: {{name: cluster}}
spec: {{roles: [Bot], bot_name: ci, join_method: kubernetes, kubernetes: {{allow: [{{service_account: "ci:ci"}}]}}}}
---
kind: bot
version: v1
metadata: {{name: ci}}
spec: {{roles: [access]}}
"""


class Case(msgspec.Struct, frozen=True):
    """What makes a rule speak: a value of a flag, and what else the job has to do or to have.

    `key` is where the value stands in a tbot.yaml, empty where a tbot.yaml cannot say it. `before` and `after` are
    steps, in which `{V}` stands for the value.
    """

    rule: str
    flag: str
    value: str
    key: str = ""
    before: str = ""
    after: str = ""
    oneshot: bool = True
    context: bool = True
    resources: bool = False
    second: bool = False
    kind: str = ""


CASES = [
    Case("teleport-join-without-context", "--join-method", "circleci", "onboarding.join_method", context=False),
    Case("teleport-static-token", "--join-method", "token", "onboarding.join_method"),
    Case("teleport-ungated-join", "--token", "other", "onboarding.token"),
    Case("teleport-shared-identity", "--token", "shared", "onboarding.token", second=True),
    Case("teleport-persisted-credentials", "--destination", "/tmp/out", "destination",
         after="- persist_to_workspace: {root: /tmp, paths: [out]}"),
    Case("teleport-exposed-identity", "--destination", "/tmp/out", "destination", after="- run: cat /tmp/out/identity"),
    Case("teleport-insecure-connection", "--diag-addr", "0.0.0.0:3001", "diag_addr", kind="listener"),
    Case("teleport-unsuitable-version", "", "14.0.1",
         before="- run: curl -sSO https://cdn.teleport.dev/teleport-v{V}-linux-amd64-bin.tar.gz"),
    Case("teleport-unverified-install", "", "18.2.0",
         before="- run: curl -sS https://cdn.teleport.dev/teleport-v{V}-linux-amd64-bin.tar.gz | tar -xz"),
    Case("teleport-invalid-setting", "--auth-server", "auth.example.com:3025", "auth_server", kind="conflict"),
    Case("teleport-version-mismatch", "--auth-server", "t.example.com:443", "auth_server", kind="proxy-as-auth-server"),
    Case("teleport-foreground-daemon", "--token", "other", "onboarding.token", oneshot=False),
    Case("teleport-absent-output", "--destination", "memory://", "destination", kind="memory"),
    Case("teleport-long-ttl", "--certificate-ttl", "8h", "certificate_ttl"),
    Case("teleport-exposed-storage", "--destination", "./out", "destination", kind="checkout"),
    Case("access-open-to-any-branch", "--token", "ship", "onboarding.token", resources=True),
    Case("access-not-admitted", "--token", "cluster", "onboarding.token", resources=True, kind="method"),
    Case("access-dangling-reference", "--token", "shipp", "onboarding.token", resources=True, kind="token"),
]  # fmt: skip
ROADS = ("script", "orb", "file", "environment", "earlier step")


def _command(case: Case, value: str) -> str:
    flags = {
        "--join-method": "circleci",
        "--token": "ship",
        "--proxy-server": "t.example.com:443",
        "--destination": "/tmp/teleport",
        "--storage": "memory://",
    }
    if case.flag:
        flags[case.flag] = value
    switch = " --oneshot" if case.oneshot else ""
    return f"tbot start identity{switch} " + " ".join([f'{name}="{text}"' for name, text in flags.items()])


def _file(case: Case) -> str:
    onboarding = {"join_method": "circleci", "token": "ship"}
    top = {"proxy_server": "t.example.com:443"}
    destination = "{type: directory, path: /tmp/teleport}"
    if case.key == "destination":
        in_memory = case.value.startswith("memory")
        destination = "{type: memory}" if in_memory else f"{{type: directory, path: {case.value}}}"
    elif case.key.startswith("onboarding."):
        onboarding[case.key.partition(".")[2]] = case.value
    elif case.key:
        top[case.key] = case.value
    lines = ["version: v2", *[f'{name}: "{text}"' for name, text in top.items()]]
    lines += [f"onboarding: {{{', '.join([f'{name}: {text}' for name, text in onboarding.items()])}}}"]
    lines += ["oneshot: true"] * case.oneshot
    lines += ["storage: {type: memory}", "services:", "  - type: identity", f"    destination: {destination}"]
    return "\n".join(lines) + "\n"


def _config(case: Case, road: str) -> str:
    value = "$V" if road in ("environment", "earlier step") else case.value
    run = "tbot start -c tbot.yaml" if road == "file" else _command(case, value)
    before = case.before.replace("{V}", "${V}" if value == "$V" else value)
    steps = ["- checkout"]
    if road == "earlier step":
        steps.append(f"- run: echo 'export V={case.value}' >> \"$BASH_ENV\"")
    joining = [*([before] if before else []), "- run: |", f"    {run}"]
    orb = ""
    if road == "orb":
        inner = "\n".join([f"          {line}" for line in joining])
        orb = f"orbs:\n  ours:\n    commands:\n      join:\n        steps:\n{inner}\n"
        joining = ["- ours/join"]
    steps += joining + ([case.after] if case.after else [])
    body = "\n".join([f"      {line}" for line in steps])
    environment = f'    environment: {{V: "{case.value}"}}\n' if road == "environment" else ""
    held = "{context: teleport-access}" if case.context else "{}"
    gated = "\n      - ship: {name: gated, context: teleport-access, filters: {branches: {only: main}}}"
    return (
        f"version: 2.1\n{orb}jobs:\n  ship:\n    docker: [{{image: 'cimg/base:2026.01'}}]\n"
        f"{environment}    steps:\n{body}\n"
        f"workflows:\n  main:\n    jobs:\n      - ship: {held}{gated if case.second else ''}\n"
    )


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_a_rule_finds_it_on_every_road(case: Case, road: str, tmp_path: Path):
    if road == "file" and not case.key:
        pytest.skip("a tbot.yaml says nothing of what is installed")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".circleci").mkdir()
    path = tmp_path / ".circleci" / "config.yml"
    path.write_text(_config(case, road))
    if road == "file":
        (tmp_path / "tbot.yaml").write_text(_file(case))
    if case.resources:
        (tmp_path / "teleport.yaml").write_text(RESOURCES)
    chosen = tuple([loaded for loaded in RULES if loaded.rule.name == case.rule])
    result = Linter(chosen, OrbStore(), EVERYTHING).lint(str(path), named=True)
    assert not result.problems
    kinds = [finding.kind for finding in result.findings]
    assert result.findings and (not case.kind or case.kind in kinds), path.read_text()


def test_every_rule_about_joins_is_asked():
    about = {loaded.rule.name for loaded in RULES if loaded.rule.name.startswith(("teleport-", "access-"))}
    assert about == {case.rule for case in CASES}
