"""Reading orbgen.yml: what is wrong is said at its place, with what to do."""

from __future__ import annotations

import pytest

from orbgen.project.plan import PlanError, read_plan
from orbgen.teleport.versions import Version

PLAN = """\
organization-id: 5f0a3c1e-9d2b-4c7a-8e61-0b2d4f6a8c10
project-id: a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d
teleport:
  proxy: example.teleport.sh:443
  version: 18.2.0
contexts:
  teleport-access: {id: 0f9e8d7c-6b5a-4938-a271-605f4e3d2c1b}
access:
  - name: greet
    kind: ssh
    host: my-node
    login: ci-user
    labels: {env: demo}
    command: echo hello
    branches: [main]
"""


def test_defaults_are_filled_in():
    plan = read_plan(PLAN.encode(), "orbgen.yml")
    assert plan.teleport.version == Version(18, 2, 0)
    assert (plan.teleport.token, plan.teleport.bot, plan.teleport.role) == ("circleci", "circleci", "circleci")
    assert (plan.teleport.context, plan.teleport.cluster, plan.orb) == ("teleport-access", "example.teleport.sh", None)
    (job,) = plan.access
    assert (job.kind, job.workflow, job.ttl, job.approval_job) == ("ssh", "teleport", "30m", None)
    assert plan.context_id == "0f9e8d7c-6b5a-4938-a271-605f4e3d2c1b"


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("proxy: example.teleport.sh:443", "proxy: example.teleport.sh", 4, "host:port of the Teleport proxy"),
        ("proxy: example.teleport.sh:443", 'proxy: "example.teleport.sh:443\\n"', 4, "host:port"),
        ("version: 18.2.0", "version: 18.2", 5, 'put it in quotes: "18.2"'),
        ("version: 18.2.0", "version: 13.0.0", 5, "an exact version of Teleport from 14 to 19"),
        ("  version: 18.2.0\n", "", 3, "the key `version` is missing"),
        ("  version: 18.2.0", "  verison: 18.2.0", 5, "did you mean `version`?"),
        ("organization-id: 5f0a3c1e", "organization-id: ACME", 1, "UUID"),
        ("kind: ssh", "kind: shh", 10, "`access[0].kind` is `shh`, but must be one of ssh, scp"),
        ("labels: {env: demo}", "labels: {}", 13, "is empty"),
        ("labels: {env: demo}", "labels: {env: '*'}", 13, "wildcard"),
        ("labels: {env: demo}", "labels: {'*': demo}", 13, "without *"),
        ("branches: [main]", "branches: [main, main:x]", 15, "the name of a branch"),
        ("command: echo hello", "command: 'a \\<< b'", 14, "a backslash right before <<"),
        ("branches: [main]", "branches: main", 15, "must be a list"),
        ("branches: [main]", f"branches: {[f'b{n}' for n in range(21)]}", 15, "1 to 20 branches"),
        ("    host: my-node\n", "", 9, "`greet` needs either `host` or `hosts`"),
        ("teleport-access: {", "other: {", 6, "gives no id for `teleport-access`"),
        ("access:\n", "style: orb\naccess:\n", 8, "add `orb: namespace/name@1.0.0`"),
        ("access:\n", "style: inlined\naccess:\n", 8, "did you mean `inline`?"),
        ("    branches: [main]", "    branches: [main]\n    branches: [x]", 16, "stands twice"),
        ("teleport:", "teleport: &a {<<: *a}\nx:", 3, "would hold itself"),
        ("access:\n", "access: [\n", 9, "unable to parse YAML"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(old, new, line, words):
    assert old in PLAN
    with pytest.raises(PlanError) as caught:
        read_plan(PLAN.replace(old, new).encode(), "orbgen.yml")
    said = [(problem.span.line, f"{problem.message}; {problem.help}") for problem in caught.value.problems]
    assert any([found == line and words in text for found, text in said]), said


def test_everything_wrong_is_said_in_one_run():
    text = PLAN.replace("my-node", "my node").replace("443", "0").replace("ci-user", "CI")
    with pytest.raises(PlanError) as caught:
        read_plan(text.encode(), "orbgen.yml")
    assert [problem.span.line for problem in caught.value.problems] == [4, 11, 12]


@pytest.mark.parametrize("data", [b"", b"\x00", b"\xff\xfe", b"[]", b"text", b"a: b\n---\nc: d\n"])
def test_any_bytes_end_in_words(data):
    with pytest.raises(PlanError) as caught:
        read_plan(data, "orbgen.yml")
    assert caught.value.problems[0].message
