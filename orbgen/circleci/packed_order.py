"""The order in which the packer writes the keys of a map, which is the order that CircleCI sees (circleci.md 7.4)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from orbgen.source.nodes import Content, Mapping, Sequence

_DIGITS = re.compile(r"[0-9]*")


def packed_order(names: Iterable[str]) -> list[str]:
    """Names as people sort them: numbers in them by value, and other characters before letters."""
    return sorted(names, key=functools.cmp_to_key(_compare))


def sort_keys(root: Content) -> None:
    """Let every map below a node give its keys in the packer's order; what is written stays as it is."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if type(node) is Mapping:
            fields = node.fields
            node._fields = {name: fields[name] for name in packed_order(fields)}
            waiting.extend([field.value for field in fields.values()])
        elif type(node) is Sequence:
            waiting.extend(node.elements)


def _compare(first: str, second: str) -> int:
    """Negative where `first` comes first; the comparison of the library that the packer writes YAML with."""
    digits = False
    for index, (left, right) in enumerate(zip(first, second, strict=False)):
        if left == right:
            digits = left.isdecimal()
            continue
        letters = (left.isalpha(), right.isalpha())
        if all(letters):
            return -1 if left < right else 1
        if any(letters):
            return -1 if letters[0] is digits else 1
        return _compare_numbers(first, second, index) or (-1 if left < right else 1)
    return len(first) - len(second)


def _digits(text: str, index: int) -> str:
    match = _DIGITS.match(text, index)
    return match[0] if match is not None else ""


def _compare_numbers(first: str, second: str, index: int) -> int:
    """Compares the digits from `index` on by value, then by how many they are."""
    left, right = [_digits(text, index) for text in (first, second)]
    sizes = (_size(left), _size(right))
    if "0" in (first[index], second[index]) and _follows_number(first, index):
        # Zeros that stand behind other digits of a number are digits of it.
        sizes = ((len(left), left), (len(right), right))
    if sizes[0] != sizes[1]:
        return -1 if sizes[0] < sizes[1] else 1
    return len(left) - len(right)


def _size(digits: str) -> tuple[int, str]:
    """What numbers of any length compare by."""
    stripped = digits.lstrip("0")
    return len(stripped), stripped


def _follows_number(text: str, index: int) -> bool:
    """Whether the digits that end before `index` are more than zeros."""
    start = index
    while start and text[start - 1].isdecimal():
        start -= 1
    return text[start:index].strip("0") != ""
