"""The processed configuration, as CircleCI prints it (circleci.md 8)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias, Union

import msgspec

from orbgen.circleci.grammar import STEPS
from orbgen.circleci.hash_order import map_order
from orbgen.circleci.pipeline import CallKind, JobRun, Pipeline, Step, Workflow
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence
from orbgen.source.scalars import ScalarValue


class Commented(msgspec.Struct, frozen=True):
    """An item of a list with a comment above it."""

    comment: str
    data: Data


Data: TypeAlias = Union[ScalarValue, Commented, list["Data"], dict[str, "Data"]]


def data_of(node: Content | None) -> Data:
    """The plain value of a compiled node."""
    if node is None:
        return None
    if type(node) is Mapping:
        return {name: data_of(field.value) for name, field in node.fields.items()}
    if type(node) is Sequence:
        return [data_of(element) for element in node.elements]
    assert isinstance(node, Scalar)
    return node.value


def freeze(data: Data) -> object:
    """A value to compare and to hash by: like values are equal, and `1`, `true` and `"1"` are not."""
    if isinstance(data, dict):
        return tuple([(key, freeze(value)) for key, value in data.items()])
    if isinstance(data, list):
        return ("list", *[freeze(value) for value in data])
    return (type(data).__name__, data)


def step_data(step: Step) -> Data:
    """One step: a bare string, or a map of its name to its settings; a short `run` is written out."""
    if step.body is None or (isinstance(step.body, Scalar) and step.body.value is None):
        return step.name
    if step.name == "run" and isinstance(step.body, Scalar):
        return {"run": {"command": step.body.value}}
    if isinstance(step.item, Mapping) and len(step.item.fields) > 1:
        return data_of(step.body)
    return {step.name: data_of(step.body)}


def body_data(run: JobRun, *, origins: bool = False) -> dict[str, Data]:
    """A job of the pipeline; with `origins` each step says where it came from."""
    body: dict[str, Data] = {}
    steps: list[Data] = [
        Commented(origin_of(step), step_data(step)) if origins else step_data(step) for step in run.steps
    ]
    for key, node in (run.body or {}).items():
        if key == "steps":
            body[key] = steps
        elif key == "environment":
            body[key] = _environment(node)
        else:
            body[key] = data_of(node)
    if steps and "steps" not in body:
        body["steps"] = steps
    return body


def origin_of(step: Step) -> str:
    """Where a step is written, and the calls that led to it."""
    calls = [f"{link.kind.value} '{link.name}'" for link in step.call.chain()[2:]]
    return " < ".join([str(step.span), *reversed(calls)])


def _environment(node: Content) -> Data:
    """A job's variables, printed as a list of single keys where they are a map."""
    data = data_of(node)
    return [{key: value} for key, value in data.items()] if isinstance(data, dict) else data


def entry_data(run: JobRun) -> Data:
    """A job run's entry in its workflow; a job whose orb is not at hand is kept as it is called."""
    entry: dict[str, Data] = {}
    if run.opaque and run.name != run.job:
        entry["name"] = run.name
    if run.filters is not None:
        entry["filters"] = data_of(run.filters)
    if run.definition is None and not run.opaque and run.type == "approval":
        entry["type"] = run.type
    if run.requires:
        entry["requires"] = _requires(run)
    if run.context is not None:
        entry["context"] = data_of(run.context)
    if run.serial_group is not None:
        entry["serial-group"] = data_of(run.serial_group)
    if not run.opaque:
        return {run.name: entry} if entry else run.name
    for name, node in run.arguments.items():
        entry[name] = data_of(node)
    for key, kind in (("pre-steps", CallKind.PRE_STEPS), ("post-steps", CallKind.POST_STEPS)):
        steps = [step for step in run.steps if any([link.kind is kind for link in step.call.chain()])]
        if steps:
            entry[key] = [step_data(step) for step in steps]
    return {run.job: entry} if entry else run.job


def _requires(run: JobRun) -> Data:
    found: list[Data] = []
    for requirement in run.requires:
        for name in [target.name for target in requirement.targets] or [requirement.name]:
            if requirement.statuses is None:
                found.append(name)
            else:
                statuses: list[Data] = list(requirement.statuses)
                found.append({name: statuses if requirement.listed else statuses[0]})
    return found


def pipeline_data(pipeline: Pipeline, *, origins: bool = False) -> dict[str, Data]:
    """The whole pipeline: version, jobs in CircleCI's order, workflows."""
    jobs: dict[str, Data] = {}
    workflows: dict[str, Data] = {}
    if pipeline.workflow_version == "first":
        workflows["version"] = 2
    for workflow in pipeline.workflows:
        if workflow.active is False:
            continue
        workflows[workflow.name] = workflow_data(workflow)
        for run in workflow.job_runs:
            if run.name not in jobs and run.body is not None:
                jobs[run.name] = body_data(run, origins=origins)
    if pipeline.workflow_version == "last":
        workflows["version"] = 2
    data: dict[str, Data] = {"version": 2}
    if pipeline.setup:
        data["setup"] = True
    jobs = {name: jobs[name] for name in map_order(jobs)}
    return {**data, "jobs": jobs, "workflows": workflows}


def workflow_data(workflow: Workflow) -> Data:
    """A workflow with the names that its jobs have in the pipeline."""
    data: dict[str, Data] = {key: data_of(node) for key, node in workflow.settings.items()}
    data["jobs"] = [entry_data(run) for run in workflow.job_runs]
    return data


def header(pipeline: Pipeline) -> Iterator[str]:
    """The comment lines above the output: which orb each reference was resolved to, and commands that hide steps."""
    for orb in pipeline.library.orbs.values():
        if orb.reference is not None and orb.resolved is not None and not orb.reference.startswith("https://"):
            name = orb.reference.partition("@")[0]
            yield f"# Orb '{orb.reference}' resolved to '{name}@{orb.resolved}'"
    for name in pipeline.library.commands:
        if name in STEPS:
            yield f"# WARNING: Command '{name}' in commands.{name} may override built-in CircleCI command '{name}'"


def source_comment(text: str) -> Iterator[str]:
    """The original file as the comment that CircleCI appends."""
    yield "# Original config.yml file:"
    lines = text.removesuffix("\n").replace("\r\n", "\n").removesuffix("\r")
    # All lines at once: a file may have millions of them.
    yield "# " + _escape(lines).replace("\n", "\n# ")


def _escape(line: str) -> str:
    if line.isascii() and '"' not in line and "\\" not in line:
        return line
    escaped = line.replace("\\", "\\\\").replace('"', '\\"')
    return escaped if escaped.isascii() else re.sub(r"[^\x00-\x7f]", _code_units, escaped)


def _code_units(character: re.Match[str]) -> str:
    units = character[0].encode("utf-16-be", "surrogatepass")
    return "".join([f"\\u{units[index : index + 2].hex().upper()}" for index in range(0, len(units), 2)])
