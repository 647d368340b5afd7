"""The parts of a configuration that orbgen writes, each under the place where it belongs."""

from __future__ import annotations

from typing import Any

import msgspec

from orbgen.generate.filters import expression
from orbgen.generate.templates import Templates, Verbatim, config_scalar
from orbgen.project.plan import Plan
from orbgen.project.planned_jobs import PlannedJob
from orbgen.teleport.versions import has

# The image that inline jobs run in: a shell, curl and tar are all that they need.
IMAGE = "cimg/base:2025.08"


class Block(msgspec.Struct, frozen=True):
    """Text for one section, not indented, and the names that it defines there.

    The section is `orbs`, `commands`, `jobs`, `workflows`, or `workflows.NAME` for entries of that workflow.
    """

    section: str
    names: tuple[str, ...]
    text: str


def inline_blocks(plan: Plan, templates: Templates) -> list[Block]:
    """Jobs that hold all their steps, with the commands that they share."""
    commands = _render(templates, "config/commands.yml.j2", plan)
    jobs = [_render(templates, "config/inline_job.yml.j2", plan, entry=entry, image=IMAGE) for entry in plan.access]
    entries = [_entry(templates, "config/inline_entry.yml.j2", plan, entry) for entry in plan.access]
    return [
        Block("commands", ("teleport-install", "teleport-join", "teleport-logout"), commands),
        Block("jobs", tuple([entry.name for entry in plan.access]), "".join(jobs)),
        Block(f"workflows.{plan.access[0].workflow}", (), "".join(entries)),
    ]


def orb_blocks(plan: Plan, templates: Templates, alias: str, *, imported: bool) -> list[Block]:
    """Entries that use the orb's jobs; `imported` says that the configuration has the orb under its alias already."""
    entries = [_entry(templates, "config/orb_entry.yml.j2", plan, entry, orb_alias=alias) for entry in plan.access]
    blocks = [Block(f"workflows.{plan.access[0].workflow}", (), "".join(entries))]
    if not imported:
        orbs = _render(templates, "config/orbs.yml.j2", plan, orb_alias=alias, orb=plan.orb)
        blocks.insert(0, Block("orbs", (alias,), orbs))
    return blocks


def _entry(templates: Templates, template: str, plan: Plan, entry: PlannedJob, **values: Any) -> str:
    return _render(templates, template, plan, entry=entry, filters=expression(entry.branches, entry.tags), **values)


def _render(templates: Templates, template: str, plan: Plan, **values: Any) -> str:
    version = plan.teleport.version

    def gate(feature: str) -> bool:
        return version is not None and has(feature, version)

    def script(name: str) -> str:
        if name.endswith(".j2"):
            return templates.render(name, {"teleport": plan.teleport, "has": gate}, write=_refuse)
        return templates.source(name)

    return templates.render(template, {"teleport": plan.teleport, "script": script, **values}, write=config_scalar)


def _refuse(value: Any) -> str:
    """Scripts are given values through their environment; a template that writes one into a script is a defect."""
    if isinstance(value, Verbatim):
        return value
    raise TypeError(f"a script template writes the value {value!r} into the script")
