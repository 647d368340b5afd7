"""Declarations of parameters: reading them, and what CircleCI refuses of them (circleci.md 2.1 to 2.3)."""

from __future__ import annotations

from orbgen.circleci.argument_types import accepts, quoting_advice, type_name
from orbgen.circleci.compilation import Compilation, Scope
from orbgen.circleci.expressions import variables
from orbgen.circleci.grammar import ENTRY_KEYS
from orbgen.circleci.library import Declaration, Definition, Kind, ParameterType
from orbgen.circleci.repair import respelt
from orbgen.circleci.templates import Reference, TemplateError, segments
from orbgen.circleci.text import show
from orbgen.source.names import nearest
from orbgen.source.nodes import Content, Field, Mapping, Scalar, Sequence
from orbgen.source.sentences import enumerated

_KEYS = frozenset(("type", "default", "description", "enum"))
_TYPES = {member.value: member for member in ParameterType}
_MEANT = {"bool": "boolean", "int": "integer", "number": "integer", "str": "string", "list": "steps", "text": "string"}
_PIPELINE_TYPES = (ParameterType.STRING, ParameterType.BOOLEAN, ParameterType.INTEGER, ParameterType.ENUM)


def declarations(compilation: Compilation, definition: Definition) -> dict[str, Declaration]:
    """The parameters that a definition declares, read once; once more where CircleCI comes to look at them too."""
    if not compilation.templates:
        return {}  # Version 2 does nothing with them.
    if definition.declarations is None or (definition.declared_dormant and not compilation.dormant):
        node = definition.node.get("parameters") if type(definition.node) is Mapping else None
        definition.declarations = read_declarations(compilation, node, Scope(definition.library, owner=definition))
        definition.declared_dormant = compilation.dormant
    return definition.declarations


def read_declarations(
    compilation: Compilation, node: Content | None, scope: Scope, *, pipeline: bool = False
) -> dict[str, Declaration]:
    """The declarations of a `parameters` mapping; reports those that CircleCI refuses."""
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return {}
    if type(node) is not Mapping:
        compilation.report("value", "`parameters` must be a mapping of names to declarations", node.span, scope)
        return {}
    return {name: _Reader(compilation, scope, name, field, pipeline).read() for name, field in node.fields.items()}


