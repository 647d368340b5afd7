"""How a document is laid out: lines, indentation, where the entries of a collection begin and end with their comments.

An **entry** is an item of a sequence, with its dash, or a key of a mapping with its value.
"""

from __future__ import annotations

import re

from orbgen.source.comments import find_indicator
from orbgen.source.nodes import Document, Mapping, Node, Scalar, Sequence, walk
from orbgen.source.span import BLANKS, BREAKS


def line_start(text: str, offset: int) -> int:
    """Where the line of an offset begins."""
    while offset > 0 and text[offset - 1] not in BREAKS:
        offset -= 1
    return offset


def line_end(text: str, offset: int) -> int:
    """Where the line of an offset ends, before its line break."""
    while offset < len(text) and text[offset] not in BREAKS:
        offset += 1
    return offset


def next_line(text: str, offset: int) -> int:
    """Where the line after that of an offset begins; the end of the text behind the last."""
    end = line_end(text, offset)
    return end + 2 if text.startswith("\r\n", end) else min(end + 1, len(text))


def begins_line(text: str, offset: int) -> bool:
    """Whether only indentation stands before an offset on its line."""
    return not text[line_start(text, offset) : offset].strip(" ")


def column(text: str, offset: int) -> int:
    """How many characters stand before an offset on its line."""
    return offset - line_start(text, offset)


def line_break(text: str, offset: int) -> str:
    """The line break that the line before that of an offset ends with, else its own, else LF."""
    start, end = line_start(text, offset), line_end(text, offset)
    found = text[max(start - 2, 0) : start] if start else text[end : next_line(text, end)]
    if found.endswith("\r\n"):
        return "\r\n"
    return found[-1:] if found[-1:] in ("\r", "\n") else "\n"


def is_blank(text: str, start: int) -> bool:
    """Whether the line that begins at an offset holds nothing. The end of the text is no line."""
    return start < len(text) and not text[start : line_end(text, start)].strip(" \t")


def behind_blank_lines(text: str, start: int) -> int:
    """Where the first line from `start` on begins that holds something; the end of the text if none does."""
    while is_blank(text, start):
        start = next_line(text, start)
    return start


def size(collection: Sequence | Mapping) -> int:
    """How many entries a collection has."""
    return len(collection.entries if type(collection) is Mapping else collection.items)


def first_part(collection: Sequence | Mapping, index: int) -> Node:
    """The item or the key of an entry."""
    return collection.entries[index][0] if type(collection) is Mapping else collection.items[index]


def last_part(collection: Sequence | Mapping, index: int) -> Node:
    """The item or the value of an entry."""
    return collection.entries[index][1] if type(collection) is Mapping else collection.items[index]


def entry_start(collection: Sequence | Mapping, index: int) -> int:
    """Where an entry begins: at its dash, its `?`, its key, or its item between brackets."""
    part = first_part(collection, index)
    indicator = "?" if type(collection) is Mapping else "-"
    if type(collection) is Sequence and collection.flow:
        return part.outer
    before = last_part(collection, index - 1).end if index else collection.start
    found = find_indicator(part.source.text, before, part.outer, indicator)
    return part.outer if found < 0 else found


def is_bracketed(collection: Sequence | Mapping) -> bool:
    """Whether a flow collection has brackets; the mapping of a pair in a list, `[key: value]`, has none."""
    if not collection.flow or collection.source.text[collection.start] not in "[{":
        return False
    return type(collection) is Sequence or not size(collection) or first_part(collection, 0).outer > collection.start


def space_behind(node: Node) -> str:
    """The space without which nothing may follow a value that is not there: `{a:, b}` cannot be read."""
    return " " if node.start == node.end else ""


def ends_in(node: Node) -> Node:
    """The last node that is written in a node without brackets around it."""
    while isinstance(node, (Sequence, Mapping)) and not node.flow:
        node = last_part(node, size(node) - 1)
    return node


def keeps_blank_lines(node: Node) -> bool:
    """Whether the blank lines behind a node are part of its text: it ends in a block scalar with `+`."""
    last = ends_in(node)
    if not isinstance(last, Scalar) or last.style not in ("|", ">"):
        return False
    header = last.source.text[last.start : line_end(last.source.text, last.start)]
    return "+" in header.split("#")[0]


def behind_entry(collection: Sequence | Mapping, index: int) -> int:
    """Where the first line behind a block collection's entry begins.

    Comments behind the entry on its last line belong to it, and so do comment lines right below that are indented
    further than its collection, such as the commented-out rest of a list.
    """
    node = last_part(collection, index)
    text = node.source.text
    behind = next_line(text, node.end)
    if keeps_blank_lines(node):
        return behind_blank_lines(text, behind)
    own = column(text, collection.start)
    while behind < len(text):
        first = behind
        while first < len(text) and text[first] in " \t":
            first += 1
        if first - behind <= own or text[first : first + 1] != "#":
            break
        behind = next_line(text, first)
    return behind


def above_entry(collection: Sequence | Mapping, index: int) -> int:
    """Where the first of the comment lines begins that stand right above an entry's line and as far to the right.

    The comment that a file begins with is about the file. Without such lines it is where the entry's own line begins.
    """
    text, start = collection.source.text, entry_start(collection, index)
    own_line = top = line_start(text, start)
    before = last_part(collection, index - 1).end if index else 0
    while top > 0:
        above = line_start(text, top - 2 if text[max(top - 2, 0) : top] == "\r\n" else top - 1)
        first = above + start - own_line
        if above < before or text[above:first].strip(" ") or text[first : first + 1] != "#":
            return top
        top = above
    return own_line


def introduction_end(document: Document, node: Node) -> int:
    """Behind what introduces a node and stays when the node changes: its anchor and tag, else its `:`, `-` or `?`."""
    text, holder = document.source.text, document.holder(node)
    if node.start > node.outer:
        return node.outer + len(re.sub(f"#[^{BREAKS}]*", _spaces, text[node.outer : node.start]).rstrip(BLANKS))
    if holder is None:
        return node.start
    index = entry_of(holder, node)
    if node is not first_part(holder, index):
        key = first_part(holder, index)
        found = find_indicator(text, key.end, node.outer, ":")
        return key.end if found < 0 else found + 1
    start = entry_start(holder, index)
    return start + 1 if start < node.outer else start


def _spaces(comment: re.Match[str]) -> str:
    return " " * len(comment.group())


def entry_of(holder: Sequence | Mapping, node: Node) -> int:
    """Which entry of a collection a node is the item, the key or the value of."""
    return next(
        index for index in range(size(holder)) if first_part(holder, index) is node or last_part(holder, index) is node
    )


def indentation(document: Document) -> tuple[int, int]:
    """How far a document indents a mapping in a mapping, and a list in a mapping."""
    text, mapping, sequence = document.source.text, 0, None
    for node in walk(document.root):
        if type(node) is Mapping and not node.flow:
            for _, value in node.entries:
                if not isinstance(value, (Mapping, Sequence)) or value.flow or not begins_line(text, value.start):
                    continue
                further = column(text, value.start) - column(text, node.start)
                if type(value) is Sequence and sequence is None:
                    sequence = further
                elif type(value) is Mapping and not mapping:
                    mapping = further
        if mapping and sequence is not None:
            break
    return mapping or 2, mapping or 2 if sequence is None else sequence
