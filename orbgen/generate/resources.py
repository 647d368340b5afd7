"""Teleport's side of a plan: the join token, the bot and the roles that it gets (teleport.md 1.1, 2.1, 2.2)."""

from __future__ import annotations

import msgspec

from orbgen.generate.templates import render
from orbgen.project.plan import Plan
from orbgen.project.planned_jobs import SshAccess

FOLDER = "teleport"


class Role(msgspec.Struct, frozen=True):
    """A role that lets in to servers with some labels as some users, and to nothing else."""

    name: str
    labels: dict[str, str]
    logins: tuple[str, ...]
    purpose: str


def resource_files(plan: Plan) -> dict[str, str]:
    """The text of each resource file by its path, in the order in which Teleport wants them created."""
    values = {
        "teleport": plan.teleport,
        "organization_id": plan.organization_id,
        "project_id": plan.project_id,
        "context_id": plan.context_id,
        "roles": roles(plan),
    }
    return {f"{FOLDER}/{kind}.yaml": render(f"teleport/{kind}.yaml.j2", values) for kind in ("role", "bot", "token")}


def roles(plan: Plan) -> tuple[Role, ...]:
    """One role for each set of labels: a role that joined them would let every login in to every server."""
    logins: dict[tuple[tuple[str, str], ...], dict[str, None]] = {}
    for entry in _servers(plan):
        logins.setdefault(tuple(sorted(entry.labels.items())), {})[entry.login] = None
    found = []
    for index, (labels, names) in enumerate(logins.items(), 1):
        name = plan.teleport.role if len(logins) == 1 else f"{plan.teleport.role}-{index}"
        jobs = [entry.name for entry in _servers(plan) if tuple(sorted(entry.labels.items())) == labels]
        purpose = f"What the CircleCI {'job' if len(jobs) == 1 else 'jobs'} {', '.join(jobs)} may reach."
        found.append(Role(name, dict(labels), tuple(names), purpose))
    return tuple(found)


def _servers(plan: Plan) -> list[SshAccess]:
    return [job for job in plan.access if isinstance(job, SshAccess)]
