"""Taking a name out of an ignore comment, and the comment with the last name, in the file or in a script of it."""

from __future__ import annotations

import re

from orbgen.lint.ignores import Ignore
from orbgen.lint.mending.fixes import Mender
from orbgen.source.deleting import delete_comment
from orbgen.source.edits import Edit
from orbgen.source.nodes import Document, Scalar, walk
from orbgen.source.span import Span

_BETWEEN = " ;,"


def without_name(name: Span, mender: Mender) -> tuple[tuple[Edit, ...], tuple[str, ...]]:
    """The edits that take one name of an ignore out, and what they change of the pipeline: a script that holds it."""
    ignore = next(one for one in mender.file.ignores.found if any([other.span == name for other in one.names]))
    span = _superfluous(ignore, name)
    document = mender.document_at(span.start)
    if span == ignore.span:
        comment = next((one for one in document.comments if one.span == span), None)
        if comment is not None:
            return (delete_comment(comment),), ()
    script = _script_around(span, document)
    if script is None:
        return (Edit(span, ""),), ()
    start = _offset(script, span)
    end = start + span.end - span.start
    if span == ignore.span:
        start, end = _whole_lines(script.text, start, end)
    return mender.replace_text(script, start, end, ""), mender.scripts_with(script)


def _superfluous(ignore: Ignore, name: Span) -> Span:
    """What has to go: the name with its comma, else the ignore, else the whole comment."""
    source, places = name.source, [one.span for one in ignore.names]
    index = places.index(name)
    if index + 1 < len(places):
        return Span(source, name.start, places[index + 1].start)
    if index > 0:
        return Span(source, places[index - 1].end, name.end)
    comment, part = ignore.span, ignore.part
    before = source.text[comment.start : part.start].rstrip(_BETWEEN)
    rest = source.text[part.end : comment.end]
    behind = rest.lstrip(_BETWEEN)
    if not before.endswith("orbgen:"):
        return Span(source, comment.start + len(before), part.end)
    if not behind:
        return comment
    # Another ignore, or a comment for another tool.
    start = comment.start if behind.startswith("#") else part.start
    return Span(source, start, part.end + len(rest) - len(behind))


def _script_around(span: Span, document: Document) -> Scalar | None:
    around = [node for node in walk(document.root) if isinstance(node, Scalar) and node.style == "|"]
    return next((node for node in around if node.start <= span.start and span.end <= node.end), None)


def _offset(script: Scalar, span: Span) -> int:
    """Where in a script's text a piece of one line stands that is at a place of the file."""
    places = [match.start() for match in re.finditer(re.escape(span.text), script.text)]
    return next(place for place in places if script.place(place).start == span.start)


def _whole_lines(text: str, start: int, end: int) -> tuple[int, int]:
    """A comment with the blanks before it, and with its line where nothing else stands there."""
    begin = len(text[:start].rstrip(" \t"))
    alone = begin == 0 or text[begin - 1] == "\n"
    return (begin, end + (text[end : end + 1] == "\n")) if alone else (begin, end)
