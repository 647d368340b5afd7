"""Text in the columns of a terminal: how wide it is, what may be printed, where lines are wrapped and cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

TAB = "    "
# How many characters before and behind a place are looked at; a file may be one line of millions.
_REACH = 2_000


def printable(text: str) -> str:
    """A text without characters that move the cursor, change the terminal or hide others: these are written out."""
    if text.isprintable():
        return text
    return "".join([character if character.isprintable() else _escape(character) for character in text])


def without_surrogates(text: str) -> str:
    """A text that UTF-8 can hold: lone surrogates are written out."""
    return "".join([_escape(one) if 0xD800 <= ord(one) <= 0xDFFF else one for one in text])


def _escape(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # A byte of a file name that is not UTF-8.
        return f"\\x{code - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")


def wrap(text: str, width: int | None, indent: int = 0) -> Iterator[str]:
    """The text in lines of at most `width` columns, the first of which has `indent` columns less; words stay whole."""
    return fold(text.split(" "), width, indent)


def fold(words: Sequence[str], width: int | None, indent: int = 0) -> Iterator[str]:
    """The words with spaces between them in lines of at most `width` columns; what may not be parted is one word."""
    if width is None:
        yield " ".join(words)
        return
    line: list[str] = []
    used = indent
    for word in words:
        size = columns(word)
        if line and used + 1 + size > width:
            yield " ".join(line)
            line, used = [word], size
        else:
            used += size + bool(line)
            line.append(word)
    yield " ".join(line)


def columns(text: str) -> int:
    """How many columns a printable text takes."""
    return len(text) if text.isascii() else sum([_width(character) for character in text])


def _width(character: str) -> int:
    import unicodedata

    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class Line(msgspec.Struct, frozen=True):
    """One line of a file as it is shown; `starts` has the column of each character from number `first` on."""

    text: str
    first: int
    starts: Sequence[int]

    def column(self, index: int) -> int:
        """The column at which character `index` of the file's line is shown, the nearest one if it is cut off."""
        return self.starts[min(max(index - self.first, 0), len(self.starts) - 1)]


def lay(text: str, width: int, start: int = 0, end: int = 0) -> Line:
    """A line of a file in `width` columns: cut around characters `start` to `end` where it is longer."""
    first = max(start - _REACH, 0)
    glyphs, starts = _glyphs(text[first : start + _REACH])
    cut_left, cut_right = first > 0, start + _REACH < len(text)
    if not cut_left and not cut_right and starts[-1] <= width:
        return Line("".join(glyphs), 0, starts)
    opening, closing = starts[start - first], starts[min(end - first, len(starts) - 1)]
    left = _window(opening, max(closing, opening + 1), starts[-1], width)
    low = next((index for index, column in enumerate(starts) if column >= left), 0)
    cut_left = cut_left or low > 0
    room = width - cut_left
    if cut_right or starts[-1] - starts[low] > room:
        room -= 1
        cut_right = True
    high = low
    while high < len(glyphs) and starts[high + 1] - starts[low] <= room:
        high += 1
    shown = ("…" if cut_left else "") + "".join(glyphs[low:high]) + ("…" if cut_right else "")
    shift = starts[low] - cut_left
    return Line(shown, first + low, [column - shift for column in starts[low : high + 1]])


def _window(opening: int, closing: int, total: int, width: int) -> int:
    """The first column to show, so that the place is seen with something before it."""
    if closing < width - 1:
        return 0
    before = max(min(width // 4, width - (closing - opening) - 2), 2)
    return min(max(opening - before, 0), max(total - width + 1, 0))


def _glyphs(text: str) -> tuple[Sequence[str], Sequence[int]]:
    """What is shown for each character, and the column that each begins in, with the end of the last."""
    if text.isascii() and text.isprintable():
        return text, range(len(text) + 1)
    glyphs: list[str] = []
    starts = [0]
    for character in text:
        glyph = TAB if character == "\t" else character if character.isprintable() else "�"
        glyphs.append(glyph)
        starts.append(starts[-1] + columns(glyph))
    return glyphs, starts
