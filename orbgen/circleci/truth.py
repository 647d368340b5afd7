"""Values that may be unknown, truth of three values, and the evaluation of expressions (circleci.md 4.1, 4.3).

Logic statements and expressions differ in what counts as true. In a statement 0 and the empty text do not; in an
expression only false and null do not, and a comparison with null is null.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import TypeAlias, Union

import msgspec

from orbgen.circleci.expressions import Binary, Expression, Joined, Literal, Pattern, Variable
from orbgen.circleci.matching import full_match


class Kind(enum.Enum):
    """The types that a pipeline value or parameter can have."""

    STRING = "string"
    BOOLEAN = "boolean"
    INTEGER = "integer"


class Unknown(msgspec.Struct, frozen=True):
    """A value that only CircleCI will know.

    `sources` are the names whose free text may become part of it; the outcome of a comparison, a number or one of a few
    known values has none. `kind` is its type where it has a value; where `nullable` it may have none. `truth` is set
    where it counts as true or false in an expression whatever it is, `alternatives` where it is one of a few.
    `formula` computes it from pipeline values alone, where that can be done.
    """

    sources: tuple[str, ...]
    kind: Kind | None = None
    truth: bool | None = None
    alternatives: tuple[Known, ...] | None = None
    formula: Expression | None = None
    nullable: bool = True


Known: TypeAlias = Union[str, bool, int, float, None]
Value: TypeAlias = Union[Known, Unknown]

_KIND_TYPES: dict[Kind, type] = {Kind.STRING: str, Kind.BOOLEAN: bool, Kind.INTEGER: int}
# The most pairs of alternatives that are compared one by one.
_MOST_PAIRS = 256
_MOST_ALTERNATIVES = 64


class EvaluationError(Exception):
    """An expression that CircleCI cannot evaluate: one sentence, and where in its text."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message, self.start, self.end = message, start, end


def formula_of(value: Value) -> Expression | None:
    """What computes a value from pipeline values; None where nothing does."""
    return value.formula if isinstance(value, Unknown) else Literal(value)


def truthy(value: Value) -> bool | None:
    """Whether a value counts as true in a logic statement; None where that is unknown."""
    if isinstance(value, Unknown):
        known = _choices(value)
        if known is not None:
            return _agreed([truthy(choice) for choice in known])
        return False if value.truth is False else None
    return bool(value) and value == value


def holds(value: Value) -> bool | None:
    """Whether a value counts as true in an expression; None where that is unknown."""
    if isinstance(value, Unknown):
        known = _choices(value)
        if known is not None:
            return _agreed([holds(choice) for choice in known])
        return True if value.truth is None and value.kind is not None and not value.nullable else value.truth
    return value is not None and value is not False


def _agreed(outcomes: list[bool | None]) -> bool | None:
    return outcomes[0] if outcomes and outcomes.count(outcomes[0]) == len(outcomes) else None


def evaluate(expression: Expression, lookup: Callable[[str], Value]) -> Value:
    """The value of an expression; `lookup` gives the variables'.

    What holds whatever the unknowns turn out to be is known. Raises EvaluationError, and what `lookup` raises.
    """
    chain: list[Binary] = []
    while isinstance(expression, Binary):
        chain.append(expression)
        expression = expression.left
    value = _operand(expression, lookup)
    for binary in reversed(chain):
        if binary.operator in ("and", "or"):
            value = _choose(binary, value, lookup)
        else:
            value = _compare(binary, value, evaluate(binary.right, lookup))
    return value


def _operand(expression: Expression, lookup: Callable[[str], Value]) -> Value:
    if isinstance(expression, Variable):
        return lookup(expression.name)
    if isinstance(expression, Literal):
        return expression.value
    if isinstance(expression, Pattern):
        return expression.text
    assert not isinstance(expression, Joined | Binary)  # Only formulas hold the one; the other is no operand.
    truth = holds(evaluate(expression.operand, lookup))
    return _one_of([True, False]) if truth is None else not truth


def _choose(expression: Binary, left: Value, lookup: Callable[[str], Value]) -> Value:
    """`and` and `or` give one of their operands, and do not look at the right one where the left decides."""
    wanted = expression.operator == "or"
    truth = holds(left)
    if truth is wanted:
        return left
    right = evaluate(expression.right, lookup)
    if truth is not None:
        return right
    kept = _part(left, wanted)
    kept_choices, right_choices = _choices(kept), _choices(right)
    if kept_choices is not None and right_choices is not None:
        return _one_of([*kept_choices, *right_choices], _sources(right))
    kinds = {_kind(value) for value in (kept, right) if value is not None}
    return Unknown(
        tuple(dict.fromkeys([*_sources(kept), *_sources(right)])),
        kinds.pop() if len(kinds) == 1 else None,
        wanted if holds(right) is wanted else None,
        nullable=_may_be_null(kept) or _may_be_null(right),
    )


def _part(value: Value, truth: bool) -> Value:
    """What is left of an unknown operand where it turns out to be true, or false."""
    assert isinstance(value, Unknown)
    choices = _choices(value)
    if choices is not None:
        return _one_of([choice for choice in choices if holds(choice) is truth], value.sources)
    if truth:
        return Unknown(value.sources, value.kind, True)
    # Only false and null are false, so nothing of a text flows on.
    return _one_of([None] if value.kind is not None else [False, None])


