"""The graph of a workflow: final names, what each requirement stands for, and cycles (circleci.md 6.5, 6.7)."""

from __future__ import annotations

from collections.abc import Container, Iterator

import msgspec

from orbgen.circleci.compilation import Compilation, Scope
from orbgen.circleci.groups import member_names
from orbgen.circleci.library import Library
from orbgen.circleci.limits import MAXIMUM_DEPENDENCIES
from orbgen.circleci.output import Data, body_data, data_of, freeze
from orbgen.circleci.pipeline import JobRun, Requirement, Workflow

LONGEST_SHOWN_CYCLE = 10


def connect(compilation: Compilation, workflow: Workflow, scope: Scope) -> None:
    """Find the job runs that each requirement of a workflow means; report those that mean none or several.

    The members of a job group see one another; to the rest of the workflow they are one job, the group's end.
    """
    names = _Names(workflow)
    for run in workflow.job_runs:
        for requirement in run.requires:
            if requirement.targets:
                continue
            found = names.of("" if requirement.outside else run.group, requirement.name)
            count = found.others_than(run, requirement.name)
            others = [other for other in found.runs if other is not run] if found.alias or count == 1 else []
            compilation.spent.dependencies += len(others)
            if compilation.spent.dependencies > MAXIMUM_DEPENDENCIES:
                message = f"the jobs depend on one another in more than {MAXIMUM_DEPENDENCIES:,} ways"
                compilation.report("limit", message, requirement.node.span, scope.seen_from(run.call))
                return
            if others:
                requirement.targets = tuple(others)
            elif requirement.known and (count or names.complete):
                _report(compilation, workflow, run, requirement, count, names, scope)
    _report_cycles(compilation, workflow, scope)


class _Named(msgspec.Struct):
    """The job runs behind a name; an alias means all of them."""

    runs: list[JobRun]
    alias: bool

    def others_than(self, run: JobRun, name: str) -> int:
        """How many they are, not counting the job run that asks."""
        own = (run.alias, run.meant) if self.alias else (run.declared,)
        return len(self.runs) - (name in own)


class _Names:
    """The names of a workflow's job runs and matrices, for the workflow itself and inside each of its job groups."""

    def __init__(self, workflow: Workflow) -> None:
        self.complete = workflow.complete and all([run.name_known for run in workflow.job_runs])
        self._groups: dict[str, str] | None = None
        self.within: dict[str, dict[str, _Named]] = {}
        for run in workflow.job_runs:
            self._add(run.group, run.declared, run, alias=False)
        for run in workflow.job_runs:
            if run.alias is not None:
                # A group's end is known to the rest of the workflow by the name of the group.
                self._add("" if run.alias == run.group else run.group, run.alias, run, alias=True)
        for run in workflow.job_runs:
            # A misspelt job is required under its right name.
            if run.meant is not None:
                known = self.within[run.group].get(run.meant)
                if known is None or known.alias:
                    self._add(run.group, run.meant, run, alias=True)

    def _add(self, group: str, name: str, run: JobRun, *, alias: bool) -> None:
        names = self.within.setdefault(group, {})
        known = names.get(name)
        if known is None or known.alias is not alias:
            names[name] = _Named([run], alias)
        else:
            known.runs.append(run)

    def of(self, group: str, name: str) -> _Named:
        """What a name means in a group, or in the workflow itself."""
        return self.within.get(group, {}).get(name) or _Named([], alias=False)

    def group_with(self, name: str, library: Library) -> str | None:
        """The job group that has a member of this name."""
        if self._groups is None:
            self._groups = {member: group.name for group in library.groups.values() for member in member_names(group)}
        return self._groups.get(name)

    def nearest(self, compilation: Compilation, run: JobRun, requirement: Requirement) -> str | None:
        """The name of another job run that is nearly the one asked for."""
        names = self.within.get("" if requirement.outside else run.group, {})
        guess = compilation.nearest(requirement.name, names)
        if guess == run.declared:
            guess = compilation.nearest(requirement.name, [other for other in names if other != run.declared])
        return guess


def _report(
    compilation: Compilation,
    workflow: Workflow,
    run: JobRun,
    requirement: Requirement,
    count: int,
    names: _Names,
    scope: Scope,
) -> None:
    message = (
        f"Job '{run.declared}' requires '{requirement.name}', which is the name of {count} other jobs "
        f"in workflow '{workflow.name}'"
    )
    guess = None
    if count:
        help = "You can give a job within a workflow an explicit name by adding a name key"
    else:
        inside = run.group and not requirement.outside
        group = None if inside else names.group_with(requirement.name, scope.library)
        guess = None if group is not None else names.nearest(compilation, run, requirement)
        help = f"did you mean '{guess}'?" if guess else f"add '{requirement.name}' to the workflow, or remove it here"
        if group is not None:
            help = f"it is defined inside job group '{group}'; require the group instead"
    compilation.report(
        "requires",
        message,
        requirement.node.span,
        scope.seen_from(run.call),
        help=help,
        suggestion=guess,
        cause=(workflow.name, requirement.name),
    )


