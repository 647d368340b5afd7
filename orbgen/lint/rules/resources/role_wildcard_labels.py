"""Roles of bots whose labels take in everything there is, and what is added later."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.lint.analyses.resources.holding import as_held
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.lint.teleport_context import TeleportContext
from orbgen.teleport.mistakes import Effect
from orbgen.teleport.reach import Openness, Reach, Target, reach_of
from orbgen.teleport.resources import Role

RULE = Rule(
    name="role-wildcard-labels",
    sees=Sees.ROLE,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
)

_HELP = "name labels that only what the job needs has, such as `env: staging`"
# From here on a role for clusters reaches all kinds of resources in them, unless it says which.
_ALL_KINDS = 7


def check(role: Role, context: TeleportContext) -> Iterator[Finding]:
    """Each kind of thing that a bot's role opens as a whole; with little confidence where it can use none of it."""
    yield from as_held(_found(role, context), role, context)


def _found(role: Role, context: TeleportContext) -> Iterator[Finding]:
    reached = reach_of(role)
    for reach in reached:
        if reach.opening is not None and reach.openness is not Openness.UNSET:
            assert reach.openness is not None
            yield context.found_in(
                RULE,
                role,
                f"the role reaches {reach.words}, also what is added later: `{reach.opening.text}` takes in all labels",
                reach.opening,
                kind=reach.openness.value,
                confidence=None if reach.usable else Confidence.LOW,
                help=_HELP,
                effect=Effect.OPEN,
            )
        if _takes_all_kinds(role, reach):
            yield context.found_in(
                RULE,
                role,
                f"the role reaches every kind of resource in {reach.words}, as it does not say which",
                reach.place,
                kind="kube-default",
                severity=Severity.MEDIUM,
                confidence=Confidence.MEDIUM,
                help="list the kinds, names, namespaces and verbs that the job needs under `kubernetes_resources`",
                effect=Effect.OPEN,
            )
    unset = [reach.words for reach in reached if reach.openness is Openness.UNSET]
    if unset:
        yield context.found_in(
            RULE,
            role,
            f"a role of version v3 takes labels that it does not set for all of them, and so reaches "
            f"{', and '.join(unset)}",
            role.version_place,
            kind="v3",
            help="write `version: v7`, where labels that are not set take in nothing",
            effect=Effect.OPEN,
        )


def _takes_all_kinds(role: Role, reach: Reach) -> bool:
    restricted = role.allow is not None and "kubernetes_resources" in role.allow.fields
    is_newer = role.version is not None and role.version >= _ALL_KINDS
    return is_newer and reach.target is Target.KUBERNETES and reach.usable and not restricted
