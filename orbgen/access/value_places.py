"""Where a value is written that a script only uses: at its variable, or where a parameter was given."""

from __future__ import annotations

import msgspec

from orbgen.access.following import RunCommand
from orbgen.access.written_texts import PLACEHOLDER
from orbgen.circleci.text import parts_of
from orbgen.shell.words import PartKind, Word, WordPart
from orbgen.source.nodes import Scalar
from orbgen.source.span import Span

# A variable may be made of another, and that of a third.
_LONGEST_CHAIN = 5


class Stated(msgspec.Struct, frozen=True):
    """Where a value is written, and whether that is as an argument or the default of a parameter."""

    span: Span
    by_parameter: bool


def whole(at: RunCommand, word: Word) -> str:
    """The text of a word, with a placeholder for each piece that is not known."""
    return "".join([_text(at, part) for part in word.parts])


def stated_in(at: RunCommand, word: Word, start: int, end: int) -> Stated:
    """Where characters `start` to `end` of a word's text are written."""
    return _in_word(at, word, start, end, _LONGEST_CHAIN)


def _text(at: RunCommand, part: WordPart) -> str:
    text = at.value(Word(part.start, part.end, (part,)))
    return PLACEHOLDER if text is None else text


def _in_word(at: RunCommand, word: Word, start: int, end: int, chain: int) -> Stated:
    offset = 0
    for part in word.parts:
        text = _text(at, part)
        if offset <= start and end <= offset + len(text):
            if part.kind is PartKind.LITERAL:
                return _in_literal(at, part, text, start - offset, end - offset)
            if part.kind is PartKind.VARIABLE:
                return _of_variable(at, part, start - offset, end - offset, chain)
        offset += len(text)
    return Stated(at.text.place(word.start, word.end), by_parameter=False)


def _in_literal(at: RunCommand, part: WordPart, text: str, start: int, end: int) -> Stated:
    width = part.end - part.start
    first = part.start if width == len(text) else part.start + 1
    if width not in (len(text), len(text) + 2):
        return in_scalar(at.text, part.start, part.end)
    return in_scalar(at.text, first + start, first + end)


def _of_variable(at: RunCommand, part: WordPart, start: int, end: int, chain: int) -> Stated:
    assigned = [one for one in at.script.assignments if one.name == part.text and one.value is not None]
    if assigned and assigned[0].value is not None and chain:
        return _in_word(at, assigned[0].value, start, end, chain - 1)
    variable = at.environment.get(part.text)
    if variable is not None:
        return Stated(variable.span, by_parameter=False)
    return in_scalar(at.text, part.start, part.end)


def in_scalar(scalar: Scalar, start: int, end: int) -> Stated:
    """Where characters of a compiled text are written: a pasted piece where its author gave it."""
    offset = 0
    for part in parts_of(scalar):
        if offset <= start < offset + len(part.text):
            if part.via and end <= offset + len(part.text):
                return Stated(part.written, by_parameter=True)
            break
        offset += len(part.text)
    return Stated(scalar.place(start, end), by_parameter=False)