class _Reader:
    """Reads one declaration."""

    def __init__(self, compilation: Compilation, scope: Scope, name: str, field: Field, pipeline: bool) -> None:
        self.compilation = compilation
        self.scope = scope
        self.name = name
        self.field = field
        self.pipeline = pipeline

    def report(
        self, code: str, message: str, node: Content, help: str | None = None, suggestion: str | None = None
    ) -> None:
        self.compilation.report(code, message, node.span, self.scope, help=help, suggestion=suggestion)

    def read(self) -> Declaration:
        body, key, name = self.field.value, self.field.key, self.name
        if self.compilation.lost(body):
            return Declaration(name, ParameterType.STRING, key, None, broken=True)
        self._check_name()
        if type(body) is not Mapping:
            message = f"Parameter error: parameter '{name}' must be a mapping with a `type`"
            self.report("value", message, key, "write `{type: string}` at least")
            return Declaration(name, ParameterType.STRING, key, None, broken=True)
        self._check_keys(body)
        body = respelt(self.compilation, body, _KEYS)
        default = body.get("default")
        type_ = self._type(body)
        if type_ is None:
            return Declaration(name, ParameterType.STRING, key, default, broken=True)
        values = self._values(body, type_)
        broken = type_ is ParameterType.ENUM and not values
        members = tuple([show(value) for value in values])
        textual = bool(values) and all([isinstance(value, str) for value in values])
        declaration = Declaration(
            name, type_, key, default, members, values, broken, accepted=frozenset(members), textual=textual
        )
        if self.pipeline and default is None:
            message = f"Parameter error: pipeline parameter '{name}' has no default"
            self.report("missing-argument", message, key, "add a `default`")
        if default is not None:
            self._check_default(declaration, default)
        return declaration

    def _check_name(self) -> None:
        owner = self.scope.owner
        if owner is not None and owner.kind is Kind.JOB and self.name in ENTRY_KEYS:
            message = (
                f"the job parameter `{self.name}` bears the name of a key of workflow entries, "
                "so no argument of this name reaches the job"
            )
            self.report("reserved-name", message, self.field.key, "give the parameter another name")

    def _check_keys(self, body: Mapping) -> None:
        for key, extra in body.fields.items():
            if key not in _KEYS:
                guess = nearest(key, _KEYS)
                message = f"extraneous key [{key}] is not permitted in parameter '{self.name}'"
                self.report("unknown-key", message, extra.key, f"permitted keys: {', '.join(sorted(_KEYS))}", guess)

    def _type(self, body: Mapping) -> ParameterType | None:
        node = body.get("type")
        word = node.text if isinstance(node, Scalar) else ""
        type_ = _TYPES.get(word)
        if type_ is None:
            message = f"Parameter error: parameter '{self.name}' has " + (
                f"unknown type '{word}'" if word else "no `type`"
            )
            place = node if node is not None else self.field.key
            guess = _MEANT.get(word) or nearest(word, _TYPES)
            types = f"the types are {', '.join(_TYPES)}"
            self.report("value", message, place, f"did you mean '{guess}'? {types}" if guess else types, guess)
            return None
        owner = self.scope.owner
        refused, help = "", ""
        if self.pipeline and type_ not in _PIPELINE_TYPES:
            refused, help = "pipeline parameter", "use string, boolean, integer or enum"
        elif owner is not None and owner.kind is Kind.EXECUTOR and type_ is ParameterType.STEPS:
            refused, help = "executor parameter", "only jobs and commands take steps"
        if refused and node is not None:
            self.report("value", f"Parameter error: {refused} '{self.name}' cannot have type {word}", node, help)
            return None
        return type_

    def _values(self, body: Mapping, type_: ParameterType) -> tuple[str | int | float | bool | None, ...]:
        """The values of an enum; none where they are not known."""
        field = body.fields.get("enum")
        if type_ is not ParameterType.ENUM:
            if field is not None:
                message = f"extraneous key [enum] is not permitted in parameter '{self.name}' of type {type_.value}"
                self.report("unknown-key", message, field.key, "only parameters of type enum take a list of values")
            return ()
        node = field.value if field is not None else None
        if type(node) is not Sequence or not node.items:
            message = f"Parameter error: enum parameter '{self.name}' needs a list of values under `enum`"
            self.report("enum", message, node or self.field.key, "add `enum: [a, b]`")
            return ()
        members = [member for member in node.elements if isinstance(member, Scalar)]
        if len(members) < len(node.items):
            message = f"Parameter error: a value of enum parameter '{self.name}' must be a string"
            self.report("enum", message, next(member for member in node.elements if not isinstance(member, Scalar)))
            return ()
        if any([member.templated for member in members]):
            return ()
        return tuple([member.value for member in members])

    def _check_default(self, declaration: Declaration, default: Content) -> None:
        if default.templated:
            if not self.pipeline:
                return  # It is filled in and checked with each call.
            self._check_pipeline_default(default)
        if accepts(declaration, default):
            return
        if declaration.type is ParameterType.ENUM:
            message = f"Parameter error: default value of parameter '{self.name}' is not in its enum"
            guess = nearest(default.text, declaration.members) if isinstance(default, Scalar) else None
            self.report("enum", message, default, f"the values are {enumerated(declaration.members)}", guess)
            return
        shown = f"'{default.text}'" if isinstance(default, Scalar) else f"a {type_name(default)}"
        message = (
            f"Parameter error: default value of parameter '{self.name}' is {shown} "
            f"(type {type_name(default)}): expected type {declaration.type.value}"
        )
        self.report("default-type", message, default, quoting_advice(declaration.type, default))

    def _check_pipeline_default(self, default: Content) -> None:
        """Pipeline parameters are settled before anything is filled in, so they cannot depend on one another."""
        if not isinstance(default, Scalar):
            return
        try:
            found = segments(default.text)
        except TemplateError:
            return
        for part in found:
            if type(part) is not Reference:
                continue
            names = (
                [part.name] if part.name else [v.name for v in variables(part.expression)] if part.expression else []
            )
            for name in names:
                if name.startswith("pipeline.parameters."):
                    message = f"pipeline parameter '{self.name}' cannot depend on another, `{name}`"
                    self.report("undefined-parameter", message, default, "write the value itself")
