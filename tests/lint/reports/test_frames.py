"""Code frames: what is marked, how places of several lines are shown, and what is left out."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from orbgen.lint.reports.columns import columns
from orbgen.lint.reports.frames import Mark, frames
from orbgen.lint.reports.style import Style
from orbgen.source.span import Source, Span

PLAIN = Style(coloured=False)
JOB = Source(
    "config.yml",
    """\
jobs:
  deploy:
    docker:
      - image: cimg/base:2026.01
    steps:
      - checkout
      - run:
          name: Deploy
          command: |
            ./connect
            ./copy --all
            ./start
      - store_artifacts:
          path: /tmp/log
""",
)


def span(text: str, source: Source = JOB) -> Span:
    """The place of a text that stands once in a source."""
    assert source.text.count(text) == 1
    start = source.text.index(text)
    return Span(source, start, start + len(text))


def drawn(*marks: Mark, style: Style = PLAIN) -> str:
    return "\n".join(frames(marks, style)[1])


def test_a_place_is_marked_with_its_label():
    assert drawn(Mark(span("cimg/base:2026.01"), "this image", "^", "red")) == (
        " --> config.yml:4:16\n"
        "  |\n"
        "4 |       - image: cimg/base:2026.01\n"
        "  |                ^^^^^^^^^^^^^^^^^ this image"
    )


def test_places_of_one_file_share_a_frame_in_which_distant_lines_are_left_out():
    marks = Mark(span("store_artifacts"), "", "^", "red"), Mark(span("checkout"), "first"), Mark(span("run"), "")
    assert drawn(*marks) == (
        "  --> config.yml:13:9\n"
        "   |\n"
        " 6 |       - checkout\n"
        "   |         -------- first\n"
        " 7 |       - run:\n"
        "   |         ---\n"
        "...\n"
        "13 |       - store_artifacts:\n"
        "   |         ^^^^^^^^^^^^^^^"
    )


def test_a_single_line_between_two_places_is_shown():
    assert "\n7 |       - run:\n8 |" in drawn(Mark(span("checkout"), "", "^"), Mark(span("Deploy"), ""))


def test_places_in_one_line_are_marked_one_below_the_other():
    assert drawn(Mark(span("base"), "name", "^", "red"), Mark(span("2026.01"), "tag"), Mark(span("cimg"), "owner")) == (
        " --> config.yml:4:21\n"
        "  |\n"
        "4 |       - image: cimg/base:2026.01\n"
        "  |                ---- owner\n"
        "  |                     ^^^^ name\n"
        "  |                          ------- tag"
    )


def test_a_place_of_several_lines_has_a_bar_in_the_margin():
    assert drawn(Mark(span("- store_artifacts:\n          path: /tmp/log"), "stored here", "^", "red")) == (
        "  --> config.yml:13:7\n"
        "   |\n"
        "13 | /       - store_artifacts:\n"
        "14 | |           path: /tmp/log\n"
        "   | |________________________^ stored here"
    )


def test_a_place_that_begins_within_a_line_is_led_to():
    script = span("|\n            ./connect\n            ./copy --all\n            ./start")
    assert drawn(Mark(script, "", "^", "red"), Mark(span("--all"), "too much")) == (
        "  --> config.yml:9:20\n"
        "   |\n"
        " 9 |             command: |\n"
        "   |  ____________________^\n"
        "10 | |             ./connect\n"
        "11 | |             ./copy --all\n"
        "   | |                    ----- too much\n"
        "12 | |             ./start\n"
        "   | |___________________^"
    )


def test_of_a_long_place_the_first_lines_and_the_last_are_shown():
    body = span(JOB.text[JOB.text.index("docker:") : JOB.text.index("      - store")].rstrip("\n"))
    assert drawn(Mark(body, "the job", "^", "red")) == (
        "  --> config.yml:3:5\n"
        "   |\n"
        " 3 | /     docker:\n"
        " 4 | |       - image: cimg/base:2026.01\n"
        " 5 | |     steps:\n"
        "...  |\n"
        "12 | |             ./start\n"
        "   | |___________________^ the job"
    )


def test_places_that_overlap_have_bars_beside_each_other():
    outer = span("- run:\n          name: Deploy\n          command: |")
    inner = span("name: Deploy\n          command")
    assert drawn(Mark(outer, "outer", "^", "red"), Mark(inner, "inner")) == (
        " --> config.yml:7:7\n"
        "  |\n"
        "7 | /        - run:\n"
        "8 | |/           name: Deploy\n"
        "9 | ||           command: |\n"
        "  | ||_________________- inner\n"
        "  | |_____________________^ outer"
    )


def test_each_file_has_its_frame():
    orb = Source("orb.yml", "commands: {}\n")
    assert drawn(Mark(span("checkout"), "called", "^", "red"), Mark(span("commands", orb), "defined")) == (
        " --> config.yml:6:9\n"
        "  |\n"
        "6 |       - checkout\n"
        "  |         ^^^^^^^^ called\n"
        " ::: orb.yml:1:1\n"
        "  |\n"
        "1 | commands: {}\n"
        "  | -------- defined"
    )


def test_a_file_that_could_not_be_read_has_a_name_and_no_frame():
    assert drawn(Mark(Span(Source("secret.yml", ""), 0, 0), "")) == " --> secret.yml"


def test_tabs_and_wide_characters_are_marked_where_they_are_shown():
    source = Source("wide.yml", "\techo\t日本語 branch\n")
    assert drawn(Mark(span("branch", source), "here", "^")) == (
        " --> wide.yml:1:11\n"
        "  |\n"
        "1 |     echo    日本語 branch\n"
        "  |                    ^^^^^^ here"
    )  # fmt: skip


def test_what_would_change_the_terminal_is_not_printed():
    source = Source("evil.yml", "run: \x1b]0;title\x07 \u202e now\n")
    assert not {"\x1b", "\x07", "\u202e"} & set(drawn(Mark(span("now", source), "a\x1b[31mlabel", "^")))


def test_a_label_without_room_beside_the_marks_is_wrapped_under_them():
    narrow = Style(coloured=False, width=60)
    assert drawn(Mark(span("cimg/base:2026.01"), "a label of many words that say a lot", "^"), style=narrow) == (
        " --> config.yml:4:16\n"
        "  |\n"
        "4 |       - image: cimg/base:2026.01\n"
        "  |                ^^^^^^^^^^^^^^^^^\n"
        "  |         a label of many words that say a lot"
    )


def test_colours_change_nothing_but_colours():
    marks = (Mark(span("cimg/base:2026.01"), "this", "^", "red"), Mark(span("- run:\n          name: Deploy"), "that"))
    coloured = drawn(*marks, style=Style(coloured=True))
    assert "\x1b[1;31m^" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == drawn(*marks)


TEXTS = st.text(st.sampled_from("ab: -\t日\n\r\x07"), max_size=120)


@given(TEXTS, st.lists(st.tuples(st.integers(0, 120), st.integers(0, 60)), min_size=1, max_size=4), st.integers(40, 90))
def test_every_place_can_be_drawn_within_the_width(text, places, width):
    source = Source("any.yml", text)
    spans = [Span(source, min(start, len(text)), min(start + size, len(text))) for start, size in places]
    marks = [Mark(span, f"label {index}", "-^"[index == 0]) for index, span in enumerate(spans)]
    lines = drawn(*marks, style=Style(coloured=False, width=width)).splitlines()
    assert all(columns(line) <= width for line in lines)
    if text:
        assert sum(f"label {index}" in line for line in lines for index in range(len(marks))) == len(marks)


@given(st.text(st.sampled_from("ab日\u0301 -"), min_size=1, max_size=40), st.data())
def test_the_marks_stand_under_the_place(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    source = Source("any.yml", text)
    row = drawn(Mark(Span(source, start, end), "", "^")).splitlines()[-1].removeprefix("  | ")
    assert len(row) - len(row.lstrip()) == columns(text[:start])
    assert row.count("^") == max(columns(text[start:end]), 1)
