"""Executors: from a job's `executor` to the keys that the executor gives the job."""

from __future__ import annotations

import msgspec

from orbgen.circleci.compilation import Argument, Compilation, Scope
from orbgen.circleci.declarations import declarations
from orbgen.circleci.job_form import check_keys
from orbgen.circleci.library import Definition, Kind, ParameterType
from orbgen.circleci.parameters import bind
from orbgen.circleci.pipeline import Call, CallKind
from orbgen.circleci.resolution import Missing, Unresolved, report_unresolved, resolve
from orbgen.circleci.text import Text, is_known
from orbgen.source.nodes import Content, Field, Mapping, Scalar
from orbgen.source.problems import Note
from orbgen.source.span import Span

_EXAMPLES = "write `executor: NAME` or `executor: {name: NAME, PARAMETER: VALUE}`"


class Executor(msgspec.Struct, frozen=True):
    """A resolved executor: its name and its filled keys. `known` is False where only CircleCI can tell which it is."""

    name: str
    fields: dict[str, Content]
    known: bool = True


_UNKNOWN = Executor("", {}, known=False)


def resolve_executor(compilation: Compilation, node: Content, scope: Scope) -> Executor | None:
    """The executor that the value of `executor` means in a scope; None, with a problem reported, for none."""
    given: dict[str, Field] = {}
    name_node = node
    if type(node) is Mapping:
        found = node.fields.get("name")
        if found is None:
            message = "Unexpected executor invocation format: `name` is missing"
            compilation.report("executor-form", message, node.span, scope, help=_EXAMPLES)
            return None
        name_node = found.value
        given = {key: field for key, field in node.fields.items() if key != "name"}
    if not isinstance(name_node, Scalar):
        message = "Unexpected executor invocation format: the value of `name` must be a string"
        compilation.report("executor-form", message, name_node.span, scope, help=_EXAMPLES)
        return None
    name = compilation.fill_scalar(name_node, scope)
    if isinstance(name, Argument):
        if name.unknown is not None or name.scope is None:
            return _UNKNOWN
        if name.type is not ParameterType.EXECUTOR or given:
            return resolve_executor(compilation, _with_arguments(name.node, given), name.scope)
        return resolve_executor(compilation, name.node, name.scope)
    if not is_known(name):
        return _UNKNOWN
    return _instantiate(compilation, name, given, name_node.span, scope)


def _with_arguments(node: Content, given: dict[str, Field]) -> Content:
    """An executor that came through a parameter, called with arguments of its own."""
    if not given or type(node) is Mapping:
        return node
    call = Mapping(
        node.source, node.start, node.end, node.outer, [(field.key, field.value) for field in given.values()]
    )
    call.entries.append((Scalar(node.source, node.start, node.end, node.outer, "name"), node))
    call.templated = True
    return call


def _instantiate(
    compilation: Compilation, text: Scalar, given: dict[str, Field], place: Span, scope: Scope
) -> Executor | None:
    name = text.text
    found = resolve(compilation, Kind.EXECUTOR, name, scope.library)
    if isinstance(found, Missing):
        for field in given.values():
            compilation.fill(field.value, scope)
        return Executor(name, {}, known=False)
    if isinstance(found, Unresolved):
        written = _written(text) or place
        related = (Note(place, "the executor is asked for here"),) if written != place else ()
        report_unresolved(compilation, found, written, scope, related=related)
        return None
    plain = not given and not declarations(compilation, found)
    known = compilation.executors.get(found) if plain else None
    if known is None:
        arguments = bind(compilation, found, given, scope, place) if not plain else {}
        call = Call(CallKind.EXECUTOR, name, place, scope.call)
        known = executor_fields(compilation, found, arguments, call)
        if plain and not compilation.dormant:
            # Whoever else names an executor without parameters gets the same.
            compilation.executors[found] = known
    return Executor(name, known)


def _written(name: Scalar) -> Span | None:
    """Where a name was written that came through a parameter."""
    part = name.parts[0] if isinstance(name, Text) and len(name.parts) == 1 else None
    return part.written if part is not None and part.via else None


def executor_fields(
    compilation: Compilation, definition: Definition, arguments: dict[str, Argument], call: Call
) -> dict[str, Content]:
    """The filled keys of an executor's definition, without what only the compiler reads."""
    if type(definition.node) is not Mapping:
        return {}
    inner = Scope(definition.library, call, definition, arguments)
    keys, new = {}, {}
    for key, field in definition.node.fields.items():
        if key not in ("parameters", "description"):
            keys[key] = value = compilation.fill(field.value, inner)
            if value is not field.value or compilation.dormant or compilation.visit(value):
                new[key] = value
    check_keys(compilation, new, definition.title, inner)
    return keys
