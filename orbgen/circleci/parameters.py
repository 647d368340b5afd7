"""Binding the arguments of a call to the parameters of what it calls (circleci.md 2.4, 2.8)."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from orbgen.circleci.argument_types import accepts, narrowed, quoting_advice, type_name, unknown_of
from orbgen.circleci.compilation import Argument, Compilation, Scope
from orbgen.circleci.declarations import declarations
from orbgen.circleci.expressions import Variable
from orbgen.circleci.grammar import ENTRY_KEYS
from orbgen.circleci.library import Declaration, Definition, Kind, ParameterType
from orbgen.circleci.text import Text, value_of
from orbgen.circleci.truth import Unknown
from orbgen.source.nodes import Alias, Content, Field, Node, Scalar, Sequence
from orbgen.source.problems import Note
from orbgen.source.sentences import enumerated
from orbgen.source.span import Span


def bind(
    compilation: Compilation, definition: Definition, given: dict[str, Field], caller: Scope, place: Span
) -> dict[str, Argument]:
    """The arguments that a definition sees when it is called with `given` at `place`.

    Reports, in CircleCI's order, what is missing, unexpected and of the wrong type (circleci.md 2.8).
    """
    declared = declarations(compilation, definition)
    if not definition.uncertain:
        strange = not all([name in declared and field.key.text in declared for name, field in given.items()])
        if strange:
            given = _respelt(compilation, declared, given)
        _check_needed(compilation, definition, declared, given, caller, place)
        if strange:
            _check_given(compilation, definition, declared, given, caller)
    bound: dict[str, Argument] = {}
    for name, declaration in declared.items():
        argument = given.get(name)
        if argument is not None:
            bound[name] = _argument(compilation, declaration, argument.value, caller)
        elif declaration.default is not None and not _is_wrong_default(declaration, declaration.default):
            home = Scope(definition.library, caller.call, definition)
            if declaration.default.templated:
                home.arguments = {name: free(other) for name, other in declared.items()} | bound
            bound[name] = _argument(compilation, declaration, declaration.default, home, check=False)
        else:
            bound[name] = free(declaration, None)
    return bound


def _is_wrong_default(declaration: Declaration, default: Content) -> bool:
    """Whether a default does not fit its own declaration, which is reported there. One that holds a tag may."""
    return not default.templated and not accepts(declaration, default)


def _respelt(compilation: Compilation, declared: dict[str, Declaration], given: dict[str, Field]) -> dict[str, Field]:
    """The arguments, each that nothing declares under the name of the absent parameter that it comes nearest to."""
    absent = [name for name in declared if name not in given]
    found: dict[str, Field] = {}
    for name, field in given.items():
        meant = compilation.nearest(name, absent) if name not in declared else None
        found[meant if meant is not None and meant not in found else name] = field
    return found


def _check_needed(
    compilation: Compilation,
    definition: Definition,
    declared: dict[str, Declaration],
    given: dict[str, Field],
    caller: Scope,
    place: Span,
) -> None:
    """Report arguments that are missing."""
    missing = [
        name
        for name, declaration in declared.items()
        if declaration.default is None and name not in given and not declaration.broken
    ]
    if missing:
        message = f"Missing required argument(s): {', '.join(missing)}"
        help = f"{definition.title} needs {_enumerate(missing)}"
        reserved = [name for name in missing if name in ENTRY_KEYS and definition.kind is Kind.JOB]
        if reserved:
            help = f"{_enumerate(reserved)} can never reach the job: rename the parameter"
        compilation.report("missing-argument", message, place, caller, help=help, related=_defined(definition))


def _check_given(
    compilation: Compilation,
    definition: Definition,
    declared: dict[str, Declaration],
    given: dict[str, Field],
    caller: Scope,
) -> None:
    """Report arguments that nothing declares."""
    for name, field in given.items():
        written = field.key.text
        if written in declared or (name not in declared and _mentions(definition.node, written)):
            # What a definition uses and does not declare is reported where it is used.
            continue
        guess = name if name in declared else None
        takes = _enumerate(declared) if declared else "no parameters"
        help = f"did you mean '{guess}'?" if guess else f"{definition.title} takes {takes}"
        message, where, cause = f"Unexpected argument(s): {written}", field.key.span, (id(definition), written)
        related = _defined(definition)
        compilation.report(
            "unexpected-argument", message, where, caller, help=help, suggestion=guess, related=related, cause=cause
        )


def _defined(definition: Definition) -> tuple[Note]:
    return (Note(definition.key.span, f"{definition.kind.value} '{definition.name}' is defined here"),)


def _mentions(node: Node, name: str) -> bool:
    """Whether a parameter's name is used in a definition."""
    reference = re.compile(rf"<<[^>]*(?<![\w.-])parameters\.{re.escape(name)}(?![\w.-])")
    waiting, seen = [node], set()
    while waiting:
        found = waiting.pop()
        if type(found) is Alias:
            found = found.target
        if id(found) in seen:
            continue
        seen.add(id(found))
        if isinstance(found, Scalar):
            if "<<" in found.text and reference.search(found.text):
                return True
        elif type(found) is Sequence:
            waiting.extend(found.items)
        else:
            waiting.extend([value for _, value in found.entries])
    return False


