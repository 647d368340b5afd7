"""Conditions that do not say what they seem to: values that can never be equal, a `not` that binds too tightly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from orbgen.circleci.expressions import Binary, Expression, ExpressionError, Literal, Not, Variable, parse
from orbgen.circleci.pipeline_values import PIPELINE_VALUES
from orbgen.lint.analyses.correctness.statements import decided, is_bare, is_nothing, is_statement
from orbgen.lint.written_nodes import written_nodes
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.nodes import Content, Mapping, Node, Scalar, Sequence, walk
from orbgen.source.span import Span

_TAG = lazy_pattern(r"\s*<<(?P<inside>[^<>]*)>>\s*")
_PARAMETER = "pipeline.parameters."
_CONDITIONS = ("when", "unless", "filters", "condition")
_KEYS = frozenset(("equal", *_CONDITIONS))
_TYPES = {"string": "string", "boolean": "boolean", "integer": "integer"}


class Suspect(msgspec.Struct, frozen=True):
    """One place in a condition: the kind of what is wrong, a sentence, and what to write instead."""

    kind: str
    place: Span
    message: str
    help: str


def suspects(root: Content, mappings: Iterable[Mapping] | None = None) -> Iterator[Suspect]:
    """What is wrong in the conditions of a document, by what stands in it alone; `mappings` are all that are in it."""
    types = _parameter_types(root)
    for node in written_nodes(root).mappings if mappings is None else mappings:
        if not any([_may_be_condition(key) for key, _ in node.entries]):
            continue
        for key, field in node.fields.items():
            value = field.value
            if key == "equal" and type(value) is Sequence:
                yield from _equal(value, types)
            elif key in _CONDITIONS:
                found = list(_condition(key, value, node, types))
                yield from found
                if not found:
                    yield from _constant(key, value, node, types)


def _may_be_condition(key: Node) -> bool:
    """Whether a key is that of a condition, or what is merged there may have one."""
    return not isinstance(key, Scalar) or key.text in _KEYS or key.text == "<<"


def _condition(key: str, value: Content, holder: Mapping, types: dict[str, str]) -> Iterator[Suspect]:
    """What one condition says that it does not mean."""
    if key == "condition" and "steps" in holder.fields and isinstance(value, Scalar) and _quoted_false(value):
        message = f"the condition is the text '{value.text}', which counts as true: only an unquoted one does not"
        yield Suspect("type", value.span, message, f"write `{value.text}` without quotes")
    elif isinstance(value, Scalar):
        yield from _expressions(value, types, bare=key != "condition")


def _constant(key: str, value: Content, holder: Mapping, types: dict[str, str]) -> Iterator[Suspect]:
    """A condition whose literals alone decide it, or in which something is missing."""
    bare = key != "condition"
    if not is_statement(key, value, holder):
        return
    empty = list(_empty(value))
    yield from empty
    if empty or (type(value) is Mapping and _compares_types(value, types)) or is_bare(value, expression=bare):
        return
    truth = decided(value, expression=bare)
    if truth is not None:
        outcome = "true" if truth else "false"
        message = f"the condition is always {outcome}: what is written in it decides it, whatever the pipeline is given"
        help = f"write `{outcome}` if that is meant, or compare with a pipeline value or parameter"
        yield Suspect("always" if truth else "never", value.span, message, help)


def _empty(statement: Content) -> Iterator[Suspect]:
    """Where a logic statement lacks what it should look at; lists without items are refused by CircleCI."""
    waiting = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Scalar):
            if is_nothing(node):
                message = "here is nothing, which counts as false"
                yield Suspect("empty", node.span, message, "write a condition, or `false`")
        elif type(node) is Mapping and len(node.fields) == 1:
            operator, field = next(iter(node.fields.items()))
            if operator == "equal" and type(field.value) is Sequence and len(field.value.items) == 1:
                message = "one value alone is always equal"
                yield Suspect("empty", field.value.span, message, "write two values to compare")
            elif operator == "not":
                waiting.append(field.value)
            elif operator in ("and", "or") and type(field.value) is Sequence:
                waiting.extend(reversed(field.value.elements))


def _compares_types(statement: Mapping, types: dict[str, str]) -> bool:
    """Whether a statement compares values of different types somewhere, which is spoken of there."""
    for node in walk(statement):
        equal = node.fields.get("equal") if type(node) is Mapping else None
        if equal is not None and type(equal.value) is Sequence and any(_equal(equal.value, types)):
            return True
    return False


def _quoted_false(scalar: Scalar) -> bool:
    return bool(scalar.style) and scalar.text.strip() in ("false", "null", "0")


def _parameter_types(root: Content) -> dict[str, str]:
    """The types of the pipeline parameters, as far as they are known."""
    parameters = root.get("parameters") if type(root) is Mapping else None
    found = {}
    for name, field in parameters.fields.items() if type(parameters) is Mapping else ():
        node = field.value.get("type") if type(field.value) is Mapping else None
        if isinstance(node, Scalar) and node.text in _TYPES:
            found[f"{_PARAMETER}{name}"] = _TYPES[node.text]
    return found


def _type_of_name(name: str, types: dict[str, str]) -> str | None:
    if name in types:
        return types[name]
    value = PIPELINE_VALUES.get(name)
    return value.kind.value if value is not None and value.kind.value in _TYPES else None


def _type_of_value(value: object) -> str | None:
    if isinstance(value, bool):
        return "boolean"
    return "integer" if isinstance(value, int) else "string" if isinstance(value, str) else None


def _equal(items: Sequence, types: dict[str, str]) -> Iterator[Suspect]:
    known = []
    for item in items.elements:
        if not isinstance(item, Scalar):
            return
        tag = _TAG.fullmatch(item.text)
        kind = _type_of_name(tag["inside"].strip(), types) if tag else None
        if not item.templated:
            kind = _type_of_value(item.value)
        if kind is not None:
            known.append((kind, item))
    for kind, item in known[1:]:
        first, other = known[0]
        if kind != first:
            message = f"`{other.text}` is a {first} and `{item.text}` a {kind}, so they are never equal"
            yield Suspect("type", items.span, message, "compare values of one type: quote or unquote the literal one")
            return


def _expressions(scalar: Scalar, types: dict[str, str], *, bare: bool) -> Iterator[Suspect]:
    tag = _TAG.fullmatch(scalar.text)
    if tag is None and (not bare or scalar.templated or not isinstance(scalar.value, str)):
        return
    text, offset = (tag["inside"], tag.start("inside")) if tag is not None else (scalar.text, 0)
    try:
        waiting: list[Expression] = [parse(text)]
    except ExpressionError:
        return
    while waiting:
        node = waiting.pop()
        if isinstance(node, Not):
            waiting.append(node.operand)
        elif isinstance(node, Binary):
            waiting += [node.right, node.left]
            yield from _binary(node, text, offset, scalar, types)


def _binary(node: Binary, text: str, offset: int, scalar: Scalar, types: dict[str, str]) -> Iterator[Suspect]:
    place = scalar.place(offset + node.start, offset + node.end)
    if node.operator in ("==", "!="):
        between = text[node.left.end : node.right.start]
        if isinstance(node.left, Not) and ")" not in between and _type_of(node.right, types) != "boolean":
            message = "`not` binds tighter than the comparison, so this compares true or false with the other value"
            yield Suspect("not", place, message, "write `not (a == b)`, or `a != b`")
            return
        left, right = _type_of(node.left, types), _type_of(node.right, types)
        if left is not None and right is not None and left != right:
            result = "never equal" if node.operator == "==" else "always unequal"
            message = f"the left side is a {left} and the right side a {right}, so they are {result}"
            yield Suspect("type", place, message, "compare values of one type: quote or unquote the literal one")
    elif node.operator == "or" and isinstance(node.left, Binary) and node.left.operator == "and":
        middle = node.left.right
        if isinstance(middle, Literal) and not middle.value:
            message = "the value for a true condition counts as false itself, so the one for a false condition is taken"
            yield Suspect("ternary", place, message, "turn the condition round, so that the empty value comes last")


def _type_of(node: Expression, types: dict[str, str]) -> str | None:
    if isinstance(node, Literal):
        return _type_of_value(node.value)
    return _type_of_name(node.name, types) if isinstance(node, Variable) else None
