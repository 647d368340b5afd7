"""In what words orbgen passes on why a text is no YAML."""

from __future__ import annotations

import re
from typing import Any

from orbgen.source.libyaml import MarkedYAMLError
from orbgen.source.limits import REMEDY, TOO_DEEP
from orbgen.source.problems import Note, Problem
from orbgen.source.slips import slip_behind
from orbgen.source.span import Source, Span

# What YAML 1.1 does not allow in a file, not even in quotes.
_UNPRINTABLE = "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


# What people meant, by a part of the parser's words. The two parsers differ in how they put it.
_ADVICE = (
    ("mapping values are not allowed", "quote the text if it holds `: `, or check the indentation"),
    ("could not find expected ':'", "add the `:` behind the key, or indent the line under the text that it continues"),
    ("expected key", "check that this line is indented like its neighbours"),
    ("expected <block end>", "check that this line is indented like its neighbours"),
    ("expected '-' indicator", "check that this line is indented like its neighbours"),
    ("expected <document start>", "check that this line is indented like the first"),
    ("expected '<document start>'", "check that this line is indented like the first"),
    ("',' or ']'", "put a comma between the items, or close the list with `]`"),
    ("',' or '}'", "put a comma between the entries, or close the mapping with `}`"),
    ("node content", "write the value that is missing here, or quote the text"),
    (
        "sequence entries are not allowed",
        "start the list on a line of its own, or quote the text if it begins with `- `",
    ),
    ("found unexpected end of stream", "close the quotes"),
    ("found unexpected document", "close the quotes"),
    ("found unknown escape character", "use single quotes, where `\\` is a plain character"),
    ("Unicode character escape code", "write the character itself"),
    ("found undefined tag handle", "quote the text if it begins with `!`"),
    ("alphabetic or numeric character", "quote the text if it begins with `*` or `&`"),
    ("line break", "begin the text on the next line, or quote it if it begins with `|` or `>`"),
    ("indentation indicators", "begin the text on the next line, or quote it if it begins with `|` or `>`"),
    ("incompatible YAML document", "remove the `%YAML` line"),
)


def problem_of(source: Source, error: Exception) -> Problem:
    """What is wrong with a source that the parser gave up on, where, and what to do if that can be told."""
    if isinstance(error, MarkedYAMLError):
        return _syntax_problem(source, error)
    found = re.search(_UNPRINTABLE, source.text)
    offset = found.start() if found else 0
    character = source.text[offset : offset + 1]
    message = f"the character U+{ord(character or chr(0)):04X} may not stand in a YAML file"
    advice = "remove it or write it as an escape in double quotes"
    return Problem("yaml-syntax", message, Span(source, offset, offset + 1), advice)


def _syntax_problem(source: Source, error: Any) -> Problem:
    text, mark, context = source.text, error.problem_mark or error.context_mark, error.context_mark
    offset = min(mark.index, len(text)) if mark is not None else 0
    begin = min(context.index, len(text)) if context is not None else offset
    words = error.problem or "the text is not YAML"
    advice = next((advice for part, advice in _ADVICE if part in words), None)
    if text[offset : offset + 1] == "\t" or "\t" in _indentation(source, offset):
        words, advice = "a tab cannot indent YAML", "indent with spaces"
    elif "cannot start any token" in words:
        words, advice = f"no YAML text can begin with `{text[offset : offset + 1]}`", "put the text in quotes"
    elif advice == "close the quotes":
        # The end of the file says nothing; the quote that is never closed does.
        words, offset = "these quotes are never closed", begin
    else:
        slip = slip_behind(source, words, begin, offset)
        if slip is not None:
            notes = (Note(Span(source, offset, offset), "the parser gives up here"),)
            where = Span(source, slip.start, slip.end)
            return Problem("yaml-syntax", f"unable to parse YAML: {slip.words}", where, slip.advice, related=notes)
    related: tuple[Note, ...] = ()
    if begin != offset:
        related = (Note(Span(source, begin, begin), str(error.context)),)
    where = Span(source, offset, min(offset + 1, len(text)))
    if "maximum nesting depth" in words:
        return Problem("limit", TOO_DEEP, where, REMEDY)
    return Problem("yaml-syntax", f"unable to parse YAML: {words}", where, advice, related=related)


def _indentation(source: Source, offset: int) -> str:
    """The blanks that a line starts with."""
    line = source.line_text(source.position(offset)[0])
    return line[: len(line) - len(line.lstrip(" \t"))]
