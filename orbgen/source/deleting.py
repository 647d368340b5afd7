"""Entries out of collections, and comments out of files."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.source.comments import Comment, find_indicator
from orbgen.source.edits import Edit, check_anchors
from orbgen.source.layout import (
    above_entry,
    begins_line,
    behind_blank_lines,
    behind_entry,
    entry_of,
    entry_start,
    introduction_end,
    is_blank,
    is_bracketed,
    keeps_blank_lines,
    last_part,
    line_end,
    line_start,
    next_line,
    size,
    space_behind,
)
from orbgen.source.nodes import Document, Mapping, Node, Sequence, walk
from orbgen.source.problems import EditError, Problem
from orbgen.source.shapes import Removed
from orbgen.source.span import Span


def delete(document: Document, *nodes: Node) -> tuple[Edit, ...]:
    """Take out the entries that nodes are the items, the keys or the values of, with the comments that are theirs.

    A collection that loses its last entry becomes `[]` or `{}`. Raises AnchorInUse where an anchor would go that is
    used elsewhere, and EditError for the root.
    """
    entries: dict[int, tuple[Sequence | Mapping, set[int]]] = {}
    gone: list[Node] = []
    for node in nodes:
        holder = document.holder(node)
        if holder is None:
            raise EditError(Problem("edit", "the root of a document cannot be deleted", node.span))
        index = entry_of(holder, node)
        entries.setdefault(id(holder), (holder, set()))[1].add(index)
        gone += holder.entries[index] if type(holder) is Mapping else [last_part(holder, index)]
    check_anchors(document, gone)
    inside = {id(part) for node in gone for part in walk(node)}
    edits: list[Edit] = []
    for holder, indexes in entries.values():
        if id(holder) not in inside:
            edits += _delete(document, holder, sorted(indexes))
    return tuple(edits)


def _delete(document: Document, collection: Sequence | Mapping, indexes: list[int]) -> Iterator[Edit]:
    if len(indexes) == size(collection):
        yield from _empty(document, collection, Removed(collection, tuple(indexes)))
        return
    for first, last in _runs(indexes):
        effect = Removed(collection, tuple(range(first, last + 1)))
        if is_bracketed(collection):
            yield from _from_brackets(collection, first, last, effect)
        else:
            yield Edit(Span(collection.source, *_lines_of(collection, first, last)), "", effect)


def _runs(indexes: list[int]) -> Iterator[tuple[int, int]]:
    """The first and the last of each row of neighbours."""
    first = last = indexes[0]
    for index in indexes[1:]:
        if index > last + 1:
            yield first, last
            first = index
        last = index
    yield first, last


def _empty(document: Document, collection: Sequence | Mapping, effect: Removed) -> Iterator[Edit]:
    source, text = collection.source, collection.source.text
    empty = "[]" if type(collection) is Sequence else "{}"
    if not collection.flow and document.holder(collection) is not None and begins_line(text, collection.start):
        place = introduction_end(document, collection)
        yield Edit(Span(source, place, place), f" {empty}", effect)
        yield Edit(Span(source, *_lines_of(collection, 0, size(collection) - 1)), "")
    else:
        yield Edit(collection.span, empty, effect)


def _lines_of(collection: Sequence | Mapping, first: int, last: int) -> tuple[int, int]:
    """What a row of entries of a block collection takes up: whole lines, with the blank ones that would be too many."""
    text, start = collection.source.text, entry_start(collection, first)
    end = behind_entry(collection, last)
    if not begins_line(text, start):
        # The first entry shares its line with the dash of a list around it; the next one takes its place.
        end = behind_blank_lines(text, end)
        while text[end : end + 1] == " ":
            end += 1
        return start, end
    start = above_entry(collection, first)
    kept = first > 0 and keeps_blank_lines(last_part(collection, first - 1))
    if kept or first == 0 or start == 0 or is_blank(text, _line_above(text, start)):
        behind = behind_blank_lines(text, end)
        if behind == len(text) and not kept:
            while first > 0 and start > 0 and is_blank(text, _line_above(text, start)):
                start = _line_above(text, start)
        elif first > 0 or last + 1 < size(collection):
            end = behind
    return start, end


def _line_above(text: str, start: int) -> int:
    return line_start(text, start - 2 if text[max(start - 2, 0) : start] == "\r\n" else start - 1)


def _from_brackets(collection: Sequence | Mapping, first: int, last: int, effect: Removed) -> Iterator[Edit]:
    source, text = collection.source, collection.source.text
    start, end = entry_start(collection, first), last_part(collection, last).end
    is_last = last + 1 == size(collection)
    stop = collection.end - 1 if is_last else entry_start(collection, last + 1)
    comma = find_indicator(text, end, stop, ",")
    if begins_line(text, start) and line_end(text, max(end, comma)) < stop:
        if is_last and comma < 0:
            before = find_indicator(text, last_part(collection, first - 1).end, start, ",")
            yield Edit(Span(source, before, before + 1), "")
        yield Edit(Span(source, above_entry(collection, first), next_line(text, max(end, comma))), "", effect)
    elif is_last:
        before = last_part(collection, first - 1).end
        if "#" in text[before:start]:
            # The comment is that of the entry before.
            comma = find_indicator(text, before, start, ",")
            yield Edit(Span(source, comma, comma + 1), "")
            before = start
        yield Edit(Span(source, before, end), space_behind(last_part(collection, first - 1)), effect)
    else:
        yield Edit(Span(source, start, stop), "", effect)


def delete_comment(comment: Comment) -> Edit:
    """Take a comment out: its line if it stands alone there, else it and the blanks before it."""
    source, start = comment.span.source, comment.span.start
    text = source.text
    while start > 0 and text[start - 1] in " \t":
        start -= 1
    return Edit(Span(source, start, next_line(text, start) if comment.alone else comment.span.end), "")
