"""Whether the job runs of a pipeline run in a scenario: their workflow, their filters and what they require.

The question is that of rules.md 2.1. Each answer is worked out once, since many jobs may require the same ones.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Map

import msgspec

from orbgen.access.outcomes import (
    EITHER,
    FALSE,
    TRUE,
    UNCLEAR,
    Outcome,
    Outcomes,
    Special,
    can_be_true,
    chosen_matches,
    fresh_matches,
    negated,
    outcomes,
    takes_in_all,
    truths_of,
)
from orbgen.access.scenarios import Scenario, Trigger
from orbgen.circleci.matching import full_match
from orbgen.circleci.pipeline import Condition, JobRun, Pipeline, Workflow
from orbgen.circleci.text import Text, is_known, value_of
from orbgen.circleci.truth import Unknown
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence

_STATUSES_REACHED_BY_RUNNING = frozenset(("success", "failed"))
# A filter with more patterns and values to be filled in than this is not worked out.
_MOST_PATTERNS = 200


class _Names(msgspec.Struct, frozen=True):
    """The items of a filter: the plain names, and what has to be looked at one by one."""

    plain: frozenset[str]
    others: tuple[Content, ...]


class _Answers(msgspec.Struct):
    """What is known for one scenario of workflows and job runs, by the numbers of their objects."""

    scenario: Scenario
    workflows: dict[int, Outcomes]
    own: dict[int, Outcomes]
    runs: dict[int, Outcomes]


class Running:
    """The job runs of one pipeline, looked at in any number of scenarios."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.defaults = _defaults(pipeline)
        self._of_run = {id(run): workflow for workflow in pipeline.workflows for run in workflow.job_runs}
        self._answers: dict[int, _Answers] = {}
        self._lists: dict[int, _Names] = {}

    def workflow_of(self, run: JobRun) -> Workflow:
        """The workflow that a job run belongs to."""
        return self._of_run[id(run)]

    def runs(self, run: JobRun, scenario: Scenario, conditions: tuple[Condition, ...] = ()) -> Outcomes:
        """Whether a job run runs, or one of its steps under some conditions: its own ones, and all that it requires."""
        found = self._worked_out(run, scenario) if run.requires else self.own(run, scenario)
        for condition in conditions:
            found = both(found, self._truths(condition, scenario))
        return found

    def own(self, run: JobRun, scenario: Scenario) -> Outcomes:
        """Whether a job's own filters and its workflow let it run, whatever it requires."""
        answers = self._of(scenario)
        found = answers.own.get(id(run))
        if found is None:
            found = self._of_workflow(self.workflow_of(run), answers)
            if found != FALSE:
                found = both(found, self.filters(run, scenario))
            answers.own[id(run)] = found
        return found

    def workflow(self, workflow: Workflow, scenario: Scenario) -> Outcomes:
        """Whether a workflow's conditions and schedules let it run."""
        return self._of_workflow(workflow, self._of(scenario))

    def _of_workflow(self, workflow: Workflow, answers: _Answers) -> Outcomes:
        found = answers.workflows.get(id(workflow))
        if found is None:
            found = answers.workflows[id(workflow)] = self._workflow(workflow, answers.scenario)
        return found

    def outcomes(self, value: Unknown, scenario: Scenario) -> Outcomes:
        """What an unknown value with a formula may be."""
        assert value.formula is not None
        return outcomes(value.formula, self.lookup(scenario))

    def _of(self, scenario: Scenario) -> _Answers:
        found = self._answers.get(id(scenario))
        if found is None:
            found = self._answers[id(scenario)] = _Answers(scenario, {}, {}, {})
        return found

    # What is required

    def _worked_out(self, run: JobRun, scenario: Scenario) -> Outcomes:
        """As `runs`. A long chain of jobs is walked without recursion; one that leads back to itself is unclear."""
        known = self._of(scenario).runs
        if id(run) in known:
            return known[id(run)]
        pending, entered = [run], set[int]()
        while pending:
            current = pending[-1]
            if id(current) in known:
                pending.pop()
            elif id(current) in entered:
                known[id(current)] = self._after_required(current, scenario, known)
            else:
                entered.add(id(current))
                pending.extend([target for target in self._required(current, scenario) if id(target) not in entered])
        return known[id(run)]

    def _required(self, run: JobRun, scenario: Scenario) -> list[JobRun]:
        """The job runs on whose own running it depends whether a job run runs."""
        if not run.requires or self.own(run, scenario) == FALSE:
            return []
        return [
            target
            for requirement in run.requires
            for target in requirement.targets
            if _decided(target, requirement.statuses, scenario) is None
        ]

    def _after_required(self, run: JobRun, scenario: Scenario, known: dict[int, Outcomes]) -> Outcomes:
        found = self.own(run, scenario)
        if found == FALSE or not run.requires:
            return found
        live = False
        for requirement in run.requires:
            if not requirement.targets:
                found = both(found, UNCLEAR)
                live = True
            for target in requirement.targets:
                if can_be_true(self.own(target, scenario)) is False:
                    continue
                live = True
                reached = _decided(target, requirement.statuses, scenario)
                found = both(found, known.get(id(target), UNCLEAR) if reached is None else reached)
        return found if live else FALSE

    # What a job run says itself

    def _workflow(self, workflow: Workflow, scenario: Scenario) -> Outcomes:
        triggers = workflow.node.get("triggers") if workflow.node is not None else None
        found = TRUE
        if triggers is not None or scenario.trigger is Trigger.CRON:
            found = self._scheduled(triggers, scenario)
        for condition in workflow.conditions:
            found = both(found, self._truths(condition, scenario))
        return found

    def _scheduled(self, triggers: Content | None, scenario: Scenario) -> Outcomes:
        """Whether one of a workflow's schedules starts it on the scenario's branch; they know no other scenario."""
        if scenario.trigger is not Trigger.CRON or type(triggers) is not Sequence:
            return FALSE
        found = FALSE
        for item in triggers.elements:
            schedule = item.get("schedule") if type(item) is Mapping else None
            filters = schedule.get("filters") if type(schedule) is Mapping else None
            branches = filters.get("branches") if type(filters) is Mapping else None
            only, ignore = (branches.get("only"), branches.get("ignore")) if type(branches) is Mapping else (None, None)
            if only is not None:
                found = _either(found, self._in_list(only, scenario))
            else:
                found = _either(found, TRUE if ignore is None else negated(self._in_list(ignore, scenario)))
        return found

    def _truths(self, condition: Condition, scenario: Scenario) -> Outcomes:
        if condition.truth is not None:
            return TRUE if condition.truth else FALSE
        if condition.formula is None:
            return UNCLEAR
        return truths_of(outcomes(condition.formula, self.lookup(scenario)))

    def lookup(self, scenario: Scenario) -> Callable[[str], Outcomes]:
        """What the pipeline values may be in a scenario."""
        return lambda name: scenario.value(name, self.defaults, self.pipeline.setup)

    def filters(self, run: JobRun, scenario: Scenario) -> Outcomes:
        """Whether a job's own filters let it run, alone."""
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
        names = self._lists.get(id(node))
        if names is None:
            names = self._lists[id(node)] = _sorted_out(node)
        found = FALSE
        if names.plain:
            for ref in scenario.ref:
                found = _either(found, _among(names.plain, ref))
        if len(names.others) > _MOST_PATTERNS:
            return _either(found, UNCLEAR)
        for item in names.others:
            if found == TRUE:
                break
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
            texts = self.outcomes(value, scenario)
        found: set[Outcome] = set()
        for text in texts:
            for ref in scenario.ref:
                found |= _names(text, ref)
        return frozenset(found)


