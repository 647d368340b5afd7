"""New entries for a collection: items of a sequence, keys of a mapping with their values."""

from __future__ import annotations

from orbgen.source.comments import find_indicator
from orbgen.source.edits import Edit
from orbgen.source.fragments import Fragment, fragment_of, indented
from orbgen.source.layout import (
    above_entry,
    begins_line,
    behind_entry,
    column,
    ends_in,
    entry_of,
    entry_start,
    first_part,
    is_blank,
    is_bracketed,
    keeps_blank_lines,
    last_part,
    line_break,
    line_end,
    next_line,
    size,
    space_behind,
)
from orbgen.source.nodes import Document, Mapping, Node, Scalar, Sequence
from orbgen.source.problems import EditError, Problem
from orbgen.source.replacing import replace
from orbgen.source.shapes import Inserted
from orbgen.source.span import BREAKS, Span


def append(document: Document, collection: Node, text: str) -> tuple[Edit, ...]:
    """Put the entries of `text`, a piece of YAML, behind the last of a collection, or into an empty one.

    What has no value yet, such as that of a key with nothing behind it, becomes a collection. Raises EditError where
    `text` is no collection of the same kind.
    """
    if isinstance(collection, Scalar) and not collection.text and not collection.style:
        return replace(document, collection, text)
    if not isinstance(collection, (Sequence, Mapping)):
        raise EditError(Problem("edit", "entries can only be added to a list or a mapping", collection.span))
    return _insert(document, collection, size(collection), text, behind=True)


def insert_before(document: Document, node: Node, text: str) -> tuple[Edit, ...]:
    """Put the entries of `text` before the entry that a node is the item, the key or the value of.

    Comment lines right above that entry stay with it. Raises EditError as `append` does.
    """
    holder = _holder(document, node)
    return _insert(document, holder, entry_of(holder, node), text, behind=False)


def insert_after(document: Document, node: Node, text: str) -> tuple[Edit, ...]:
    """Put the entries of `text` behind the entry that a node is the item, the key or the value of.

    Raises EditError as `append` does.
    """
    holder = _holder(document, node)
    return _insert(document, holder, entry_of(holder, node) + 1, text, behind=True)


def _holder(document: Document, node: Node) -> Sequence | Mapping:
    holder = document.holder(node)
    if holder is None:
        raise EditError(Problem("edit", "nothing can stand beside the root of a document", node.span))
    return holder


def _insert(
    document: Document, collection: Sequence | Mapping, index: int, text: str, *, behind: bool
) -> tuple[Edit, ...]:
    """Insert before the entry `index`, laid out as a part of what is behind the entry before it or of that entry."""
    fragment = fragment_of(text, collection.span)
    if type(fragment.root) is not type(collection):
        kind = "list" if type(collection) is Sequence else "mapping"
        raise EditError(Problem("edit", f"the new text is no {kind}", collection.span))
    effect = Inserted(collection, index, fragment.root)
    if not collection.flow:
        return (_behind if behind else _before)(collection, fragment, effect)
    if not is_bracketed(collection):
        raise EditError(Problem("edit", "a pair in a list cannot have more entries", collection.span))
    if size(collection):
        return _between_brackets(collection, fragment, effect)
    holder = document.holder(collection)
    one_line = type(fragment.root) is Sequence and all([isinstance(item, Scalar) for item in fragment.root.items])
    if fragment.is_block and not one_line and not (holder is not None and holder.flow):
        return replace(document, collection, text)
    opening, closing = "[]" if type(collection) is Sequence else "{}"
    return (Edit(collection.span, opening + ", ".join(fragment.pieces) + closing, effect),)


def _behind(collection: Sequence | Mapping, fragment: Fragment, effect: Inserted) -> tuple[Edit, ...]:
    text, source = collection.source.text, collection.source
    before = effect.index - 1
    place = behind_entry(collection, before)
    ending = line_break(text, place)
    lines = indented(fragment.entries, column(text, collection.start))
    if _is_spaced(collection, before) and not keeps_blank_lines(last_part(collection, before)):
        lines.insert(0, "")
    span = Span(source, place, place)
    if text[place - 1] in BREAKS:
        return (Edit(span, "".join([line + ending for line in lines]), effect),)
    new = Edit(span, "".join([ending + line for line in lines]) + fragment.closing(text, place), effect)
    return (*_without_final_break(last_part(collection, before)), new)


def _without_final_break(node: Node) -> tuple[Edit, ...]:
    """What keeps a block scalar at the end of a file as it is when its last line gets a line break."""
    last = ends_in(node)
    if not isinstance(last, Scalar) or last.style not in ("|", ">") or not last.text:
        return ()
    text, start = last.source.text, last.start + 1
    header = text[start : line_end(text, start)].split("#")[0]
    plus = start + header.index("+") if "+" in header else start
    return () if "-" in header else (Edit(Span(last.source, plus, plus + ("+" in header)), "-"),)


def _before(collection: Sequence | Mapping, fragment: Fragment, effect: Inserted) -> tuple[Edit, ...]:
    text, source, index = collection.source.text, collection.source, effect.index
    start = entry_start(collection, index)
    ending = line_break(text, start)
    width = column(text, start)
    lines = indented(fragment.entries, width)
    if begins_line(text, start):
        if _is_spaced(collection, index):
            lines.append("")
        place = above_entry(collection, index)
        return (Edit(Span(source, place, place), "".join([line + ending for line in lines]), effect),)
    # The entry shares its line with the dash of a list around it, and is moved to a line of its own.
    new = ending.join([lines[0].lstrip(" "), *lines[1:], " " * width])
    return (Edit(Span(source, start, start), new, effect),)


def _is_spaced(collection: Sequence | Mapping, index: int) -> bool:
    """Whether a blank line stands between an entry and its neighbour."""
    if size(collection) < 2:
        return False
    text, second = collection.source.text, max(index, 1)
    line = next_line(text, last_part(collection, second - 1).end)
    while line < entry_start(collection, second):
        if is_blank(text, line):
            return True
        line = next_line(text, line)
    return False


def _between_brackets(collection: Sequence | Mapping, fragment: Fragment, effect: Inserted) -> tuple[Edit, ...]:
    source, text, index, pieces = collection.source, collection.source.text, effect.index, fragment.pieces
    if not index:
        start = first_part(collection, 0).outer
        gap = "," + line_break(text, start) + " " * column(text, start) if begins_line(text, start) else ", "
        return (Edit(Span(source, start, start), "".join([piece + gap for piece in pieces]), effect),)
    start, end = entry_start(collection, index - 1), last_part(collection, index - 1).end
    stop = entry_start(collection, index) if index < size(collection) else collection.end - 1
    if not begins_line(text, start) or line_end(text, end) >= stop:
        new = space_behind(last_part(collection, index - 1)) + "".join([", " + piece for piece in pieces])
        return (Edit(Span(source, end, end), new, effect),)
    # One entry a line, perhaps with a comment behind the comma.
    place, comma = line_end(text, end), find_indicator(text, end, stop, ",")
    gap = line_break(text, start) + " " * column(text, start)
    new = ",".join([gap + piece for piece in pieces])
    if comma < 0:
        return Edit(Span(source, end, end), ","), Edit(Span(source, place, place), new, effect)
    return (Edit(Span(source, place, place), new + ",", effect),)
