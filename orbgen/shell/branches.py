"""Branches: the stretches of a script that may not run although what stands around them does."""

from __future__ import annotations

from typing import Any

_WHOLE = frozenset(("elif_clause", "else_clause", "case_item", "do_group", "function_definition"))
BRANCHING = frozenset((*_WHOLE, "if_statement", "list"))
_OTHER_BRANCHES = ("elif_clause", "else_clause", "fi")


def has_run(branches: tuple[tuple[int, int], ...], position: int) -> bool:
    """Whether what stands in some branches has surely run before what stands behind it at a character of the script."""
    return all([start <= position < end for start, end in branches])


def branch_in(node: Any, child: Any, index: int) -> tuple[int, int] | None:
    """The bytes of the branch that a child of a node begins, or is in; None where it runs whenever the node does.

    What stands behind `&&` is in a branch that goes on to the end of all that is chained to it: there it has run.
    """
    kind = node.type
    if kind in _WHOLE:
        return node.start_byte, node.end_byte
    if kind == "if_statement":
        return _then(node, child)
    if kind == "list" and index:
        if node.children[index - 1].type == "||":
            return child.start_byte, child.end_byte
        outermost = node
        while outermost.parent is not None and outermost.parent.type == "list":
            outermost = outermost.parent
        return child.start_byte, outermost.end_byte
    return None


def _then(node: Any, child: Any) -> tuple[int, int] | None:
    """The branch behind `then`; the condition is in none, and the other branches have nodes of their own."""
    then = next((one for one in node.children if one.type == "then"), None)
    if then is None or child.start_byte < then.end_byte or child.type in _OTHER_BRANCHES:
        return None
    end = next((one.start_byte for one in node.children if one.type in _OTHER_BRANCHES), node.end_byte)
    return then.end_byte, end
