"""What is left for the user once the files are written, in order, ready to paste."""

from __future__ import annotations

import shlex

import msgspec

from orbgen.generate.filters import expression
from orbgen.generate.resources import FOLDER, identities, makes_bot
from orbgen.generate.roles import bots, roles
from orbgen.project.plan import Plan


class NextStep(msgspec.Struct, frozen=True):
    """One thing to do: why, and the command or setting. Without a why it goes on with the step before."""

    why: str
    what: str


def next_steps(plan: Plan, orb_path: str | None = None) -> tuple[NextStep, ...]:
    """The steps that only the user can take; `orb_path` is the packed orb that has to be published first."""
    context = plan.teleport.context
    steps = _resource_steps(plan)
    if "expression" not in plan.restricted:
        why = (
            f"restrict the context {context} in CircleCI (Organization Settings, Contexts, {context}, "
            "Add Expression Restriction); without it anybody who can push can change the jobs' branches"
        )
        steps.append(NextStep(why, restriction(plan)))
    if plan.orb is not None and orb_path is not None:
        steps.append(NextStep("publish the orb", f"orbgen orb publish {orb_path} {plan.orb}"))
    steps.append(
        NextStep(
            "look at what will run, what could go wrong, and who can reach what",
            "orbgen compile && orbgen lint && orbgen trace",
        )
    )
    return tuple(steps)


def _resource_steps(plan: Plan) -> list[NextStep]:
    """The commands that create the resources."""
    target = plan.teleport.target
    if target == "terraform":
        why = "create the roles, bots and tokens in Teleport, signed in as somebody who may"
        return [NextStep(why, f"terraform -chdir={FOLDER} init && terraform -chdir={FOLDER} apply")]
    made = [
        *(["role"] if roles(plan) else []),
        *(["workload-identity"] if identities(plan) else []),
        *(["bot"] if makes_bot(plan) else []),
        "token",
    ]
    create = "kubectl apply --namespace teleport -f" if target == "operator" else "tctl create -f"
    commands = [f"{create} {FOLDER}/{kind}.yaml" for kind in made]
    if not makes_bot(plan):
        for bot in bots(plan):
            names = shlex.quote(",".join(bot.role_names))
            commands.append(f"tctl bots add {bot.name} --roles={names} --token={bot.token}")
    kinds = "the role" if len(roles(plan)) == 1 else "the roles"
    made_too = "the bot and the token" if len(bots(plan)) == 1 else "the bots and their tokens"
    why = f"create {kinds}, {made_too} " + (
        "in Teleport, in the namespace of its Kubernetes operator" if target == "operator" else "in Teleport"
    )
    return [NextStep(why, commands[0]), *[NextStep("", line) for line in commands[1:]]]


def restriction(plan: Plan) -> str:
    """The expression that keeps the context to the plan's branches and tags (circleci.md 9.1)."""
    branches = tuple(dict.fromkeys([name for job in plan.access for name in job.branches]))
    tags = tuple(dict.fromkeys([name for job in plan.access for name in job.tags]))
    allowed = expression(branches, tags)
    allowed = allowed if len(branches) + len(tags) == 1 else f"({allowed})"
    return f'{allowed} and not job.ssh.enabled and not (pipeline.config_source starts-with "api")'
