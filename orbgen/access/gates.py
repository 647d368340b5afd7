"""Gates: whether a configuration runs a job for a branch or tag that nobody wrote down, with nobody's approval.

The question and its answers are those of rules.md 2.1. A gate is about accidents and about people who choose a branch,
tag, text or parameter; whoever may push can push another configuration.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from collections.abc import Mapping as Map

import msgspec

from orbgen.access.outcomes import (
    EITHER,
    FALSE,
    FRESH_NAMES,
    TRUE,
    UNCLEAR,
    Outcomes,
    Special,
    can_be_true,
    fresh_matches,
    negated,
    outcomes,
    truths_of,
)
from orbgen.access.scenarios import (
    BRANCH,
    CALLERS,
    CRONS,
    PLAIN,
    PUSHES,
    SCHEDULES,
    TAG,
    TAGS,
    TEXTS,
    Scenario,
    Trigger,
)
from orbgen.circleci.matching import full_match
from orbgen.circleci.pipeline import Condition, JobRun, Pipeline, Step, Workflow
from orbgen.circleci.text import is_known, value_of
from orbgen.circleci.truth import Unknown
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence

_STATUSES_REACHED_BY_RUNNING = frozenset(("success", "failed"))
_ANY: Outcomes = frozenset((Special.ANY,))


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


# What may be needed to get through, as scenarios in which it is given.
_DEFAULT = {"pipeline.git.branch.is_default": TRUE}
_MERGED = {"pipeline.event.github.pull_request.merged": TRUE}
_SENDER = {"pipeline.event.github.sender.login": _ANY, "pipeline.event.github.sender.type": _ANY}


class Gates:
    """The gates of one pipeline, each worked out once."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.defaults = _defaults(pipeline)
        self._of_run = {id(run): workflow for workflow in pipeline.workflows for run in workflow.job_runs}
        self._gates: dict[tuple[int, tuple[int, ...]], Gate] = {}

    def of(self, run: JobRun, step: Step | None = None) -> Gate:
        """The gate of a job run, or of one of its steps, whose own conditions count as well."""
        conditions = step.conditions if step is not None else ()
        key = (id(run), tuple([id(condition) for condition in conditions]))
        found = self._gates.get(key)
        if found is None:
            found = self._gates[key] = self._gate(run, conditions)
        return found

    def workflow_of(self, run: JobRun) -> Workflow:
        """The workflow that a job run belongs to."""
        return self._of_run[id(run)]

    def runs_in(self, run: JobRun, scenarios: tuple[Scenario, ...]) -> bool | None:
        """Whether a job run can run in one of the scenarios; None where that cannot be worked out."""
        truths = [can_be_true(self._runs(run, scenario, ())) for scenario in scenarios]
        return True if True in truths else None if None in truths else False

    def own_in(self, run: JobRun, scenarios: tuple[Scenario, ...]) -> bool | None:
        """Whether a job's own filters and its workflow let it run, whatever it requires."""
        truths = [can_be_true(self._self(run, scenario)) for scenario in scenarios]
        return True if True in truths else None if None in truths else False

    def contexts_in(self, run: JobRun, scenarios: tuple[Scenario, ...] = PLAIN) -> frozenset[str]:
        """The contexts that a run holds when it runs in one of the scenarios; a context may be an expression."""
        held = set()
        for scenario in scenarios:
            if can_be_true(self._runs(run, scenario, ())) is not False:
                for item in run.contexts:
                    held.update(self._names(item, scenario))
        return frozenset(held)

    def _names(self, item: Scalar, scenario: Scenario) -> set[str]:
        value = value_of(item)
        if not isinstance(value, Unknown):
            return {item.text}
        if value.formula is None:
            return set()
        return {str(name) for name in self._outcomes(value, scenario) if isinstance(name, str) and name}

    def _gate(self, run: JobRun, conditions: tuple[Condition, ...]) -> Gate:
        truths = [can_be_true(self._runs(run, scenario, conditions)) for scenario in PLAIN]
        bounded = self._bounded(run, conditions)
        if True in truths:
            return Gate(Result.OPEN, bounded=bounded)
        if None in truths:
            return Gate(Result.UNKNOWN, bounded=bounded)
        for result, scenarios in ((Result.WEAK_TEXT, TEXTS), (Result.WEAK_CALLER, CALLERS)):
            if any([can_be_true(self._runs(run, scenario, conditions)) for scenario in scenarios]):
                return Gate(result, bounded=bounded)
        return Gate(Result.GATED, self._reasons(run, conditions), bounded)

    def _bounded(self, run: JobRun, conditions: tuple[Condition, ...]) -> frozenset[str]:
        chosen: Outcomes = frozenset((Special.CHOSEN,))
        found = set()
        for name, scenarios in ((BRANCH, PUSHES), (TAG, TAGS)):
            supposed = [scenario.suppose({name: chosen}) for scenario in scenarios]
            if all([can_be_true(self._runs(run, scenario, conditions)) is False for scenario in supposed]):
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
        return any([can_be_true(self._runs(run, scenario, conditions)) for scenario in _supposing(reasons)])

    # Running

    def _runs(
        self, run: JobRun, scenario: Scenario, conditions: tuple[Condition, ...], behind: frozenset[int] = frozenset()
    ) -> Outcomes:
        """The truths of `runs` (rules.md 2.1): the job's own conditions, and what it requires."""
        if id(run) in behind:
            return UNCLEAR
        own = self._self(run, scenario)
        for condition in conditions:
            own = _both(own, self._truths(condition, scenario))
        if own == FALSE or not run.requires:
            return own
        behind = behind | {id(run)}
        live = False
        found = own
        for requirement in run.requires:
            if not requirement.targets:
                found = _both(found, UNCLEAR)
                live = True
            for target in requirement.targets:
                target_runs = self._self(target, scenario)
                if can_be_true(target_runs) is False:
                    continue
                live = True
                found = _both(found, self._reached(target, requirement.statuses, scenario, behind))
        return found if live else FALSE

    def _reached(
        self, run: JobRun, statuses: tuple[str, ...] | None, scenario: Scenario, behind: frozenset[int]
    ) -> Outcomes:
        wanted = frozenset(statuses or ("success",))
        if run.type == "approval" and not scenario.approved:
            return FALSE if wanted == {"success"} else TRUE
        if wanted - _STATUSES_REACHED_BY_RUNNING:
            return TRUE
        return self._runs(run, scenario, (), behind)

    def _self(self, run: JobRun, scenario: Scenario) -> Outcomes:
        found = self._workflow(self.workflow_of(run), scenario)
        return _both(found, self._filters(run, scenario)) if found != FALSE else FALSE

    def _workflow(self, workflow: Workflow, scenario: Scenario) -> Outcomes:
        triggers = workflow.node.get("triggers") if workflow.node is not None else None
        found = TRUE
        if triggers is not None or scenario.trigger is Trigger.CRON:
            found = _scheduled(triggers, scenario)
        for condition in workflow.conditions:
            found = _both(found, self._truths(condition, scenario))
        return found

    def _truths(self, condition: Condition, scenario: Scenario) -> Outcomes:
        if condition.truth is not None:
            return TRUE if condition.truth else FALSE
        if condition.formula is None:
            return UNCLEAR
        return truths_of(outcomes(condition.formula, self._lookup(scenario)))

    def _outcomes(self, value: Unknown, scenario: Scenario) -> Outcomes:
        assert value.formula is not None
        return outcomes(value.formula, self._lookup(scenario))

    def _lookup(self, scenario: Scenario) -> Callable[[str], Outcomes]:
        return lambda name: scenario.value(name, self.defaults, self.pipeline.setup)

    # Filters

    def _filters(self, run: JobRun, scenario: Scenario) -> Outcomes:
        if run.filter_condition is not None:
            return self._truths(run.filter_condition, scenario)
        filters = run.filters
        if filters is None or type(filters) is not Mapping:
            return FALSE if scenario.tagged else TRUE
        rule = filters.get("tags" if scenario.tagged else "branches")
        if rule is None:
            return FALSE if scenario.tagged else TRUE
        only, ignore = (rule.get("only"), rule.get("ignore")) if type(rule) is Mapping else (None, None)
        if only is not None:
            return self._in_list(only, scenario)
        if ignore is not None:
            return negated(self._in_list(ignore, scenario))
        return FALSE if scenario.tagged else TRUE

    def _in_list(self, node: Content, scenario: Scenario) -> Outcomes:
        items = node.elements if type(node) is Sequence else [node]
        found = FALSE
        for item in items:
            found = _either(found, self._is_named(item, scenario))
        return found

    def _is_named(self, item: Content, scenario: Scenario) -> Outcomes:
        """Whether the scenario's branch or tag is one that an item of a filter names."""
        if not isinstance(item, Scalar):
            return UNCLEAR
        texts: Outcomes = frozenset((item.text,))
        value = value_of(item)
        if isinstance(value, Unknown):
            if value.formula is None:
                return UNCLEAR
            texts = self._outcomes(value, scenario)
        found: set[object] = set()
        for text in texts:
            for ref in scenario.ref:
                found |= _names(text, ref)
        return frozenset(found)  # type: ignore[arg-type]


