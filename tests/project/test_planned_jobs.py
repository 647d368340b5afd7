"""What a plan may ask for: every kind of access, what holds for all jobs, and values from the environment."""

from __future__ import annotations

import pytest

from orbgen.project.plan import PlanError, read_data, read_plan
from orbgen.project.planned_jobs import SshAccess

HEAD = """\
organization-id: 5f0a3c1e-9d2b-4c7a-8e61-0b2d4f6a8c10
project-id: a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d
teleport:
  proxy: example.teleport.sh:443
  version: 18.2.0
contexts:
  teleport-access: {id: 0f9e8d7c-6b5a-4938-a271-605f4e3d2c1b}
branches: [main]
access:
"""
# One entry of each kind, with no more than it needs.
KINDS = {
    "ssh": "{name: a, kind: ssh, hosts: [web-1, web-2], login: ci, labels: {env: staging}, script: deploy.sh}",
    "scp": "{name: a, kind: scp, host: web-1, login: ci, labels: {env: staging}, from: dist, to: /srv/shop}",
    "rsync": "{name: a, kind: rsync, host: web-1, login: ci, labels: {env: staging}, from: dist/, to: /srv/shop}",
    "ansible": "{name: a, kind: ansible, login: ci, labels: {env: staging}, playbook: site.yml}",
    "kubernetes": (
        "{name: a, kind: kubernetes, cluster: k, labels: {env: staging}, groups: [deployers], namespaces: [shop], "
        "command: kubectl get pods}"
    ),
    "database": (
        "{name: a, kind: database, service: shop, database: shop, username: ci, labels: {env: staging}, command: psql}"
    ),
    "application": "{name: a, kind: application, app: shop, labels: {env: staging}, command: curl localhost}",
    "tctl": "{name: a, kind: tctl, rules: [{resources: [node], verbs: [list, read]}], command: tctl nodes ls}",
    "terraform": "{name: a, kind: terraform, rules: [{resources: [app], verbs: [list, read, update]}]}",
    "workload-identity": (
        "{name: a, kind: workload-identity, identity: shop, labels: {env: staging}, path: /ci/shop, command: openssl}"
    ),
    "tbot": "{name: a, kind: tbot, config: tbot.yaml, command: ls}",
}


def plan(entry: str, head: str = HEAD, **environment: str):
    return read_plan(f"{head}  - {entry}\n".encode(), "orbgen.yml", environment)


def refusal(entry: str, head: str = HEAD, **environment: str) -> str:
    with pytest.raises(PlanError) as caught:
        plan(entry, head, **environment)
    return "; ".join([f"{problem.span.line}: {problem.message}" for problem in caught.value.problems])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_access_is_read(kind):
    head = HEAD.replace("18.2.0", "18.2.0\n  roles: [deployer]") if kind == "tbot" else HEAD
    (job,) = plan(KINDS[kind], head).access
    assert (job.kind, job.branches, job.workflow) == (kind, ("main",), "teleport")
    assert "unknown key `colour`; the keys here are name, kind, workflow, branches" in (
        _with_help(KINDS[kind].replace("{name: a,", "{name: a, colour: red,"), head)
    )


def _with_help(entry: str, head: str) -> str:
    with pytest.raises(PlanError) as caught:
        plan(entry, head)
    return "; ".join([f"{problem.message}; {problem.help}" for problem in caught.value.problems])


def test_what_the_plan_says_for_all_jobs_holds_where_a_job_says_nothing():
    head = HEAD.replace("branches: [main]", "branches: [main]\ntags: [v*]\nworkflow: release\napproval: true\n"
                        "serial-group: shop/deploy\nimage: cimg/base:2026.03\nresource-class: medium")  # fmt: skip
    (job,) = plan(KINDS["ssh"], head.replace("18.2.0", "18.2.0\n  ttl: 15m")).access
    assert (job.branches, job.tags, job.workflow) == (("main",), ("v*",), "release")
    assert (job.approval_job, job.serial_group, job.ttl) == ("approve-a", "shop/deploy", "15m")
    assert (job.image, job.resource_class) == ("cimg/base:2026.03", "medium")
    own = "name: a, branches: [trunk], workflow: mine, approval: let-go, serial-group: other, ttl: 1h"
    (job,) = plan(KINDS["ssh"].replace("name: a", own), head).access
    assert (job.branches, job.tags, job.workflow) == (("trunk",), (), "mine")
    assert (job.approval_job, job.serial_group, job.ttl) == ("let-go", "other", "1h")


VARIABLES = (
    HEAD.replace("5f0a3c1e-9d2b-4c7a-8e61-0b2d4f6a8c10", "${ORGANIZATION}")
    .replace("example.teleport.sh:443", "${PROXY}")
    .replace("18.2.0", "${VERSION}")
    .replace("0f9e8d7c-6b5a-4938-a271-605f4e3d2c1b", '"${CONTEXT}"')
)
SET = {
    "ORGANIZATION": "5f0a3c1e-9d2b-4c7a-8e61-0b2d4f6a8c10",
    "PROXY": "other.teleport.sh:3080",
    "VERSION": "auto",
    "CONTEXT": "0f9e8d7c-6b5a-4938-a271-605f4e3d2c1b",
}


