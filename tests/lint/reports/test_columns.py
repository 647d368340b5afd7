"""How wide text is on a terminal, what is printed of it, and where it is wrapped and cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbgen.lint.reports.columns import columns, lay, printable, wrap


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ‘text’ – 日本", "plain ‘text’ – 日本"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("two\nlines\ttab", "two\\nlines\\ttab"),
        ("evil\u202etxt.exe", "evil\\u202etxt.exe"),
        ("name\udcff.yml", "name\\xff.yml"),
    ],
)
def test_what_would_change_the_terminal_is_written_out(text, shown):
    assert printable(text) == shown


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("日本語", 6), ("e\u0301a", 2), ("\u2705\ufe0f!", 3)])
def test_wide_and_combining_characters_are_counted_as_they_are_shown(text, width):
    assert columns(text) == width


def test_words_are_wrapped_whole():
    assert list(wrap("one two three four", 9)) == ["one two", "three", "four"]
    assert list(wrap("one two three", 9, indent=4)) == ["one", "two three"]
    assert list(wrap("a-very-long-word b", 5)) == ["a-very-long-word", "b"]
    assert list(wrap("one two three", None)) == ["one two three"]


@given(st.text(st.sampled_from("ab 日\u0301-"), max_size=60), st.integers(4, 30))
def test_wrapping_loses_nothing_and_keeps_the_width(text, width):
    lines = list(wrap(text, width))
    assert " ".join(lines) == text
    assert all(columns(line) <= width or " " not in line.strip() for line in lines)


def test_tabs_are_shown_as_spaces_and_keep_their_columns():
    line = lay("\tmake\tall", 80)
    assert line.text == "    make    all"
    assert [line.column(index) for index in (0, 1, 5, 6)] == [0, 4, 8, 12]


@pytest.mark.parametrize(
    ("start", "shown"),
    [
        (2, "0123456789abcdefghi…"),
        (20, "…fghijklmnopqrstuvw…"),
        (35, "…hijklmnopqrstuvwxyz"),
    ],
)
def test_a_long_line_is_cut_around_the_place(start, shown):
    text = "0123456789abcdefghijklmnopqrstuvwxyz"
    line = lay(text, 20, start, start + 1)
    assert line.text == shown
    assert line.text[line.column(start)] == text[start]


@given(
    st.text(st.sampled_from("abc\t日\u0301\x1b "), min_size=1, max_size=120),
    st.integers(12, 60),
    st.data(),
)
def test_a_line_never_gets_wider_than_asked_for_and_shows_the_place(text, width, data):
    start = data.draw(st.integers(0, len(text) - 1))
    line = lay(text, width, start, start + 1)
    assert columns(line.text) <= width
    assert 0 <= line.column(start) <= columns(line.text)


def test_a_line_of_millions_is_no_more_work_than_a_short_one():
    line = lay("x" * 5_000_000, 40, 4_000_000, 4_000_001)
    assert line.text == "…" + "x" * 38 + "…"