def _report_cycles(compilation: Compilation, workflow: Workflow, scope: Scope) -> None:
    """Report each set of jobs that wait for one another, once, by its shortest cycle from its first job."""
    place = {id(run): index for index, run in enumerate(workflow.job_runs)}
    for members in _knots(workflow):
        inside = {id(run) for run in members}
        first = min(members, key=lambda run: place[id(run)])
        names = [run.declared for run in _shortest_cycle(first, inside)]
        shown = names if len(names) <= LONGEST_SHOWN_CYCLE else [*names[: LONGEST_SHOWN_CYCLE - 1], ".."]
        message = f"The job `{first.declared}` is part of a cycle: {' requires '.join([*shown, names[0]])}"
        compilation.report("cycle", message, first.call.span, scope.seen_from(first.call))


def _knots(workflow: Workflow) -> Iterator[list[JobRun]]:
    """The sets of job runs that reach one another (Tarjan's strongly connected components), with a cycle in them."""
    index: dict[int, int] = {}
    lowest: dict[int, int] = {}
    waiting: list[JobRun] = []
    on_stack: set[int] = set()
    for start in workflow.job_runs:
        if id(start) in index:
            continue
        path: list[tuple[JobRun, Iterator[JobRun]]] = []
        following: JobRun | None = start
        while following is not None or path:
            if following is not None:
                key = id(following)
                index[key] = lowest[key] = len(index)
                waiting.append(following)
                on_stack.add(key)
                path.append((following, _targets(following)))
            run, targets = path[-1]
            following = None
            for target in targets:
                if id(target) not in index:
                    following = target
                    break
                if id(target) in on_stack:
                    lowest[id(run)] = min(lowest[id(run)], index[id(target)])
            if following is not None:
                continue
            path.pop()
            if path:
                above = id(path[-1][0])
                lowest[above] = min(lowest[above], lowest[id(run)])
            if lowest[id(run)] == index[id(run)]:
                members = [waiting.pop()]
                while members[-1] is not run:
                    members.append(waiting.pop())
                on_stack.difference_update([id(member) for member in members])
                if len(members) > 1 or any([target is run for target in _targets(run)]):
                    yield members


def _shortest_cycle(first: JobRun, inside: set[int]) -> list[JobRun]:
    """The job runs of a shortest way from one back to itself."""
    came_from: dict[int, JobRun] = {}
    queue = [first]
    for run in queue:
        for target in _targets(run):
            if target is first:
                way = [run]
                while way[-1] is not first:
                    way.append(came_from[id(way[-1])])
                return way[::-1]
            if id(target) in inside and id(target) not in came_from:
                came_from[id(target)] = run
                queue.append(target)
    return [first]


def _targets(run: JobRun) -> Iterator[JobRun]:
    return iter([target for requirement in run.requires for target in requirement.targets])


def assign_names(workflows: tuple[Workflow, ...]) -> None:
    """Give every job run its name in the pipeline.

    Equal bodies in several workflows are one job; where a name stands for more than one job, each gets a number.
    """
    by_name: dict[str, list[JobRun]] = {}
    for workflow in workflows:
        for run in workflow.job_runs:
            run.name = run.declared
            by_name.setdefault(run.declared, []).append(run)
    for name, runs in by_name.items():
        if len(runs) == 1:
            continue
        numbers: dict[object, int] = {}
        seen: dict[object, int] = {}
        keys = []
        for run in runs:
            body = freeze(_identity(run))
            occurrence = seen[run.workflow, body] = seen.get((run.workflow, body), 0) + 1
            keys.append((body, occurrence))
            numbers.setdefault(keys[-1], len(numbers) + 1)
        if len(numbers) > 1:
            names = _numbered(name, len(numbers), by_name)
            for run, key in zip(runs, keys, strict=True):
                run.name = names[numbers[key] - 1]


def _identity(run: JobRun) -> Data:
    """What makes two job runs of one name the same job: what they do."""
    arguments: dict[str, Data] = {name: data_of(node) for name, node in run.arguments.items()}
    return [run.job if run.opaque else "", run.type, {**body_data(run)}, arguments]


def _numbered(name: str, count: int, taken: Container[str]) -> list[str]:
    """The names with numbers that so many jobs of one name get; a name that another job has is left out."""
    found: list[str] = []
    number = 0
    while len(found) < count:
        number += 1
        if f"{name}-{number}" not in taken:
            found.append(f"{name}-{number}")
    return found
