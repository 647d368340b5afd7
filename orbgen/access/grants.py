"""Grants: each way into Teleport, from what starts a job to what its bot reaches (rules.md 2.10).

A grant joins both sides: a job run and its join here, and there the token that admits it, the bot and its roles. Where
a link is not known the grant says so; whoever reads it acts on what is known.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from orbgen.access.gates import Gate, Gates, Held
from orbgen.access.scenarios import ANYHOW, PLAIN
from orbgen.circleci.pipeline import JobRun
from orbgen.source.nodes import Mapping, Scalar
from orbgen.teleport.admission import Claims, admits, rule_admits
from orbgen.teleport.reach import Preset, Reach, presets, reach_of
from orbgen.teleport.resources import AllowRule, Bot, Role, Token, known

if TYPE_CHECKING:
    from orbgen.access.join import Join
    from orbgen.access.repository import Repository
    from orbgen.project.facts import Facts

# The claims of CircleCI's OIDC token that name a branch or tag.
_REFS = ("oidc.circleci.com/vcs-ref",)


class Verdict(enum.Enum):
    """Whether a token lets a job join. It is presumed to where nothing known speaks against it (rules.md 8)."""

    ADMITTED = "admitted"
    PRESUMED = "presumed to be admitted"
    REFUSED = "refused"
    UNKNOWN = "not known"


class Obstacle(enum.Enum):
    """Why a token refuses a job."""

    METHOD = "method"
    ORGANIZATION = "organization"
    PROJECT = "project"
    CONTEXT = "context"


class Admission(msgspec.Struct, frozen=True, eq=False):
    """What one token says to a join: by the first rule that lets it in, or why not."""

    token: Token
    verdict: Verdict
    rule: AllowRule | None = None
    obstacle: Obstacle | None = None

    @property
    def lets_in(self) -> bool:
        """Whether the job gets in, for all that is known."""
        return self.verdict in (Verdict.ADMITTED, Verdict.PRESUMED)

    @property
    def bound_to_ref(self) -> bool:
        """Whether the token itself looks at the branch or tag, which only `generic_oidc` can."""
        return binds_ref(self.token)


class HeldRole(msgspec.Struct, frozen=True, eq=False):
    """A role that a bot lists: Teleport's own, or one of the repository; neither is known of others."""

    written: Scalar
    role: Role | None
    preset: Preset | None
    reach: tuple[Reach, ...]

    @property
    def reaches_something(self) -> bool:
        """Whether a bot with it gets anywhere, for all that is known."""
        return (self.role is None and self.preset is not None) or any([one.usable for one in self.reach])


class Grant(msgspec.Struct, frozen=True, eq=False):
    """One way in: a job run, the join in it, the contexts that it may hold, and what Teleport makes of it.

    `admissions` are those of all tokens at hand with the name that the join gives, and `plain` the same for a pipeline
    that a push to any branch or tag starts, where the job runs then. `bots` are those that the tokens name.
    """

    run: JobRun
    join: Join
    gate: Gate
    contexts: frozenset[str]
    admissions: tuple[Admission, ...]
    plain: tuple[Admission, ...]
    bots: tuple[Bot, ...]
    roles: tuple[HeldRole, ...]

    @property
    def admission(self) -> Admission | None:
        """The first token that lets the job in, else the first that is there."""
        return _best(self.admissions)

    @property
    def open_admission(self) -> Admission | None:
        """The same where anybody's push starts the job."""
        return _best(self.plain)

    def is_guarded(self, facts: Facts) -> bool:
        """Whether a branch that nobody wrote down is kept out elsewhere, although the configuration lets it in.

        CircleCI does where it restricts every context of the job and the token demands one; Teleport where the token
        itself looks at the branch.
        """
        admission = self.open_admission
        if admission is None or admission.bound_to_ref:
            return admission is not None
        demands = admission.rule is not None and admission.rule.context is not None
        return demands and bool(self.contexts) and all([facts.context(name).closed for name in self.contexts])

    @property
    def bot_name(self) -> str | None:
        """The bot that the job becomes."""
        admission = self.admission
        return known(admission.token.bot_name) if admission is not None else None