def _argument(
    compilation: Compilation, declaration: Declaration, node: Content, scope: Scope, *, check: bool = True
) -> Argument:
    type_ = declaration.type
    if declaration.broken:
        type_ = ParameterType.STEPS if type(node) is Sequence else ParameterType.STRING
    if not isinstance(node, Scalar):
        if check and not accepts(declaration, node):
            _mismatch(compilation, declaration, node, node, scope)
            return free(declaration, None)
        return Argument(type_, node, scope)
    found = compilation.fill_scalar(node, scope)
    if isinstance(found, Argument):
        return _passed_on(compilation, declaration, found, node, scope)
    if declaration.broken:
        return free(declaration, None)
    if check and not accepts(declaration, found):
        _mismatch(compilation, declaration, found, node, scope)
        return free(declaration, None)
    if isinstance(found, Text):
        found = narrowed(declaration, found)
    value = value_of(found)
    if type_ in (ParameterType.STEPS, ParameterType.EXECUTOR):
        return _structured(type_, found, scope)
    # A text of which a part is unknown is passed on with its parts, not as one unknown.
    return Argument(type_, found, None, value if isinstance(value, Unknown) and not isinstance(found, Text) else None)


def _structured(type_: ParameterType, found: Scalar, scope: Scope) -> Argument:
    """Steps or an executor given as a scalar: a name, an unknown, or nothing."""
    value = value_of(found)
    if isinstance(value, Unknown):
        return Argument(type_, found, None, value if type_ is ParameterType.STEPS else None)
    if value is None and type_ is ParameterType.STEPS:
        return Argument(type_, Sequence(found.source, found.start, found.end, found.outer, []), scope)
    if value is None:
        return Argument(type_, found, None, Unknown(sources=()))
    return Argument(type_, found, scope)


def _passed_on(
    compilation: Compilation, declaration: Declaration, found: Argument, node: Scalar, scope: Scope
) -> Argument:
    """Steps or an executor handed on by a lone tag; an executor may also become a string, its name."""
    if found.type is declaration.type or declaration.broken:
        return found
    if found.type is ParameterType.EXECUTOR and declaration.type in (ParameterType.STRING, ParameterType.ENUM):
        return Argument(declaration.type, compilation.text(node, scope))
    message = (
        f"Type error for argument {declaration.name}: expected type: {declaration.type.value}, "
        f"actual value: {node.text} (type {found.type.value})"
    )
    compilation.report("argument-type", message, node.span, scope)
    return free(declaration, None)


def _mismatch(compilation: Compilation, declaration: Declaration, value: Content, node: Content, scope: Scope) -> None:
    shown = f'"{value.text}"' if isinstance(value, Scalar) else f"a {type_name(value)}"
    code, help, suggestion = "argument-type", quoting_advice(declaration.type, value), None
    if declaration.type is ParameterType.ENUM:
        code, help = "enum", f"the values are {enumerated(declaration.members)}"
        suggestion = compilation.nearest(value.text, declaration.members) if isinstance(value, Scalar) else None
        help = f"did you mean '{suggestion}'? {help}" if suggestion else help
    message = (
        f"Type error for argument {declaration.name}: expected type: {declaration.type.value}, "
        f"actual value: {shown} (type {type_name(value)})"
    )
    related = (Note(declaration.key.span, "the parameter is declared here"),)
    compilation.report(code, message, node.span, scope, help=help, related=related, suggestion=suggestion)


def free(declaration: Declaration, prefix: str | None = "parameters.") -> Argument:
    """A parameter whose value is unknown: nobody calls its element, or its argument is in error.

    `prefix` stands before its name in the name of the value, which is None where the value has none.
    """
    source = None if prefix is None else f"{prefix}{declaration.name}"
    return Argument(declaration.type, declaration.key, None, unknown_of(declaration, source))


def free_pipeline_parameter(declaration: Declaration) -> Argument:
    """A pipeline parameter that nobody set yet."""
    name = f"pipeline.parameters.{declaration.name}"
    unknown = msgspec.structs.replace(unknown_of(declaration, name), formula=Variable(name))
    return Argument(declaration.type, declaration.key, None, unknown)


def _enumerate(names: Iterable[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def free_scope(compilation: Compilation, scope: Scope) -> Scope:
    """The scope with every parameter unknown."""
    if scope.owner is None:
        return scope
    arguments = {name: free(declaration) for name, declaration in declarations(compilation, scope.owner).items()}
    return Scope(scope.library, scope.call, scope.owner, arguments, scope.matrix, scope.outer)