def _names(text: object, ref: object) -> Outcomes:
    if not isinstance(text, str):
        return EITHER if text is Special.ANY else UNCLEAR
    if not is_pattern(text):
        if ref in (Special.FRESH, Special.CHOSEN):
            return FALSE
        return EITHER if ref is Special.ANY else frozenset((text == ref,))
    if ref is Special.FRESH:
        return fresh_matches(text[1:-1])
    if ref is Special.CHOSEN:
        return TRUE
    if ref is Special.ANY:
        return TRUE if _takes_in_all(text[1:-1]) else EITHER
    matched = full_match(text[1:-1], str(ref))
    return UNCLEAR if matched is None else frozenset((matched,))


def _takes_in_all(pattern: str) -> bool:
    """Whether a pattern is one for every name, such as `.*`, as far as a few unlike names tell."""
    return all([full_match(pattern, name) for name in (*FRESH_NAMES, "main", "v1.0.0", "Feature_2#x")])


def is_pattern(text: str) -> bool:
    """Whether an item of a filter is a regular expression between slashes."""
    return len(text) > 1 and text.startswith("/") and text.endswith("/")


def _scheduled(triggers: Content | None, scenario: Scenario) -> Outcomes:
    """Whether one of a workflow's schedules starts it on the scenario's branch; schedules know no other scenario."""
    if scenario.trigger is not Trigger.CRON or type(triggers) is not Sequence:
        return FALSE
    found = FALSE
    for item in triggers.elements:
        schedule = item.get("schedule") if type(item) is Mapping else None
        filters = schedule.get("filters") if type(schedule) is Mapping else None
        branches = filters.get("branches") if type(filters) is Mapping else None
        only, ignore = (branches.get("only"), branches.get("ignore")) if type(branches) is Mapping else (None, None)
        named = only if only is not None else ignore
        if named is None:
            found = _either(found, TRUE)
            continue
        listed = FALSE
        for name in named.elements if type(named) is Sequence else [named]:
            text = name.text if isinstance(name, Scalar) and is_known(name) else None
            for ref in scenario.ref:
                listed = _either(listed, _names(text, ref))
        found = _either(found, listed if only is not None else negated(listed))
    return found


def _both(first: Outcomes, second: Outcomes) -> Outcomes:
    found: set[object] = set()
    for left in first:
        for right in second:
            decided = False if False in (left, right) else Special.UNCLEAR if Special.UNCLEAR in (left, right) else True
            found.add(decided)
    return frozenset(found)  # type: ignore[arg-type]


def _either(first: Outcomes, second: Outcomes) -> Outcomes:
    return negated(_both(negated(first), negated(second)))


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


def _defaults(pipeline: Pipeline) -> dict[str, Outcomes]:
    """What each pipeline parameter is when nobody sets it."""
    node = pipeline.library.root.get("parameters")
    found: dict[str, Outcomes] = {}
    for name, field in node.fields.items() if type(node) is Mapping else ():
        default = field.value.get("default") if type(field.value) is Mapping else None
        if isinstance(default, Scalar):
            found[name] = frozenset((default.value,))
    return found
