"""Conditions that read what only some events bring: on a push there is no pull request, and no comment.

CircleCI refuses to start a pipeline whose `when` or filter reads such a value of another event; `and` and `or` read
their right side only where the left one does not decide.
"""

from __future__ import annotations

from collections.abc import Callable

from orbgen.access.outcomes import Outcomes, outcomes, truths_of
from orbgen.circleci.expressions import Binary, Expression, Joined, Not, Variable

_OF_OTHER_EVENTS = ("pipeline.event.github.pull_request.", "pipeline.event.github.comment.")


def missing_read(expression: Expression, lookup: Callable[[str], Outcomes], *, in_order: bool) -> str | None:
    """The value of a pull request or comment that a formula may read; `lookup` gives what the values of a push may be.

    In an expression the order counts (`in_order`), in a logic statement any item that decides it is enough.
    """
    if isinstance(expression, Variable):
        return expression.name if expression.name.startswith(_OF_OTHER_EVENTS) else None
    if isinstance(expression, Not):
        return missing_read(expression.operand, lookup, in_order=in_order)
    if isinstance(expression, Joined):
        return _first(list(expression.pieces), lookup, in_order=in_order)
    if not isinstance(expression, Binary):
        return None
    if expression.operator not in ("and", "or"):
        return _first([expression.left, expression.right], lookup, in_order=in_order)
    read = missing_read(expression.left, lookup, in_order=in_order)
    decisive = expression.operator == "or"
    if read is not None:
        spared = not in_order and truths_of(outcomes(expression.right, lookup)) == {decisive}
        return None if spared else read
    if truths_of(outcomes(expression.left, lookup)) == {decisive}:
        return None
    return missing_read(expression.right, lookup, in_order=in_order)


def _first(expressions: list[Expression], lookup: Callable[[str], Outcomes], *, in_order: bool) -> str | None:
    reads = [missing_read(expression, lookup, in_order=in_order) for expression in expressions]
    return next((read for read in reads if read is not None), None)
