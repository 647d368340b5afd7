"""Another value in the place of a node, other words in the text of a scalar."""

from __future__ import annotations

import re

from orbgen.source.edits import Edit, apply, check_anchors
from orbgen.source.fragments import Fragment, fragment_of, indented
from orbgen.source.layout import (
    above_entry,
    begins_line,
    behind_blank_lines,
    behind_entry,
    column,
    entry_of,
    first_part,
    indentation,
    introduction_end,
    keeps_blank_lines,
    last_part,
    line_break,
    line_end,
    next_line,
    size,
)
from orbgen.source.nodes import Alias, Document, Mapping, Node, Scalar, Sequence
from orbgen.source.places import runs_of
from orbgen.source.problems import EditError
from orbgen.source.shapes import Replaced
from orbgen.source.span import BREAKS, Span
from orbgen.source.writing import write_flow, write_scalar


def replace(document: Document, node: Node, text: str) -> tuple[Edit, ...]:
    """Put a piece of YAML in the place of a node.

    The node's own anchor stays, so that its aliases stand for the new value. Raises AnchorInUse where an anchor inside
    of the node is used elsewhere, and EditError where `text` is no YAML.
    """
    fragment = fragment_of(text, node.span)
    keeps = not isinstance(node, Alias) and node.anchor is not None
    check_anchors(document, [node], own_anchor=not keeps)
    effect = Replaced(node, fragment.root, keeps)
    holder = document.holder(node)
    if holder is None and node.outer == node.end:
        return (_into_nothing(document, fragment, effect),)
    begin = node.start if keeps else node.outer
    is_key = isinstance(holder, Mapping) and node is first_part(holder, entry_of(holder, node))
    if is_key or (holder is not None and holder.flow):
        return (_on_one_line(document, node, begin, fragment, effect),)
    is_block = isinstance(node, (Sequence, Mapping)) and not node.flow
    if is_block and fragment.is_block:
        return (_block_by_block(document, node, fragment, effect),)
    if is_block:
        return tuple(_block_by_inline(document, node, fragment, effect))
    if fragment.is_block:
        return tuple(_inline_by_block(document, node, begin, fragment, effect))
    first, rest = _inline(document, holder, fragment)
    return tuple(_in_parts(node, begin, _gap(node, begin) + first, rest, fragment, effect))


def _on_one_line(document: Document, node: Node, begin: int, fragment: Fragment, effect: Replaced) -> Edit:
    """Between brackets, and as a key."""
    text, new = document.source.text, write_flow(fragment.root)
    if isinstance(fragment.root, Alias) and text[node.end : node.end + 1] == ":":
        new += " "
    holder = document.holder(node)
    is_value = isinstance(holder, Mapping) and node is last_part(holder, entry_of(holder, node))
    # `{a}` is a key without a colon.
    colon = ":" if is_value and node.outer == node.end and text[begin - 1 : begin] != ":" else ""
    return Edit(Span(document.source, begin, node.end), colon + _gap(node, begin) + new, effect)


def _gap(node: Node, begin: int) -> str:
    """The space that a value needs before it where there was none."""
    return " " if node.start == node.end and node.source.text[begin - 1 : begin] not in ("", " ", *BREAKS) else ""


def _inline(document: Document, holder: Sequence | Mapping | None, fragment: Fragment) -> tuple[str, list[str]]:
    """What is no block collection: what stands on the line of its key or dash, and the lines of a block below that."""
    text = document.source.text
    width = 0 if holder is None else column(text, holder.start)
    if isinstance(fragment.root, Scalar) and fragment.root.style in ("|", ">"):
        return fragment.lines[0], indented(fragment.lines[1:], width)
    ending = line_break(text, document.root.start if holder is None else holder.start)
    return ending.join([fragment.lines[0], *indented(fragment.lines[1:], width + 2)]), []


def _in_parts(node: Node, begin: int, first: str, rest: list[str], fragment: Fragment, effect: Replaced) -> list[Edit]:
    """The first line in the place of a node's, the rest below its line, behind the comment that may end it."""
    source, text = node.source, node.source.text
    below = "".join([line_break(text, begin) + line for line in rest])
    end, behind = node.end, line_end(text, node.end)
    stop = behind
    if isinstance(node, Scalar) and node.style in ("|", ">"):
        header = re.compile("[|>][-+0-9]*").match(text, node.start)
        end, behind, stop = header.end() if header else node.start, line_end(text, node.start), _real_end(node)
    elif not rest:
        return [Edit(Span(source, begin, end), first, effect)]
    below += fragment.closing(text, stop)
    if not text[end:behind].strip(" \t"):
        return [Edit(Span(source, begin, stop), first + below, effect)]
    return [Edit(Span(source, begin, end), first, effect), Edit(Span(source, behind, stop), below)]


def _real_end(node: Node) -> int:
    """Where a node in block style ends: with its last line, or the blank lines behind that belong to its text."""
    text = node.source.text
    if not keeps_blank_lines(node):
        return line_end(text, node.end)
    end = behind_blank_lines(text, next_line(text, node.end))
    if text[end - 1] in BREAKS:
        end -= 2 if text[end - 2 : end] == "\r\n" else 1
    return max(end, node.end)


