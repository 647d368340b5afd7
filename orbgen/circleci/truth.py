"""Values that may be unknown, truth of three values, and the evaluation of expressions (circleci.md 4.1, 4.3)."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias, Union

import msgspec

from orbgen.circleci.expressions import Binary, Expression, Joined, Literal, Not, Pattern, Variable


class Kind(enum.Enum):
    """The types that a pipeline value or parameter can have."""

    STRING = "string"
    BOOLEAN = "boolean"
    INTEGER = "integer"


class Unknown(msgspec.Struct, frozen=True):
    """A value that only CircleCI will know.

    `sources` are the names whose text may become part of it; the outcome of a comparison has none. `truth` is set where
    it counts as true or false whatever it is, `alternatives` where it is one of a few known values. `formula` computes
    it from pipeline values alone, where that can be done.
    """

    sources: tuple[str, ...]
    kind: Kind | None = None
    truth: bool | None = None
    alternatives: tuple[Known, ...] | None = None
    formula: Expression | None = None


Known: TypeAlias = Union[str, bool, int, float, None]
Value: TypeAlias = Union[Known, Unknown]

_UNDECIDED = Unknown((), Kind.BOOLEAN)
_KIND_TYPES: dict[Kind, type] = {Kind.STRING: str, Kind.BOOLEAN: bool, Kind.INTEGER: int}


class EvaluationError(Exception):
    """An expression that CircleCI cannot evaluate: one sentence, and where in its text."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message, self.start, self.end = message, start, end


def formula_of(value: Value) -> Expression | None:
    """What computes a value from pipeline values; None where nothing does."""
    return value.formula if isinstance(value, Unknown) else Literal(value)


def truthy(value: Value) -> bool | None:
    """Whether a value counts as true; false, null, 0, NaN and the empty text do not. None where that is unknown."""
    if isinstance(value, Unknown):
        if value.truth is None and value.alternatives:
            truths = {truthy(choice) for choice in value.alternatives}
            return truths.pop() if len(truths) == 1 else None
        return value.truth
    return bool(value) and value == value


def evaluate(expression: Expression, lookup: Callable[[str], Value]) -> Value:
    """The value of an expression; `lookup` gives the variables'.

    What holds whatever the unknowns turn out to be is known. Raises EvaluationError, and what `lookup` raises.
    """
    if isinstance(expression, Variable):
        return lookup(expression.name)
    if isinstance(expression, Literal):
        return expression.value
    if isinstance(expression, Pattern):
        return expression.text
    assert not isinstance(expression, Joined)  # Only formulas hold one.
    if isinstance(expression, Not):
        truth = truthy(evaluate(expression.operand, lookup))
        return _UNDECIDED if truth is None else not truth
    left = evaluate(expression.left, lookup)
    if expression.operator in ("and", "or"):
        return _choose(expression, left, lookup)
    right = evaluate(expression.right, lookup)
    if expression.operator in ("==", "!="):
        same = equal(left, right)
        return _UNDECIDED if same is None else same is (expression.operator == "==")
    if expression.operator in ("starts-with", "matches"):
        return _compare_text(expression, left, right)
    return _compare_numbers(expression, left, right)


def _choose(expression: Binary, left: Value, lookup: Callable[[str], Value]) -> Value:
    """`and` and `or` give one of their operands, and do not look at the right one where the left decides."""
    wanted = expression.operator == "or"
    truth = truthy(left)
    if truth is wanted:
        return left
    right = evaluate(expression.right, lookup)
    if truth is not None:
        return right
    # The left operand is the result only where it has the truth that `wanted` asks for.
    found = truthy(right)
    choices = [choice for choice in _choices(left) or () if truthy(choice) is wanted] + (_choices(right) or [])
    exact = _choices(left) is not None and _choices(right) is not None
    sources: list[str] = []
    if wanted or _kind(left) is not Kind.BOOLEAN:
        # A falsy text is empty, and of a falsy number or boolean only its zero is left: nothing of it flows on.
        sources.extend(left.sources if isinstance(left, Unknown) and wanted else ())
    if isinstance(right, Unknown):
        sources.extend(right.sources)
    kinds = {_kind(left), _kind(right)}
    return Unknown(
        tuple(dict.fromkeys(sources)),
        kinds.pop() if len(kinds) == 1 else None,
        found if found is wanted else None,
        tuple(choices) if exact and choices else None,
    )


