"""Plans for tests: Teleport's own case, and the same with other values."""

from __future__ import annotations

import hashlib

from orbgen.generate.files import changes
from orbgen.project.plan import Plan, Teleport, read_plan
from orbgen.project.planned_jobs import SshAccess
from orbgen.teleport.versions import Version

ORGANIZATION = "5f0a3c1e-9d2b-4c7a-8e61-0b2d4f6a8c10"
PROJECT = "a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d"
CONTEXT = "0f9e8d7c-6b5a-4938-a271-605f4e3d2c1b"
# A release of each major version that orbgen writes for.
VERSIONS = ("14.3.33", "15.4.22", "16.5.12", "17.5.2", "18.6.4", "19.0.0")

HEAD = f"""\
organization-id: {ORGANIZATION}
project-id: {PROJECT}
teleport:
  proxy: example.teleport.sh:443
  version: VERSION
  roles: [deployer]
contexts:
  teleport-access: {{id: {CONTEXT}}}
managed-elsewhere: [roles]
branches: [main]
# No tag stands for the same image for ever, and what the digest of a tag is cannot be told offline.
image: "cimg/base:2026.03@sha256:DIGEST"
access:
""".replace("DIGEST", hashlib.sha256(b"cimg/base").hexdigest())
# Each kind of access, in each of its forms, as a plan has it. What needs a newer version says from which on.
ENTRIES = """\
- {name: run-command, kind: ssh, host: web-1, login: ci-user, labels: {env: staging}, command: "echo ran > visited"}
- {name: run-on-several, kind: ssh, hosts: [web-1, web-2], login: ci-user, labels: {env: staging},
   command: "echo ran > visited"}
- {name: run-script, kind: ssh, host: web-1, login: ci-user, labels: {env: staging}, script: deploy.sh}
- {name: run-by-openssh, kind: ssh, host: web-1, login: ci-user, labels: {env: staging}, command: "echo ran > visited",
   client: openssh}
- {name: scp, kind: scp, hosts: [web-1, web-2], login: ci-user, labels: {env: staging}, from: dist/shop.tar,
   to: /srv/shop.tar}
- {name: rsync, kind: rsync, host: web-1, login: ci-user, labels: {env: staging}, from: dist/, to: /srv/shop}
- {name: ansible, kind: ansible, login: ci-user, labels: {env: staging}, playbook: site.yml, inventory: hosts}
- {name: kubernetes, kind: kubernetes, cluster: shop, labels: {env: staging}, groups: [deployers], namespaces: [shop],
   command: kubectl --namespace shop apply -f deployment.yaml}
- {name: database, kind: database, service: shop, database: shop, username: migrator, labels: {env: staging},
   command: "psql -h 127.0.0.1 -p 5432 -U migrator shop -f migrate.sql"}  # from 15.4.10
- {name: application, kind: application, app: shop, labels: {env: staging}, mode: certificate,
   command: 'curl --fail --cert "$TELEPORT_CREDENTIALS/application/tlscert" https://shop.example.teleport.sh'}
- {name: application-tunnel, kind: application, app: shop, labels: {env: staging},
   command: "curl --fail http://127.0.0.1:8080"}  # from 15.4.10
- {name: tctl, kind: tctl, rules: [{resources: [node], verbs: [list, read]}], command: tctl nodes ls}
- {name: terraform, kind: terraform, rules: [{resources: [app], verbs: [list, create, read, update, delete]}],
   directory: infrastructure, action: apply}
- {name: workload-identity, kind: workload-identity, identity: shop, labels: {env: staging}, path: /ci/shop,
   command: 'openssl x509 -noout -subject -in "$TELEPORT_CREDENTIALS/workload-identity/svid.pem"'}  # from 17.4.8
- {name: tbot, kind: tbot, config: tbot.yaml, command: 'ls "$TELEPORT_CREDENTIALS/config"'}
"""


def guide(
    *,
    version: str = "18.2.0",
    name: str = "write-greeting",
    command: str = "echo hello >> greetings",
    labels: dict[str, str] | None = None,
    branches: tuple[str, ...] = ("main",),
    context: str = "teleport-access",
    workflow: str = "teleport",
    orb: str | None = None,
    ttl: str = "30m",
    approval: str | bool = False,
) -> Plan:
    """The plan for the guide's case: one command on `my-node` as `ci-user`."""
    access = SshAccess(
        name=name,
        host="my-node",
        login="ci-user",
        labels=labels or {"env": "demo"},
        command=command,
        branches=branches,
        workflow=workflow,
        ttl=ttl,
        approval=approval,
    )
    teleport = Teleport(
        "example.teleport.sh:443",
        Version.parse(version),
        "circleci-demo",
        "circleci-demo",
        "circleci-demo",
        context,
        "example.teleport.sh",
    )
    return Plan(ORGANIZATION, PROJECT, teleport, {context: CONTEXT}, (access,), orb)


def config_for(plan: Plan) -> bytes:
    """The configuration that a plan makes where there is none."""
    after = changes(plan, {})[0].after
    assert after is not None
    return after


def entries(version: str) -> dict[str, str]:
    """The entries of a plan that a version of Teleport can have, by the name of the job."""
    known = Version.parse(version)
    assert known is not None
    found = {}
    for text in ENTRIES.removeprefix("- ").split("\n- "):
        since = Version.parse(text.partition("# from ")[2].strip() or "14.0.0")
        assert since is not None
        if since <= known:
            found[text.partition("name: ")[2].partition(",")[0]] = f"  - {text.rstrip()}\n"
    return found


def plan_of(chosen: str, version: str, style: str = "") -> Plan:
    """The plan with some entries; `style` is more YAML at the top."""
    return read_plan((style + HEAD.replace("VERSION", version) + chosen).encode(), "orbgen.yml", {})


def every_kind(version: str, style: str = "") -> Plan:
    """The plan with all entries that a version can have."""
    return plan_of("".join(entries(version).values()), version, style)
