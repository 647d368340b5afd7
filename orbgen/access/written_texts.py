"""Texts that scripts write into files: what is known of them, and where each piece of them stands in its author's file.

A text is made of pieces, each from a stretch of a script. What the shell or CircleCI fills in is known or not; where it
is not, the text has a single placeholder, which no author writes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate

import msgspec

from orbgen.circleci.text import Part, Text, parts_of
from orbgen.circleci.truth import Unknown
from orbgen.shell.words import HereDocument
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.nodes import Alias, Content, Mapping, Node, Scalar, Sequence
from orbgen.source.span import Span

PLACEHOLDER = "\ue000"
# What stands for a placeholder in a node: the way in which tools write what they fill in.
_FILLED_IN = "${...}"
_MAXIMUM = 64 * 1024
_SPECIAL = lazy_pattern(r"\\[$`\\\n]|\$\{|\$\(|`|\$[A-Za-z_][A-Za-z0-9_]*|\$[0-9@*#?$!-]")
_BRACED = lazy_pattern(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class Piece(msgspec.Struct, frozen=True, eq=False):
    """A piece of a text, None where it is not known, made of characters `start` to `end` of a script."""

    text: str | None
    script: Scalar
    start: int
    end: int

    @property
    def span(self) -> Span:
        """Where it is written."""
        return span_of(self.script, self.start, self.end)


def span_of(script: Scalar, start: int, end: int) -> Span:
    """Where characters of a script stand, up to the end of the last one, also where something is pasted in between."""
    first, last = script.place(start, end), script.place(max(end - 1, start), end)
    whole = last.source is first.source and last.end > first.end and last.start >= first.start
    return Span(first.source, first.start, last.end) if whole else first


class WrittenText:
    """A text in its pieces, with a placeholder in `text` for each that is not known."""

    def __init__(self, pieces: tuple[Piece, ...]) -> None:
        self.pieces = pieces
        self.text = "".join([PLACEHOLDER if piece.text is None else piece.text for piece in pieces])
        self._starts: list[int] | None = None

    def followed_by(self, other: WrittenText) -> WrittenText | None:
        """The text with another behind it; None where that is too long."""
        whole = len(self.text) + len(other.text)
        return WrittenText((*self.pieces, *other.pieces)) if whole <= _MAXIMUM else None

    def stretch(self, start: int, end: int) -> tuple[Scalar, int, int] | None:
        """The characters of a script that characters `start` to `end` of the text are made of; None if of several."""
        if not self.pieces:
            return None
        (left, before), (right, further) = self._piece_at(start), self._piece_at(max(end - 1, start))
        if left.script is not right.script:
            return None
        begin = left.start + start - before if _is_exact(left) else left.start
        stop = right.start + max(end, start) - further if _is_exact(right) else right.end
        return left.script, begin, max(begin, stop)

    def _piece_at(self, position: int) -> tuple[Piece, int]:
        """The piece that a character is in, and where in the text that begins."""
        if self._starts is None:
            lengths = [1 if piece.text is None else len(piece.text) for piece in self.pieces]
            self._starts = [0, *accumulate(lengths[:-1])]
        index = bisect_right(self._starts, position) - 1
        return self.pieces[index], self._starts[index]


def _is_exact(piece: Piece) -> bool:
    return piece.text is not None and len(piece.text) == piece.end - piece.start


def unknown_stretches(script: Scalar) -> list[tuple[int, int]]:
    """The characters of a script that only CircleCI will fill in, or leave out."""
    found, offset = [], 0
    for part in parts_of(script):
        if not part.known:
            found.append((offset, offset + len(part.text)))
        offset += len(part.text)
    return found


def here_document(
    script: Scalar, code: str, document: HereDocument, operator: str, value_of: Callable[[str], str | None]
) -> WrittenText:
    """What a here-document gives; `value_of` gives the values of the variables that the shell puts in."""
    pieces: list[Piece] = []
    for start, end, text in _shell_pieces(code, document, value_of):
        if operator == "<<-" and text is not None and end - start == len(text):
            pieces += _without_tabs(script, start, text, document.start)
        else:
            pieces.append(Piece(text, script, start, end))
    return WrittenText(tuple(filled_in(script, pieces)))


def _shell_pieces(
    code: str, document: HereDocument, value_of: Callable[[str], str | None]
) -> Iterator[tuple[int, int, str | None]]:
    position, end = document.start, document.end
    while not document.quoted and position < end:
        match = _SPECIAL.search(code, position, end)
        if match is None:
            break
        if match.start() > position:
            yield position, match.start(), code[position : match.start()]
        opener, stop = match[0], match.end()
        if opener.startswith("\\"):
            text: str | None = "" if opener[1] == "\n" else opener[1]
        elif opener in ("${", "$(", "`"):
            stop = _closing(code, match.start(), end)
            braced = _BRACED.fullmatch(code, match.start(), stop)
            text = value_of(braced[1]) if braced is not None else None
        else:
            text = value_of(opener[1:])
        yield match.start(), stop, text
        position = stop
    if position < end:
        yield position, end, code[position:end]


def _closing(code: str, start: int, end: int) -> int:
    """Behind the end of an expansion or substitution."""
    if code[start] == "`":
        found = code.find("`", start + 1, end)
        return found + 1 if found >= 0 else end
    opener, closer = code[start + 1], {"{": "}", "(": ")"}[code[start + 1]]
    depth = 0
    for position in range(start + 1, end):
        depth += (code[position] == opener) - (code[position] == closer)
        if depth == 0:
            return position + 1
    return end


def _without_tabs(script: Scalar, start: int, text: str, body: int) -> Iterator[Piece]:
    """The lines of a piece without the tabs that they begin with."""
    offset = start
    for line in text.splitlines(keepends=True):
        begins = offset > start or start == body
        kept = line.lstrip("\t") if begins else line
        if kept:
            yield Piece(kept, script, offset + len(line) - len(kept), offset + len(line))
        offset += len(line)


def filled_in(script: Scalar, pieces: list[Piece]) -> Iterator[Piece]:
    """The pieces, with what CircleCI fills in made unknown."""
    unknown = unknown_stretches(script)
    for piece in pieces:
        inside = [(max(start, piece.start), min(end, piece.end)) for start, end in unknown
                  if start < piece.end and end > piece.start]  # fmt: skip
        if not inside:
            yield piece
        elif not _is_exact(piece) or piece.text is None:
            yield msgspec.structs.replace(piece, text=None)
        else:
            position = piece.start
            for start, end in inside:
                if start > position:
                    yield Piece(piece.text[position - piece.start : start - piece.start], script, position, start)
                yield Piece(None, script, start, end)
                position = end
            if position < piece.end:
                yield Piece(piece.text[position - piece.start :], script, position, piece.end)


def relocated(node: Node, text: WrittenText) -> Content:
    """A node of a written text as one that lies where the text's author wrote it."""
    return _relocated(node, text, {})


