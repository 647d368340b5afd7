"""Jobs: a definition with its arguments made into the keys and steps that run."""

from __future__ import annotations

from orbgen.circleci.compilation import Argument, Compilation, Scope
from orbgen.circleci.executors import Executor, resolve_executor
from orbgen.circleci.library import Definition
from orbgen.circleci.pipeline import Call, CallKind, JobRun
from orbgen.circleci.steps import StepList
from orbgen.source.nodes import Content, Mapping, Node, Sequence

_DROPPED = frozenset(("parameters", "description"))
_HOISTED = ("resource_class", "shell")


def instantiate(
    compilation: Compilation,
    run: JobRun,
    definition: Definition,
    arguments: dict[str, Argument],
    entry_scope: Scope,
    around: tuple[Content | None, Content | None] = (None, None),
) -> None:
    """Give a job run the body and steps of its definition. `around` are the entry's pre- and post-steps."""
    node = definition.node
    if type(node) is not Mapping:
        return
    call = Call(CallKind.JOB, definition.qualified_name, definition.key.span, run.call)
    scope = Scope(definition.library, call, definition, arguments)
    executor_node = node.get("executor")
    executor = None
    if executor_node is not None:
        executor = resolve_executor(compilation, executor_node, scope)
    run.body = _merge(compilation, node, executor, scope)
    steps = StepList(compilation)
    before, after = around
    if before is not None:
        link = Call(CallKind.PRE_STEPS, run.declared, before.span, run.call)
        steps.extend(before, entry_scope.seen_from(link), link)
    if node.get("steps") is not None and (run.type == "build"):
        steps.extend(node.fields["steps"].value, scope, call)
    if after is not None:
        link = Call(CallKind.POST_STEPS, run.declared, after.span, run.call)
        steps.extend(after, entry_scope.seen_from(link), link)
    run.steps = tuple(steps.steps)


def _merge(compilation: Compilation, node: Mapping, executor: Executor | None, scope: Scope) -> dict[str, Content]:
    """The job's keys over its executor's, in the order of CircleCI's output (circleci.md 8.2)."""
    body: dict[str, Content] = {}
    inherited = dict(executor.fields) if executor is not None else {}
    environment = inherited.pop("environment", None)
    for key, field in node.fields.items():
        if key == "executor":
            for name, value in inherited.items():
                body.setdefault(name, value)
        elif key == "steps":
            body[key] = field.value
        elif key not in _DROPPED:
            body[key] = compilation.fill(field.value, scope)
    if environment is not None:
        own = body.get("environment")
        if own is None:
            body["environment"] = environment
        else:
            body["environment"] = merge_environments(environment, own)
    _hoist(body)
    return body


def merge_environments(first: Content, second: Content) -> Content:
    """Two environments as one, in which the second wins; lists of single keys count as maps."""
    entries: dict[str, tuple[Node, Node]] = {}
    for environment in (first, second):
        maps = [environment] if type(environment) is Mapping else []
        if type(environment) is Sequence:
            maps = [item for item in environment.elements if type(item) is Mapping]
        for mapping in maps:
            for name, field in mapping.fields.items():
                entries[name] = (field.key, field.value)
    return Mapping(second.source, second.start, second.end, second.outer, list(entries.values()))


def _hoist(body: dict[str, Content]) -> None:
    """CircleCI moves `resource_class` and `shell` out of `machine`."""
    machine = body.get("machine")
    if type(machine) is not Mapping or not any([key in machine.fields for key in _HOISTED]):
        return
    kept: list[tuple[Node, Node]] = []
    hoisted: dict[str, Content] = {}
    for name, field in machine.fields.items():
        if name in _HOISTED:
            hoisted[name] = field.value
        else:
            kept.append((field.key, field.value))
    body["machine"] = Mapping(machine.source, machine.start, machine.end, machine.outer, kept)
    for name, value in hoisted.items():
        body.setdefault(name, value)


def environment_of(run: JobRun) -> dict[str, Content]:
    """The variables that a job's `environment` sets."""
    node = (run.body or {}).get("environment")
    maps = [node] if type(node) is Mapping else []
    if type(node) is Sequence:
        maps = [item for item in node.elements if type(item) is Mapping]
    return {name: field.value for mapping in maps for name, field in mapping.fields.items()}
