"""Parameters: reading declarations, checking values against types, and binding the arguments of a call."""

from __future__ import annotations

import re
from collections.abc import Iterable

from orbgen.circleci.compilation import Argument, Compilation, Scope
from orbgen.circleci.library import Declaration, Definition, ParameterType
from orbgen.circleci.repair import respelt
from orbgen.circleci.text import Text, show, value_of
from orbgen.circleci.truth import Kind as ValueKind
from orbgen.circleci.truth import Unknown, Value
from orbgen.source.names import nearest
from orbgen.source.nodes import Alias, Content, Field, Mapping, Node, Scalar, Sequence
from orbgen.source.problems import Note
from orbgen.source.span import Span

_KEYS = frozenset(("type", "default", "description", "enum"))
_TYPES = {member.value: member for member in ParameterType}
_MEANT = {"bool": "boolean", "int": "integer", "number": "integer", "str": "string", "list": "steps", "text": "string"}
_ENVIRONMENT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# What each kind of element may declare (circleci.md 2.2); the documents differ on integers of executors.
_PIPELINE_TYPES = frozenset((ParameterType.STRING, ParameterType.BOOLEAN, ParameterType.INTEGER, ParameterType.ENUM))


def declarations(compilation: Compilation, definition: Definition) -> dict[str, Declaration]:
    """The parameters that a definition declares, read once."""
    if definition.declarations is None:
        node = definition.node.get("parameters") if type(definition.node) is Mapping else None
        definition.declarations = read_declarations(compilation, node, Scope(definition.library, owner=definition))
    return definition.declarations


def read_declarations(
    compilation: Compilation, node: Content | None, scope: Scope, *, pipeline: bool = False
) -> dict[str, Declaration]:
    """The declarations of a `parameters` mapping; reports those that CircleCI refuses."""
    found: dict[str, Declaration] = {}
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return found
    if type(node) is not Mapping:
        compilation.report("value", "`parameters` must be a mapping of names to declarations", node.span, scope)
        return found
    for name, field in node.fields.items():
        declaration = _declaration(compilation, name, field, scope, pipeline=pipeline)
        if declaration is not None:
            found[name] = declaration
    return found


def _declaration(
    compilation: Compilation, name: str, field: Field, scope: Scope, *, pipeline: bool
) -> Declaration | None:
    body = field.value
    if compilation.lost(body):
        return Declaration(name, ParameterType.STRING, field.key, None, checked=False)
    if type(body) is not Mapping:
        message = f"Parameter error: parameter '{name}' must be a mapping with a `type`"
        compilation.report("value", message, field.key.span, scope, help="write `{type: string}` at least")
        return Declaration(name, ParameterType.STRING, field.key, None, checked=False)
    for key, extra in body.fields.items():
        if key not in _KEYS:
            guess = nearest(key, _KEYS)
            message = f"extraneous key [{key}] is not permitted in parameter '{name}'"
            permitted = f"permitted keys: {', '.join(sorted(_KEYS))}"
            compilation.report("unknown-key", message, extra.key.span, scope, help=permitted, suggestion=guess)
    body = respelt(compilation, body, _KEYS)
    kind = body.get("type")
    word = kind.text if isinstance(kind, Scalar) else ""
    if word not in _TYPES:
        place = kind.span if kind is not None else field.key.span
        message = f"Parameter error: parameter '{name}' has unknown type '{word}'" if word else (
            f"Parameter error: parameter '{name}' has no `type`"
        )  # fmt: skip
        guess = _MEANT.get(word) or nearest(word, _TYPES)
        help = (
            f"did you mean '{guess}'? the types are {', '.join(_TYPES)}"
            if guess
            else f"the types are {', '.join(_TYPES)}"
        )
        compilation.report("value", message, place, scope, help=help, suggestion=guess)
        return _guessed(name, field, body, guess)
    type_ = _TYPES[word]
    if pipeline and type_ not in _PIPELINE_TYPES:
        message = f"Parameter error: pipeline parameter '{name}' cannot have type {word}"
        compilation.report("value", message, kind.span, scope, help="use string, boolean, integer or enum")  # type: ignore[union-attr]
        return _guessed(name, field, body, None)
    default = body.get("default")
    declaration = Declaration(name, type_, field.key, default, _members(compilation, name, field, body, type_, scope))
    if pipeline and default is None:
        message = f"Parameter error: pipeline parameter '{name}' has no default"
        compilation.report("missing-argument", message, field.key.span, scope, help="add a `default`")
    if default is not None:
        _check_default(compilation, declaration, default, scope)
    return declaration


