"""Writing YAML as CircleCI's compiler writes it: SnakeYAML's block style, quotes only where they are needed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orbgen.circleci.output import Commented, Data
from orbgen.source.scalars import ScalarValue, resolve

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0", "\x07": "\\a", "\x08": "\\b",
            "\x1b": "\\e", "\x0b": "\\v", "\x0c": "\\f", "\x85": "\\N", "\xa0": "\\_", "\u2028": "\\L",
            "\u2029": "\\P"}  # fmt: skip
# A longer key has to be announced by `?`; YAML looks no further ahead for its colon.
_LONGEST_PLAIN_KEY = 1_000
_INDICATORS = frozenset("#,[]{}&*!|>'\"%@`")
# Plain text that a YAML 1.1 parser would read as something else.
_OTHER_TYPES = re.compile(
    r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|[-+]?0[xXbBoO]?[0-9a-fA-F_]+|[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?"
    r"|\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?|<<|=|[yYnN]"
)
# Control characters, and those that YAML takes for line breaks or for a byte order mark.
_UNPRINTABLE = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]")
_WIDE = re.compile("[\U00010000-\U0010ffff]")


def write(data: Data) -> str:
    """A document in block style: two spaces a level, dashes in the column of the parent's key."""
    return "".join(_block(data, 0)) if isinstance(data, dict | list) and data else write_inline(data) + "\n"


def write_inline(data: Data) -> str:
    """A scalar or an empty collection on one line."""
    if isinstance(data, dict):
        return "{}"
    if isinstance(data, list):
        return "[]"
    assert not isinstance(data, Commented)
    return write_scalar(data)


def _block(data: Data, indent: int) -> Iterator[str]:
    pad = " " * indent
    if isinstance(data, dict):
        for key, value in data.items():
            written = write_scalar(key)
            if len(written) > _LONGEST_PLAIN_KEY:
                yield f"{pad}? {written}\n"
                written = ""
            yield from _entry(f"{pad}{written}:", value, indent)
    elif isinstance(data, list):
        for value in data:
            yield from _item(f"{pad}-", value, indent)


def _entry(start: str, value: Data, indent: int) -> Iterator[str]:
    if isinstance(value, dict) and value:
        yield f"{start}\n"
        yield from _block(value, indent + 2)
    elif isinstance(value, list) and value:
        yield f"{start}\n"
        yield from _block(value, indent)
    elif isinstance(value, str) and _fits_literal(value):
        yield f"{start} {_literal(value, indent + 2)}"
    else:
        yield f"{start} {write_inline(value)}\n"


def _item(start: str, value: Data | Commented, indent: int) -> Iterator[str]:
    if isinstance(value, Commented):
        comment = "".join([character if character.isprintable() else " " for character in value.comment])
        yield f"{' ' * indent}# {comment}\n"
        value = value.data
    if isinstance(value, dict | list) and value:
        first, *rest = _block(value, indent + 2)
        yield start + " " + first[indent + 2 :]
        yield from rest
    elif isinstance(value, str) and _fits_literal(value):
        yield f"{start} {_literal(value, indent + 2)}"
    else:
        yield f"{start} {write_inline(value)}\n"


def _fits_literal(text: str) -> bool:
    if "\n" not in text or _UNPRINTABLE.search(text) or "\r" in text or not text.strip("\n"):
        return False
    return not any([line != line.rstrip(" \t") or line.startswith("\t") for line in text.split("\n")])


def _literal(text: str, indent: int) -> str:
    """A block scalar; its indentation is stated where the text itself begins with a space or a line break."""
    hint = "2" if text[0] in " \n" else ""
    chomp = "-" if not text.endswith("\n") else "+" if text.endswith("\n\n") or text == "\n" else ""
    pad = " " * indent
    lines = text.removesuffix("\n").split("\n") if chomp != "-" else text.split("\n")
    return f"|{hint}{chomp}\n" + "".join([f"{pad}{line}\n" if line else "\n" for line in lines])


def write_scalar(value: ScalarValue) -> str:
    """A scalar on one line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _float(value)
    if _needs_escapes(value):
        return '"' + "".join([_escape(character) for character in value]) + '"'
    return value if _may_be_plain(value) else "'" + value.replace("'", "''") + "'"


def _float(value: float) -> str:
    if value != value:
        return ".nan"
    if value in (float("inf"), float("-inf")):
        return "-.inf" if value < 0 else ".inf"
    text = repr(value)
    if "e" in text and "." not in text:
        text = text.replace("e", ".0e")  # YAML 1.1 wants the point
    return text


def _needs_escapes(text: str) -> bool:
    return bool(_UNPRINTABLE.search(_WIDE.sub("", text))) or "\n" in text or "\t" in text


def _escape(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    code = ord(character)
    if code > 0xFFFF or not _UNPRINTABLE.match(character):
        return character
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}"


def _may_be_plain(text: str) -> bool:
    if not text or text != text.strip() or text[0] in _INDICATORS or text in ("---", "..."):
        return False
    if text[0] in "-?:" and (len(text) == 1 or text[1] == " "):
        return False
    if ": " in text or " #" in text or text.endswith(":"):
        return False
    if text.startswith(("--- ", "... ")):
        return False
    return isinstance(resolve(text, "", None), str) and not _OTHER_TYPES.fullmatch(text)