def test_values_may_come_from_the_environment():
    found = plan(KINDS["ssh"], VARIABLES, **SET)
    assert (found.organization_id, found.context_id) == (SET["ORGANIZATION"], SET["CONTEXT"])
    assert (found.teleport.proxy, found.teleport.cluster, found.teleport.version) == (
        SET["PROXY"], "other.teleport.sh", None,
    )  # fmt: skip


def test_a_variable_that_is_not_set_or_cannot_be_right_is_named_at_its_place():
    given = {**SET, "PROXY": "https://x", "CONTEXT": "${OTHER}"}
    del given["VERSION"]
    said = refusal(KINDS["ssh"], VARIABLES, **given)
    assert "5: the variable `VERSION` is not set in the environment" in said
    assert "4: the variable `PROXY` is `https://x`, but must be host:port of the Teleport proxy" in said
    assert "7: the variable `CONTEXT` is `${OTHER}`" in said


def test_a_variable_stands_for_a_whole_value_of_some_keys_only():
    assert "must be host:port" in refusal(KINDS["ssh"], HEAD.replace("example.teleport.sh:443", "${HOST}:443"))
    (job,) = plan(KINDS["ssh"].replace("script: deploy.sh", "command: '${PROXY}'"), HEAD, **SET).access
    assert isinstance(job, SshAccess) and job.command == "${PROXY}"


def test_what_a_variable_does_not_say_is_unknown_to_the_linter(monkeypatch):
    text = f"{VARIABLES}  - {KINDS['ssh']}\n".encode()
    monkeypatch.setenv("PROXY", SET["PROXY"])
    data = read_data(text, "orbgen.yml")
    assert data["teleport"] == {"proxy": SET["PROXY"]}
    assert data["contexts"] == {"teleport-access": {}}
    assert "organization-id" not in data


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (KINDS["ssh"].replace("hosts: [web-1, web-2]", "host: a, hosts: [b]"), "needs either `host` or `hosts`"),
        (KINDS["ssh"].replace("script:", "command: ls, script:"), "needs either `command` or `script`"),
        (KINDS["ssh"].replace("deploy.sh", "../deploy.sh"), "must be a path in the repository"),
        (KINDS["ssh"].replace("deploy.sh", "/etc/passwd"), "must be a path in the repository"),
        (KINDS["scp"].replace("/srv/shop", "'a b'"), "must be a path on the server"),
        (KINDS["kubernetes"].replace("groups: [deployers], ", ""), "must be a mapping with groups or users"),
        (KINDS["kubernetes"].replace("[shop]", "['*']"), "without spaces, quotes, * and $"),
        (KINDS["database"].replace("username: ci", "username: '*'"), "without spaces, quotes, * and $"),
        (KINDS["database"].replace("command", "port: 80, command"), "a port from 1024 to 65535"),
        (KINDS["tctl"].replace("list, read", "'*'"), "must be one of list, read"),
        (KINDS["tctl"].replace("node", "'*'"), "a kind of resource"),
        (KINDS["workload-identity"].replace("command", "format: jwt, command"), "a JWT that is for nobody"),
        (KINDS["workload-identity"].replace("command", "format: aws, command"), "which AWS role to assume"),
        (KINDS["ssh"].replace("name: a", "name: a, bot: Circle CI"), "must be a name in lower case"),
        (KINDS["tbot"].replace("name: a", "name: a, bot: other"), "the bot `other` would have no role"),
        (KINDS["tbot"], "the bot `circleci` would have no role"),
        (KINDS["ssh"].replace("name: a", "name: a, approval: a"), "the job in which somebody approves"),
        (KINDS["ssh"].replace("name: a", "name: a, ttl: 90"), 'must be text'),
        (KINDS["ssh"].replace("name: a", "name: a, ttl: 90s"), "a duration such as 30m"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(entry, said):
    assert said in refusal(entry)


@pytest.mark.parametrize(
    ("kind", "version"), [("workload-identity", "16.5.12"), ("application", "15.4.9"), ("database", "14.0.0")]
)
def test_what_a_version_of_teleport_lacks_is_said(kind, version):
    assert f"Teleport {version} does not have what `a` needs" in refusal(KINDS[kind], HEAD.replace("18.2.0", version))


def test_a_job_that_every_branch_could_run_is_refused():
    assert "names neither branches nor tags" in refusal(KINDS["ssh"], HEAD.replace("branches: [main]\n", ""))


def test_a_secret_is_no_name_of_a_token():
    head = HEAD.replace("18.2.0", "18.2.0\n  token: 0123456789abcdef0123456789abcdef")
    assert "6: `teleport.token` is" in refusal(KINDS["ssh"], head)
