"""Scalars: the value that CircleCI gives them."""

from __future__ import annotations

from typing import TypeAlias, Union

ScalarValue: TypeAlias = Union[str, bool, int, float, None]

# Only these words are booleans, in these spellings (circleci.md 1.3); `y` and `n` are text.
_WORDS: dict[str, ScalarValue] = {
    **{form: value for word, value in (("true", True), ("yes", True), ("on", True), ("false", False), ("no", False),
                                       ("off", False)) for form in (word, word.capitalize(), word.upper())},
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
}  # fmt: skip
_FIRST_OF_NUMBER = frozenset("+-.0123456789")
_INFINITE = (".inf", ".Inf", ".INF")
_NO_NUMBER = (".nan", ".NaN", ".NAN")
# Python refuses to convert much longer digit strings, and no CircleCI value needs them.
_LONGEST_INTEGER = 400
_YAML = "tag:yaml.org,2002:"


def resolve(text: str, style: str, tag: str | None) -> ScalarValue:
    """The value of a scalar by CircleCI's YAML: 1.1 booleans, decimal numbers, no dates, octals or sexagesimals.

    A number written in a way that YAML 1.1 and 1.2 read differently (`010`, `1_000`, `0x1F`, `1e3`) stays text; so does
    what its tag does not fit.
    """
    if tag is None:
        return text if style else _plain(text)
    kind = tag.removeprefix(_YAML) if tag.startswith(_YAML) else "str"
    value = _plain(text)
    if kind == "null":
        return None
    if kind == "bool" and isinstance(value, bool):
        return value
    if kind == "int" and type(value) is int:
        return value
    if kind == "float" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return value if isinstance(value, float) else float(text)
    return text


def _plain(text: str) -> ScalarValue:
    if text in _WORDS:
        return _WORDS[text]
    return _number(text) if text[0] in _FIRST_OF_NUMBER else text


def _number(text: str) -> str | int | float:
    """The number that a text is in decimal, else the text."""
    body = text[1:] if text[0] in "+-" else text
    if body in _INFINITE or text in _NO_NUMBER:
        return float(text.replace(".", ""))
    whole, point, fraction = body.partition(".")
    if not body.isascii():
        return text
    if not point:
        decimal = whole.isdigit() and (whole[0] != "0" or whole == "0") and len(whole) < _LONGEST_INTEGER
        return int(text) if decimal else text
    fraction, scaled, exponent = fraction.replace("E", "e").partition("e")
    if exponent[:1] in ("+", "-"):
        exponent = exponent[1:]
    if (whole + fraction).isdigit() and (exponent.isdigit() or not scaled):
        return float(text)
    return text
