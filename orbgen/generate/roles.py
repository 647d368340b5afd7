"""The bots of a plan and their roles, each of which lets in to what some jobs need and nothing else (teleport.md 2)."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import msgspec

from orbgen.project.facts import seconds
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
    """A role: what it allows, in the form of its resource, the jobs that it is for, and how they may use it.

    `ttl` and `copies_files` are the same in all roles of a bot: the strictest of them would hold for the whole bot.
    """

    name: str
    allow: dict[str, Any]
    jobs: tuple[str, ...]
    ttl: str
    copies_files: bool

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


class Bot(msgspec.Struct, frozen=True):
    """A bot, the token that it joins with, and the roles that are made for it or are there already."""

    name: str
    token: str
    roles: tuple[Role, ...]
    further_roles: tuple[str, ...]
    ttl: str

    @property
    def role_names(self) -> tuple[str, ...]:
        """The names of all its roles."""
        return (*[role.name for role in self.roles], *self.further_roles)

    @property
    def ttl_in_seconds(self) -> str:
        """The longest that its certificates may live, as Protocol Buffers write durations."""
        return f"{seconds(self.ttl)}s"


def bots(plan: Plan) -> tuple[Bot, ...]:
    """The bots of a plan: that of `teleport`, and one for each name that jobs give."""
    teleport = plan.teleport
    found = []
    for name in dict.fromkeys([job.bot or teleport.bot for job in plan.access]):
        jobs = [job for job in plan.access if (job.bot or teleport.bot) == name]
        main = name == teleport.bot
        ttl = max([job.ttl for job in jobs], key=seconds)
        further = teleport.roles if main else ()
        found.append(Bot(name, token_of(plan, name), _roles(jobs, teleport.role if main else name, ttl), further, ttl))
    return tuple(found)


def token_of(plan: Plan, bot: str | None) -> str:
    """The name of the token that a bot joins with; None stands for the bot of `teleport`."""
    return plan.teleport.token if bot in (None, plan.teleport.bot) else str(bot)


def roles(plan: Plan) -> tuple[Role, ...]:
    """All roles that are made for a plan."""
    return tuple([role for bot in bots(plan) for role in bot.roles])


def _roles(jobs: list[PlannedJob], prefix: str, ttl: str) -> tuple[Role, ...]:
    """A role for each set of labels or rules: one that joined them would let everything in to everything."""
    grouped: dict[Hashable, list[PlannedJob]] = {}
    for job in jobs:
        if _allowed(job):
            grouped.setdefault(_group(job), []).append(job)
    copies = any([isinstance(job, ScpAccess | AnsibleAccess) for job in jobs])
    found = []
    for own in grouped.values():
        allow: dict[str, Any] = {}
        for job in own:
            allow = _joined(allow, _allowed(job))
        name = prefix if len(grouped) == 1 else f"{prefix}-{own[0].name}"
        found.append(Role(name, allow, tuple([job.name for job in own]), ttl, copies))
    return tuple(found)


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
