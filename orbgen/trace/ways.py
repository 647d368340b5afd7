"""The ways into Teleport: from what starts a job, by its contexts, a token, a bot and a role, to what that reaches."""

from __future__ import annotations

import enum
import os
from collections.abc import Iterator

import msgspec

from orbgen.access.gates import Gates
from orbgen.access.grants import Admission, Grant, HeldRole, Obstacle, Verdict, grants_of
from orbgen.access.join import Join
from orbgen.access.repository import Configuration, Repository
from orbgen.project.facts import Facts
from orbgen.source.span import Span
from orbgen.teleport.reach import Openness, Reach, Target
from orbgen.teleport.resources import known
from orbgen.trace.starts import Exposure, Start, start_of

_OBSTACLES = {
    Obstacle.METHOD: "its join method is another one",
    Obstacle.ORGANIZATION: "it is for another organization",
    Obstacle.PROJECT: "no rule of it takes this project",
    Obstacle.CONTEXT: "no rule of it takes the contexts of this job",
}


_OF_PRESETS = {
    "access": (Target.NODES, Target.APPLICATIONS, Target.DATABASES, Target.KUBERNETES),
    "editor": (Target.TELEPORT,),
    "terraform-provider": (Target.TELEPORT,),
}


class Kind(enum.Enum):
    """What a stop of a way is."""

    START = "trigger"
    JOB = "job"
    TOKEN = "token"
    BOT = "bot"
    ROLE = "role"
    TARGET = "target"


class Stop(msgspec.Struct, frozen=True):
    """One stop of a way. Stops of one `kind` and `key` are the same in every way.

    `settles` says what would make a stop known that is not; `wide` marks what takes in everything there is.
    """

    kind: Kind
    key: str
    words: str
    place: Span | None = None
    settles: str | None = None
    wide: bool = False


class Way(msgspec.Struct, frozen=True, eq=False):
    """One way in, from a configuration at a path in its checkout.

    `refused` says why Teleport does not let it through, None where it does for all that is known. `reaches` are what it
    comes to in the end, none where that is not known or nothing.
    """

    path: str
    workflow: str
    job: str
    exposure: Exposure
    kinds: tuple[str, ...]
    contexts: tuple[str, ...]
    stops: tuple[Stop, ...]
    grant: Grant
    gates: Gates
    reaches: tuple[Reach, ...] = ()
    refused: str | None = None

    @property
    def key(self) -> str:
        """What tells a way from all others, whatever the lines it is written in."""
        return " > ".join([stop.key for stop in self.stops if stop.kind is not Kind.START])

    @property
    def bot(self) -> str | None:
        """The bot that the job becomes."""
        return self.grant.bot_name

    @property
    def unknown(self) -> tuple[Stop, ...]:
        """The stops of which something is not known."""
        return tuple([stop for stop in self.stops if stop.settles is not None])


def ways_of(repository: Repository, facts: Facts) -> tuple[Way, ...]:
    """Every way into Teleport from the pipelines of a repository, in the order of files, jobs and joins."""
    return tuple([way for configuration in repository.pipelines for way in _of_file(configuration, repository, facts)])


def _of_file(configuration: Configuration, repository: Repository, facts: Facts) -> Iterator[Way]:
    gates = configuration.gates
    path = os.path.relpath(os.path.abspath(configuration.path), os.path.abspath(repository.checkout.root))
    for run in configuration.pipeline.job_runs:
        joins = configuration.joins(run)
        # One script may start tbot in several ways, of which one happens; the one that says more speaks for all.
        named = {join.step for join in joins if join.token is not None}
        told = tuple([join for join in joins if join.token is not None or join.step not in named])
        for grant in grants_of(run, told, gates, repository, facts):
            start = start_of(run, gates, grant.gate, guarded=grant.is_guarded(facts))
            yield from _of_grant(grant, start, path, gates, facts)


