"""What an expression may come out as when some pipeline values are fixed and others are anybody's choice.

An outcome is one of a few possible values. Beside plain values there are three that stand for more: a name that nobody
wrote down, any text or value at all, and one that orbgen cannot work out.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias, Union

from orbgen.circleci.expressions import Binary, Expression, Joined, Literal, Not, Pattern, Variable
from orbgen.circleci.harmless import takes_in_harmless
from orbgen.circleci.matching import full_match
from orbgen.circleci.text import show
from orbgen.circleci.truth import Known

# A name that nobody wrote down has some form; a pattern takes it in only if it takes in all of these.
FRESH_NAMES = ("zq", "zq-1", "zq/x.1")
MOST_OUTCOMES = 32
# What a git ref may hold and a shell reads.
_CODE = "x$(y)`z`;'\"&|<>!#{},%@="


class Special(enum.Enum):
    """Values that stand for more than one."""

    FRESH = "a name that no literal of the configuration is"
    CHOSEN = "a name with characters that a shell reads as code, which no literal of the configuration is"
    ANY = "any value"
    UNCLEAR = "a value that orbgen cannot work out"


Outcome: TypeAlias = Union[Known, Special]
Outcomes: TypeAlias = frozenset[Outcome]

TRUE: Outcomes = frozenset((True,))
FALSE: Outcomes = frozenset((False,))
EITHER: Outcomes = frozenset((True, False))
UNCLEAR: Outcomes = frozenset((Special.UNCLEAR,))


def can_be_true(truths: Outcomes) -> bool | None:
    """Whether a condition with these truths can hold; None where that cannot be worked out."""
    if True in truths:
        return True
    return None if Special.UNCLEAR in truths else False


def truths_of(outcomes: Outcomes) -> Outcomes:
    """What outcomes count as in a condition: true, false, unclear."""
    found: set[Outcome] = set()
    for outcome in outcomes:
        if outcome is Special.ANY:
            found.update((True, False))
        elif outcome is Special.UNCLEAR:
            found.add(outcome)
        else:
            found.add(isinstance(outcome, Special) or (bool(outcome) and outcome == outcome))
    return frozenset(found)


def negated(truths: Outcomes) -> Outcomes:
    """The opposite of truths."""
    if len(truths) == 1:
        return FALSE if True in truths else TRUE if False in truths else truths
    return frozenset([not truth if isinstance(truth, bool) else truth for truth in truths])


def outcomes(expression: Expression, lookup: Callable[[str], Outcomes]) -> Outcomes:
    """What an expression may come out as; `lookup` gives what each pipeline value may be."""
    if isinstance(expression, Variable):
        return lookup(expression.name)
    if isinstance(expression, Literal):
        return frozenset((expression.value,))
    if isinstance(expression, Pattern):
        return frozenset((expression.text,))
    if isinstance(expression, Joined):
        return _joined([outcomes(piece, lookup) for piece in expression.pieces])
    if isinstance(expression, Not):
        return negated(truths_of(outcomes(expression.operand, lookup)))
    left = outcomes(expression.left, lookup)
    if expression.operator in ("and", "or"):
        return _chosen(expression, left, lookup)
    return _compared(expression, left, outcomes(expression.right, lookup))


def _chosen(expression: Binary, left: Outcomes, lookup: Callable[[str], Outcomes]) -> Outcomes:
    """`and` and `or` give one of their operands."""
    decisive = expression.operator == "or"
    truths = truths_of(left)
    if truths == {decisive}:
        return left
    right = outcomes(expression.right, lookup)
    if decisive not in truths and Special.UNCLEAR not in truths:
        return right
    if Special.UNCLEAR in truths:
        # What is not worked out on one side matters only where the other does not decide.
        return right if truths_of(right) == {decisive} else frozenset((*right - {not decisive}, Special.UNCLEAR))
    kept = {outcome for outcome in left if decisive in truths_of(frozenset((outcome,)))}
    if not decisive and Special.ANY in kept:
        # `and` gives its left operand only where that counts as false.
        kept = kept - {Special.ANY} | {False, "", None}
    return _few(frozenset(kept | right))


def _few(found: Outcomes) -> Outcomes:
    return found if len(found) <= MOST_OUTCOMES else frozenset((Special.ANY,))


def _joined(pieces: list[Outcomes]) -> Outcomes:
    texts: Outcomes = frozenset(("",))
    for piece in pieces:
        found: set[Outcome] = set()
        for text in texts:
            for outcome in piece:
                if isinstance(text, Special) or isinstance(outcome, Special):
                    found.add(text if isinstance(text, Special) and text is not Special.FRESH else outcome)
                else:
                    found.add(f"{show(text)}{show(outcome)}")
        texts = _few(frozenset(found))
    return texts


def _compared(expression: Binary, left: Outcomes, right: Outcomes) -> Outcomes:
    found: set[Outcome] = set()
    for first in left:
        for second in right:
            found |= _COMPARISONS[expression.operator](first, second)
    return frozenset(found)


def _equal(left: Outcome, right: Outcome) -> Outcomes:
    if Special.UNCLEAR in (left, right):
        return UNCLEAR
    if Special.ANY in (left, right):
        return EITHER
    if isinstance(left, Special) or isinstance(right, Special):
        return EITHER if left is right else FALSE
    return frozenset((type(left) is type(right) and left == right,))


def _unequal(left: Outcome, right: Outcome) -> Outcomes:
    return negated(_equal(left, right))


def _starts_with(left: Outcome, right: Outcome) -> Outcomes:
    return _holds_text(left, right, str.startswith)


def _contains(left: Outcome, right: Outcome) -> Outcomes:
    return _holds_text(left, right, str.__contains__)


def _holds_text(left: Outcome, right: Outcome, holds: Callable[[str, str], bool]) -> Outcomes:
    if Special.UNCLEAR in (left, right) or isinstance(right, Special):
        return EITHER if left is Special.ANY or right is Special.ANY else UNCLEAR
    if left is Special.ANY:
        return EITHER
    if left is Special.CHOSEN:
        return EITHER
    if left is Special.FRESH:
        return frozenset((all([holds(name, show(right)) for name in FRESH_NAMES]),))
    return frozenset((isinstance(left, str) and left != "" and holds(left, show(right)),))


def _matches(left: Outcome, right: Outcome) -> Outcomes:
    if not isinstance(right, str) or left is Special.UNCLEAR:
        return UNCLEAR
    if left is Special.ANY:
        return EITHER
    if left is Special.CHOSEN:
        return chosen_matches(right)
    if left is Special.FRESH:
        return fresh_matches(right)
    if not isinstance(left, str) or not left:
        return FALSE
    matched = full_match(right, left)
    return UNCLEAR if matched is None else frozenset((matched,))


@lru_cache(maxsize=256)
def fresh_matches(pattern: str) -> Outcomes:
    """Whether a pattern takes in a name that nobody wrote down."""
    matched = [full_match(pattern, name) for name in FRESH_NAMES]
    return UNCLEAR if None in matched else frozenset((all(matched),))


@lru_cache(maxsize=256)
def chosen_matches(pattern: str) -> Outcomes:
    """Whether a pattern takes in a name that was chosen to be read as code."""
    if takes_in_harmless(pattern):
        return FALSE
    return TRUE if takes_in_all(pattern) and full_match(pattern, _CODE) else EITHER


@lru_cache(maxsize=256)
def takes_in_all(pattern: str) -> bool:
    """Whether a pattern is one for every name, such as `.*`, as far as a few unlike names tell."""
    return all([full_match(pattern, name) for name in (*FRESH_NAMES, "main", "v1.0.0", "Feature_2#x")])


def _ordered(left: Outcome, right: Outcome) -> Outcomes:
    """Numbers of a pipeline are never fixed by a configuration, so a comparison may come out either way."""
    return UNCLEAR if Special.UNCLEAR in (left, right) else EITHER


_COMPARISONS: dict[str, Callable[[Outcome, Outcome], Outcomes]] = {
    "==": _equal,
    "!=": _unequal,
    "starts-with": _starts_with,
    "contains": _contains,
    "matches": _matches,
    ">": _ordered,
    ">=": _ordered,
    "<": _ordered,
    "<=": _ordered,
}
