"""The types of parameters: what fits which, and how messages name what does not (circleci.md 2.2)."""

from __future__ import annotations

import msgspec

from orbgen.circleci.library import Declaration, ParameterType
from orbgen.circleci.limits import MAXIMUM_ALTERNATIVES
from orbgen.circleci.text import Part, Text, show, text_from, value_of
from orbgen.circleci.truth import Kind, Known, Unknown, Value
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.nodes import Content, Scalar, Sequence

_ENVIRONMENT_NAME = lazy_pattern(r"[A-Za-z_][A-Za-z0-9_]*")
_KINDS = {ParameterType.BOOLEAN: Kind.BOOLEAN, ParameterType.INTEGER: Kind.INTEGER, ParameterType.STRING: Kind.STRING,
          ParameterType.ENV_VAR_NAME: Kind.STRING}  # fmt: skip


def accepts(declaration: Declaration, node: Content) -> bool:
    """Whether a compiled value fits a declared type. What is unknown fits where it may.

    So does null: nobody says what CircleCI makes of `argument:` without a value.
    """
    if declaration.broken:
        return True
    if isinstance(node, Scalar):
        value = value_of(node)
        return _unknown_fits(declaration, value) if isinstance(value, Unknown) else _fits(declaration, value)
    if type(node) is Sequence:
        return declaration.type is ParameterType.STEPS
    return declaration.type is ParameterType.EXECUTOR


def _fits(declaration: Declaration, value: Known) -> bool:
    type_ = declaration.type
    if value is None:
        return True
    if type_ is ParameterType.STEPS:
        return False
    if type_ is ParameterType.BOOLEAN:
        return isinstance(value, bool)
    if type_ is ParameterType.INTEGER:
        return isinstance(value, int) and not isinstance(value, bool)
    if type_ is ParameterType.ENUM:
        return not declaration.accepted or show(value) in declaration.accepted
    if type_ is ParameterType.ENV_VAR_NAME:
        # Configurations with `default: false` ran; what is no string is not looked at.
        return not isinstance(value, str) or _ENVIRONMENT_NAME.fullmatch(value) is not None
    return isinstance(value, str)


def _unknown_fits(declaration: Declaration, value: Unknown) -> bool:
    if value.alternatives is not None:
        return any([choice is not None and _fits(declaration, choice) for choice in value.alternatives])
    if value.kind is None:
        return True
    if declaration.type in (ParameterType.ENUM, ParameterType.ENV_VAR_NAME):
        return True
    if declaration.type is ParameterType.EXECUTOR:
        return value.kind is Kind.STRING
    return _KINDS.get(declaration.type) is value.kind


def unknown_of(declaration: Declaration, source: str | None) -> Unknown:
    """An unknown value of a declared type; `source` is the name of the value, where its text may be any."""
    type_ = declaration.type
    if declaration.broken or type_ in (ParameterType.STEPS, ParameterType.EXECUTOR):
        return Unknown(sources=())
    if type_ is ParameterType.BOOLEAN:
        return Unknown((), Kind.BOOLEAN, alternatives=(True, False), nullable=False)
    if type_ is ParameterType.ENUM:
        # What CircleCI makes of members that are no strings is not documented.
        if not declaration.textual:
            return Unknown(sources=())
        few = len(declaration.values) <= MAXIMUM_ALTERNATIVES
        return Unknown((), Kind.STRING, alternatives=declaration.values if few else None, nullable=False)
    free = source is not None and type_ is ParameterType.STRING
    return Unknown((source,) if free and source is not None else (), _KINDS[type_], nullable=False)


def narrowed(declaration: Declaration, text: Text) -> Text:
    """An unknown argument as its parameter's type leaves it: what does not fit never gets that far.

    Where a type leaves no free text, the names of what was passed are gone too.
    """
    value = text.result
    if not isinstance(value, Unknown) or declaration.type in (ParameterType.STEPS, ParameterType.EXECUTOR):
        return text
    typed = unknown_of(declaration, None)
    choices = typed.alternatives
    if value.alternatives is not None:
        choices = tuple([choice for choice in value.alternatives if _fits(declaration, choice)]) or None
    elif choices is not None and value.nullable:
        choices = (*choices, None)
    keeps_text = declaration.type is ParameterType.STRING or declaration.broken
    sources = value.sources if keeps_text else ()
    unknown = Unknown(sources, typed.kind, value.truth, choices, value.formula, value.nullable)
    if len(text.parts) == 1:
        return text_from(text, (msgspec.structs.replace(text.parts[0], unknown=unknown),), unknown)
    parts = text.parts if keeps_text else tuple([_without_sources(part) for part in text.parts])
    return text_from(text, parts, unknown)


def _without_sources(part: Part) -> Part:
    if part.unknown is None or not part.unknown.sources:
        return part
    return msgspec.structs.replace(part, unknown=msgspec.structs.replace(part.unknown, sources=()))


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


def quoting_advice(type_: ParameterType, node: Content) -> str | None:
    """What to do about a value that only its quotes, or the lack of them, give the wrong type."""
    if not isinstance(node, Scalar) or isinstance(node, Text):
        return None
    if type_ is ParameterType.STRING and not node.style:
        return f'put it in quotes: "{node.text}"'
    if type_ in (ParameterType.BOOLEAN, ParameterType.INTEGER) and node.style:
        return "write it without quotes"
    return None
