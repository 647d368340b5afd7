"""Filters and cron lines: what cannot match, and what can."""

from __future__ import annotations

import pytest

from orbgen.lint.analyses.correctness.ref_filters import mistake_in_cron, mistake_in_filter, mistake_in_pattern


def kind_of(text: str, *others: str, branches: bool = True) -> str | None:
    mistake = mistake_in_filter(text, (text, *others), branches=branches)
    return mistake.kind if mistake else None


@pytest.mark.parametrize("text", ["v*", "v?", "v[0-9]+", "^main", "a~1", "a:b", "a\\b", "a b"])
def test_what_no_ref_can_be_called(text: str):
    assert kind_of(text) == "glob"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("/", "slash"),
        ("/v.*", "slash"),
        ("/*/", "regex"),
        ("/(v/", "regex"),
        ("/^v/", "prefix"),
        ("/^release\\/1\\.2/", "prefix"),
        ("refs/heads/main", "ref"),
        ("origin/main", "ref"),
        ("main", None),
        ("origin", None),
        ("a#b$(c)", None),
        ("/v/", None),
        ("/^v$/", None),
        ("/^v./", None),
        ("/^(v)/", None),
        ("/^develop/", None),
        ("/a++(/", None),
        ("/(?x)(/", None),
        ("/\\Q(\\E/", None),
    ],
)
def test_items_of_filters(text: str, kind: str | None):
    assert kind_of(text) == kind


def test_an_item_that_says_more_covers_one_that_says_too_little():
    assert kind_of("/^v/", "/^v.*/") is None
    assert kind_of("/^v/", "/^w.*/") == "prefix"


def test_a_tag_may_be_called_after_a_remote():
    assert kind_of("origin/1", branches=False) is None
    assert kind_of("refs/tags/1", branches=False) == "ref"


def test_a_pattern_beyond_the_limit_is_not_read():
    assert mistake_in_pattern("(" * 513) is None


def test_the_remedy_for_a_glob_is_a_pattern():
    mistake = mistake_in_filter("release/1.*", (), branches=True)
    assert mistake is not None
    assert "`/release\\/1\\..*/`" in mistake.help


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0 3 * *", "4 fields"),
        ("*/5 * * * *", "minute"),
        ("0 0-2,5 * * *", "hour"),
        ("0 0 32 * *", "day of the month"),
        ("0 0 * 13 *", "month"),
        ("0 0 * * mon-fri", "range of days"),
        ("0 24 * * *", "not within 0 and 23"),
        ("0 0 * * *", None),
        ("0,30 2-4 1 jan-mar 1-5", None),
        ("0 0 * * 7", None),
    ],
)
def test_cron_lines(text: str, words: str | None):
    mistake = mistake_in_cron(text)
    assert (mistake is None) if words is None else (mistake is not None and words in mistake.message)
