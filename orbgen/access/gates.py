"""Gates: whether a configuration runs a job for a branch or tag that nobody wrote down, with nobody's approval.

The question and its answers are those of rules.md 2.1. A gate is about accidents and about people who choose a branch,
tag, text or parameter; whoever may push can push another configuration.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping as Map
from functools import lru_cache
from typing import TypeAlias

import msgspec

from orbgen.access.event_reads import missing_read
from orbgen.access.outcomes import TRUE, UNCLEAR, Outcome, Outcomes, Special, can_be_true
from orbgen.access.running import Running
from orbgen.access.scenarios import BRANCH, CALLERS, CRONS, PLAIN, PUSHES, SCHEDULES, TAG, TAGS, TEXTS, Scenario
from orbgen.circleci.pipeline import Condition, JobRun, Pipeline, Step, Workflow
from orbgen.circleci.text import value_of
from orbgen.circleci.truth import Unknown
from orbgen.source.nodes import Scalar

_ANY: Outcomes = frozenset((Special.ANY,))
_CHOSEN: Outcomes = frozenset((Special.CHOSEN,))
_EMPTY: Outcomes = frozenset(("",))


# A job run, and the conditions of one of its steps.
_Key: TypeAlias = tuple[int, tuple[int, ...]]


class Result(enum.Enum):
    """Whether a job run is gated. The weak results hold only for those who can choose a text or a parameter."""

    OPEN = "not gated"
    WEAK_TEXT = "not gated (weak: text)"
    WEAK_CALLER = "not gated (weak: caller)"
    UNKNOWN = "unknown"
    GATED = "gated"


class Gate(msgspec.Struct, frozen=True):
    """The answer for one job run or step.

    `reasons` are what it takes to get through a gate that is closed: branch, default-branch, tag, approval, schedule,
    merge, sender; `never` where nothing is enough. `bounded` are the values, of branch and tag, that can only be names
    written in the configuration.
    """

    result: Result
    reasons: tuple[str, ...] = ()
    bounded: frozenset[str] = frozenset()

    @property
    def open(self) -> bool:
        """Whether any branch, tag or schedule gets in."""
        return self.result is Result.OPEN


class Held(msgspec.Struct, frozen=True):
    """The contexts that a job run may hold; it is not `complete` where an expression may come out as another one."""

    names: frozenset[str]
    complete: bool


# What may be needed to get through, as scenarios in which it is given.
_DEFAULT = {"pipeline.git.branch.is_default": TRUE}
_MERGED = {"pipeline.event.github.pull_request.merged": TRUE}
_SENDER = {"pipeline.event.github.sender.login": _ANY, "pipeline.event.github.sender.type": _ANY}


# Who approves a job, or starts it with parameters, does so for a name that somebody else has chosen.
_CHOSEN_NAMES = (
    (BRANCH, tuple([one.suppose({BRANCH: _CHOSEN}, approved=True) for one in (*PUSHES, *TEXTS, *CALLERS)])),
    (TAG, tuple([one.suppose({BRANCH: _EMPTY, TAG: _CHOSEN}, approved=True) for one in (*TAGS, *CALLERS)])),
)


class Gates:
    """The gates of one pipeline, each worked out once."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._running = Running(pipeline)
        self._gates: dict[_Key, Gate] = {}
        self._results: dict[_Key, Result] = {}
        self._bounds: dict[_Key, frozenset[str]] = {}

    def of(self, run: JobRun, step: Step | None = None) -> Gate:
        """The gate of a job run, or of one of its steps, whose own conditions count as well."""
        key, conditions = _key(run, step)
        found = self._gates.get(key)
        if found is None:
            result = self.result(run, step)
            reasons = self._reasons(run, conditions) if result is Result.GATED else ()
            found = self._gates[key] = Gate(result, reasons, self.bounded(run, step))
        return found

    def result(self, run: JobRun, step: Step | None = None) -> Result:
        """The gate's result alone, which takes a fraction of the time."""
        key, conditions = _key(run, step)
        found = self._results.get(key)
        if found is None:
            found = self._results[key] = self._result(run, conditions)
        return found

    def bounded(self, run: JobRun, step: Step | None = None) -> frozenset[str]:
        """What the gate bounds, alone."""
        key, conditions = _key(run, step)
        found = self._bounds.get(key)
        if found is None:
            found = self._bounds[key] = self._bounded(run, conditions)
        return found

    def workflow_of(self, run: JobRun) -> Workflow:
        """The workflow that a job run belongs to."""
        return self._running.workflow_of(run)

    def missing_read(self, condition: Condition) -> str | None:
        """The value of a pull request or comment that a condition reads when somebody pushes, where there is none."""
        if condition.formula is None:
            return None
        in_order = isinstance(condition.node, Scalar)
        return missing_read(condition.formula, self._running.lookup(PUSHES[0]), in_order=in_order)

    def runs_in(self, run: JobRun, scenarios: tuple[Scenario, ...]) -> bool | None:
        """Whether a job run can run in one of the scenarios; None where that cannot be worked out."""
        return _any([self._running.runs(run, scenario) for scenario in scenarios])

    def own_in(self, run: JobRun, scenarios: tuple[Scenario, ...]) -> bool | None:
        """Whether a job's own filters and its workflow let it run, whatever it requires."""
        return _any([self._running.own(run, scenario) for scenario in scenarios])

    def workflow_in(self, run: JobRun, scenarios: tuple[Scenario, ...]) -> bool | None:
        """Whether the conditions of a job run's workflow let it run, alone."""
        return _any([self._running.workflow(self.workflow_of(run), scenario) for scenario in scenarios])

    def filters_in(self, run: JobRun, scenarios: tuple[Scenario, ...]) -> bool | None:
        """Whether a job's own filters let it run, alone."""
        return _any([self._running.filters(run, scenario) for scenario in scenarios])

    def contexts_in(self, run: JobRun, scenarios: tuple[Scenario, ...] = PLAIN) -> frozenset[str]:
        """The contexts that a run holds when it runs in one of the scenarios; a context may be an expression."""
        return self.held_in(run, scenarios).names

    def held_in(self, run: JobRun, scenarios: tuple[Scenario, ...] = PLAIN) -> Held:
        """The same, and whether these are all."""
        possible: set[Outcome] = set()
        for scenario in scenarios:
            if can_be_true(self._running.runs(run, scenario)) is not False:
                for item in run.contexts:
                    possible.update(self._names(item, scenario))
        names = frozenset([name for name in possible if isinstance(name, str) and name])
        return Held(names, complete=not any([isinstance(name, Special) for name in possible]))

    def _names(self, item: Scalar, scenario: Scenario) -> Outcomes:
        value = value_of(item)
        if not isinstance(value, Unknown):
            return frozenset((item.text,))
        return self._running.outcomes(value, scenario) if value.formula is not None else UNCLEAR

    def _result(self, run: JobRun, conditions: tuple[Condition, ...]) -> Result:
        unclear = False
        for scenario in PLAIN:
            truth = can_be_true(self._running.runs(run, scenario, conditions))
            if truth:
                return Result.OPEN
            unclear = unclear or truth is None
        if unclear:
            return Result.UNKNOWN
        for result, scenarios in ((Result.WEAK_TEXT, TEXTS), (Result.WEAK_CALLER, CALLERS)):
            if any([can_be_true(self._running.runs(run, scenario, conditions)) for scenario in scenarios]):
                return result
        return Result.GATED

    def _bounded(self, run: JobRun, conditions: tuple[Condition, ...]) -> frozenset[str]:
        found = set()
        for name, scenarios in _CHOSEN_NAMES:
            if all([can_be_true(self._running.runs(run, scenario, conditions)) is False for scenario in scenarios]):
                found.add(name)
        return frozenset(found)

    # What it takes

    def _reasons(self, run: JobRun, conditions: tuple[Condition, ...]) -> tuple[str, ...]:
        """The suppositions each of which opens the gate; else those that only together do, schedules tried last."""
        enough = [reason for reason in _SUPPOSED if self._opens(run, conditions, (reason,))]
        if enough:
            return tuple(enough)
        for together in (tuple(_SUPPOSED), (*_SUPPOSED, "schedule")):
            if self._opens(run, conditions, together):
                return tuple(
                    [reason for reason in together if not self._opens_without(run, conditions, together, reason)]
                )
        return ("never",)

    def _opens_without(
        self, run: JobRun, conditions: tuple[Condition, ...], reasons: tuple[str, ...], left_out: str
    ) -> bool:
        return self._opens(run, conditions, tuple([reason for reason in reasons if reason != left_out]))

    def _opens(self, run: JobRun, conditions: tuple[Condition, ...], reasons: tuple[str, ...]) -> bool:
        return any([can_be_true(self._running.runs(run, scenario, conditions)) for scenario in _supposing(reasons)])


