"""Patterns that wait until they are used."""

from __future__ import annotations

import re

import pytest

from orbgen.source.lazy_patterns import lazy_pattern


def test_a_lazy_pattern_matches_as_a_compiled_one():
    lazy, compiled = lazy_pattern(r"(?P<name>[a-z]+)=", re.IGNORECASE), re.compile(r"(?P<name>[a-z]+)=", re.IGNORECASE)
    for text in ("A=b=", "=", "a b="):
        assert [found.span("name") for found in lazy.finditer(text)] == [
            found.span("name") for found in compiled.finditer(text)
        ]
        assert bool(lazy.match(text)) is bool(compiled.match(text))
    assert (lazy.pattern, lazy.flags, lazy.groupindex) == (compiled.pattern, compiled.flags, compiled.groupindex)


def test_a_lazy_pattern_is_compiled_when_it_is_used():
    broken = lazy_pattern("(")
    with pytest.raises(re.error):
        broken.search("a")