def _decided(target: JobRun, statuses: tuple[str, ...] | None, scenario: Scenario) -> Outcomes | None:
    """Whether a requirement on a job run is met, where it does not depend on whether that one runs."""
    wanted = frozenset(statuses or ("success",))
    if target.type == "approval" and not scenario.approved:
        return FALSE if wanted == {"success"} else TRUE
    return TRUE if wanted - _STATUSES_REACHED_BY_RUNNING else None


def _sorted_out(node: Content) -> _Names:
    plain: set[str] = set()
    others: list[Content] = []
    for item in node.elements if type(node) is Sequence else [node]:
        if isinstance(item, Scalar) and (not isinstance(item, Text) or is_known(item)) and not is_pattern(item.text):
            plain.add(item.text)
        else:
            others.append(item)
    return _Names(frozenset(plain), tuple(others))


def _among(names: frozenset[str], ref: object) -> Outcomes:
    """Whether a branch or tag is one of some plain names."""
    if ref in (Special.FRESH, Special.CHOSEN):
        return FALSE
    return EITHER if ref is Special.ANY else frozenset((ref in names,))


def _names(text: object, ref: object) -> Outcomes:
    if not isinstance(text, str):
        return EITHER if text is Special.ANY else UNCLEAR
    if not is_pattern(text):
        return _among(frozenset((text,)), ref)
    if ref is Special.FRESH:
        return fresh_matches(text[1:-1])
    if ref is Special.CHOSEN:
        return chosen_matches(text[1:-1])
    if ref is Special.ANY:
        return TRUE if takes_in_all(text[1:-1]) else EITHER
    matched = full_match(text[1:-1], str(ref))
    return UNCLEAR if matched is None else frozenset((matched,))


def is_pattern(text: str) -> bool:
    """Whether an item of a filter is a regular expression between slashes."""
    return len(text) > 1 and text.startswith("/") and text.endswith("/")


def both(first: Outcomes, second: Outcomes) -> Outcomes:
    """The truths of `and`."""
    if first == TRUE or second == FALSE:
        return second
    found: set[Outcome] = set()
    for left in first:
        for right in second:
            decided = False if False in (left, right) else Special.UNCLEAR if Special.UNCLEAR in (left, right) else True
            found.add(decided)
    return frozenset(found)


def _either(first: Outcomes, second: Outcomes) -> Outcomes:
    if first == FALSE or second == TRUE:
        return second
    return negated(both(negated(first), negated(second)))


def _defaults(pipeline: Pipeline) -> Map[str, Outcomes]:
    """What each pipeline parameter is when nobody sets it."""
    node = pipeline.library.root.get("parameters")
    found: dict[str, Outcomes] = {}
    for name, field in node.fields.items() if type(node) is Mapping else ():
        default = field.value.get("default") if type(field.value) is Mapping else None
        if isinstance(default, Scalar):
            found[name] = frozenset((default.value,))
    return found
