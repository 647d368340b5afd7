"""The compiled pipeline as leaves: each value under the way that leads to it, to compare two pipelines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from orbgen.circleci.output import body_data, data_of, entry_data, step_data
from orbgen.circleci.pipeline import Condition, JobRun, Pipeline, Step
from orbgen.lint.context import Context, path_of
from orbgen.lint.file_context import FileContext

_NOT_THERE = object()


def leaves(pipeline: Pipeline) -> dict[str, object]:
    """Every value of a pipeline, such as that of `main/build/steps/2/command`.

    Besides what CircleCI prints, the workflows that are switched off are there, and all conditions.
    """
    found: dict[str, object] = {"version": pipeline.version, "setup": pipeline.setup}
    for workflow in pipeline.workflows:
        settings = {key: data_of(node) for key, node in workflow.settings.items() if key != "jobs"}
        settings["conditions"] = _conditions(workflow.conditions)
        settings["active"] = workflow.active
        _add(found, workflow.name, settings)
        _add(found, workflow.name, {"jobs": [run.name for run in workflow.job_runs]})
        for run in workflow.job_runs:
            _add(found, _free(path_of(run), found), _run(run))
    # An orb has no workflows, and whatever it offers may be used.
    for element in () if pipeline.workflows else pipeline.elements:
        _add(found, _free(way_of(element), found), _run(element))
    return found


def leaves_of(file: FileContext) -> dict[str, object]:
    """Every value of what a file is compiled to, or of one of Teleport's files."""
    if isinstance(file, Context):
        return leaves(file.pipeline)
    from orbgen.lint.mending.documents import document_leaves
    from orbgen.lint.teleport_context import TeleportContext

    assert isinstance(file, TeleportContext)
    return document_leaves(file)


def way_of(run: JobRun) -> str:
    """The way to a job run, or to an element of an orb, of which a command and a job may bear one name."""
    if run.workflow or run.definition is None:
        return path_of(run)
    return f"{run.definition.kind.value}s/{run.definition.name}"


def differences(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[str]:
    """The ways at which two pipelines differ."""
    for path in {**before, **after}:
        one, other = before.get(path, _NOT_THERE), after.get(path, _NOT_THERE)
        if type(one) is not type(other) or one != other:
            yield path


def _run(run: JobRun) -> dict[str, Any]:
    entry: Any = entry_data(run)
    (data,) = entry.values() if isinstance(entry, dict) else ({},)
    return {**body_data(run), **data, "job": run.job, "type": run.type, "steps": [_step(step) for step in run.steps]}


def _step(step: Step) -> dict[str, Any]:
    """A step's name, its conditions and its settings, all right below it, as in `steps/2/command`."""
    shown: Any = step_data(step)
    own = {"conditions": _conditions(step.conditions), "step": shown}
    if isinstance(shown, dict) and len(shown) == 1:
        ((own["step"], settings),) = shown.items()
        return {**(settings if isinstance(settings, dict) else {"value": settings}), **own}
    return own


def _conditions(conditions: tuple[Condition, ...]) -> list[Any]:
    return [[data_of(one.node), one.negated, one.truth] for one in conditions]


def _free(path: str, taken: dict[str, object]) -> str:
    """A way that no other job run has, where two bear one name."""
    number = 2
    name = path
    while f"{name}/job" in taken:
        name, number = f"{path}~{number}", number + 1
    return name


def _add(found: dict[str, object], path: str, data: Any) -> None:
    if isinstance(data, dict) and data:
        for key, value in data.items():
            _add(found, f"{path}/{key}", value)
    elif isinstance(data, list) and data:
        for index, value in enumerate(data):
            _add(found, f"{path}/{index}", value)
    else:
        found[path] = (type(data).__name__, str(data))
