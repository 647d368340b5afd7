"""A context or a token that more jobs have than need it."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.access.following import commands_of
from orbgen.access.gates import Result
from orbgen.circleci.pipeline import JobRun
from orbgen.circleci.text import is_known
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.source.nodes import Scalar
from orbgen.source.problems import Note

RULE = Rule(
    name="teleport-shared-identity",
    sees=Sees.CONFIG,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    since="0.1",
    needs=("tbot", "terraform", "tofu"),
)

MOST_RELATED = 3
# What runs scripts of the checkout, which may join as well.
_RUNNERS = frozenset(("sh", "bash", "zsh", "source", ".", "make", "just", "task", "npm", "yarn", "pnpm"))


def check(context: Context) -> Iterator[Finding]:
    """The context for Teleport where nobody joins, and one token behind a gate and without."""
    joining = [run for run in context.pipeline.job_runs if context.joins(run)]
    if joining:
        yield from _contexts(joining, context)
        yield from _tokens(joining, context)


def _contexts(joining: list[JobRun], context: Context) -> Iterator[Finding]:
    names = _teleport_contexts(joining, context)
    idle = [run for run in context.pipeline.job_runs if run.contexts and not context.joins(run) and _is_plain(run)]
    for name in sorted(names):
        if context.facts.context(name).shared:
            continue
        held = [(item, run) for run in idle for item in run.contexts if is_known(item) and item.text == name]
        if not held:
            continue
        item, run = held[0]
        yield context.found(
            RULE,
            run,
            f"'{run.name}' holds the context '{name}' and joins nothing, so code of this job can join as well",
            item.span,
            kind="context",
            path="context",
            label="Teleport cannot tell this job from those that need it",
            related=_related(held[1:], joining, name),
            help=f"take it away here; if it is meant, say so in the plan: `contexts: {{{name}: {{shared: true}}}}`",
        )


def _related(held: list[tuple[Scalar, JobRun]], joining: list[JobRun], name: str) -> tuple[Note, ...]:
    others = [Note(item.span, f"'{run.name}' holds it too") for item, run in held[: MOST_RELATED - 1]]
    users = [item for run in joining for item in run.contexts if item.text == name]
    return (*others, *[Note(item.span, "this job joins with it") for item in users[:1]])


def _teleport_contexts(joining: list[JobRun], context: Context) -> set[str]:
    """The contexts that are for Teleport: as the plan or their names say, else the one that all joins share."""
    held = [{item.text for item in run.contexts if is_known(item)} for run in joining]
    named = {name for names in held for name in names if context.facts.is_for_teleport(name)}
    if named:
        return named
    common = set.intersection(*held)
    return common if len(common) == 1 else set()


def _is_plain(run: JobRun) -> bool:
    """Whether everything that a job runs is here to see: no orb from elsewhere, no script of the checkout."""
    if run.type != "build" or run.opaque or any([step.opaque for step in run.steps]):
        return False
    for at in commands_of(run, lambda text: True):
        name = at.command.words[0].literal if at.command.words else None
        if name is None or "/" in name.removeprefix("/usr/bin/").removeprefix("/bin/") or name in _RUNNERS:
            return False
    return True


def _tokens(joining: list[JobRun], context: Context) -> Iterator[Finding]:
    by_token: dict[str, list[tuple[JobRun, int]]] = {}
    for run in joining:
        for index, join in enumerate(context.joins(run)):
            if join.token is not None and join.method != "token":
                by_token.setdefault(join.token, []).append((run, index))
    for name, uses in by_token.items():
        gated = [use for use in uses if _result(use, context) is Result.GATED]
        opened = [use for use in uses if _result(use, context) is Result.OPEN]
        if not gated or not opened:
            continue
        run, index = opened[0]
        join = context.joins(run)[index]
        setting = join.settings["token"]
        guarded = context.joins(gated[0][0])[gated[0][1]]
        yield context.found(
            RULE,
            run,
            f"'{run.name}' joins by the token '{name}' for every branch, and '{gated[0][0].name}' by the same one "
            "behind a gate",
            setting.span,
            call=run.steps[join.step].call,
            kind="token",
            severity=Severity.HIGH,
            path=f"steps/{join.step}/token",
            label="to Teleport both are one bot",
            related=(Note(guarded.settings["token"].span, f"'{gated[0][0].name}' joins here"),),
            help="make a token, a bot and a role of its own for each, so that the open job reaches only what it tests",
        )


def _result(use: tuple[JobRun, int], context: Context) -> Result:
    run, index = use
    return context.gates.result(run, run.steps[context.joins(run)[index].step])
