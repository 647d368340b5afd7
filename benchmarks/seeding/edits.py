"""The edits that mistakes are made of: keys taken out, renamed, moved, given another value."""

from __future__ import annotations

from benchmarks.seeding.sites import Edit, File, Pair, Seed, merges
from orbgen.source.nodes import Mapping, Node


def seed(*edits: Edit, codes: str, places: tuple[int, ...] = (), meant: str | None = None) -> Seed:
    """A seed whose codes are given as words."""
    return Seed(edits, frozenset(codes.split()), places, meant)


def without(file: File, pair: Pair) -> Edit:
    """The edit that takes a key and its value out."""
    return Edit(*file.extent(pair), "", False)


def renamed(pair: Pair, new: str) -> Edit:
    """The edit that gives a key another name."""
    return Edit(pair.key.start, pair.key.end, new)


def replaced(pair: Pair, text: str, file: File, *, marked: bool = True) -> Edit:
    """The edit that puts another value in the place of one, behind its colon."""
    colon = file.text.find(":", pair.key.end)
    end = max(pair.value.end, colon + 1)
    return Edit(colon + 1, end, text, marked)


def shifted(file: File, first: int, last: int, by: int) -> Edit:
    """The edit that moves lines to the right or left."""
    lines = file.text[first:last].splitlines(keepends=True)
    if by > 0:
        moved = [" " * by + line if line.strip() else line for line in lines]
    else:
        moved = [line[min(-by, len(line) - len(line.lstrip(" "))) :] for line in lines]
    return Edit(first, last, "".join(moved), False)


def deletable(file: File, node: Node | None) -> list[Pair]:
    """The keys that can be taken out of a mapping and leave others behind."""
    if merges(node) or type(node) is not Mapping or len(node.entries) < 2:
        return []
    return file.movable(node)


def inserted(file: File, pair: Pair, line: str, codes: str, places: tuple[int, ...] = ()) -> Seed | None:
    """A line before a key of a mapping."""
    if file.value(pair.mapping, line.partition(":")[0]) is not None:
        return None
    start = file.line_start(pair.key.outer)
    blanks = " " * file.column(pair.key.outer)
    return seed(Edit(start, start, f"{blanks}{line}\n"), codes=codes, places=places)


def written(file: File, node: Node) -> str:
    """The text of a node, with its anchor and tag."""
    return file.text[node.outer : node.end]


def body_of(file: File, definition: Pair) -> tuple[int, int]:
    """From behind a definition's colon to the end of its body."""
    return file.text.find(":", definition.key.end) + 1, definition.value.end
