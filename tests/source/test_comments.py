"""Comments of a document, with their places."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orbgen.source.reader import read


def document_of(text: str | bytes) -> Any:
    return read(text if isinstance(text, bytes) else text.encode(), "config.yml")


def comments_of(text):
    return [
        (comment.span.line, comment.span.column, comment.text, comment.alone) for comment in document_of(text).comments
    ]


def test_comments_stand_alone_or_behind_something():
    text = "# top\na: 1 # behind a\n  # odd\nb:# no\n\n# orbgen: ignore[rule] reason\nc: d\n#last"
    assert comments_of(text.replace("b:# no", "b: # behind b")) == [
        (1, 1, "# top", True),
        (2, 6, "# behind a", False),
        (3, 3, "# odd", True),
        (4, 4, "# behind b", False),
        (6, 1, "# orbgen: ignore[rule] reason", True),
        (8, 1, "#last", True),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b#c\n", []),
        ("a: 'b # c'\nd: \"e # f\"\n", []),
        ("a: 'b\n  # c'\n", []),
        ("a: |\n  # b\n  c # d\ne: >\n  # f\n", []),
        ("a: | # b\n  # c\n", ["# b"]),
        ("a: >-\t# b\n  c\n # d\ne: f\n", ["# b", "# d"]),
        ("a: |\n  b\n# c\n", ["# c"]),
        ("a: |\n  b\n\n  # c\n\n# d\n", ["# d"]),
        ("a: # b\n  c # d\n", ["# b", "# d"]),
        ("a: &b # c\n  - d\n", ["# c"]),
        ("a: !b &c # d\n  e\n", ["# d"]),
        ("%YAML 1.1 # a\n%TAG !x! y # b\n--- # c\nd: e\n... # f\n", ["# a", "# b", "# c", "# f"]),
        ("[a, # b\n c # d\n ] # e\n", ["# b", "# d", "# e"]),
        ("{a: b, # c\n # d\n}\n", ["# c", "# d"]),
        ('"a"#b\n', ["#b"]),
        ("? a # b\n: c # d\n", ["# b", "# d"]),
        ("- # a\n  # b\n  c\n-\n# d\n", ["# a", "# b", "# d"]),
        ("a: *b # c\n", ["# c"]),
        ("# a", ["# a"]),
        ("\n\n  # a\r\n# b\r# c\n", ["# a", "# b", "# c"]),
        ("a: {'#': \"#\", b: '''#'} # c # d\n", ["# c # d"]),
    ],
)
def test_what_is_a_comment(text, expected):
    assert [comment for _, _, comment, _ in comments_of(text)] == expected


def test_a_comment_is_found_by_its_line():
    document = document_of(b"# a\r\nb: 1 # c\r\nd: |\r\n  # e\r\n# f\r\ng: 1\r\n")
    found = [document.comment_on(line) for line in range(9)]
    assert [comment and comment.text for comment in found] == [None, "# a", "# c", None, None, "# f", None, None, None]


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from(["a: 1", "b: 'x # y'", "c: |\n  # text", "d: [1, 2]", "", "e: # empty"]), max_size=8),
    st.data(),
)
def test_comments_put_anywhere_between_entries_are_found(entries, data):
    lines, expected = [], 0
    for entry in entries:
        if data.draw(st.booleans()):
            lines.append("# comment")
            expected += 1
        behind = entry and data.draw(st.booleans()) and "\n" not in entry and "# e" not in entry
        expected += bool(behind)
        lines.append(entry + " # comment" if behind else entry)
        expected += "# e" in entry
    found = comments_of("\n".join(lines) + "\n")
    assert len(found) == expected
    assert {text for _, _, text, _ in found} <= {"# comment", "# empty"}
