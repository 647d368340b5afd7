"""Writing nodes as the packer of CircleCI's CLI does: four spaces a level, maps sorted, quotes where they are needed.

A packed orb is often kept in a repository, so the bytes are the same as the CLI's (circleci.md 7.5), but for plain
numbers and dates, which keep their text.
"""

from __future__ import annotations

import re

from orbgen.circleci.orb_includes import packed_text
from orbgen.circleci.packed_order import packed_order
from orbgen.circleci.text import Text
from orbgen.source.limits import MAXIMUM_BYTES
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence

INDENT = 4
_LONGEST_KEY = 1000  # characters; a parser takes 1,024 for a key without a `?`
_FIRST_WORDS = ("true", "false", "null")
_OLD_BOOLEANS = frozenset(
    form for word in ("y", "n", "yes", "no", "on", "off") for form in (word, word.capitalize(), word.upper())
)
_WORDS = _OLD_BOOLEANS | frozenset(
    ["", "~", "<<", ".nan", ".NaN", ".NAN"]
    + [form for word in _FIRST_WORDS for form in (word, word.capitalize(), word.upper())]
    + [sign + form for sign in ("", "+", "-") for form in (".inf", ".Inf", ".INF")]
)
_NUMBER = re.compile(
    r"[-+]?(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?"
    r"|\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?)"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ][0-9]{1,2}:[0-9]{1,2}:[0-9].*)?")
_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_INDICATORS = frozenset("#,[]{}&*!|>'\"%@`")
_UNPRINTABLE = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]|[\u2028\u2029]")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0", "\x07": "\\a", "\x08": "\\b",
            "\x0b": "\\v", "\x0c": "\\f", "\x1b": "\\e", "\x85": "\\N", "\u2028": "\\L", "\u2029": "\\P"}  # fmt: skip


class TooLargeError(Exception):
    """With its aliases expanded and its files included, the document is larger than a file may be."""


def write(root: Mapping, first: tuple[str, ...] = (), *, words_are_text: bool = False) -> str:
    """A document whose keys are sorted, at the top after those named in `first`.

    With `words_are_text`, plain `yes`, `no`, `on` and `off` are text, as to the older packer. Raises TooLargeError.
    """
    writer = _Writer(words_are_text=words_are_text)
    fields = root.fields
    names = [name for name in first if name in fields]
    names += packed_order([name for name in fields if name not in first])
    for name in names:
        writer.entry("", 0, name, fields[name].key, fields[name].value)
    return "".join(writer.lines) or "{}\n"


class _Writer:
    def __init__(self, *, words_are_text: bool) -> None:
        self.words_are_text = words_are_text
        self.lines: list[str] = []
        self.size = 0

    def line(self, text: str) -> None:
        self.size += len(text)
        if self.size > MAXIMUM_BYTES:
            raise TooLargeError
        self.lines.append(text)

    def entry(self, start: str, column: int, name: str, key: Scalar, value: Content) -> None:
        """One key, which stands at a column behind the text `start`, with its value."""
        written = self._key(name, key)
        if len(written) > _LONGEST_KEY:
            self.line(f"{start}? {written}\n")
            start, written = " " * column, ""
        # The next level begins at the next multiple of four.
        self._value(f"{start}{written}:", column, INDENT * ((column + INDENT) // INDENT), value)

    def _value(self, start: str, column: int, inner: int, value: Content) -> None:
        if type(value) is Mapping and value.fields:
            self.line(f"{start}\n")
            self._mapping(" " * inner, inner, value)
        elif type(value) is Sequence and value.items:
            self.line(f"{start}\n")
            self._sequence(" " * inner, inner, value)
        else:
            self.line(f"{start} {self._leaf(value, column, inner)}\n")

    def _mapping(self, start: str, column: int, mapping: Mapping) -> None:
        """A map whose first key stands behind `start`, which may hold the dashes of lists."""
        fields = mapping.fields
        for name in packed_order(fields):
            self.entry(start, column, name, fields[name].key, fields[name].value)
            start = " " * column

    def _sequence(self, start: str, column: int, sequence: Sequence) -> None:
        for item in sequence.elements:
            dash = f"{start}- "
            if type(item) is Mapping and item.fields:
                self._mapping(dash, column + 2, item)
            elif type(item) is Sequence and item.items:
                self._sequence(dash, column + 2, item)
            else:
                self.line(f"{dash}{self._leaf(item, column, column + 2)}\n")
            start = " " * column

    def _leaf(self, value: Content, column: int, inner: int) -> str:
        if type(value) is Mapping:
            return "{}"
        if type(value) is Sequence:
            return "[]"
        assert isinstance(value, Scalar)
        if isinstance(value, Text):
            return self._text(packed_text(value), column, inner)
        found = value.value
        if found is None:
            return "null"
        plain = not value.style and value.tag is None
        if isinstance(found, bool) and not (self.words_are_text and plain and value.text in _OLD_BOOLEANS):
            return "true" if found else "false"
        # A number keeps the text that its author gave it, also one that the versions of YAML read differently.
        is_number = isinstance(found, int | float) and not isinstance(found, bool)
        if is_number or (plain and _NUMBER.fullmatch(value.text)):
            return value.text
        return self._text(value.text, column, inner)

    def _text(self, text: str, column: int, inner: int) -> str:
        """A string value: over several lines as a literal block, else as short as it can be."""
        return _literal(text, inner, inner - column) if _fits_literal(text) else _inline(text)

    def _key(self, name: str, key: Scalar) -> str:
        if not key.style and key.tag is None and _NUMBER.fullmatch(name):
            return name
        return _inline(name)


def _fits_literal(text: str) -> bool:
    if "\n" not in text or _UNPRINTABLE.search(text) or text.endswith(" ") or not text.strip("\n"):
        return False
    return " \n" not in text


def _literal(text: str, indent: int, hint: int) -> str:
    """A block of lines; its indentation is stated where a reader could not tell it from the first line."""
    chomp = "-" if not text.endswith("\n") else "+" if text.endswith("\n\n") else ""
    pad = " " * indent
    lines = text.removesuffix("\n").split("\n")
    stated = str(hint) if text[0] in " \t\n" else ""
    return f"|{stated}{chomp}\n" + "\n".join([pad + line if line else "" for line in lines])


def _inline(text: str) -> str:
    """A string on one line: plain, in single quotes, or in double quotes."""
    if text in _WORDS or _NUMBER.fullmatch(text) or _DATE.fullmatch(text) or _BASE_60.fullmatch(text):
        return _quoted(text)
    if "\n" in text or "\t" in text or _UNPRINTABLE.search(text):
        return _quoted(text)
    return text if _may_be_plain(text) else "'" + text.replace("'", "''") + "'"


def _quoted(text: str) -> str:
    return '"' + "".join([_escape(character) for character in text]) + '"'


def _escape(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if not _UNPRINTABLE.match(character):
        return character
    code = ord(character)
    if code > 0xFFFF:
        return f"\\U{code:08X}"
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}"


def _may_be_plain(text: str) -> bool:
    if text != text.strip(" ") or text[0] in _INDICATORS or text.startswith(("---", "...")):
        return False
    if text[0] in "-?:" and text[1:2] in ("", " "):
        return False
    return ": " not in text and " #" not in text and not text.endswith(":")
