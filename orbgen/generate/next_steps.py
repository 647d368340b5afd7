"""What is left for the user once the files are written, in order, ready to paste."""

from __future__ import annotations

import msgspec

from orbgen.generate.blocks import filters
from orbgen.project.plan import Plan


class NextStep(msgspec.Struct, frozen=True):
    """One thing to do: why, and the command or setting."""

    why: str
    what: str


def next_steps(plan: Plan, orb_path: str | None = None) -> tuple[NextStep, ...]:
    """The steps that only the user can take; `orb_path` is the packed orb that has to be published first."""
    context = plan.teleport.context
    steps = [
        NextStep("create the role, the bot and the token in Teleport", "tctl create -f teleport/role.yaml"),
        NextStep("", "tctl create -f teleport/bot.yaml"),
        NextStep("", "tctl create -f teleport/token.yaml"),
        NextStep(
            f"restrict the context {context} in CircleCI (Organization Settings, Contexts, {context}, "
            "Add Expression Restriction); without it anybody who can push can change the jobs' branches",
            restriction(plan),
        ),
    ]
    if plan.orb is not None and orb_path is not None:
        steps.append(NextStep("publish the orb", f"orbgen orb publish {orb_path} {plan.orb}"))
    steps.append(NextStep("look at what will run, and at what could go wrong", "orbgen compile && orbgen lint"))
    return tuple(steps)


def restriction(plan: Plan) -> str:
    """The expression that keeps the context to the plan's branches (circleci.md 9.1)."""
    branches = tuple(dict.fromkeys([name for entry in plan.access for name in entry.branches]))
    allowed = filters(branches) if len(branches) == 1 else f"({filters(branches)})"
    return f'{allowed} and not job.ssh.enabled and not (pipeline.config_source starts-with "api")'