def _relocated(node: Node, text: WrittenText, done: dict[int, Content]) -> Content:
    """The node in its place; what several aliases stand for is made once, since it may be much."""
    original = node.target if type(node) is Alias else node
    if id(original) not in done:
        done[id(original)] = _made(original, text, done)
    return done[id(original)]


def _made(node: Node, text: WrittenText, done: dict[int, Content]) -> Content:
    if isinstance(node, Scalar):
        return _scalar(node, text)
    span = _place(text, node.start, node.end)
    where = (span.source, span.start, span.end, span.start)
    if type(node) is Sequence:
        return Sequence(*where, [_relocated(item, text, done) for item in node.items], node.flow)
    assert type(node) is Mapping
    entries: list[tuple[Node, Node]] = [
        (_key(key, text, done), _relocated(value, text, done)) for key, value in node.entries
    ]
    return Mapping(*where, entries, node.flow)


def _place(text: WrittenText, start: int, end: int) -> Span:
    stretch = text.stretch(start, end)
    if stretch is None:
        return text.pieces[0].span
    return span_of(*stretch)


def _key(key: Node, text: WrittenText, done: dict[int, Content]) -> Node:
    name = key.target if type(key) is Alias else key
    if not isinstance(name, Scalar):
        return _relocated(name, text, done)
    span = _place(text, name.start, name.end)
    shown = name.text.replace(PLACEHOLDER, _FILLED_IN)
    return Scalar(span.source, span.start, span.end, span.start, shown, name.style, None, name.tag)


def _scalar(node: Scalar, text: WrittenText) -> Scalar:
    span = _place(text, node.start, node.end)
    shown = node.text.replace(PLACEHOLDER, _FILLED_IN)
    result = Unknown(()) if PLACEHOLDER in node.text else node.value
    stretch = text.stretch(node.start, node.end)
    parts: tuple[Part, ...] = ()
    if stretch is not None:
        script, start, end = stretch
        quoted = node.style in ("'", '"') and end - start == len(shown) + 2
        parts = (Part(shown, script, start + 1, end - 1) if quoted else Part(shown, script, start, end),)
    where = (span.source, span.start, span.end, span.start)
    return Text(*where, shown, node.style, None, node.tag, parts, result)
