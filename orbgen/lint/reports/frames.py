"""Code frames: a piece of a file with the place that is meant marked under it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from orbgen.lint.reports.style import Style
from orbgen.source.span import Span

# Longer lines are cut around the place; longer places are marked on their first lines alone.
WIDEST_LINE = 160
MARKED_LINES = 3


def frame(span: Span, label: str, style: Style, *, mark: str = "^", colour: str = "red") -> Iterator[str]:
    """The lines of a span with marks under it and a label behind them."""
    source = span.source
    first, last = span.line, span.end_line
    if last > first and span.end_column == 1:
        last -= 1
    shown = min(last, first + MARKED_LINES - 1)
    gutter = " " * len(str(shown))
    yield style(f"{gutter} |", "blue")
    for line in range(first, shown + 1):
        text = source.line_text(line)
        start = span.column - 1 if line == first else len(text) - len(text.lstrip())
        end = span.end_column - 1 if line == span.end_line else len(text)
        text, start, end = _cut(text, start, max(end, start + 1))
        yield style(f"{line:>{len(gutter)}} |", "blue") + " " + _printable(text)
        marks = " " * _width(text[:start]) + style(mark * max(_width(text[start:end]), 1), "bold", colour)
        if line == shown:
            more = f" … {last - shown} more lines" if last > shown else ""
            marks += style(f"{more} {label}" if label or more else "", colour)
        yield style(f"{gutter} |", "blue") + " " + marks


def _cut(text: str, start: int, end: int) -> tuple[str, int, int]:
    if len(text) <= WIDEST_LINE:
        return text, start, end
    left = max(0, min(start - 40, len(text) - WIDEST_LINE))
    piece = text[left : left + WIDEST_LINE]
    piece = ("…" + piece[1:] if left else piece) + ("…" if left + WIDEST_LINE < len(text) else "")
    return piece, start - left, min(end - left, len(piece))


def _printable(text: str) -> str:
    """The line with tabs as spaces and without characters that move the cursor or change the terminal."""
    if text.isprintable():
        return text
    return "".join([" " if character == "\t" else character if character.isprintable() else "�" for character in text])


def _width(text: str) -> int:
    """How many columns a text takes."""
    if text.isascii():
        return len(text)
    wide = sum([unicodedata.east_asian_width(character) in "WF" for character in text])
    return len(text) + wide - sum([unicodedata.combining(character) > 0 for character in text])