def _choices(value: Value) -> list[Known] | None:
    """The few values that a value may be; None where they are not known."""
    if not isinstance(value, Unknown):
        return [value]
    if value.alternatives is not None:
        return list(value.alternatives)
    return [True, False] if value.kind is Kind.BOOLEAN else None


def _kind(value: Value) -> Kind | None:
    if isinstance(value, Unknown):
        return value.kind
    return next((kind for kind, type_ in _KIND_TYPES.items() if type(value) is type_), None)


def equal(left: Value, right: Value) -> bool | None:
    """Whether two values are equal; values of different types are not."""
    if not isinstance(left, Unknown) and not isinstance(right, Unknown):
        return type(left) is type(right) and left == right
    kinds = (_kind(left), _kind(right))
    null = left is None or right is None
    if None not in kinds and kinds[0] is not kinds[1] and not null:
        return False
    first, second = _choices(left), _choices(right)
    if first is not None and second is not None and not any([equal(a, b) for a in first for b in second]):
        return False
    return None


def _compare_text(expression: Binary, left: Value, right: Value) -> Value:
    for operand, value in ((expression.left, left), (expression.right, right)):
        if not isinstance(value, str | Unknown) and value is not None:
            message = f"`{expression.operator}` compares text, but this is {_name(value)}"
            raise EvaluationError(message, operand.start, operand.end)
    if left is None or right is None:
        return False
    if isinstance(left, str) and isinstance(right, str):
        if expression.operator == "starts-with":
            return left.startswith(right)
        matched = full_match(right, left)
        return _UNDECIDED if matched is None else matched
    return _UNDECIDED


def _compare_numbers(expression: Binary, left: Value, right: Value) -> Value:
    for operand, value in ((expression.left, left), (expression.right, right)):
        known_kind = isinstance(value, Unknown) and value.kind not in (None, Kind.INTEGER)
        if known_kind or isinstance(value, bool | str) or value is None:
            message = f"`{expression.operator}` compares numbers, but this is {_name(value)}"
            raise EvaluationError(message, operand.start, operand.end)
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return _UNDECIDED
    assert isinstance(left, int | float) and isinstance(right, int | float)
    operator = expression.operator
    if operator.startswith(">"):
        return left > right or (operator == ">=" and left == right)
    return left < right or (operator == "<=" and left == right)


def _name(value: Value) -> str:
    if isinstance(value, Unknown):
        return f"a {value.kind.value}" if value.kind is not None else "unknown"
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "a boolean"
    return "text" if isinstance(value, str) else "a number"


# What Java and Python read differently, or only one of them reads.
_NOT_SHARED = re.compile(r"\\[pPQEGzZhHvVRXkN]|[*+?}]\+|\(\?[a-zA-Z-]+\)|\(\?[<P]|\[[^\]]*&&|\(\?>|\[\[|\\[0x u]")
# A quantifier on a group that holds one itself can take time without bound.
_NESTED_QUANTIFIERS = re.compile(r"[*+}][^()]*\)[*+{]")
_LONGEST_PATTERN = 512
_LONGEST_TEXT = 10_000


def full_match(pattern: str, text: str) -> bool | None:
    """Whether a whole text matches a pattern by the rules that Java and Python share; None where they may differ."""
    compiled = _compiled(pattern)
    if compiled is None or len(text) > _LONGEST_TEXT:
        return None
    return compiled.fullmatch(text) is not None


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    if len(pattern) > _LONGEST_PATTERN or _NOT_SHARED.search(pattern) or _NESTED_QUANTIFIERS.search(pattern):
        return None
    try:
        return re.compile(pattern, re.ASCII)
    except (re.error, OverflowError, RecursionError):
        return None