def _guessed(name: str, field: Field, body: Mapping, word: str | None) -> Declaration:
    """What a declaration in error is taken for: of the type that its word comes near to, or that its default has."""
    default = body.get("default")
    type_ = _TYPES.get(word or "", ParameterType.ENUM if "enum" in body.fields else ParameterType.STRING)
    if type(default) is Sequence:
        type_ = ParameterType.STEPS
    return Declaration(name, type_, field.key, default, checked=False)


def _members(
    compilation: Compilation, name: str, field: Field, body: Mapping, type_: ParameterType, scope: Scope
) -> tuple[str, ...]:
    node = body.get("enum")
    if type_ is not ParameterType.ENUM:
        return ()
    if type(node) is not Sequence or not node.items:
        message = f"Parameter error: enum parameter '{name}' needs a list of values under `enum`"
        compilation.report("enum", message, node.span if node else field.key.span, scope, help="add `enum: [a, b]`")
        return ()
    return tuple([show(member.value) for member in node.elements if isinstance(member, Scalar)])


def _check_default(compilation: Compilation, declaration: Declaration, default: Content, scope: Scope) -> None:
    if not _is_wrong_default(declaration, default):
        return
    if declaration.type is ParameterType.ENUM and declaration.members:
        message = f"Parameter error: default value of parameter '{declaration.name}' is not in its enum"
        help = f"the values are {', '.join(declaration.members)}"
        compilation.report("enum", message, default.span, scope, help=help)
    elif declaration.type is not ParameterType.ENUM:
        message = (
            f"Parameter error: default value of parameter '{declaration.name}' is {_quote(default)} "
            f"(type {type_name(default)}): expected type {declaration.type.value}"
        )
        compilation.report("default-type", message, default.span, scope, help=_advice(declaration.type, default))


def _is_wrong_default(declaration: Declaration, default: Content) -> bool:
    """Whether a default does not fit its own declaration. One that holds a tag may; null stands for no value."""
    if default.templated:
        return False
    null = isinstance(default, Scalar) and default.value is None and declaration.type is not ParameterType.STEPS
    return not null and not accepts(declaration, default)


def accepts(declaration: Declaration, node: Content) -> bool:
    """Whether a compiled value fits a declared type (circleci.md 2.2). What is unknown fits where its kind may."""
    type_ = declaration.type
    if not declaration.checked:
        return True
    if type_ is ParameterType.STEPS:
        return type(node) is Sequence
    if not isinstance(node, Scalar):
        return type_ is ParameterType.EXECUTOR and type(node) is Mapping
    value = value_of(node)
    if isinstance(value, Unknown):
        return _unknown_fits(type_, value, declaration)
    if type_ is ParameterType.BOOLEAN:
        return isinstance(value, bool)
    if type_ is ParameterType.INTEGER:
        return isinstance(value, int) and not isinstance(value, bool)
    if type_ is ParameterType.ENUM:
        return not declaration.members or show(value) in declaration.members
    if type_ is ParameterType.ENV_VAR_NAME:
        return isinstance(value, int) or (isinstance(value, str) and _ENVIRONMENT_NAME.fullmatch(value) is not None)
    return isinstance(value, str)


def _unknown_fits(type_: ParameterType, value: Unknown, declaration: Declaration) -> bool:
    if type_ is ParameterType.BOOLEAN:
        return value.kind in (None, ValueKind.BOOLEAN)
    if type_ is ParameterType.INTEGER:
        return value.kind in (None, ValueKind.INTEGER)
    if type_ is ParameterType.ENUM and declaration.members and value.alternatives is not None:
        return any([show(choice) in declaration.members for choice in value.alternatives])
    return value.kind in (None, ValueKind.STRING)