def _block_by_block(document: Document, node: Node, fragment: Fragment, effect: Replaced) -> Edit:
    text, holder = document.source.text, document.holder(node)
    width = column(text, node.start)
    first = fragment.lines[0]
    if isinstance(fragment.root, Mapping) and isinstance(holder, Mapping) and width <= column(text, holder.start):
        # A list may stand right under its key, a mapping may not.
        step = indentation(document)[0]
        width, first = width + step, " " * step + first
    new = line_break(text, node.start).join([first, *indented(fragment.lines[1:], width)])
    span = Span(document.source, node.start, _real_end(node))
    return Edit(span, new + fragment.closing(text, span.end), effect)


def _block_by_inline(document: Document, node: Node, fragment: Fragment, effect: Replaced) -> list[Edit]:
    source, text = document.source, document.source.text
    assert isinstance(node, (Sequence, Mapping))
    first, rest = _inline(document, document.holder(node), fragment)
    ending = line_break(text, node.start)
    if document.holder(node) is None or not begins_line(text, node.start):
        span = Span(source, node.start, _real_end(node))
        return [Edit(span, ending.join([first, *rest]) + fragment.closing(text, span.end), effect)]
    place = introduction_end(document, node)
    below = line_end(text, place)
    edits = [Edit(Span(source, place, place), " " + first, effect)]
    if rest:
        edits.append(Edit(Span(source, below, below), "".join([ending + line for line in rest])))
    lines = Span(source, above_entry(node, 0), behind_entry(node, size(node) - 1))
    return [*edits, Edit(lines, "")]


def _inline_by_block(document: Document, node: Node, begin: int, fragment: Fragment, effect: Replaced) -> list[Edit]:
    text, holder = document.source.text, document.holder(node)
    if holder is None and begin == node.outer:
        return _in_parts(node, begin, fragment.lines[0], list(fragment.lines[1:]), fragment, effect)
    if isinstance(holder, Sequence) and begin == node.outer:
        gap = _gap(node, begin)
        lines = indented(fragment.lines, column(text, begin) + len(gap))
        return _in_parts(node, begin, gap + fragment.lines[0], lines[1:], fragment, effect)
    width = 0
    if holder is not None:
        mapping_step, list_step = indentation(document)
        width = column(text, holder.start)
        width += list_step if isinstance(fragment.root, Sequence) and isinstance(holder, Mapping) else mapping_step
    return _in_parts(node, introduction_end(document, node), "", indented(fragment.lines, width), fragment, effect)


def _into_nothing(document: Document, fragment: Fragment, effect: Replaced) -> Edit:
    """A document's first content, behind the comments that it may consist of."""
    source, text = document.source, document.source.text
    place = document.end
    ending = line_break(text, place)
    before = ending if place and text[place - 1] not in BREAKS else ""
    return Edit(Span(source, place, place), before + "".join([line + ending for line in fragment.lines]), effect)


def replace_text(document: Document, scalar: Scalar, start: int, end: int, new: str) -> tuple[Edit, ...]:
    """Put other characters in the place of characters `start` to `end` of a scalar's text.

    They are written in the scalar's own style; where that cannot hold them, the whole scalar is written anew.
    """
    text = scalar.text[:start] + new + scalar.text[end:]
    # What was text stays text, whatever it looks like; what was a number may become another.
    style = "'" if isinstance(scalar.value, str) else ""
    by = Scalar(scalar.source, 0, 0, 0, text, style, None, scalar.tag)
    if scalar.style in ("|", ">") and end == len(scalar.text) and scalar.text.endswith("\n"):
        start, end, new = _before_last_break(scalar.text, start, end, new)
    edit = Edit(
        Span(scalar.source, *_extent(scalar, start, end)),
        _in_style(scalar, start, new),
        Replaced(scalar, by, keeps=True),
    )
    try:
        apply(document.source, [edit])
    except EditError:
        return replace(document, scalar, write_scalar(by.value, scalar.style or style))
    return (edit,)


def _before_last_break(text: str, start: int, end: int, new: str) -> tuple[int, int, str]:
    """The same change of a text without its last line break, which in the file ends the line as any other."""
    if start == end:
        return start - 1, end - 1, "\n" + new.removesuffix("\n")
    if not new and text[start - 1 : start] == "\n":
        return start - 1, end - 1, ""
    return start, end, new.removesuffix("\n")


def _extent(scalar: Scalar, start: int, end: int) -> tuple[int, int]:
    """Where characters of the text stand, with the line break and indentation that the last of them may stand for."""
    span = scalar.place(start, end)
    last = scalar.place(end - 1, end)
    if end > start and last.start == last.end and end < len(scalar.text):
        return span.start, scalar.place(end).start
    return span.start, span.end


def _in_style(scalar: Scalar, start: int, new: str) -> str:
    """Characters as they are written in a scalar's style."""
    if scalar.style == "'":
        return new.replace("'", "''")
    if scalar.style == '"':
        return write_scalar(new, '"')[1:-1]
    if scalar.style in ("|", ">"):
        file = scalar.source.text
        runs = runs_of(file, scalar.start, scalar.end, scalar.style, scalar.text)
        width = next((column(file, run.start) for run in runs if run.end > run.start), 0)
        place = scalar.place(start).start
        margin = " " * (width - column(file, place)) if new else ""
        first, *others = new.split("\n")
        gap = line_break(file, scalar.start)
        return (margin if first else "") + first + "".join([gap + line for line in indented(tuple(others), width)])
    return new