def _any(outcomes: list[Outcomes]) -> bool | None:
    """Whether one of several conditions can be true; None where that cannot be worked out."""
    truths = [can_be_true(outcome) for outcome in outcomes]
    return True if True in truths else None if None in truths else False


def _key(run: JobRun, step: Step | None) -> tuple[_Key, tuple[Condition, ...]]:
    conditions = step.conditions if step is not None else ()
    return (id(run), tuple([id(condition) for condition in conditions])), conditions


@lru_cache(maxsize=256)
def _supposing(reasons: tuple[str, ...]) -> list[Scenario]:
    """The scenarios in which everything that the reasons name is given."""
    values = {name: value for reason in reasons for name, value in _SUPPOSED.get(reason, {}).items()}
    approved = "approval" in reasons
    on_branches = {name: value for name, value in values.items() if name != TAG}
    on_tags = {name: value for name, value in values.items() if name != BRANCH}
    if "schedule" in reasons:
        return [scenario.suppose({BRANCH: _ANY, **on_branches}, approved=approved) for scenario in (*CRONS, *SCHEDULES)]
    return [
        *[scenario.suppose(on_branches, approved=approved) for scenario in PUSHES],
        *[scenario.suppose(on_tags, approved=approved) for scenario in TAGS],
    ]


_SUPPOSED: Map[str, Map[str, Outcomes]] = {
    "branch": {BRANCH: _ANY},
    "default-branch": _DEFAULT,
    "tag": {TAG: _ANY},
    "approval": {},
    "merge": _MERGED,
    "sender": _SENDER,
}
