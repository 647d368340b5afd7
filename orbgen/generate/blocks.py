"""The parts of a configuration that orbgen writes, each under the place where it belongs."""

from __future__ import annotations

from typing import Any

import msgspec

from orbgen.generate.commands import Commands
from orbgen.generate.filters import branch_patterns, expression, tag_patterns
from orbgen.generate.images import image_for
from orbgen.generate.roles import token_of
from orbgen.generate.templates import Templates, config_scalar
from orbgen.project.plan import Plan
from orbgen.project.planned_jobs import (
    AnsibleAccess,
    PlannedJob,
    RsyncAccess,
    ScpAccess,
    SshAccess,
    TbotAccess,
    TctlAccess,
)
from orbgen.teleport.versions import has


class Block(msgspec.Struct, frozen=True):
    """Text for one section, not indented, and the names that it defines there.

    The section is `orbs`, `commands`, `jobs`, `workflows`, or `workflows.NAME` for entries of that workflow.
    """

    section: str
    names: tuple[str, ...]
    text: str


def blocks(plan: Plan, templates: Templates, alias: str | None = None, *, imported: bool = False) -> list[Block]:
    """What a plan puts into a configuration.

    `alias` is that of the orb for a plan of style `orb`; `imported` says that the configuration has it already.
    """
    commands = Commands(plan, templates, alias)
    jobs = "".join([_job(plan, templates, job, commands) for job in plan.access])
    found = []
    if alias is not None and not imported:
        values = {"orb_alias": alias, "orb": plan.orb}
        found.append(Block("orbs", (alias,), templates.render("config/orbs.yml.j2", values, write=config_scalar)))
    if commands.names:
        found.append(Block("commands", commands.names, commands.text))
    found.append(Block("jobs", tuple([job.name for job in plan.access]), jobs))
    for workflow in dict.fromkeys([job.workflow for job in plan.access]):
        own = [job for job in plan.access if job.workflow == workflow]
        found.append(Block(f"workflows.{workflow}", (), _entries(plan, templates, own)))
    return found


def _job(plan: Plan, templates: Templates, job: PlannedJob, commands: Commands) -> str:
    values = {
        "job": job,
        "teleport": plan.teleport,
        "token": token_of(plan, job.bot),
        "version": str(plan.teleport.version or "auto"),
        "image": job.image or image_for(job.kind),
        "checkout": _checks_out(job),
        "binaries": " ".join(_binaries(plan, job)),
        "command": commands.name,
    }
    return templates.render("config/job.yml.j2", values, write=config_scalar)


def _checks_out(job: PlannedJob) -> bool:
    """Whether a job needs the repository; where the plan does not say, it is told from what the job does."""
    if job.checkout is not None:
        return job.checkout
    if isinstance(job, SshAccess):
        return job.script is not None
    if isinstance(job, ScpAccess | RsyncAccess):
        # What is copied comes from the workspace that the job attaches, or else from the repository.
        return job.workspace is None
    return not isinstance(job, TctlAccess)


def _binaries(plan: Plan, job: PlannedJob) -> tuple[str, ...]:
    """Teleport's programs that a job uses."""
    if isinstance(job, TctlAccess):
        return ("tbot", "tctl")
    version = plan.teleport.version
    # An older ssh_config calls tsh instead of tbot.
    older = version is None or not has("ssh-proxy-command", version)
    by_tsh = isinstance(job, SshAccess) and job.client == "tsh"
    by_openssh = isinstance(job, SshAccess | ScpAccess | RsyncAccess | AnsibleAccess) and older
    return ("tbot", "tsh") if by_tsh or by_openssh or isinstance(job, TbotAccess) else ("tbot",)


def _entries(plan: Plan, templates: Templates, jobs: list[PlannedJob]) -> str:
    """The entries of one workflow: the jobs, each behind the job in which somebody approves it."""
    text = ""
    approved: set[str] = set()
    for job in jobs:
        name = job.approval_job
        if name is not None and name not in approved:
            approved.add(name)
            text += _approval(plan, templates, name, [one for one in jobs if one.approval_job == name])
        values = {
            "job": job,
            "requires": (*([name] if name is not None else []), *job.requires),
            "contexts": (plan.teleport.context, *job.contexts),
            **_filters(plan, job.branches, job.tags),
        }
        text += templates.render("config/entry.yml.j2", values, write=config_scalar)
    return text


def _approval(plan: Plan, templates: Templates, name: str, jobs: list[PlannedJob]) -> str:
    branches = tuple(dict.fromkeys([branch for job in jobs for branch in job.branches]))
    tags = tuple(dict.fromkeys([tag for job in jobs for tag in job.tags]))
    values = {"name": name, **_filters(plan, branches, tags)}
    return templates.render("config/approval.yml.j2", values, write=config_scalar)


def _filters(plan: Plan, branches: tuple[str, ...], tags: tuple[str, ...]) -> dict[str, Any]:
    return {
        "form": plan.filters,
        "expression": expression(branches, tags),
        "branches": branch_patterns(branches),
        "tags": tag_patterns(tags),
    }
