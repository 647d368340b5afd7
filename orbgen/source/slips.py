"""The mistake behind what a parser of YAML complains of, which it often notices only lines later."""

from __future__ import annotations

import re

import msgspec

from orbgen.source.libyaml import YAMLError, events, parser
from orbgen.source.span import Source

_CONFLICT = re.compile(r"^<{7} .*$", re.MULTILINE)
# A line, with or without a dash, of plain text that is no key.
_PLAIN = re.compile(r"[ ]*(?:- +)*(?P<text>[^\s#'\"\[\]{}&*!|>%@`,-][^#]*?)(?: +#.*)?")

_NO_DASH = "this stands among the items of a list, but has no `- ` before it"


class Slip(msgspec.Struct, frozen=True):
    """Where the mistake stands, what it is, and what to do about it."""

    start: int
    end: int
    words: str
    advice: str


def slip_behind(source: Source, words: str, begin: int, offset: int) -> Slip | None:
    """The mistake behind a parser's words, which began to read something at `begin` and gave up at `offset`."""
    conflict = _CONFLICT.search(source.text)
    if conflict is not None:
        advice = "keep one of the sides, and remove the lines that begin with `<<<<<<<`, `=======` and `>>>>>>>`"
        return Slip(conflict.start(), conflict.end(), "a merge conflict is left in the file", advice)
    if "could not find expected ':'" in words and begin < offset:
        advice = "add the `:` behind the key, or indent the line under the text that it continues"
        return Slip(begin, _line_end(source, begin), words, advice)
    # Where a comment ends the text, the parsers put what follows each in its own words.
    if any([part in words for part in ("mapping values are not allowed", "'-' indicator", "block mapping start")]):
        return _unmarked(source, offset)
    if "escape character" in words:
        return _open_before_escape(source, begin, offset)
    if "expected key" in words or "expected <block end>" in words:
        found = _item_without_dash(source, begin, offset)
        if found is not None:
            return found
    if "',' or ']'" in words or "',' or '}'" in words:
        return _open_bracket(source, begin, offset) or _open_quote(source, offset)
    return _open_quote(source, offset)


def _line_end(source: Source, offset: int) -> int:
    """The end of the text on the line of an offset."""
    line = source.position(offset)[0]
    return source.line_start(line) + len(source.line_text(line).rstrip())


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _unmarked(source: Source, offset: int) -> Slip | None:
    """The line above, if it is plain text, and the line of the offset goes on as if it were a key or an item."""
    number = source.position(offset)[0]
    below = source.line_text(number)
    above = number - 1
    while above and (not source.line_text(above).strip() or source.line_text(above).lstrip().startswith("#")):
        above -= 1
    match = _PLAIN.fullmatch(source.line_text(above).rstrip()) if above else None
    if match is None or re.search(r":(?:\s|$)", match["text"]):
        return None
    start = source.line_start(above) + match.start("text")
    column = source.position(start)[1] - 1
    if below.lstrip().startswith("- ") and _indentation(below) == column == _indentation(source.line_text(above)):
        return Slip(start, start + len(match["text"]), _NO_DASH, f"write `- {match['text']}`")
    if _indentation(below) < column or below.lstrip().startswith("- "):
        return None
    advice = f"add `:` behind `{match['text']}`, or check the indentation of what follows"
    return Slip(start, start + len(match["text"]), "this text has keys under it, but no `:` behind it", advice)


def _item_without_dash(source: Source, begin: int, offset: int) -> Slip | None:
    """The single key at `begin`, if an item of a list follows it in the same column."""
    first, column = source.position(begin)
    last, other = source.position(offset)
    if source.text[offset : offset + 2] != "- " or column != other:
        return None
    between = [source.line_text(number) for number in range(first + 1, last)]
    if any([line.strip() and not line.lstrip().startswith("#") and _indentation(line) < column for line in between]):
        return None
    end = _line_end(source, begin)
    return Slip(begin, end, _NO_DASH, f"write `- {source.text[begin:end]}`")


def _open_before_escape(source: Source, begin: int, offset: int) -> Slip | None:
    """The quote at `begin`, if it opened lines before what it cannot hold."""
    line = source.position(offset)[0]
    if source.position(begin)[0] == line:
        return None
    words = f"the quotes that open here are still open in line {line}, where `\\` begins no escape"
    return Slip(begin, _line_end(source, begin), words, f"close them with `{source.text[begin]}` where the text ends")


def _open_bracket(source: Source, begin: int, offset: int) -> Slip | None:
    """The bracket at `begin`, if what the parser stopped at is indented no further than the line of the bracket."""
    first, last = source.position(begin)[0], source.position(offset)[0]
    if first == last or _indentation(source.line_text(last)) > _indentation(source.line_text(first)):
        return None
    bracket = source.text[begin]
    closing = {"[": "]", "{": "}"}.get(bracket)
    if closing is None:
        return None
    kind = "list" if bracket == "[" else "mapping"
    return Slip(begin, _line_end(source, begin), f"this {kind} is never closed", f"close it with `{closing}`")


def _open_quote(source: Source, offset: int) -> Slip | None:
    """The quoted text that ends on the line where the parser stopped but began lines before, if there is one."""
    found = None
    next_event = parser(source.text).get_event
    try:
        while (event := next_event()) is not None:
            if type(event) is events.ScalarEvent and event.style in ("'", '"') and event.end_mark.index <= offset:
                found = event
    except (YAMLError, UnicodeEncodeError):
        pass
    if found is None:
        return None
    start, end = found.start_mark.index, found.end_mark.index
    closed = source.position(end)[0]
    if source.position(start)[0] == closed or closed != source.position(offset)[0]:
        return None
    words = f"the quotes that open here are closed only in line {closed}"
    return Slip(start, _line_end(source, start), words, f"close them with `{found.style}` where the text ends")
