"""Whatever the bytes, the reader gives a document whose places hold together, or one problem."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orbgen.source import libyaml
from orbgen.source.nodes import Document, Mapping, Scalar, Sequence, parts, walk
from orbgen.source.problems import UnreadableError
from orbgen.source.reader import read

SEED = """\
%YAML 1.1
---
# top
version: 2.1 # why
anchors: &base
  docker: [{image: "cimg/base:1"}, &x !t 'it''s']
  "double \\u00e9": |2-
      text # no comment

     more
jobs:
  ? complex
  : - - nested
    - *x
    -
  build:
    <<: *base
    <<: [*base, {a: , b: c}]
    steps:
    - run: >+
        folded
          deeper

    - plain over
      two lines
    - "folded\\
      \\x41

      lines"
    - {a: [b: c, ? d : e], f}
...
"""
PIECES = [
    *"\n\r\t :-?&*!|>'\"%@`,[]{}#<=~\\\x00\x85\u2028\ufeff\ud7ff😀é0a",
    *(
        "\r\n",
        "\n  ",
        "\n- ",
        ": ",
        " #",
        "<<: ",
        "*x",
        "&x ",
        "--- ",
        "...\n",
        "\n---\n",
        "|+\n",
        '"\\',
        "!!str ",
        "? ",
    ),
]


def all_of(data: bytes) -> Document | None:
    """Read everything that a document offers."""
    try:
        document = read(data, "config.yml")
    except UnreadableError as error:
        check_problem(error.problem)
        return None
    for problem in document.problems:
        check_problem(problem)
    check(document)
    return document


def check_problem(problem):
    assert problem.message
    assert problem.span.line >= 1 and problem.span.column >= 1
    assert 0 <= problem.span.start <= problem.span.end
    assert re.match(r"config\.yml:\d+:\d+: ", str(problem))


def check(document):
    text = document.source.text
    for node in walk(document.root):
        assert document.start <= node.outer <= node.start <= node.end <= len(text)
        before = node.start
        for part in parts(node):
            assert before <= part.outer and part.end <= node.end
            before = part.end
        if isinstance(node, Scalar):
            check_scalar(node)
        elif isinstance(node, Mapping):
            list(node.duplicates())
            assert all([name == field.key.text for name, field in node.fields.items()])
        elif isinstance(node, Sequence):
            assert len(node.elements) == len(node.items)
    for comment in document.comments:
        assert comment.text.startswith("#")
        assert document.comment_on(comment.span.line) is not None


def check_scalar(node):
    assert node.value is None or isinstance(node.value, (str, bool, int, float))
    places = [node.place(index, index + 1) for index in range(min(len(node.text), 30))]
    assert all([node.start <= place.start <= place.end <= node.end for place in places])
    assert [place.start for place in places] == sorted([place.start for place in places])


@pytest.fixture(params=["libyaml", "python"])
def _parser(request, monkeypatch):
    if request.param == "python":
        monkeypatch.setattr(libyaml, "_binding", None)


@pytest.mark.usefixtures("_parser")
class TestBothParsers:
    """Each property holds of libyaml and of the parser in Python."""

    @settings(max_examples=150)
    @given(st.one_of(st.binary(max_size=60), st.text(max_size=40).map(str.encode)))
    def test_any_bytes(self, data):
        all_of(data)

    @settings(max_examples=150)
    @given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
    @example("a: 'x\u2028' #é\n\x01")
    @example('"\\ud800"')
    def test_any_pieces_of_yaml(self, text):
        all_of(text.encode())

    @settings(max_examples=120)
    @given(st.data(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.sampled_from(["\n", "\r\n", "\r"]))
    def test_a_damaged_document(self, data, encoding, line_end):
        text = SEED
        for _ in range(data.draw(st.integers(1, 4))):
            start = data.draw(st.integers(0, len(text)))
            end = start + data.draw(st.integers(0, 6))
            text = text[:start] + data.draw(st.sampled_from(["", *PIECES])) + text[end:]
        all_of(text.replace("\n", line_end).encode(encoding))

    def test_the_undamaged_document(self):
        document = all_of(SEED.encode())
        assert document is not None
        assert document.problems == ()
        assert [comment.text for comment in document.comments] == ["# top", "# why"]


@settings(max_examples=150)
@given(st.data())
def test_the_parsers_agree_on_what_both_can_read(data):
    text = SEED
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        text = text[:start] + data.draw(st.sampled_from(["", *PIECES])) + text[start + data.draw(st.integers(0, 4)) :]
    pictures = []
    for fast in (True, False):
        with pytest.MonkeyPatch.context() as patch:
            if not fast:
                patch.setattr(libyaml, "_binding", None)
            document = all_of(text.encode())
        if document is None:
            return
        pictures.append(
            [(type(node).__name__, node.outer, node.start, node.end, repr(node)) for node in walk(document.root)]
        )
    assert pictures[0] == pictures[1]