def _one_of(choices: list[Known], sources: tuple[str, ...] = ()) -> Value:
    """One of a few values; the value itself where it is one."""
    distinct: list[Known] = []
    for choice in choices:
        if not any([_same(choice, known) for known in distinct]):
            distinct.append(choice)
    if len(distinct) == 1:
        return distinct[0]
    kinds = {_kind(choice) for choice in distinct if choice is not None}
    kind = kinds.pop() if len(kinds) == 1 else None
    if len(distinct) > _MOST_ALTERNATIVES:
        return Unknown(sources, kind, nullable=None in distinct)
    return Unknown(sources, kind, alternatives=tuple(distinct), nullable=None in distinct)


def _choices(value: Value) -> tuple[Known, ...] | None:
    """The few values that a value may be; None where there are many."""
    if not isinstance(value, Unknown):
        return (value,)
    if value.alternatives is None and value.kind is Kind.BOOLEAN:
        choices = (True, False, None) if value.nullable else (True, False)
        return tuple([choice for choice in choices if value.truth is None or holds(choice) is value.truth])
    return value.alternatives


def _sources(value: Value) -> tuple[str, ...]:
    return value.sources if isinstance(value, Unknown) else ()


def _kind(value: Value) -> Kind | None:
    if isinstance(value, Unknown):
        return value.kind
    return next((kind for kind, type_ in _KIND_TYPES.items() if type(value) is type_), None)


def _may_be_null(value: Value) -> bool:
    choices = _choices(value)
    if choices is not None:
        return None in choices
    assert isinstance(value, Unknown)
    return value.nullable and value.truth is not True


def _same(left: Known, right: Known) -> bool:
    """Equality in which types matter, so that `1`, `1.0`, `"1"` and `true` all differ."""
    return type(left) is type(right) and left == right


def equal(left: Value, right: Value) -> bool | None:
    """Whether two values are equal in a logic statement; null equals null. None where that is unknown."""
    first, second = _choices(left), _choices(right)
    if first is not None and second is not None:
        if len(first) * len(second) > _MOST_PAIRS:
            return None
        return _agreed([_same(a, b) for a in first for b in second])
    return None if _can_equal(left, right) or (_may_be_null(left) and _may_be_null(right)) else False


def _can_equal(left: Value, right: Value) -> bool:
    """Whether two values, one of which may be one of many, can be the same and not null."""
    first, second = _choices(left), _choices(right)
    if first is None and second is None:
        kinds = (_kind(left), _kind(right))
        return None in kinds or kinds[0] is kinds[1]
    many, few = (left, second) if first is None else (right, first)
    kind = _kind(many)
    return any([choice is not None and (kind is None or _kind(choice) is kind) for choice in few or ()])


def _compare(expression: Binary, left: Value, right: Value) -> Value:
    """The outcome of a comparison: true, false, or null where an operand is null."""
    if left is None or right is None:
        return None
    first, second = _choices(left), _choices(right)
    if first is not None and second is not None and len(first) * len(second) <= _MOST_PAIRS:
        return _compare_all(expression, first, second)
    if expression.operator in ("==", "!="):
        same = [True, False] if _can_equal(left, right) else [False]
        outcomes: list[Known] = [(outcome is (expression.operator == "==")) for outcome in same]
    else:
        _check_operands(expression, left, right)
        outcomes = [True, False]
    if _may_be_null(left) or _may_be_null(right):
        outcomes.append(None)
    return _one_of(outcomes)


def _compare_all(expression: Binary, first: tuple[Known, ...], second: tuple[Known, ...]) -> Value:
    """The outcomes of all pairs. A pair that CircleCI refuses has none; an error is raised where it refuses all."""
    outcomes: list[Known] = []
    refused: EvaluationError | None = None
    for left in first:
        for right in second:
            if left is None or right is None:
                outcomes.append(None)
                continue
            try:
                _check_operands(expression, left, right)
            except EvaluationError as error:
                refused = error
            else:
                outcomes.extend(_outcomes(expression.operator, left, right))
    if refused is not None and all([outcome is None for outcome in outcomes]):
        raise refused
    return _one_of(outcomes)


def _outcomes(operator: str, left: Known, right: Known) -> tuple[Known, ...]:
    """What a comparison of two known values of fitting types may give; both where a pattern is not understood."""
    if operator in ("==", "!="):
        return (_same(left, right) is (operator == "=="),)
    if isinstance(left, str) and isinstance(right, str):
        if operator == "starts-with":
            return (left.startswith(right),)
        if operator == "contains":
            return (right in left,)
        matched = full_match(right, left)
        return (True, False) if matched is None else (matched,)
    assert isinstance(left, int) and isinstance(right, int)
    if operator.startswith(">"):
        return (left > right or (operator == ">=" and left == right),)
    return (left < right or (operator == "<=" and left == right),)


def _check_operands(expression: Binary, left: Value, right: Value) -> None:
    """Raise EvaluationError where an operand is surely of the wrong type."""
    operator = expression.operator
    if operator in ("==", "!="):
        return
    wanted, words = (Kind.INTEGER, "numeric") if operator[0] in "<>" else (Kind.STRING, "string")
    for operand, value in ((expression.left, left), (expression.right, right)):
        known = _choices(value)
        kinds = {_kind(choice) for choice in known if choice is not None} if known is not None else {_kind(value)}
        if wanted not in kinds and (known is not None or None not in kinds):
            message = f'expected {words} operands to "{operator}" operator, but this is {_name(value)}'
            raise EvaluationError(message, operand.start, operand.end)


def _name(value: Value) -> str:
    kind = _kind(value)
    words = {Kind.STRING: "text", Kind.BOOLEAN: "a boolean", Kind.INTEGER: "a number"}
    return words[kind] if kind is not None else "neither"
