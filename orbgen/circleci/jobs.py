"""Jobs: a definition with its arguments made into the keys and steps that run."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.circleci.compilation import Argument, Compilation, Scope
from orbgen.circleci.executors import Executor, resolve_executor
from orbgen.circleci.grammar import CONCRETE_EXECUTORS, KEYS_BY_TYPE, is_empty
from orbgen.circleci.job_form import check_keys
from orbgen.circleci.library import Definition
from orbgen.circleci.pipeline import Call, CallKind, JobRun
from orbgen.circleci.steps import StepList
from orbgen.source.nodes import Content, Mapping, Node, Scalar, Sequence

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
    call = run.call
    if call.kind is not CallKind.JOB:  # as it is where a job is looked at that nothing runs
        call = Call(CallKind.JOB, definition.qualified_name, definition.key.span, call)
    scope = Scope(definition.library, call, definition, arguments)
    if run.type in KEYS_BY_TYPE:
        kept = ("type", *KEYS_BY_TYPE[run.type])
        run.body = {key: compilation.fill(field.value, scope) for key, field in node.fields.items() if key in kept}
        return
    executor_node = node.get("executor")
    executor = None
    if executor_node is not None and not is_empty(executor_node):
        executor = resolve_executor(compilation, executor_node, scope)
    run.body = _merge(compilation, node, executor, scope)
    steps = StepList(compilation)
    before, after = around
    if before is not None and not is_empty(before):
        link = Call(CallKind.PRE_STEPS, run.declared, before.span, run.call)
        steps.extend(before, entry_scope.seen_from(link), link)
    if not is_empty(node.get("steps")):
        steps.extend(node.fields["steps"].value, scope, call)
    if after is not None and not is_empty(after):
        link = Call(CallKind.POST_STEPS, run.declared, after.span, run.call)
        steps.extend(after, entry_scope.seen_from(link), link)
    run.steps = tuple(steps.steps)


def _merge(compilation: Compilation, node: Mapping, executor: Executor | None, scope: Scope) -> dict[str, Content]:
    """The job's keys over its executor's, in the order of CircleCI's output (circleci.md 8.2)."""
    body: dict[str, Content] = {}
    inherited = dict(executor.fields) if executor is not None else {}
    if any([kind in node.fields for kind in CONCRETE_EXECUTORS]):
        # A job has one kind of executor, so its own takes the place of the inherited one (unverified).
        for kind in [kind for kind in CONCRETE_EXECUTORS if kind not in node.fields]:
            inherited.pop(kind, None)
    environment = inherited.pop("environment", None)
    filled: dict[str, Content] = {}
    for key, field in node.fields.items():
        if key == "executor":
            if executor is not None and not executor.known:
                body[key] = compilation.fill(field.value, scope)
            for name, value in inherited.items():
                body.setdefault(name, value)
        elif key == "steps":
            body[key] = field.value
        elif key not in _DROPPED:
            body[key] = value = compilation.fill(field.value, scope)
            if value is not field.value or compilation.dormant or compilation.visit(value):
                filled[key] = value
    owner = scope.owner
    check_keys(compilation, filled, owner.title if owner is not None else "the job", scope)
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
        for name, key, value in _variables(environment):
            entries[name] = (key, value)
    return Mapping(second.source, second.start, second.end, second.outer, list(entries.values()))


def _variables(environment: Content | None) -> Iterator[tuple[str, Node, Content]]:
    """Name, key and value of each variable: of a map, of a list of maps, of a list of texts `NAME=VALUE`."""
    items = environment.elements if type(environment) is Sequence else [environment]
    for item in items:
        if type(item) is Mapping:
            for name, field in item.fields.items():
                yield name, field.key, field.value
        elif isinstance(item, Scalar):
            name, equals, value = item.text.partition("=")
            if equals:
                place = (item.source, item.start, item.end, item.outer)
                yield name, Scalar(*place, name), Scalar(*place, value, "'")


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
    return {name: value for name, _, value in _variables((run.body or {}).get("environment"))}


def image_environment_of(run: JobRun) -> dict[str, Content]:
    """The variables that the first image of a job's executor sets, in which its steps run."""
    images = (run.body or {}).get("docker")
    first = next(iter(images.elements), None) if type(images) is Sequence else None
    environment = first.get("environment") if type(first) is Mapping else None
    return {name: value for name, _, value in _variables(environment)}
