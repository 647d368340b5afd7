"""Whether a job run can run at all: for some branch, for some tag, whoever starts the pipeline and however.

Other than for a gate (rules.md 2.1), everything but the name of the branch or tag is taken as it suits the job, and
every approval as given.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import msgspec

from orbgen.access.gates import Gates
from orbgen.access.outcomes import FRESH_NAMES
from orbgen.access.running import is_pattern
from orbgen.access.scenarios import Scenario, on_branch, on_tag
from orbgen.circleci.expressions import Expression, Literal, Pattern, leaves, variables
from orbgen.circleci.pattern_samples import samples
from orbgen.circleci.pipeline import JobRun, Workflow
from orbgen.circleci.text import is_known
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence

# Whoever writes more names than this into one workflow gets no answer.
MOST_NAMES = 100


class Reach(msgspec.Struct, frozen=True):
    """What comes of a job run for some names of one kind.

    `chosen` are the names that its own filter and its workflow take. `runs` says whether it runs for one of them; None
    where that cannot be worked out. `workflow` and `filters` say whether each of them alone takes some name.
    """

    chosen: tuple[Scenario, ...] = ()
    runs: bool | None = False
    workflow: bool | None = False
    filters: bool | None = False


class Reachability:
    """The reach of the job runs of one pipeline; the names to ask about are gathered once a workflow."""

    def __init__(self, gates: Gates) -> None:
        self.gates = gates
        self._names: dict[tuple[int, bool], tuple[str, ...]] = {}
        self._restricted: dict[int, bool] = {}

    def restricted(self, workflow: Workflow) -> bool:
        """Whether a workflow has conditions, or one of its jobs filters; without any all of its jobs run."""
        found = self._restricted.get(id(workflow))
        if found is None:
            filters = any([run.filters is not None for run in workflow.job_runs])
            found = self._restricted[id(workflow)] = filters or bool(workflow.conditions)
        return found

    def of(self, run: JobRun, *, tags: bool) -> Reach:
        """What comes of a job run for the branches, or tags, that the configuration knows, and for unknown ones."""
        gates, names = self.gates, self._probed(self.gates.workflow_of(run), tags)
        if len(names) > MOST_NAMES:
            return Reach((), None, None, None)
        chosen: list[Scenario] = []
        unclear = workflow = filters = False
        for name in names:
            scenarios = (on_tag(name) if tags else on_branch(name),)
            runs = gates.runs_in(run, scenarios)
            if runs:
                return Reach(scenarios, True, True, True)
            unclear = unclear or runs is None
            own = gates.own_in(run, scenarios) if run.requires or runs is None else False
            workflow = workflow or gates.workflow_in(run, scenarios) is not False
            filters = filters or gates.filters_in(run, scenarios) is not False
            if own:
                chosen.extend(scenarios)
        return Reach(tuple(chosen), None if unclear else False, workflow, filters)

    def _probed(self, workflow: Workflow, tags: bool) -> tuple[str, ...]:
        key = (id(workflow), tags)
        found = self._names.get(key)
        if found is None:
            found = self._names[key] = _probed_names(workflow, tags)
        return found


def left_out(run: JobRun, scenario: Scenario, gates: Gates) -> tuple[JobRun, JobRun] | None:
    """Of a job run that chooses a name and does not run for it: the job all of whose requirements do not choose it.

    That is the run itself or one that it requires, directly or not; with it comes the first of these requirements.
    """
    waiting, seen = [run], {id(run)}
    while waiting:
        one = waiting.pop(0)
        targets = [target for requirement in one.requires for target in requirement.targets]
        chosen = [target for target in targets if gates.own_in(target, (scenario,)) is not False]
        if targets and not chosen:
            return one, targets[0]
        for target in chosen:
            if id(target) not in seen and gates.runs_in(target, (scenario,)) is False:
                seen.add(id(target))
                waiting.append(target)
    return None


def _probed_names(workflow: Workflow, tags: bool) -> tuple[str, ...]:
    """Unknown names, and those that a workflow's conditions and filters speak of."""
    found = dict.fromkeys(FRESH_NAMES[:1])
    for condition in workflow.conditions:
        if condition.formula is not None:
            found.update(dict.fromkeys(_texts_of(condition.formula)))
    seen: set[int] = set()
    for run in workflow.job_runs:
        if run.filters is None or id(run.filters) in seen:
            continue
        seen.add(id(run.filters))
        # Names are made one by one, and no more than are of use.
        found.update(dict.fromkeys(islice(_filtered(run, "tags" if tags else "branches"), MOST_NAMES + 1)))
        if len(found) > MOST_NAMES:
            break
    # One unknown name first and the others last: most jobs take it, and the rest what they name themselves.
    return (*found, *[name for name in FRESH_NAMES if name not in found])


def _filtered(run: JobRun, kind: str) -> Iterator[str]:
    if run.filter_condition is not None and run.filter_condition.formula is not None:
        yield from _texts_of(run.filter_condition.formula)
    rule = run.filters.get(kind) if type(run.filters) is Mapping else None
    for key in ("only", "ignore"):
        node: Content | None = rule.get(key) if type(rule) is Mapping else None
        for item in node.elements if type(node) is Sequence else [node]:
            if isinstance(item, Scalar) and item.text and is_known(item):
                yield from samples(item.text[1:-1]) if is_pattern(item.text) else (item.text,)


def _texts_of(expression: Expression) -> Iterator[str]:
    """The texts that a formula compares something with, and texts that its patterns match."""
    for leaf in leaves(expression):
        if isinstance(leaf, Pattern):
            yield from samples(leaf.text)
        elif isinstance(leaf, Literal) and isinstance(leaf.value, str) and leaf.value:
            yield from (leaf.value, f"{leaf.value}1.0", f"zq-{leaf.value}-1")


def asks_for(expression: Expression, name: str) -> bool:
    """Whether a formula depends on a pipeline value."""
    return any([variable.name == name for variable in variables(expression)])