def grants_of(
    run: JobRun, joins: tuple[Join, ...], gates: Gates, repository: Repository, facts: Facts
) -> Iterator[Grant]:
    """The grants of a job run, one for each of its joins."""
    for join in joins:
        gate = gates.of(run, run.steps[join.step]) if join.step < len(run.steps) else gates.of(run)
        anyhow, plainly = gates.held_in(run, ANYHOW), gates.held_in(run, PLAIN)
        tokens = [token for token in repository.tokens if join.token is not None and known(token.name) == join.token]
        admissions = tuple([admission(token, join, _claims(anyhow, facts)) for token in tokens])
        plain = tuple([admission(token, join, _claims(plainly, facts)) for token in tokens if gate.open])
        bots = tuple(_bots(admissions, repository))
        roles = tuple([role for bot in bots for role in held_roles(bot, repository)])
        yield Grant(run, join, gate, anyhow.names, admissions, plain, bots, roles)


def admission(token: Token, join: Join, claims: Claims) -> Admission:
    """What a token says to a join, given what CircleCI says of the job."""
    if token.method is None or join.method is None:
        return Admission(token, Verdict.UNKNOWN)
    if token.method != join.method:
        return Admission(token, Verdict.REFUSED, obstacle=Obstacle.METHOD)
    if token.method != "circleci":
        return Admission(token, Verdict.PRESUMED)
    verdict = admits(token, claims)
    if verdict is False:
        return Admission(token, Verdict.REFUSED, obstacle=_obstacle(token, claims))
    fitting = [rule for rule in token.rules if rule_admits(rule, claims) is not False]
    sure = [rule for rule in fitting if rule_admits(rule, claims)]
    rule = next(iter([*sure, *fitting]), None)
    return Admission(token, Verdict.ADMITTED if verdict else Verdict.PRESUMED, rule)


def _obstacle(token: Token, claims: Claims) -> Obstacle | None:
    """The first thing that Teleport compares and that differs; None where the token admits nobody at all."""
    organization = known(token.organization)
    if None not in (organization, claims.organization) and organization != claims.organization:
        return Obstacle.ORGANIZATION
    projects = [rule for rule in token.rules if rule.project is None or known(rule.project) in (None, claims.project)]
    if claims.project is not None and not projects:
        return Obstacle.PROJECT if token.rules else None
    return Obstacle.CONTEXT if any([rule.context is not None for rule in projects]) else None


def _claims(held: Held, facts: Facts) -> Claims:
    """What CircleCI says of a job with these contexts, as far as the plan knows their ids."""
    ids = [facts.context(name).id for name in held.names]
    known_ids = frozenset([id_ for id_ in ids if id_ is not None])
    complete = held.complete and None not in ids
    return Claims(facts.organization_id, facts.project_id, known_ids, all_contexts=complete)


def _best(admissions: tuple[Admission, ...]) -> Admission | None:
    open_first = sorted(admissions, key=lambda one: list(Verdict).index(one.verdict) if one.lets_in else len(Verdict))
    return open_first[0] if open_first else None


def _bots(admissions: tuple[Admission, ...], repository: Repository) -> Iterator[Bot]:
    names = {known(one.token.bot_name) for one in admissions if one.verdict is not Verdict.REFUSED} - {None}
    for bot in repository.bots:
        if known(bot.name) in names:
            yield bot


def held_roles(bot: Bot, repository: Repository) -> Iterator[HeldRole]:
    """The roles that a bot lists, each with what it reaches with that bot's traits."""
    for written in bot.roles:
        name = known(written)
        supplied = [role for role in repository.roles if name is not None and known(role.name) == name]
        preset = presets().get(name) if name is not None else None
        if not supplied:
            yield HeldRole(written, None, preset, ())
        for role in supplied:
            yield HeldRole(written, role, preset, reach_of(role, bot))


def binds_ref(token: Token) -> bool:
    """Whether a `generic_oidc` token demands a branch or tag; an expression that names the claim counts as one."""
    if token.method != "generic_oidc" or token.spec is None:
        return False
    block = token.spec.get("generic_oidc")
    if type(block) is not Mapping:
        return False
    fields = block.get("must_match_fields")
    if type(fields) is Mapping and any([name in fields.fields for name in _REFS]):
        return True
    allow = block.get("allow_any")
    return allow is not None and "vcs-ref" in allow.span.text
