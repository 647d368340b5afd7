"""The roles of a plan's bot: each lets in to what some jobs need, and to nothing else (teleport.md 2.2)."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import msgspec

from orbgen.project.plan import Plan
from orbgen.project.planned_jobs import (
    AnsibleAccess,
    ApplicationAccess,
    DatabaseAccess,
    KubernetesAccess,
    PlannedJob,
    RsyncAccess,
    Rule,
    ScpAccess,
    SshAccess,
    TctlAccess,
    TerraformAccess,
    WorkloadIdentityAccess,
)

_OnServers = SshAccess | ScpAccess | RsyncAccess | AnsibleAccess
_READ = ["list", "read"]


class Role(msgspec.Struct, frozen=True):
    """A role: what it allows, in the form of its resource, and the jobs that it is for."""

    name: str
    allow: dict[str, Any]
    jobs: tuple[str, ...]

    @property
    def purpose(self) -> str:
        """What it is for, in words."""
        return f"What the CircleCI {'job' if len(self.jobs) == 1 else 'jobs'} {', '.join(self.jobs)} may reach."

    @property
    def allow_of_lists(self) -> dict[str, Any]:
        """What it allows, with a list of values for each label, as Terraform's provider wants it."""
        return {
            key: {name: [text] for name, text in value.items()} if key.endswith("_labels") else value
            for key, value in self.allow.items()
        }


def roles(plan: Plan) -> tuple[Role, ...]:
    """A role for each set of labels or rules: one that joined them would let everything in to everything."""
    grouped: dict[Hashable, list[PlannedJob]] = {}
    for job in plan.access:
        if _allowed(job):
            grouped.setdefault(_group(job), []).append(job)
    found = []
    for jobs in grouped.values():
        allow: dict[str, Any] = {}
        for job in jobs:
            allow = _joined(allow, _allowed(job))
        name = plan.teleport.role if len(grouped) == 1 else f"{plan.teleport.role}-{jobs[0].name}"
        found.append(Role(name, allow, tuple([job.name for job in jobs])))
    return tuple(found)


def copies_files(plan: Plan) -> bool:
    """Whether a job of the plan copies files over SSH; one role that forbids it forbids it to the whole bot."""
    return any([isinstance(job, ScpAccess | AnsibleAccess) for job in plan.access])


def _group(job: PlannedJob) -> Hashable:
    """What jobs have in common that share a role: the labels of servers or applications, or all that they need."""
    if isinstance(job, _OnServers):
        return ("servers", *sorted(job.labels.items()))
    return repr(_allowed(job))


def _joined(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """What both allow, for jobs of one group: they differ in their logins at most."""
    if "logins" in first:
        return {**first, "logins": list(dict.fromkeys([*first["logins"], *second["logins"]]))}
    return second


def _allowed(job: PlannedJob) -> dict[str, Any]:
    """What a job needs to be allowed; nothing where that cannot be told, as for a tbot.yaml of the user's."""
    if isinstance(job, _OnServers):
        return {"logins": [job.login], "node_labels": job.labels}
    if isinstance(job, KubernetesAccess):
        return _kubernetes(job)
    if isinstance(job, DatabaseAccess):
        return {
            "db_labels": job.labels,
            "db_names": [job.database],
            "db_users": [job.username],
            # tbot has to look the database up.
            "rules": [{"resources": ["db_server", "db"], "verbs": _READ}],
        }
    if isinstance(job, ApplicationAccess):
        return {"app_labels": job.labels}
    if isinstance(job, WorkloadIdentityAccess):
        rules = [{"resources": ["workload_identity"], "verbs": _READ}]
        return {"workload_identity_labels": job.labels, "rules": rules}
    if isinstance(job, TctlAccess | TerraformAccess):
        return {"rules": [_rule(rule) for rule in job.rules]}
    return {}


def _kubernetes(job: KubernetesAccess) -> dict[str, Any]:
    allowed: dict[str, Any] = {"kubernetes_labels": job.labels}
    if job.groups:
        allowed["kubernetes_groups"] = list(job.groups)
    if job.users:
        allowed["kubernetes_users"] = list(job.users)
    allowed["kubernetes_resources"] = [
        {"kind": "*", "namespace": namespace, "name": "*", "verbs": ["*"]} for namespace in job.namespaces
    ]
    return allowed


def _rule(rule: Rule) -> dict[str, Any]:
    return {"resources": list(rule.resources), "verbs": list(rule.verbs)}
