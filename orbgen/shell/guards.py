"""Guards: the stretches of a script in which a variable was compared with literals and so holds nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from orbgen.source.lazy_patterns import lazy_pattern

_GLOB = lazy_pattern(r"[*?\[$`]")
# An anchored pattern of harmless characters: nothing that it takes in can leave a word.
_SAFE_PATTERN = lazy_pattern(r"\^(?:\[[A-Za-z0-9._/ -]+\]|[A-Za-z0-9_/-]|\\\.|\\-|[(){}|+*?,])+\$")
_LEAVES = ("exit", "return", "fail", "die", "false")


class Guard(msgspec.Struct, frozen=True):
    """From character `start` up to `end` the variable `name` holds one of some literals, or harmless characters."""

    name: str
    start: int
    end: int


def find_guards(root: Any, offset: Callable[[int], int]) -> tuple[Guard, ...]:
    """The guards of a syntax tree; `offset` makes a character's offset of a byte's."""
    return tuple([Guard(name, offset(start), offset(end)) for name, start, end in _guards(root)])


def _guards(node: Any) -> Iterator[tuple[str, int, int]]:
    kind = node.type
    if kind == "case_statement":
        yield from _case(node)
    elif kind == "if_statement" or kind == "elif_clause":
        yield from _branch(node)
    elif kind == "list":
        yield from _list(node)
    for child in node.children:
        if child.is_named and child.child_count:
            yield from _guards(child)


def _case(node: Any) -> Iterator[tuple[str, int, int]]:
    name = _variable(node.child_by_field_name("value"))
    if name is None:
        return
    for item in node.children:
        if item.type == "case_item":
            patterns = item.children_by_field_name("value")
            if patterns and all([_is_literal(pattern) for pattern in patterns]):
                yield name, item.start_byte, item.end_byte


def _branch(node: Any) -> Iterator[tuple[str, int, int]]:
    """`if TEST; then`: what the test says holds up to the next `elif` or `else`."""
    named = [child for child in node.children if child.is_named]
    tests = node.children_by_field_name("condition") or named[:1]
    if len(tests) < 1:
        return
    last = tests[-1] if tests[-1].is_named else tests[0]
    others = [child for child in node.children if child.type in ("elif_clause", "else_clause")]
    end = others[0].start_byte if others else node.end_byte
    for name in _compared(tests[0]):
        yield name, last.end_byte, end


def _list(node: Any) -> Iterator[tuple[str, int, int]]:
    """`TEST && command`, and `TEST || exit`, behind which what the test says holds."""
    if node.child_count != 3:
        return
    left, operator, right = node.children
    if operator.type == "&&":
        for name in _compared(left):
            yield name, right.start_byte, right.end_byte
    elif operator.type == "||" and _leaves(right):
        end = node.parent.end_byte if node.parent is not None else node.end_byte
        for name in _compared(left):
            yield name, node.end_byte, end


def _leaves(node: Any) -> bool:
    """Whether a command ends the script or function, also in braces with words before."""
    if node.type == "command":
        name = node.child_by_field_name("name")
        return name is not None and name.text.decode() in _LEAVES
    commands = [child for child in node.children if child.is_named]
    return node.type == "compound_statement" and bool(commands) and _leaves(commands[-1])


def _compared(test: Any) -> Iterator[str]:
    """The variables that a test, or one of several joined by `&&`, pins down."""
    if test.type == "list" and test.child_count == 3 and test.children[1].type == "&&":
        yield from _compared(test.children[0])
        yield from _compared(test.children[2])
    elif test.type == "test_command":
        for child in test.children:
            yield from _compared(child)
    elif test.type == "binary_expression" and test.child_count == 3:
        left, operator, right = test.children
        if operator.type == "&&":
            yield from _compared(left)
            yield from _compared(right)
            return
        name = _variable(left)
        safe = _SAFE_PATTERN.fullmatch(right.text.decode()) if operator.type == "=~" else _is_literal(right)
        if name is not None and operator.type in ("=", "==", "=~") and safe:
            yield name


def _variable(node: Any) -> str | None:
    """The variable that a word is, and nothing besides."""
    while node is not None and node.type == "string" and node.named_child_count == 1:
        node = node.named_children[0]
    if node is None or node.type not in ("simple_expansion", "expansion"):
        return None
    text: str = node.text.decode()
    name = text.strip("${}")
    return name if name.isidentifier() else None


def _is_literal(node: Any) -> bool:
    return not _GLOB.search(node.text.decode())
