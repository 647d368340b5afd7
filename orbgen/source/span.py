"""Where things stand: a source text and the spans in it."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from itertools import accumulate, count
from operator import add

import msgspec

# Where YAML 1.1 breaks lines, and those with the blanks that may stand between its tokens.
BREAKS = "\r\n\x85\u2028\u2029"
BLANKS = " \t" + BREAKS
_PIECE = 1 << 16


class Source(msgspec.Struct, eq=False):
    """One text under the name that people know it by.

    `mark` is the byte order mark that stood before it, if any (some tools leave two), and `encoding` what its bytes
    were in.
    """

    name: str
    text: str
    mark: str = ""
    encoding: str = "utf-8"
    _starts: array[int] | None = None
    _seen: int = 0
    _line: tuple[int, str] = (0, "")

    @property
    def line_starts(self) -> array[int]:
        """Character offset of each line's first character.

        Lines end with LF, CRLF or a lone CR, as in editors. YAML 1.1 also breaks lines at NEL, LS and PS, which is
        the reader's business and changes no line number.
        """
        return self._starts_to(len(self.text))

    def _starts_to(self, offset: int) -> array[int]:
        """The same, at least as far as a character is in; most of a file of millions of lines is never asked for."""
        starts = self._starts
        if starts is None:
            starts = self._starts = array("q", (0,))
            if "\r" in self.text:
                starts.extend(found.end() for found in re.finditer("\r\n?|\n", self.text))
                self._seen = len(self.text)
        while self._seen < len(self.text) and self._seen <= offset:
            begin = self._seen
            *lines, _ = self.text[begin : begin + _PIECE].split("\n")
            starts.extend(map(add, accumulate(map(len, lines)), count(begin + 1)))
            self._seen = begin + _PIECE
        return starts

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a character offset, both counted from 1."""
        starts = self._starts_to(offset)
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def line_start(self, line: int) -> int:
        """Offset of the first character of a line counted from 1."""
        return self._starts_of(line)[line - 1]

    def line_text(self, line: int) -> str:
        """A line counted from 1, without its line break. The last one is kept: a file may be one long line."""
        if self._line[0] != line:
            starts = self._starts_of(line + 1)
            end = starts[line] if line < len(starts) else len(self.text)
            self._line = line, self.text[starts[line - 1] : end].rstrip("\r\n")
        return self._line[1]

    def _starts_of(self, line: int) -> array[int]:
        """The starts of the lines up to one, as far as there are so many."""
        starts = self._starts_to(0)
        while len(starts) < line and self._seen < len(self.text):
            starts = self._starts_to(self._seen)
        return starts


class Span(msgspec.Struct, frozen=True):
    """From character `start` up to, not including, `end` of a source."""

    source: Source
    start: int
    end: int

    @property
    def line(self) -> int:
        """Line of the first character, counted from 1."""
        return self.source.position(self.start)[0]

    @property
    def column(self) -> int:
        """Column of the first character, counted from 1."""
        return self.source.position(self.start)[1]

    @property
    def end_line(self) -> int:
        """Line of the end, counted from 1."""
        return self.source.position(self.end)[0]

    @property
    def end_column(self) -> int:
        """Column just behind the last character, counted from 1."""
        return self.source.position(self.end)[1]

    @property
    def bounds(self) -> tuple[int, int, int, int]:
        """Line and column of the first character, and those just behind the last one, all counted from 1."""
        return (*self.source.position(self.start), *self.source.position(max(self.end, self.start)))

    @property
    def text(self) -> str:
        """The text that the span covers."""
        return self.source.text[self.start : self.end]

    def __str__(self) -> str:
        line, column = self.source.position(self.start)
        return f"{self.source.name}:{line}:{column}"
