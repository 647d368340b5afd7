"""Logic statements: the maps and expressions that decide what runs (circleci.md 4.1, 4.2). Truth has three values."""

from __future__ import annotations

from orbgen.circleci.compilation import Argument, Compilation, Scope
from orbgen.circleci.expressions import ExpressionError, Not, parse
from orbgen.circleci.formulas import formula_of_statement
from orbgen.circleci.pipeline import Condition
from orbgen.circleci.text import Tag, value_of
from orbgen.circleci.truth import Unknown, full_match, truthy
from orbgen.source.names import nearest
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence

_OPERATORS = ("and", "or", "not", "equal", "matches")


def condition(
    compilation: Compilation, node: Content, scope: Scope, *, negated: bool = False, bare: bool = False
) -> Condition:
    """The condition that a statement states. With `bare` a string is an expression, as in a workflow's `when`."""
    truth = _truth(compilation, node, scope, bare=bare)
    formula = formula_of_statement(compilation, node, scope, bare=bare) if truth is None else None
    if negated:
        truth = None if truth is None else not truth
        formula = None if formula is None else Not(formula)
    filled = compilation.fill(node, scope) if node.templated else node
    return Condition(filled, negated, truth, node.span, formula)


def _truth(compilation: Compilation, node: Content, scope: Scope, *, bare: bool = False) -> bool | None:
    if type(node) is Mapping:
        return _statement(compilation, node, scope)
    if type(node) is Sequence:
        message = "a condition cannot be a list"
        compilation.report("condition", message, node.span, scope, help="wrap it in `and:` or `or:`")
        return None
    scalar = node
    assert isinstance(scalar, Scalar)
    if bare and not scalar.templated and isinstance(scalar.value, str):
        return _expression(compilation, scalar, scope)
    found = compilation.fill_scalar(scalar, scope)
    if isinstance(found, Argument):
        return compilation.truth_of(found)
    return truthy(value_of(found))


def _expression(compilation: Compilation, scalar: Scalar, scope: Scope) -> bool | None:
    try:
        expression = parse(scalar.text)
    except ExpressionError as error:
        place = scalar.place(error.start, error.end)
        compilation.report("expression", f"the expression cannot be read: {error.message}", place, scope)
        return None
    return truthy(compilation.evaluate(expression, Tag(scalar, 0, len(scalar.text)), scope))


def _statement(compilation: Compilation, node: Mapping, scope: Scope) -> bool | None:
    fields = node.fields
    if len(fields) != 1:
        found = f"found {', '.join(fields)}" if fields else "found none"
        message = f"a logic statement has exactly one of the keys {', '.join(_OPERATORS)}; {found}"
        compilation.report("condition", message, node.span, scope)
        return None
    operator, field = next(iter(fields.items()))
    value = field.value
    if operator == "not":
        truth = _truth(compilation, value, scope)
        return None if truth is None else not truth
    if operator == "matches":
        return _matches(compilation, value, scope)
    if operator not in _OPERATORS:
        guess = nearest(operator, _OPERATORS)
        message = f"'{operator}' is no logic operator"
        known = f"the operators are {', '.join(_OPERATORS)}"
        help = f"did you mean '{guess}'?" if guess else known
        compilation.report("condition", message, field.key.span, scope, help=help, suggestion=guess)
        return None
    if type(value) is not Sequence:
        compilation.report(
            "condition", f"`{operator}` takes a list", value.span, scope, help=f"write `{operator}: [..]`"
        )
        return None
    if not value.items:
        compilation.report("condition", f"`{operator}` has no statements", value.span, scope)
        return False
    if operator == "equal":
        return _equal(compilation, value, scope)
    truths = [_truth(compilation, element, scope) for element in value.elements]
    decisive = operator == "or"
    if decisive in truths:
        return decisive
    return None if None in truths else not decisive


def _matches(compilation: Compilation, node: Content, scope: Scope) -> bool | None:
    if type(node) is not Mapping or set(node.fields) != {"pattern", "value"}:
        message = "`matches` takes a mapping of `pattern` and `value`, nothing else"
        compilation.report("condition", message, node.span, scope)
        return None
    pattern, text = (_compared(compilation, node.fields[key].value, scope) for key in ("pattern", "value"))
    for key, operand in (("pattern", pattern), ("value", text)):
        if not isinstance(operand, str | Unknown) and operand is not None:
            message = f"`{key}` of `matches` must be a string"
            compilation.report("condition", message, node.fields[key].value.span, scope, help="put it in quotes")
            return None
    if text is None or pattern is None:
        return False
    if isinstance(pattern, str) and isinstance(text, str):
        return full_match(pattern, text)
    return None


def _equal(compilation: Compilation, node: Sequence, scope: Scope) -> bool | None:
    values = [_compared(compilation, element, scope) for element in node.elements]
    known = [value for value in values if not isinstance(value, Unknown)]
    if any([not _same(known[0], value) for value in known[1:]]):
        return False
    unknown = [value for value in values if isinstance(value, Unknown)]
    if not unknown:
        return True
    for value in unknown:
        if known and value.kind is not None and not _may_be(value, known[0]):
            return False
    return None


def _may_be(unknown: Unknown, value: object) -> bool:
    """Whether an unknown value of a kind can equal a known one; values of different types are unequal."""
    if value is None:
        return True
    if unknown.alternatives is not None and value not in unknown.alternatives:
        return False
    kinds = {"STRING": str, "BOOLEAN": bool, "INTEGER": int}
    return type(value) is kinds[unknown.kind.name]  # type: ignore[union-attr]


def _same(first: object, second: object) -> bool:
    """Equality in which types matter, so that `1`, `1.0`, `"1"` and `true` all differ."""
    if isinstance(first, tuple) and isinstance(second, tuple):
        return len(first) == len(second) and all([_same(*pair) for pair in zip(first, second, strict=True)])
    return type(first) is type(second) and first == second


def _compared(compilation: Compilation, node: Content, scope: Scope) -> object:
    """What `equal` compares: a typed value, or for lists and maps a tuple of what is in them."""
    if isinstance(node, Scalar):
        found = compilation.fill_scalar(node, scope)
        if not isinstance(found, Argument):
            return value_of(found)
        if found.unknown is not None:
            return found.unknown
        return _compared(compilation, found.node, found.scope or scope)
    if type(node) is Sequence:
        return tuple([_compared(compilation, element, scope) for element in node.elements])
    fields = node.fields if type(node) is Mapping else {}
    return tuple([(name, _compared(compilation, field.value, scope)) for name, field in sorted(fields.items())])
