"""From a character of a scalar's text to its place in the file.

The scanner of YAML folds lines, drops indentation and reads escapes. This module follows it and keeps account of what
came from where, as runs: pieces of text that stand in the file as they are, or single characters that stand there as
an escape or a line break.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from orbgen.source.span import BLANKS, BREAKS

# Patterns are compiled when they are first used: most runs of orbgen never ask for such a place.
_LINE = rf"([^{BREAKS}]*)(?:\r\n|[{BREAKS}]|\Z)"
_BREAK = rf"\r\n|[{BREAKS}]"
# What stands for itself in a plain and in quoted scalars, up to the blanks at the end of the line.
_WORDS = {
    style: rf"[^{special}{BLANKS}]+(?:[ \t]+[^{special}{BLANKS}]+)*"
    for style, special in (("", ""), ("'", "'"), ('"', '"\\\\'))
}
# A lone line break becomes a space, or falls away before empty lines, unless it is one of these.
_KEPT_BREAKS = "\u2028\u2029"
_ESCAPE_LENGTHS = {"x": 4, "u": 6, "U": 10}


class Run(msgspec.Struct, frozen=True):
    """`length` characters of a text from `offset` on, which stand in the file from `start` up to `end`.

    If the lengths differ it is one character: an escape or, without width, a line break.
    """

    offset: int
    length: int
    start: int
    end: int


def locate(file: str, start: int, end: int, style: str, text: str, first: int, last: int | None) -> tuple[int, int]:
    """Where characters `first` up to, not including, `last` of a scalar's text stand in the file.

    The scalar's text is `text`, and it spans `start` to `end`. A character that was made of a line break stands at the
    end of its line and has no width there; nor has what `last` None asks for, the place of `first` alone.
    """
    first = min(max(first, 0), len(text))
    last = first if last is None else min(max(last, first), len(text))
    quote = 1 if style in ("'", '"') else 0
    if end - start - 2 * quote == len(text) and style not in ("|", ">"):
        # Escapes, line breaks and indentation only ever make a text shorter than it is written.
        return start + quote + first, start + quote + last
    runs = runs_of(file, start, end, style, text)
    begin = _edge(runs, first, 0, start + quote)
    return begin, begin if last == first else max(_edge(runs, last - 1, 1, start + quote), begin)


def _edge(runs: tuple[Run, ...], offset: int, side: int, otherwise: int) -> int:
    """Where a character starts (`side` 0) or ends (`side` 1) in the file."""
    index = bisect_right(runs, offset, key=lambda run: run.offset) - 1
    if index < 0:
        return otherwise
    run = runs[index]
    inside = offset - run.offset
    if inside >= run.length:
        return run.end
    if run.end - run.start == run.length:
        return run.start + inside + side
    return run.end if side else run.start


@lru_cache(maxsize=8)
def runs_of(file: str, start: int, end: int, style: str, text: str) -> tuple[Run, ...]:
    """The runs of a scalar, in order."""
    if style in ("|", ">"):
        return tuple(_block_runs(file, start, end, text, folded=style == ">"))
    return tuple(_flow_runs(file, start, end, style))


def _flow_runs(file: str, start: int, end: int, style: str) -> Iterator[Run]:
    """Plain and quoted scalars: blanks around a line break are dropped, a lone break becomes a space."""
    position, stop = (start + 1, end - 1) if style else (start, end)
    words, blanks, line_break = re.compile(_WORDS[style]), re.compile(f"[{BLANKS}]+"), re.compile(_BREAK)
    offset, escaped_break = 0, False
    while position < stop:
        found = words.match(file, position, stop)
        if found is not None:
            yield Run(offset, found.end() - position, position, found.end())
            offset += found.end() - position
            position, escaped_break = found.end(), False
            continue
        found = blanks.match(file, position, stop)
        if found is not None:
            breaks = [mark.start() for mark in line_break.finditer(file, position, found.end())]
            if breaks or escaped_break:
                if not escaped_break and file[breaks[0]] not in _KEPT_BREAKS and len(breaks) > 1:
                    del breaks[0]
                yield from [Run(offset + index, 1, place, place) for index, place in enumerate(breaks)]
                offset += len(breaks)
            else:
                yield Run(offset, found.end() - position, position, found.end())
                offset += found.end() - position
            position, escaped_break = found.end(), False
            continue
        length, escaped_break = _escape(file, position)
        if not escaped_break:
            yield Run(offset, 1, position, position + length)
            offset += 1
        position += length


def _escape(file: str, position: int) -> tuple[int, bool]:
    """How long `''` or an escape of a double-quoted scalar is in the file, and whether it is a line break."""
    if file.startswith("\\\r\n", position):
        return 3, True
    letter = file[position + 1 : position + 2]
    return _ESCAPE_LENGTHS.get(letter, 2), file[position] == "\\" and letter in BREAKS


def _block_runs(file: str, start: int, end: int, text: str, *, folded: bool) -> Iterator[Run]:
    """Literal and folded scalars: the same indentation is dropped from every line."""
    lines = [found.span(1) for found in re.compile(_LINE).finditer(file, start, end) if found.end() > found.start()]
    del lines[0]  # The header.
    indent = _indentation(file, lines, text)
    offset = 0
    # The breaks since the last line with text, that line's own first; and whether that line began with a blank.
    breaks: list[int] = []
    own_break = more_indented = False
    for line_start, line_end in lines:
        if line_end - line_start > indent:
            blank_first = file[line_start + indent] in " \t"
            folds = folded and own_break and not more_indented and not blank_first
            if folds and len(breaks) > 1 and file[breaks[0]] not in _KEPT_BREAKS:
                del breaks[0]
            yield from [Run(offset + index, 1, place, place) for index, place in enumerate(breaks)]
            offset += len(breaks)
            length = line_end - line_start - indent
            yield Run(offset, length, line_start + indent, line_end)
            offset += length
            breaks, own_break, more_indented = [], True, blank_first
        breaks.append(line_end)
    yield from [Run(offset + index, 1, place, place) for index, place in enumerate(breaks)]


def _indentation(file: str, lines: list[tuple[int, int]], text: str) -> int:
    """How many characters of each line of a block scalar are indentation.

    The first line that is more than spaces tells, by the spaces that are left of it in the text.
    """
    for line_start, line_end in lines:
        line = file[line_start:line_end]
        if line.strip(" "):
            rest = text.lstrip(" " + BREAKS)
            before = text[: len(text) - len(rest)]
            return max(len(line) - len(line.lstrip(" ")) - (len(before) - len(before.rstrip(" "))), 0)
    longest = max([line_end - line_start for line_start, line_end in lines], default=0)
    return longest - max([len(spaces) for spaces in re.split(f"[{BREAKS}]", text)])
