"""Which bots hold a role, how that weighs what is found in it, and what else those bots have (rules.md 2.10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from orbgen.lint.findings import Confidence, Finding, Persona
from orbgen.lint.teleport_context import TeleportContext
from orbgen.teleport.reach import Principal, principals_of
from orbgen.teleport.resources import Bot, Role, known
from orbgen.teleport.role_rules import permits

# What tbot asks Teleport about a database before it gives out certificates for it.
_ASKED = [(verb, resource) for resource in ("db", "db_server") for verb in ("read", "list")]


class Holding(msgspec.Struct, frozen=True, eq=False):
    """The bots at hand that hold a role, and how much a finding in it may count."""

    bots: tuple[Bot, ...]
    confidence: Confidence = Confidence.HIGH
    persona: Persona = Persona.DEFAULT


def holding_of(role: Role, context: TeleportContext) -> Holding:
    """Who holds a role: a bot in the repository's files, or the plan's.

    Where no bot is at hand, or one whose roles a tool fills in, any role may be a bot's. Other roles are a person's,
    and shown to auditors alone.
    """
    name, bots = known(role.name), context.repository.bots
    if name is not None:
        holders = tuple([bot for bot in bots if name in [known(one) for one in bot.roles]])
        if holders or context.facts.holds(name):
            return Holding(holders)
    if not bots or any([known(one) is None for bot in bots for one in bot.roles]):
        return Holding((), Confidence.MEDIUM)
    return Holding((), persona=Persona.AUDITOR)


def as_held(findings: Iterable[Finding], role: Role, context: TeleportContext) -> Iterator[Finding]:
    """The findings in a role, as they count for who holds it. Where there are none, nobody looks who does."""
    holding: Holding | None = None
    for finding in findings:
        holding = holding or holding_of(role, context)
        yield msgspec.structs.replace(
            finding,
            confidence=min(finding.confidence, holding.confidence, key=lambda one: one.rank),
            persona=max(finding.persona, holding.persona, key=lambda one: one.rank),
        )


def principals_given(role: Role, context: TeleportContext) -> tuple[Principal, ...]:
    """The logins, users and groups that a role gives, with those that the traits of its bots fill in."""
    given = list(principals_of(role))
    if any([one.trait is not None for one in given]):
        for bot in holding_of(role, context).bots:
            given += [one for one in principals_of(role, bot) if one.trait is not None]
    return tuple(given)


def is_for_terraform(role: Role, context: TeleportContext) -> bool:
    """Whether all bots that hold a role are Terraform's alone, as the plan says."""
    names = [known(bot.name) for bot in holding_of(role, context).bots]
    return bool(names) and all([name is not None and context.facts.bot_uses.get(name) == "terraform" for name in names])


def finds_databases(role: Role, context: TeleportContext) -> bool:
    """Whether a bot with a role can look databases up, as each of its holders has to: by any of the bot's roles.

    A role that is not at hand may well let it.
    """
    if _answers(role):
        return True
    supplied = context.repository.roles
    bots = holding_of(role, context).bots
    if not bots:
        return any(map(_answers, supplied))
    for bot in bots:
        named = {known(one) for one in bot.roles}
        siblings = [one for one in supplied if known(one.name) in named]
        unseen = named - {known(one.name) for one in siblings}
        if not unseen and not any(map(_answers, siblings)):
            return False
    return True


def _answers(role: Role) -> bool:
    return all([permits(role, verb, resource) for verb, resource in _ASKED])
