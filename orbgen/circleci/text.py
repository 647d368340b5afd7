"""Text whose pieces know where they came from.

CircleCI pastes parameters and pipeline values into scalars. What it makes of a scalar is a `Text`: a scalar at the same
place whose parts are each literal, or a reference that only CircleCI can fill, with the place where its author wrote it
and the tags that it went through.
"""

from __future__ import annotations

import msgspec

from orbgen.circleci.truth import Unknown, Value, truthy
from orbgen.source.nodes import Scalar
from orbgen.source.scalars import ScalarValue
from orbgen.source.span import Span


class Tag(msgspec.Struct, frozen=True, eq=False):
    """One `<< >>` on the way of a part: the scalar that holds it and where in the scalar's text it stands."""

    scalar: Scalar
    start: int
    end: int

    @property
    def span(self) -> Span:
        """The tag's place in its file."""
        return self.scalar.place(self.start, self.end)


class Part(msgspec.Struct, frozen=True, eq=False):
    """A piece of a text.

    `text` is what stands in the compiled text; `unknown` is set where that is only the tag of a value that CircleCI
    will fill in. `scalar`, `start` and `end` say where the piece was written; `via` are the tags that brought it here,
    the outermost (in the text itself) first. An `optional` piece stands in a section whose condition only CircleCI will
    know, so it may not be there.
    """

    text: str
    scalar: Scalar
    start: int
    end: int
    via: tuple[Tag, ...] = ()
    unknown: Unknown | None = None
    optional: bool = False

    @property
    def known(self) -> bool:
        """Whether the piece is there, and is what it says."""
        return self.unknown is None and not self.optional

    @property
    def written(self) -> Span:
        """Where the piece's author wrote it."""
        return self.scalar.place(self.start, self.end)

    @property
    def pasted(self) -> Span:
        """Where the piece enters the text that it is part of: the outermost tag, or its own place."""
        return self.via[0].span if self.via else self.written

    def place(self, start: int, end: int) -> Span:
        """The place of characters `start` to `end` of the piece; a pasted piece is placed at its tag."""
        if self.via or self.end - self.start != len(self.text):
            return self.pasted
        return self.scalar.place(self.start + start, self.start + end)


class Text(Scalar, eq=False):
    """A scalar after substitution. It stands where its author's scalar stands; `result` is its typed value."""

    parts: tuple[Part, ...] = ()
    result: Value = None

    @property
    def value(self) -> ScalarValue:
        """The typed value, or the text where something is left for CircleCI to fill in."""
        return self.text if isinstance(self.result, Unknown) else self.result

    @property
    def templated(self) -> bool:
        """Never: what could be substituted is."""
        return False

    def place(self, start: int, end: int | None = None) -> Span:
        """The span in an author's file of characters `start` to `end` of the text."""
        offset = 0
        stop = start if end is None else max(end, start)
        for part in self.parts:
            length = len(part.text)
            if start < offset + length or part is self.parts[-1]:
                begin = min(start - offset, length)
                return part.place(begin, min(max(stop - offset, begin), length))
            offset += length
        return self.span

    def __repr__(self) -> str:
        return f"Text({self.text!r})"


def parts_of(scalar: Scalar) -> tuple[Part, ...]:
    """The parts of a compiled scalar; one literal part where nothing was substituted."""
    if isinstance(scalar, Text):
        return scalar.parts
    return (Part(scalar.text, scalar, 0, len(scalar.text)),) if scalar.text else ()


def code_of(script: Scalar) -> str:
    """A script with each part that only CircleCI can fill in as a word of the same length, so that offsets stay."""
    return "".join([part.text if part.unknown is None else "x" * len(part.text) for part in parts_of(script)])


def value_of(scalar: Scalar) -> Value:
    """The typed value of a compiled scalar, Unknown where only CircleCI will know it."""
    return scalar.result if isinstance(scalar, Text) else scalar.value


def is_known(scalar: Scalar) -> bool:
    """Whether nothing in the scalar is left for CircleCI to fill in, or to leave out."""
    return not isinstance(scalar, Text) or all([part.known for part in scalar.parts])


def truth_of(scalar: Scalar) -> bool | None:
    """Whether a compiled scalar counts as true in a logic statement; None where only CircleCI will know.

    A text of which some piece is known is not empty, whatever the rest turns out to be.
    """
    value = value_of(scalar)
    if isinstance(value, Unknown) and any([part.known and part.text for part in parts_of(scalar)]):
        return True
    return truthy(value)


def text_from(scalar: Scalar, parts: tuple[Part, ...], result: Value) -> Text:
    """What substitution makes of a scalar."""
    text = parts[0].text if len(parts) == 1 else "".join([part.text for part in parts])
    return Text(scalar.source, scalar.start, scalar.end, scalar.outer, text, scalar.style, None, None, parts, result)


def show(value: Value) -> str:
    """How CircleCI writes a known value into text: booleans in lower case, null as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
