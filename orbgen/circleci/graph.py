"""The graph of a workflow: final names, what each requirement stands for, and cycles (circleci.md 6.5, 6.7)."""

from __future__ import annotations

from orbgen.circleci.compilation import Compilation, Scope
from orbgen.circleci.groups import member_names
from orbgen.circleci.output import body_data, freeze
from orbgen.circleci.pipeline import JobRun, Requirement, Workflow
from orbgen.source.names import nearest


def connect(compilation: Compilation, workflow: Workflow, scope: Scope) -> None:
    """Find the job runs that each requirement of a workflow means; report those that mean none or several."""
    by_name: dict[str, list[JobRun]] = {}
    by_alias: dict[str, list[JobRun]] = {}
    for run in workflow.job_runs:
        by_name.setdefault(run.declared, []).append(run)
        if run.alias is not None:
            by_alias.setdefault(run.alias, []).append(run)
    guessable = all([run.name_known for run in workflow.job_runs])
    for run in workflow.job_runs:
        for requirement in run.requires:
            members = by_alias.get(requirement.name)
            if members:
                requirement.targets = tuple([member for member in members if member is not run])
                continue
            others = [other for other in by_name.get(requirement.name, ()) if other is not run]
            if len(others) == 1:
                requirement.targets = (others[0],)
            elif requirement.known and (others or guessable):
                names = [*by_name, *by_alias]
                _report(compilation, workflow, run, requirement, others, names, scope)
    _report_cycles(compilation, workflow, scope)


def _report(
    compilation: Compilation,
    workflow: Workflow,
    run: JobRun,
    requirement: Requirement,
    others: list[JobRun],
    names: list[str],
    scope: Scope,
) -> None:
    message = (
        f"Job '{run.declared}' requires '{requirement.name}', which is the name of {len(others)} other jobs "
        f"in workflow '{workflow.name}'"
    )
    guess = None
    if others:
        help = "You can give a job within a workflow an explicit name by adding a name key"
    else:
        guess = nearest(requirement.name, [name for name in names if name != run.declared])
        group = next((g.name for g in scope.library.groups.values() if requirement.name in member_names(g)), None)
        help = f"did you mean '{guess}'?" if guess else f"add '{requirement.name}' to the workflow, or remove it here"
        if group is not None:
            help = f"it is defined inside job group '{group}'; require the group instead"
    compilation.report(
        "requires", message, requirement.node.span, scope.seen_from(run.call), help=help, suggestion=guess
    )


def _report_cycles(compilation: Compilation, workflow: Workflow, scope: Scope) -> None:
    """Report each group of jobs that wait for one another, once."""
    done: set[int] = set()
    for start in workflow.job_runs:
        if id(start) in done:
            continue
        path: list[JobRun] = [start]
        on_path = {id(start)}
        pending = [_targets(start)]
        while pending:
            following = pending[-1].pop() if pending[-1] else None
            if following is None:
                pending.pop()
                finished = path.pop()
                on_path.discard(id(finished))
                done.add(id(finished))
            elif id(following) in on_path:
                first = next(index for index, run in enumerate(path) if run is following)
                names = [run.declared for run in path[first:]]
                message = f"The job `{following.declared}` is part of a cycle: {' requires '.join([*names, names[0]])}"
                compilation.report("cycle", message, following.call.span, scope.seen_from(following.call))
            elif id(following) not in done:
                path.append(following)
                on_path.add(id(following))
                pending.append(_targets(following))


def _targets(run: JobRun) -> list[JobRun]:
    return [target for requirement in run.requires for target in requirement.targets]


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
            body = freeze(body_data(run)) if run.body is not None else (run.type, run.job)
            occurrence = seen[run.workflow, body] = seen.get((run.workflow, body), 0) + 1
            keys.append((body, occurrence))
            numbers.setdefault(keys[-1], len(numbers) + 1)
        if len(numbers) > 1:
            for run, key in zip(runs, keys, strict=True):
                run.name = f"{name}-{numbers[key]}"