def type_name(node: Content) -> str:
    """The type of a value as CircleCI's messages name it."""
    if type(node) is Sequence:
        return "list"
    if not isinstance(node, Scalar):
        return "map"
    return _value_type(value_of(node))


def _value_type(value: Value) -> str:
    if isinstance(value, Unknown):
        return value.kind.value if value.kind is not None else "unknown"
    if value is None:
        return "null"
    names = {bool: "boolean", int: "integer", float: "number", str: "string"}
    return names[type(value)]


def _quote(node: Content) -> str:
    return f"'{node.text}'" if isinstance(node, Scalar) else f"a {type_name(node)}"


def _advice(type_: ParameterType, node: Content) -> str | None:
    if not isinstance(node, Scalar) or isinstance(node, Text):
        return None
    if type_ is ParameterType.STRING and not node.style:
        return f'put it in quotes: "{node.text}"'
    if type_ in (ParameterType.BOOLEAN, ParameterType.INTEGER) and node.style:
        return "write it without quotes"
    return None


def bind(
    compilation: Compilation, definition: Definition, given: dict[str, Field], caller: Scope, place: Span
) -> dict[str, Argument]:
    """The arguments that a definition sees when it is called with `given` at `place`.

    Reports, in CircleCI's order, what is missing, unexpected and of the wrong type (circleci.md 2.8).
    """
    declared = declarations(compilation, definition)
    if not definition.uncertain:
        given = _respelt(compilation, declared, given)
        _check_names(compilation, definition, declared, given, caller, place)
    home = Scope(definition.library, owner=definition)
    bound: dict[str, Argument] = {}
    for name, declaration in declared.items():
        argument = given.get(name)
        if argument is not None:
            bound[name] = _argument(compilation, declaration, argument.value, caller)
        elif declaration.default is not None and not _is_wrong_default(declaration, declaration.default):
            bound[name] = _argument(compilation, declaration, declaration.default, home, check=False)
        else:
            bound[name] = free(declaration, known=False)
    return bound


def _respelt(compilation: Compilation, declared: dict[str, Declaration], given: dict[str, Field]) -> dict[str, Field]:
    """The arguments, each that nothing declares under the name of the absent parameter that it comes nearest to."""
    absent = [name for name in declared if name not in given]
    found: dict[str, Field] = {}
    for name, field in given.items():
        meant = compilation.nearest(name, absent) if name not in declared else None
        found[meant if meant is not None and meant not in found else name] = field
    return found


def _check_names(
    compilation: Compilation,
    definition: Definition,
    declared: dict[str, Declaration],
    given: dict[str, Field],
    caller: Scope,
    place: Span,
) -> None:
    """Report arguments that are missing, and those that nothing declares."""
    needed = [name for name, declaration in declared.items() if declaration.default is None and declaration.checked]
    missing = [name for name in needed if name not in given]
    note = (Note(definition.key.span, f"{definition.kind.value} '{definition.name}' is defined here"),)
    if missing:
        message = f"Missing required argument(s): {', '.join(missing)}"
        help = f"{definition.title} needs {_enumerate(missing)}"
        compilation.report("missing-argument", message, place, caller, help=help, related=note)
    for name, field in given.items():
        written = field.key.text
        if written in declared or (name not in declared and _mentions(definition.node, written)):
            # What a definition uses and does not declare is reported where it is used.
            continue
        guess = name if name in declared else compilation.nearest(written, declared)
        takes = _enumerate(declared) if declared else "no parameters"
        help = f"did you mean '{guess}'?" if guess else f"{definition.title} takes {takes}"
        message, where = f"Unexpected argument(s): {written}", field.key.span
        compilation.report("unexpected-argument", message, where, caller, help=help, suggestion=guess, related=note)


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
            waiting.extend([value for _, value in found.entries])  # type: ignore[union-attr]
    return False


