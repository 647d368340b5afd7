"""What starts a job run, in the words of its author: the branches, tags, schedules, conditions and approvals."""

from __future__ import annotations

import enum
from collections.abc import Iterator

import msgspec

from orbgen.access.gates import Gate, Gates, Result
from orbgen.access.openness import approvals_before, opening_of
from orbgen.circleci.pipeline import JobRun, Workflow
from orbgen.circleci.text import is_known
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence
from orbgen.source.span import Span

MOST_NAMES = 4


class Exposure(enum.Enum):
    """Who gets in: anybody who pushes, whoever can choose a text or call the API, or only those let in.

    Where it is guarded the configuration is open, and a restriction of the context or the token keeps others out.
    """

    OPEN = "open"
    WEAK = "weak"
    UNKNOWN = "unknown"
    GUARDED = "guarded"
    GATED = "gated"


_EXPOSURES = {
    Result.OPEN: Exposure.OPEN,
    Result.WEAK_TEXT: Exposure.WEAK,
    Result.WEAK_CALLER: Exposure.WEAK,
    Result.UNKNOWN: Exposure.UNKNOWN,
    Result.GATED: Exposure.GATED,
}


class Start(msgspec.Struct, frozen=True):
    """What starts a job run. `kinds` are the triggers that can: branch, tag, schedule, api, text."""

    words: str
    exposure: Exposure
    kinds: tuple[str, ...]
    place: Span


def start_of(run: JobRun, gates: Gates, gate: Gate, *, guarded: bool) -> Start:
    """What starts a job run whose gate, with the conditions of a step, is known."""
    exposure = Exposure.GUARDED if guarded and gate.open else _EXPOSURES[gate.result]
    if gate.result is Result.OPEN:
        opening = opening_of(run, gates)
        scheduled = _schedules(gates.workflow_of(run))
        words = f"a push to any {opening.everything}" if not scheduled else f"schedule {scheduled} on any branch"
        return Start(words, exposure, ("schedule",) if scheduled else (opening.everything,), opening.place)
    if gate.result is Result.WEAK_CALLER:
        return Start("whoever starts a pipeline by the API", exposure, ("api",), run.call.span)
    if gate.result is Result.WEAK_TEXT:
        return Start("whoever writes a commit or a pull request", exposure, ("text",), run.call.span)
    workflow = gates.workflow_of(run)
    kinds = tuple(_kinds(run, workflow, gate))
    return Start(" ".join(_parts(run, workflow)), exposure, kinds, _place(run, workflow))


def _kinds(run: JobRun, workflow: Workflow, gate: Gate) -> Iterator[str]:
    if _schedules(workflow):
        yield "schedule"
        return
    if "tag" in gate.reasons:
        yield "tag"
    if "schedule" in gate.reasons:
        yield "schedule"
    if set(gate.reasons) - {"tag", "schedule", "never"} or not gate.reasons:
        yield "branch"


def _parts(run: JobRun, workflow: Workflow) -> Iterator[str]:
    """The pieces of the sentence, from the trigger to the approvals."""
    schedules = _schedules(workflow)
    if schedules:
        yield f"schedule {schedules}"
    elif run.filter_condition is not None:
        yield f"a push where {_code(run.filter_condition.span)}"
    else:
        yield _filtered(run.filters) or "a push"
    for condition in workflow.conditions:
        yield f"{'unless' if condition.negated else 'when'} {_code(condition.span)}"
    approvals = approvals_before(run)
    if approvals:
        yield f"after somebody approves {_list([one.name for one in approvals])}"


def _filtered(filters: Content | None) -> str:
    """The branches and tags of filters in the form of a map."""
    if type(filters) is not Mapping:
        return ""
    branches, tags = _only(filters.get("branches")), _only(filters.get("tags"))
    found = [f"branch {branches}"] if branches else []
    found += [f"tag {tags}"] if tags else []
    return f"a push to {' or '.join(found)}" if found else ""


def _only(rule: Content | None) -> str:
    only = rule.get("only") if type(rule) is Mapping else rule
    items = only.elements if type(only) is Sequence else [only]
    names = [item.text for item in items if isinstance(item, Scalar) and is_known(item)]
    return _list(names)


def _schedules(workflow: Workflow) -> str:
    triggers = workflow.node.get("triggers") if workflow.node is not None else None
    found = []
    for item in triggers.elements if type(triggers) is Sequence else ():
        schedule = item.get("schedule") if type(item) is Mapping else None
        cron = schedule.get("cron") if type(schedule) is Mapping else None
        if isinstance(cron, Scalar):
            found.append(f"`{cron.text}`")
    return _list(found)


def _place(run: JobRun, workflow: Workflow) -> Span:
    if run.filter_condition is not None:
        return run.filter_condition.span
    if run.filters is not None:
        return run.filters.span
    return workflow.conditions[0].span if workflow.conditions else run.call.span


def _code(span: Span) -> str:
    return f"`{' '.join(span.text.split())}`"


def _list(names: list[str]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join([*names[:MOST_NAMES], *([f"{more} more"] if more > 0 else [])])
