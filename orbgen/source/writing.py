"""Scalars and nodes to text that reads as what was meant, with CircleCI and with other readers of YAML."""

from __future__ import annotations

import math
import re

from orbgen.source.nodes import Alias, Mapping, Node, Scalar, Sequence
from orbgen.source.scalars import ScalarValue, resolve
from orbgen.source.span import BREAKS

# What some reader of YAML 1.1 or 1.2 takes for something else than text, though CircleCI may not.
_AMBIGUOUS = (
    r"[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+"
    r"|[0-9_]*\.?[0-9_]*(?:[eE][-+]?[0-9]+)?"
    r"|[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?"
    r"|[yYnN]|=|<<"
)
_PRINTABLE = "[\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*"
_INDICATORS = "?:,[]{}#&*!|>'\"%@`"
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}


def write_scalar(value: ScalarValue, style: str = "", *, flow: bool = False) -> str:
    """YAML that reads as `value`, in a style if that can hold it: plain (empty), `'`, `"` or `|`.

    Where the style cannot, or where some reader would take plain text for another type, the text is quoted; a text of
    several lines becomes a literal block whose lines are indented by two, or is escaped within double quotes where a
    block cannot stand (`flow`) or hold it. Raises ValueError for half a surrogate pair, which no file can hold.
    """
    if not isinstance(value, str):
        return _write_other(value)
    value.encode()
    if style in ("|", ">") or (not style and "\n" in value):
        return _double_quoted(value) if flow or not _fits_literal(value) else _literal(value)
    if not style and _fits_plain(value, flow):
        return value
    if style == '"' or not re.fullmatch(_PRINTABLE, value) or (not style and "'" in value and '"' not in value):
        return _double_quoted(value)
    return "'" + value.replace("'", "''") + "'"


def _write_other(value: bool | int | float | None) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    mantissa, exponent, power = repr(value).partition("e")
    return (mantissa if "." in mantissa else mantissa + ".0") + exponent + power


def _fits_plain(text: str, flow: bool) -> bool:
    if resolve(text, "", None) != text or re.fullmatch(_AMBIGUOUS, text, re.DOTALL):
        return False
    if text[0] in _INDICATORS or text[0] == " " or text[-1] in " :" or text.startswith(("- ", "---", "...")):
        return False
    if text == "-" or ": " in text or " #" in text or not re.fullmatch(_PRINTABLE, text):
        return False
    return not flow or not any([character in text for character in ",[]{}?"])


def _double_quoted(text: str) -> str:
    return '"' + "".join([_escaped(character) for character in text]) + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if re.fullmatch(_PRINTABLE, character):
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _fits_literal(text: str) -> bool:
    """Whether a literal block can hold a text and still holds it when it is moved.

    That leaves out what needs an indicator of indentation, and blanks that editors take away.
    """
    lines = text.removesuffix("\n").split("\n")
    return (
        lines[-1] != ""
        and not next(line for line in lines if line)[0].isspace()
        and all([re.fullmatch(_PRINTABLE, line.replace("\t", " ")) for line in lines])
        and not any([line.isspace() for line in lines])
    )


def _literal(text: str) -> str:
    header = "|" if text.endswith("\n") else "|-"
    return "\n".join([header, *["  " + line if line else "" for line in text.removesuffix("\n").split("\n")]])


def write_flow(node: Node) -> str:
    """A node on one line, as it can stand between brackets. Comments are not kept."""
    if type(node) is Alias:
        return f"*{node.name}"
    before = _properties(node)
    if type(node) is Scalar:
        return before + _flow_scalar(node)
    if type(node) is Sequence:
        return before + "[" + ", ".join([write_flow(item) for item in node.items]) + "]"
    assert type(node) is Mapping
    return before + "{" + ", ".join(write_flow_entries(node)) + "}"


def write_flow_entries(node: Mapping) -> list[str]:
    """The entries of a mapping, each on one line."""
    return [f"{_flow_key(key)}: {write_flow(value)}" for key, value in node.entries]


def _flow_key(key: Node) -> str:
    text = write_flow(key)
    return text if type(key) is Scalar else f"{text} " if type(key) is Alias else f"? {text} "


def _properties(node: Node) -> str:
    """A node's anchor and tag as written, without what stands between them and the node."""
    before = re.sub(f"#[^{BREAKS}]*", "", node.source.text[node.outer : node.start])
    return "".join([f"{word} " for word in before.split()])


def _flow_scalar(node: Scalar) -> str:
    written = node.span.text
    if node.style in ("'", '"') and not any([line_break in written for line_break in BREAKS]):
        return written
    if node.style or (type(node.value) is str and not _stays_plain(node.text)):
        return write_scalar(node.text, node.style if node.style in ("'", '"') else "'", flow=True)
    return node.text or "null"


def _stays_plain(text: str) -> bool:
    """Whether plain text means the same between brackets."""
    return not any([character in text for character in ",[]{}?" + BREAKS])