def _argument(
    compilation: Compilation, declaration: Declaration, node: Content, scope: Scope, *, check: bool = True
) -> Argument:
    type_ = declaration.type
    if isinstance(node, Scalar):
        found = compilation.fill_scalar(node, scope)
        if isinstance(found, Argument):
            return _passed_on(compilation, declaration, found, node, scope)
        if check and not accepts(declaration, found):
            _mismatch(compilation, declaration, found, node, scope)
            return free(declaration, known=False)
        if type_ is ParameterType.EXECUTOR and not isinstance(value_of(found), Unknown):
            return Argument(type_, found, scope)
        value = value_of(found)
        unknown = value if isinstance(value, Unknown) else None
        if type_ is ParameterType.STEPS:
            return Argument(type_, found, scope if unknown is None else None, unknown)
        # A text of which a part is unknown is passed on with its parts, not as one unknown.
        return Argument(type_, found, None, None if isinstance(found, Text) else unknown)
    if check and not accepts(declaration, node):
        _mismatch(compilation, declaration, node, node, scope)
        return free(declaration, known=False)
    if not declaration.checked and type(node) is Sequence:
        type_ = ParameterType.STEPS
    return Argument(type_, node, scope)


def _passed_on(
    compilation: Compilation, declaration: Declaration, found: Argument, node: Scalar, scope: Scope
) -> Argument:
    """Steps or an executor handed on by a lone tag; an executor may also become a string, its name."""
    if found.type is declaration.type or not declaration.checked:
        return found
    if found.type is ParameterType.EXECUTOR and declaration.type in (ParameterType.STRING, ParameterType.ENUM):
        return Argument(declaration.type, compilation.text(node, scope))
    message = (
        f"Type error for argument {declaration.name}: expected type: {declaration.type.value}, "
        f"actual value: {node.text} (type {found.type.value})"
    )
    compilation.report("argument-type", message, node.span, scope)
    return free(declaration, known=False)


def _mismatch(compilation: Compilation, declaration: Declaration, value: Content, node: Content, scope: Scope) -> None:
    shown = f'"{value.text}"' if isinstance(value, Scalar) else f"a {type_name(value)}"
    expected = declaration.type.value
    code = "argument-type"
    help = _advice(declaration.type, value)
    if declaration.type is ParameterType.ENUM:
        code, help = "enum", f"the values are {', '.join(declaration.members)}"
    message = (
        f"Type error for argument {declaration.name}: expected type: {expected}, "
        f"actual value: {shown} (type {type_name(value)})"
    )
    related = (Note(declaration.key.span, "the parameter is declared here"),)
    suggestion = None
    if isinstance(value, Scalar) and declaration.type is ParameterType.ENUM:
        suggestion = nearest(value.text, declaration.members)
        help = f"did you mean '{suggestion}'? {help}" if suggestion else help
    compilation.report(code, message, node.span, scope, help=help, related=related, suggestion=suggestion)


def free(declaration: Declaration, *, known: bool = True) -> Argument:
    """A parameter of an element that nobody calls, or whose argument is in error: its value is unknown."""
    source = (f"parameters.{declaration.name}",) if known else ()
    kinds = {ParameterType.BOOLEAN: ValueKind.BOOLEAN, ParameterType.INTEGER: ValueKind.INTEGER}
    kind = kinds.get(declaration.type, ValueKind.STRING)
    if declaration.type in (ParameterType.STEPS, ParameterType.EXECUTOR) or not declaration.checked:
        kind = None  # type: ignore[assignment]
    alternatives = declaration.members if declaration.type is ParameterType.ENUM and declaration.members else None
    return Argument(
        declaration.type, declaration.key, None, Unknown(sources=source, kind=kind, alternatives=alternatives)
    )


def _enumerate(names: Iterable[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def free_scope(compilation: Compilation, scope: Scope) -> Scope:
    """The scope with every parameter unknown."""
    if scope.owner is None:
        return scope
    arguments = {name: free(declaration) for name, declaration in declarations(compilation, scope.owner).items()}
    return Scope(scope.library, scope.call, scope.owner, arguments, scope.matrix, scope.outer)