def _of_grant(grant: Grant, start: Start, path: str, gates: Gates, facts: Facts) -> Iterator[Way]:
    run = grant.run
    begin = (
        Stop(Kind.START, start.words, start.words, start.place),
        Stop(Kind.JOB, f"{path}:{run.workflow}/{run.name}", _job_words(grant, facts), run.call.span),
    )

    def way(*stops: Stop, reaches: tuple[Reach, ...] = (), refused: str | None = None) -> Way:
        held, every = tuple(sorted(grant.contexts)), (*begin, *stops)
        return Way(
            path, run.workflow, run.name, start.exposure, start.kinds, held, every, grant, gates, reaches, refused
        )

    admission = grant.admission
    token, refused = _token(grant, admission), _refusal(admission)
    if refused is not None or admission is None:
        yield way(token, refused=refused)
        return
    bot = _bot(grant, admission)
    if not grant.roles:
        yield way(token, bot)
    for held in grant.roles:
        role = _role(held)
        targets = list(_targets(held))
        if not targets:
            yield way(token, bot, role)
        for target, reaches in targets:
            yield way(token, bot, role, target, reaches=reaches)


def _job_words(grant: Grant, facts: Facts) -> str:
    held = []
    for name in sorted(grant.contexts):
        restricted = facts.context(name).restricted
        how = f", restricted in CircleCI by {' and '.join(sorted(restricted))}" if restricted else ""
        held.append(f"context {name}{how}")
    return f"job {grant.run.name} of workflow {grant.run.workflow} ({'; '.join(held) or 'no context'})"


def _token(grant: Grant, admission: Admission | None) -> Stop:
    join: Join = grant.join
    if admission is None:
        named = join.token if join.method != "token" else None
        settled = "the token's file in this repository" if named else "a token whose name the configuration says"
        return Stop(Kind.TOKEN, f"token {named or '?'}", f"token {named or '?'}", join.span, settled)
    name = known(admission.token.name) or "?"
    words = f"token {name}{_rule_words(admission)}"
    place = admission.rule.node.span if admission.rule is not None else admission.token.place
    settles = None
    if admission.verdict is Verdict.PRESUMED and admission.token.method == "circleci":
        settles = "organization-id, project-id and the ids of the contexts in orbgen.yml"
    elif admission.verdict is Verdict.UNKNOWN:
        settles = "the join method, in plain text"
    return Stop(Kind.TOKEN, words, words, place, settles)


def _rule_words(admission: Admission) -> str:
    """Which rule of a token lets a job in, and whom else."""
    if admission.rule is None:
        return " (demands a branch or tag)" if admission.bound_to_ref else ""
    number = next((index for index, rule in enumerate(admission.token.rules, 1) if rule is admission.rule), 1)
    rule = admission.rule
    if rule.context is None:
        whom = "every job of the project"
    else:
        whom = "any project with this context" if rule.project is None else "this project with this context"
    return f", rule {number} ({whom})"


def _refusal(admission: Admission | None) -> str | None:
    if admission is None or admission.verdict is not Verdict.REFUSED:
        return None
    return _OBSTACLES.get(admission.obstacle, "it lets nobody in") if admission.obstacle else "it lets nobody in"


def _bot(grant: Grant, admission: Admission) -> Stop:
    name = grant.bot_name or "?"
    if not grant.bots:
        return Stop(Kind.BOT, f"bot {name}", f"bot {name}", admission.token.place, "the bot's file in this repository")
    place = grant.bots[0].place
    return Stop(Kind.BOT, f"bot {name}", f"bot {name}{'' if grant.roles else ' (no role)'}", place)


def _role(held: HeldRole) -> Stop:
    name = held.written.text
    words = f"role {name}"
    if held.role is not None:
        return Stop(Kind.ROLE, words, words, held.role.place)
    if held.preset is not None:
        return Stop(Kind.ROLE, words, f"{words} (Teleport's own)", held.written.span)
    return Stop(Kind.ROLE, words, words, held.written.span, "the role's file in this repository")


def _targets(held: HeldRole) -> Iterator[tuple[Stop, tuple[Reach, ...]]]:
    if held.role is None and held.preset is not None:
        gives, place = held.preset.gives, held.written.span
        targets = _OF_PRESETS.get(held.preset.name, ())
        reaches = tuple([Reach(target, place, openness=Openness.WILDCARD) for target in targets])
        yield Stop(Kind.TARGET, gives, gives, place, wide=held.preset.severity != "low"), reaches
    for reach in held.reach:
        if reach.usable:
            settles = "labels that no tool fills in" if reach.unclear else None
            yield Stop(Kind.TARGET, reach.words, reach.words, reach.place, settles, reach.everything), (reach,)
