"""The types of plain text as CircleCI sees them: circleci.md 1.3, read a second time and written down another way."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbgen.source.reader import read


def document_of(text: str | bytes) -> Any:
    return read(text if isinstance(text, bytes) else text.encode(), "config.yml")


TRUE = ["true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"]
FALSE = ["false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"]
NULL = ["", "~", "null", "Null", "NULL"]
TEXT = [
    *("y", "Y", "n", "N", "tRUE", "yEs", "oN", "none", "None", "nil", "NuLL", "t", "f"),
    *("2019-01-01", "2001-12-14t21:59:43.10-05:00", "12:30", "1:30:00", "190:20:30"),
    *("010", "0o10", "0x1F", "0b11", "1_000", "+010", "1e3", "1.2.3", "1,5", "1%", "0.1.0", "--1", "+-1", "+", "-."),
    *(".", "..", ".e3", "1.e", "e1", "Infinity", "inf", "NaN", "<<", "=", "١٢", "1.٢"),
]


def value_of(text):
    return document_of(f"key: {text}\n").root.get("key").value


@pytest.mark.parametrize(
    ("texts", "value"), [(TRUE, True), (FALSE, False), (NULL, None)], ids=["true", "false", "null"]
)
def test_words(texts, value):
    assert [value_of(text) for text in texts] == [value] * len(texts)


@pytest.mark.parametrize("text", TEXT)
def test_what_only_looks_like_another_type_is_text(text):
    assert value_of(text) == text


@pytest.mark.parametrize("text", [*TRUE, *FALSE, *NULL, "1", "1.5", "-.inf", "2019-01-01"])
def test_quoted_and_block_text_is_never_retyped(text):
    assert value_of(f"'{text}'") == text
    assert value_of(f'"{text}"') == text
    if text:
        assert value_of(f"|-\n  {text}") == text
        assert value_of(f">-\n  {text}") == text


@pytest.mark.parametrize("text", [*TRUE, *FALSE, "1", "1.5", "null", "2019-01-01"])
def test_keys_are_never_retyped(text):
    fields = document_of(f"{text}: 1\n").root.fields
    assert list(fields) == [text]


@given(st.integers(-(10**30), 10**30), st.sampled_from(["", "+"]))
def test_decimal_integers(number, sign):
    text = sign + str(number) if number >= 0 else str(number)
    value = value_of(text)
    assert (value, type(value)) == (number, int)


@given(st.integers(0, 10**6), st.text("0123456789", max_size=6), st.sampled_from(["", "-", "+"]))
def test_decimal_fractions(whole, fraction, sign):
    value = value_of(f"{sign}{whole}.{fraction}")
    assert (value, type(value)) == (float(f"{sign}{whole}.{fraction}0"), float)


def test_other_fractions():
    assert [value_of(text) for text in (".5", "-.5", "7.10", "1.5e3", "1.0E-2")] == [0.5, -0.5, 7.1, 1500.0, 0.01]
    assert [value_of(text) for text in (".inf", "-.INF", "+.Inf")] == [math.inf, -math.inf, math.inf]
    assert math.isnan(value_of(".nan"))


def test_numbers_longer_than_any_are_text():
    text = "1" * 5000
    assert value_of(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!!str yes", "yes"),
        ("!!str", ""),
        ("! yes", "yes"),
        ("!!bool 'yes'", True),
        ("!!bool maybe", "maybe"),
        ("!!int '12'", 12),
        ("!!int 0x1F", "0x1F"),
        ("!!int ''", ""),
        ("!!float 3", 3.0),
        ("!!float '3.5'", 3.5),
        ("!!null ''", None),
        ("!!null x", None),
        ("!!timestamp 2019-01-01", "2019-01-01"),
        ("!custom yes", "yes"),
    ],
)
def test_a_tag_decides(text, value):
    assert (value_of(text), type(value_of(text))) == (value, type(value))


def independent(text):
    """What section 1.3 says of a plain text, told without a regular expression."""
    if text in NULL:
        return None
    for words, value in (
        (("true", "yes", "on"), True),
        (("false", "no", "off"), False),
    ):
        if any([text in (word, word.title(), word.swapcase()) for word in words]):
            return value
    body = text[1:] if text[:1] in ("+", "-") else text
    whole, point, fraction = body.partition(".")
    digits = set(whole + fraction) <= set("0123456789") and whole + fraction != ""
    if digits and not point and (whole == "0" or whole[0] != "0"):
        return int(text)
    return float(text) if digits and point else text


@given(
    st.one_of(
        st.text("0123456789.+-", min_size=1, max_size=6),
        st.text("trueTRUEfalsFALSyesYESnoNOfF", min_size=1, max_size=5),
        st.sampled_from([*TRUE, *FALSE, *NULL, *TEXT]).filter(lambda text: "e" not in text or text.isalpha()),
    ).filter(lambda text: text not in ("-", "---", "...") and not text.startswith(("- ", "? ")))
)
def test_any_plain_text(text):
    assert (value_of(text), type(value_of(text))) == (independent(text), type(independent(text)))
