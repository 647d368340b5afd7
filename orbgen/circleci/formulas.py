"""Conditions as formulas of pipeline values, for those who ask what would make an undecided one true."""

from __future__ import annotations

from orbgen.circleci.compilation import Argument, Compilation, Scope
from orbgen.circleci.expressions import Binary, Expression, ExpressionError, Literal, Not, Pattern, bounded, parse
from orbgen.circleci.templates import reads_as_expression
from orbgen.circleci.text import value_of
from orbgen.circleci.truth import Unknown, formula_of
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence


def formula_of_statement(
    compilation: Compilation, node: Content, scope: Scope, *, bare: bool = False
) -> Expression | None:
    """The formula of a logic statement (circleci.md 4.1); None where something in it is not known to be one."""
    return bounded(_statement(compilation, node, scope, bare=bare))


def _statement(compilation: Compilation, node: Content, scope: Scope, *, bare: bool = False) -> Expression | None:
    if isinstance(node, Scalar):
        return _scalar(compilation, node, scope, bare=bare)
    if type(node) is not Mapping or len(node.fields) != 1:
        return None
    operator, field = next(iter(node.fields.items()))
    if operator == "not":
        operand = _statement(compilation, field.value, scope)
        return None if operand is None else Not(operand)
    if operator == "matches":
        return _matches(compilation, field.value, scope)
    if type(field.value) is not Sequence or operator not in ("and", "or", "equal"):
        return None
    operands = [_statement(compilation, element, scope) for element in field.value.elements]
    known = [operand for operand in operands if operand is not None]
    if not known or len(known) != len(operands):
        return None
    if operator == "equal":
        return _chain("and", [Binary("==", known[0], other) for other in known[1:]] or [Literal(True)])
    return _chain(operator, known)


def _chain(operator: str, operands: list[Expression]) -> Expression:
    first, *rest = operands
    for operand in rest:
        first = Binary(operator, first, operand)
    return first


def _scalar(compilation: Compilation, scalar: Scalar, scope: Scope, *, bare: bool) -> Expression | None:
    if not scalar.templated and isinstance(scalar.value, str) and scalar.text.strip():
        if bare:
            try:
                return formula_of(compilation.evaluate(parse(scalar.text), scalar, 0, scope))
            except ExpressionError:
                return None
        if reads_as_expression(scalar.text):
            return None
    found = compilation.fill_scalar(scalar, scope)
    if isinstance(found, Argument):
        return formula_of(found.unknown) if found.unknown is not None else None
    return formula_of(value_of(found))


def _matches(compilation: Compilation, node: Content, scope: Scope) -> Expression | None:
    pattern, value = (node.get("pattern"), node.get("value")) if type(node) is Mapping else (None, None)
    if not isinstance(pattern, Scalar) or not isinstance(value, Scalar):
        return None
    found = compilation.fill_scalar(pattern, scope)
    text = None if isinstance(found, Argument) else value_of(found)
    operand = _scalar(compilation, value, scope, bare=False)
    if operand is None or isinstance(text, Unknown) or not isinstance(text, str):
        return None
    return Binary("matches", operand, Pattern(text))
