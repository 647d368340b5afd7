"""Plans for tests: Teleport's own case, and the same with other values."""

from __future__ import annotations

from orbgen.project.plan import Plan, Teleport
from orbgen.project.planned_jobs import SshAccess
from orbgen.teleport.versions import Version

ORGANIZATION = "5f0a3c1e-9d2b-4c7a-8e61-0b2d4f6a8c10"
PROJECT = "a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d"
CONTEXT = "0f9e8d7c-6b5a-4938-a271-605f4e3d2c1b"


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
