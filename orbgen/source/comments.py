"""Comments: where they stand between the tokens of a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from orbgen.source.span import BREAKS, Source, Span


class Comment(msgspec.Struct, frozen=True):
    """From the `#` to the end of the line. `alone` says that nothing stands before it on its line."""

    span: Span
    alone: bool

    @property
    def text(self) -> str:
        """The comment as written, with its `#`."""
        return self.span.text


def find_comments(source: Source, start: int, end: int, texts: Iterable[tuple[int, int]]) -> tuple[Comment, ...]:
    """The comments between two offsets of a source. `texts` are the places of its scalars, in their order."""
    return tuple([_comment(source, *place) for place in _places(source.text, start, end, texts)])


def _places(text: str, start: int, end: int, texts: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    # Anchors, aliases, tags and directives may hold a `#`; it begins a comment only where none of them goes on.
    token = re.compile(rf"#[^{BREAKS}]*|[&*!][^ \t{BREAKS},\[\]{{}}]*|%[^ \t{BREAKS}]*(?:[ \t]+[^# \t{BREAKS}]+)*")
    for text_start, text_end in (*texts, (end, end)):
        if text.find("#", start, text_start) >= 0:
            for found in token.finditer(text, start, text_start):
                if text[found.start()] == "#":
                    yield found.span()
        start = max(start, text_end)


def _comment(source: Source, start: int, end: int) -> Comment:
    before = start
    while before > 0 and source.text[before - 1] in " \t":
        before -= 1
    return Comment(Span(source, start, end), before == 0 or source.text[before - 1] in BREAKS)


def find_indicator(text: str, start: int, stop: int, indicator: str) -> int:
    """Where a character such as `:` or `-` stands between two tokens, comments passed over; -1 if it does not."""
    while start < stop:
        if text[start] == indicator:
            return start
        if text[start] == "#":
            while start < stop and text[start] not in BREAKS:
                start += 1
        start += 1
    return -1
