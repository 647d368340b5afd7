"""Written scalars read as what was meant, with CircleCI and with other readers of YAML."""

from __future__ import annotations

import math
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from orbgen.source.reader import read
from orbgen.source.writing import write_flow, write_scalar


def read_back(text: str) -> Any:
    root: Any = read(text.encode(), "file").root
    return root.items[0].value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("build", "build"),
        ("cimg/base:2024.12", "cimg/base:2024.12"),
        ("<< parameters.x >>", "<< parameters.x >>"),
        ("it's", "it's"),
        ("-c", "-c"),
        ("1.2.3", "1.2.3"),
        ("", "''"),
        ("yes", "'yes'"),
        ("y", "'y'"),
        ("1", "'1'"),
        ("010", "'010'"),
        ("1_000", "'1_000'"),
        ("12:30", "'12:30'"),
        ("2024-12-01", "'2024-12-01'"),
        ("1e3", "'1e3'"),
        ("a: b", "'a: b'"),
        ("a #b", "'a #b'"),
        ("it's: a", '"it\'s: a"'),
        ("'\"#: ", "'''\"#: '"),
        ("\t", '"\\t"'),
        ("one\ntwo\n", "|\n  one\n  two"),
        ("one\n\n  two", "|-\n  one\n\n    two"),
        (" one\ntwo", '" one\\ntwo"'),
        ("one\n\n", '"one\\n\\n"'),
        ("\u2028\ufeff", '"\\u2028\\ufeff"'),
        ("😀", "😀"),
        (True, "true"),
        (None, "null"),
        (-7, "-7"),
        (2.0, "2.0"),
        (1e30, "1.0e+30"),
        (-math.inf, "-.inf"),
    ],
)
def test_values_are_written_as_people_write_them(value, text):
    assert write_scalar(value) == text
    assert read_back(f"- {text}\n") == value


def test_a_style_is_kept_where_it_can_hold_the_text():
    assert [write_scalar("a b", style) for style in ("", "'", '"', "|")] == ["a b", "'a b'", '"a b"', "|-\n  a b"]
    assert [write_scalar("\x7f", style) for style in ("", "'", '"', "|")] == ['"\\x7f"'] * 4
    assert write_scalar("one\ntwo", "|", flow=True) == '"one\\ntwo"'
    assert write_scalar("a, b", flow=True) == "'a, b'"
    assert math.isnan(read_back(f"- {write_scalar(math.nan)}\n"))


def test_half_a_surrogate_pair_is_refused():
    with pytest.raises(ValueError, match="surrogates not allowed"):
        write_scalar("\ud800")


def test_nodes_are_written_on_one_line():
    text = """\
a: &x !t
  - it, is
  - |
    b
    c
  - 'd'
  # not kept
  - e
    f
? [g]
: {h: , i: 1, <<: *y}
*z : yes
"""
    document: Any = read(text.encode(), "file")
    assert write_flow(document.root) == (
        "{a: &x !t ['it, is', \"b\\nc\\n\", 'd', e f], ? [g] : {h: null, i: 1, <<: *y}, *z : yes}"
    )


@settings(max_examples=300)
@given(
    st.one_of(st.text(), st.booleans(), st.none(), st.integers(), st.floats(allow_nan=False)),
    st.sampled_from(["", "'", '"', "|", ">"]),
    st.booleans(),
)
def test_a_written_scalar_reads_as_it_was(value, style, flow):
    text = write_scalar(value, style, flow=flow)
    found = read_back(f"[{text}, {{k: {text}}}]" if flow else f"- {text}\n- k\n")
    assert (found, type(found)) == (value, type(value))


@settings(max_examples=150)
@given(
    st.one_of(
        st.text(),
        st.text("0123456789abcdefxoXO._-+:,eE~ TZ", max_size=8),
        st.text("trueyesnofalTRUEYESNOFAL", max_size=5),
        st.text("ab:#-?,[]{}&*!|>'\"%@` \n\\", max_size=6),
    ),
    st.sampled_from(["", "'", '"', "|"]),
    st.booleans(),
)
def test_other_readers_agree_on_written_text(value, style, flow):
    text = write_scalar(value, style, flow=flow)
    document = f"[{text}, 1]" if flow else f"- {text}\n- 1\n"
    assert yaml.safe_load(document) == [value, 1]
    assert YAML(typ="safe", pure=True).load(document) == [value, 1]
