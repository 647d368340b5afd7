"""Scalars: the value that CircleCI gives them, and the way from a character of the value back to the file."""

from __future__ import annotations

import re
from typing import TypeAlias, Union

ScalarValue: TypeAlias = Union[str, bool, int, float, None]

# Only these words are booleans, in these spellings (circleci.md 1.3); `y` and `n` are text.
_WORDS: dict[str, ScalarValue] = {
    **{form: value for word, value in (("true", True), ("yes", True), ("on", True), ("false", False), ("no", False),
                                       ("off", False)) for form in (word, word.capitalize(), word.upper())},
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
}  # fmt: skip
_FIRST_OF_NUMBER = frozenset("+-.0123456789")
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*(?:[eE][-+]?[0-9]+)?|\.[0-9]+(?:[eE][-+]?[0-9]+)?)")
_SPECIAL_FLOAT = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
# Python refuses to convert longer digit strings, and no CircleCI value needs them.
_LONGEST_INTEGER = 400


def resolve(text: str, style: str, tag: str | None) -> ScalarValue:
    """The value of a scalar by CircleCI's YAML: 1.1 booleans, decimal numbers, no dates, octals or sexagesimals.

    A number written in a way that YAML 1.1 and 1.2 read differently (`010`, `1_000`, `0x1F`, `1e3`) stays text.
    """
    if tag in ("!", "tag:yaml.org,2002:str") or (tag is not None and not tag.startswith("tag:yaml.org,2002:")):
        return text
    if style and tag is None:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _FIRST_OF_NUMBER:
        if _INTEGER.fullmatch(text):
            return int(text) if len(text) < _LONGEST_INTEGER else text
        if _FLOAT.fullmatch(text):
            return float(text)
        if _SPECIAL_FLOAT.fullmatch(text):
            return float(text.replace(".", ""))
    return text


def locate(file: str, start: int, end: int, style: str, text: str, offset: int) -> int:
    """The offset in `file` of character `offset` of a scalar whose text is `text` and which spans `start` to `end`.

    A character that folding made out of a line break is placed at the end of the line before it.
    """
    offset = min(max(offset, 0), len(text))
    if not style and end - start == len(text):
        return start + offset
    if style in ("'", '"'):
        return _locate_quoted(file, start, end, style, offset)
    if style == "|":
        return _locate_literal(file, start, text, offset)
    return _locate_folded(file, start, end, style, text, offset)


def _lines(file: str, start: int, end: int | None = None) -> list[tuple[int, str]]:
    """Each line from `start` on as offset and text without line break."""
    lines = []
    stop = len(file) if end is None else end
    while start < stop:
        newline = file.find("\n", start, stop)
        carriage = file.find("\r", start, stop if newline < 0 else newline)
        if carriage >= 0:
            newline = carriage
        if newline < 0:
            lines.append((start, file[start:stop]))
            break
        lines.append((start, file[start:newline]))
        start = newline + (2 if file.startswith("\r\n", newline) else 1)
    return lines


def _header_end(file: str, start: int) -> int:
    """The offset of the first line behind the header of a block scalar."""
    while start < len(file) and file[start] not in "\r\n":
        start += 1
    return start + (2 if file.startswith("\r\n", start) else 1)


def _locate_literal(file: str, start: int, text: str, offset: int) -> int:
    line = text.count("\n", 0, offset)
    column = offset - (text.rfind("\n", 0, offset) + 1)
    position = _header_end(file, start)
    written = ""
    for _ in range(line + 1):
        found = _lines(file, position, _header_end(file, position))
        if not found:
            return min(position, len(file))
        position, written = found[0]
        content_start = position
        position = _header_end(file, position)
    newline = text.find("\n", offset)
    length = (len(text) if newline < 0 else newline) - (offset - column)
    indent = max(len(written) - length, 0) if length else len(written)
    return content_start + min(indent + column, len(written))


def _locate_folded(file: str, start: int, end: int, style: str, text: str, offset: int) -> int:
    """Folded block and multi-line plain scalars: each line's content stands in the text as it is, in order."""
    lines = _lines(file, _header_end(file, start) if style else start, end)
    if style:
        first = next((line for _, line in lines if line.strip()), "")
        leading = len(text) - len(text.lstrip(" \n")) - (text.rfind("\n", 0, len(text) - len(text.lstrip(" \n"))) + 1)
        indent = max(len(first) - len(first.lstrip(" ")) - max(leading, 0), 0)
    position, place = 0, lines[0][0] if lines else start
    for line_start, line in lines:
        content = line[indent:] if style else line.strip(" \t")
        if not content.strip():
            continue
        found = text.find(content, position)
        if found < 0:
            break
        if offset < found:
            return place
        shift = line_start + (indent if style else len(line) - len(line.lstrip(" \t")))
        if offset < found + len(content):
            return shift + offset - found
        position, place = found + len(content), shift + len(content)
    return place


_ESCAPE_LENGTHS = {"x": 2, "u": 4, "U": 8}


def _locate_quoted(file: str, start: int, end: int, style: str, offset: int) -> int:
    position, produced, stop = start + 1, 0, max(end - 1, start + 1)
    while position < stop and produced < offset:
        character = file[position]
        if character in " \t\r\n":
            position, count = _skip_blanks(file, position, stop)
            if produced + count > offset:
                return position - (produced + count - offset)
            produced += count
        elif character == "'" and style == "'":
            position, produced = position + 2, produced + 1
        elif character == "\\" and style == '"':
            escape = file[position + 1 : position + 2]
            if escape in ("\n", "\r"):
                position += 3 if file.startswith("\r\n", position + 1) else 2
                while position < stop and file[position] in " \t":
                    position += 1
            else:
                position, produced = position + 2 + _ESCAPE_LENGTHS.get(escape, 0), produced + 1
        else:
            position, produced = position + 1, produced + 1
    return min(position, stop)


def _skip_blanks(file: str, position: int, stop: int) -> tuple[int, int]:
    """Behind a run of blanks in a quoted scalar, with the number of characters that it became."""
    begin, breaks = position, 0
    while position < stop and file[position] in " \t\r\n":
        if file[position] == "\n" or (file[position] == "\r" and not file.startswith("\r\n", position)):
            breaks += 1
        position += 1
    if not breaks:
        return position, position - begin
    return position, 1 if breaks == 1 else breaks - 1
