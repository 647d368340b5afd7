"""Regular expressions against whole texts: what they match, what is left open, and that none takes long."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbgen.circleci.matching import full_match

SEMVER = (
    r"^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)"
    r"(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$"
)


@pytest.mark.parametrize(
    ("pattern", "text", "matched"),
    [
        ("main", "main", True),
        ("main", "main-2", False),
        ("ain", "main", False),
        (r"^release\/.*$", "release/1.2", True),
        (r"v\d+(\.\d+)*", "v1.20.3", True),
        (r"v\d+(\.\d+)*", "v1.20.", False),
        (SEMVER, "v1.2.3-rc.1+build.7", True),
        (SEMVER, "v1.02.3", False),
        (r"(dependabot|renovate)/.*", "renovate/x", True),
        (r"(?!main$).*", "main", False),
        (r"(?!main$).*", "mainly", True),
        (r"(?=.*-rc)v.*", "v1-rc2", True),
        (r"(?i)Release-[A-C]+", "rELEASE-abC", True),
        (r"(?i)Release-[A-C]+", "release-d", False),
        (r"[^/]+", "a/b", False),
        (r"[\w.-]{2,3}", "a.b", True),
        (r"[\w.-]{2,3}", "a.bc", False),
        (r"x{2}", "xx", True),
        (r"x{2,}", "x", False),
        (r"a|", "", True),
        (r"(?<major>\d+)\.x", "12.x", True),
        (r"\bfix\b.*", "fix-me", True),
        (r"\Bfix", "fix", False),
        (r"a.c", "a\nc", False),
        (r"a\sc", "a\nc", True),
        (r"[a\]b]+", "a]b", True),
        (r"a+?b*?", "aab", True),
    ],
)
def test_whole_texts_match(pattern, text, matched):
    assert full_match(pattern, text) is matched


@pytest.mark.parametrize(
    "pattern",
    [
        r"release-\p{Alpha}+",  # a class that Python does not have
        r"a*+",  # takes without giving back: Java only
        r"(?>a)b",
        r"(a)\1",  # refers back: not RE2
        r"(?<=a)b",
        r"a(?i)b",
        r"\Qa.b\E",
        r"[a&&b]",
        r"[a[bc]]",
        r"[[:alpha:]]",
        r"[]a]",
        r"a{,3}",
        r"a{2",
        r"(a",
        r"a)",
        r"*a",
        r"[z-a]",
        r"\x41",
        "a" * 513,
    ],
)
def test_what_engines_read_differently_is_left_open(pattern):
    assert full_match(pattern, "ab") is None


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"a$.?", "a\n"),  # Java's `$` stands before the last line break, RE2's does not
        (".*", "a\u2028"),
        (".*", "a\r"),
        (r"(?i)straße", "STRASSE"),
        (r"\bé", "é"),
        (".*", "a" * 10_001),
    ],
)
def test_texts_on_which_engines_differ_are_left_open(pattern, text):
    assert full_match(pattern, text) is None


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"(a|a)*b", "a" * 5_000),
        (r"(a*)*b", "a" * 5_000),
        (r"(a|aa)+$b?c", "a" * 5_000),
        (r"(.*)(.*)(.*)(.*)(.*)(.*)x", "a" * 10_000),
        (r"(?=(a+)+b)a*", "a" * 5_000),
        (r"((?=.*z)a)*", "a" * 5_000),
        (r"((((a{9}){9}){9}){9}){9}", "a" * 100),
        ("(" * 200 + "a" + ")" * 200, "a"),
        ("((a?){99}){99}", "a" * 5_000),
    ],
)
def test_no_pattern_takes_long(pattern, text):
    begin = time.perf_counter()
    full_match(pattern, text)
    assert time.perf_counter() - begin < 2


_ATOMS = st.sampled_from(["a", "b", "c", ".", r"\d", r"\w", "[ab]", "[^a]", r"\.", "1", "-"])
_PATTERNS = st.recursive(
    _ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{1,2}", "{2}", "*?"])).map(lambda p: f"({p[0]}){p[1]}"),
        inner.map(lambda text: f"(?!{text})"),
        inner.map(lambda text: f"^{text}$"),
    ),
    max_leaves=8,
)


@given(_PATTERNS, st.text("abc1.-_", max_size=8))
def test_patterns_match_as_in_python(pattern, text):
    assert full_match(pattern, text) is bool(re.fullmatch(pattern, text, re.ASCII))


@given(st.text(max_size=40), st.text(max_size=20))
def test_any_text_is_a_pattern_or_left_open(pattern, text):
    assert full_match(pattern, text) in (True, False, None)
