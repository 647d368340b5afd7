"""Logic statements and expressions as they are written: what their literals alone decide.

Every parameter and pipeline value is taken for unknown, so what is decided here is decided for every pipeline.
"""

from __future__ import annotations

from orbgen.circleci.expressions import Binary, Expression, ExpressionError, Literal, Not, parse
from orbgen.circleci.matching import full_match
from orbgen.circleci.templates import Reference, TemplateError, reads_as_expression, segments
from orbgen.circleci.truth import EvaluationError, Unknown, Value, equal, evaluate, holds, truthy
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence

_UNKNOWN = Unknown(sources=())


def is_statement(key: str, value: Content, holder: Mapping) -> bool:
    """Whether the value of a key such as `when` is a condition; there are other keys of these names."""
    if key == "condition":
        return "steps" in holder.fields
    if key == "filters":
        return isinstance(value, Scalar) and not is_nothing(value)
    return "jobs" in holder.fields and not (type(value) is Mapping and "steps" in value.fields)


def is_nothing(scalar: Scalar) -> bool:
    """Whether nothing is written where a value should be, or `null`."""
    return not scalar.templated and not scalar.style and scalar.value is None


def is_bare(value: Content, *, expression: bool) -> bool:
    """Whether a condition is a single value, which nobody writes by mistake."""
    if not isinstance(value, Scalar):
        return False
    text = value.text
    if value.templated:
        tag = _lone(value)
        text = tag if tag is not None else text
    elif not isinstance(value.value, str) or not expression:
        return not reads_as_expression(text)
    try:
        return isinstance(parse(text), Literal)
    except ExpressionError:
        return False


def decided(value: Content, *, expression: bool) -> bool | None:
    """What a condition comes out as by its literals alone; None where more than they decides it.

    With `expression` a text without tags is an expression, as in a workflow's `when`.
    """
    if isinstance(value, Scalar):
        return _scalar(value, expression=expression)
    if type(value) is not Mapping or len(value.fields) != 1:
        return None
    operator, field = next(iter(value.fields.items()))
    operand = field.value
    if operator == "not":
        truth = decided(operand, expression=False)
        return None if truth is None else not truth
    if operator == "matches":
        return _matches(operand)
    if type(operand) is not Sequence or not operand.items:
        return None
    if operator == "equal":
        return _equal([_value(item) for item in operand.elements])
    if operator not in ("and", "or"):
        return None
    truths = [decided(item, expression=False) for item in operand.elements]
    decisive = operator == "or"
    if decisive in truths:
        return decisive
    return None if None in truths else not decisive


def _scalar(scalar: Scalar, *, expression: bool) -> bool | None:
    if not scalar.templated and isinstance(scalar.value, str) and scalar.text.strip():
        if expression:
            return _evaluated(scalar.text)
        return None if reads_as_expression(scalar.text) else True
    if scalar.templated:
        tag = _lone(scalar)
        return _evaluated(tag) if tag is not None else None
    return truthy(scalar.value)


def _evaluated(text: str) -> bool | None:
    try:
        expression = parse(text)
        return None if _rests_on_nothing(expression) else holds(evaluate(expression, lambda name: _UNKNOWN))
    except (ExpressionError, EvaluationError):
        return None


def _rests_on_nothing(expression: Expression) -> bool:
    """Whether an empty text or 0 counts as a condition somewhere; the documents do not say as which."""
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Not):
            waiting.append(node.operand)
        elif isinstance(node, Binary) and node.operator in ("and", "or"):
            waiting += [node.left, node.right]
        elif isinstance(node, Literal) and node.value is not False and not node.value:
            return True
    return False


def _lone(scalar: Scalar) -> str | None:
    """The inside of the tag that is all of a text."""
    try:
        found = segments(scalar.text)
    except TemplateError:
        return None
    if len(found) != 1 or type(found[0]) is not Reference:
        return None
    return scalar.text.strip().removeprefix("<<").removesuffix(">>")


def _matches(operand: Content) -> bool | None:
    pattern, text = (operand.get("pattern"), operand.get("value")) if type(operand) is Mapping else (None, None)
    if not isinstance(pattern, Scalar) or not isinstance(text, Scalar) or pattern.templated or text.templated:
        return None
    return full_match(pattern.text, text.text)


def _value(node: Content) -> Value:
    if not isinstance(node, Scalar) or node.templated:
        return _UNKNOWN
    return node.value


def _equal(values: list[Value]) -> bool | None:
    outcomes = [equal(first, second) for first in values for second in values]
    if False in outcomes:
        return False
    return None if None in outcomes else True
