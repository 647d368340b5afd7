"""Texts that patterns match."""

from __future__ import annotations

import pytest

from orbgen.circleci.matching import full_match
from orbgen.circleci.pattern_samples import MOST_SAMPLES, samples


@pytest.mark.parametrize(
    "pattern",
    [
        r"^v.*", r"v\d+\.\d+\.\d+", ".*", "(?!main).*", "[^x]+", "^(?!.*skip).*$", r"a{3}", r"x?y", r"(?i)release",
        r"[0-9]{4}\.[0-9]{1,2}", r"release\/.+", r"\W+",
    ],
)  # fmt: skip
def test_samples_match(pattern: str):
    found = samples(pattern)
    assert found
    assert all([full_match(pattern, text) for text in found])


def test_every_branch_of_a_choice_is_sampled():
    assert samples(r"main|release\/.+|hotfix-[0-9]{2}") == ("main", "release/a", "hotfix-11")


def test_what_may_be_there_is_sampled_with_and_without():
    assert samples(r"v\d(-rc\d)?") == ("v1", "v1-rc1")


def test_names_that_begin_so_are_sampled():
    assert "va" in samples("^v.*")


@pytest.mark.parametrize("pattern", [r"\p{L}", "(", "[]", "a" * 600, "(?!a)a"])
def test_no_sample_is_made_up(pattern: str):
    assert samples(pattern) == ()


def test_there_are_few_samples():
    assert len(samples("|".join([f"a{number}" for number in range(50)]))) == MOST_SAMPLES
    assert len(samples("(a|b|c|d)(a|b|c|d)" * 10)) <= MOST_SAMPLES
