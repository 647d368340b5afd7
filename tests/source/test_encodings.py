"""Bytes to text and back: encodings, byte order marks, line ends."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbgen.source.encoding import decode, encode
from orbgen.source.problems import UnreadableError
from orbgen.source.reader import read, read_documents
from orbgen.source.span import Source, Span


def document_of(text: str | bytes) -> Any:
    return read(text if isinstance(text, bytes) else text.encode(), "config.yml")


TEXT = "name: größe 😀\njobs:\n  - ä # ö\n"
MARKED = {"utf-8": b"\xef\xbb\xbf", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}


@pytest.mark.parametrize("encoding", MARKED)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_marked_text_is_read_and_its_places_do_not_count_the_mark(encoding, line_end):
    data = MARKED[encoding] + TEXT.replace("\n", line_end).encode(encoding)
    document = document_of(data)
    assert list(document.root.fields) == ["name", "jobs"]
    assert document.root.get("name").value == "größe 😀"
    assert str(document.root.get("jobs").items[0].span) == "config.yml:3:5"
    assert document.comments[0].text == "# ö"
    assert encode(document.source, document.source.text) == data


def test_a_mark_that_stands_twice_moves_no_place():
    data = MARKED["utf-8"] * 2 + b"a: 1\n"
    document = document_of(data)
    assert str(document.root.get("a").span) == "config.yml:1:4"
    assert encode(document.source, document.source.text) == data
    (document,) = read_documents(Source("script", "\ufeffa: b\n"))
    assert document.root.span.text == "a: b"


def test_unmarked_text_is_utf_8():
    assert encode(decode(TEXT.encode(), "f"), "ä") == "ä".encode()


@pytest.mark.parametrize(
    ("data", "line", "column", "message"),
    [
        (b"a: 1\nb: \xff\n", 2, 4, "byte 0xff is not UTF-8 text"),
        (b"\xef\xbb\xbfa: \xe4\n", 1, 4, "byte 0xe4 is not UTF-8 text"),
        (b"\xff\xfea\0:\0 \0\0\xd8\n\0", 1, 4, "byte 0x00 is not UTF-16 text"),
        (b"\xfe\xff\0a\0", 1, 2, "byte 0x00 is not UTF-16 text"),
        (b"\xff\xfe\0\0a\0\0\0", 1, 1, "the file is UTF-32 text"),
    ],
)
def test_other_bytes_are_refused_at_their_place(data, line, column, message):
    with pytest.raises(UnreadableError) as caught:
        document_of(data)
    problem = caught.value.problem
    assert (problem.span.line, problem.span.column, problem.message) == (line, column, message)
    assert problem.help == "save the file as UTF-8"


@given(st.text("ab\r\n\x85\u2028\x0b\x0c"))
def test_lines_end_with_lf_crlf_and_cr_alone(text):
    source = Source("file", text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert [source.line_text(line) for line in range(1, len(lines) + 1)] == lines
    assert len(source.line_starts) == len(lines)
    for offset in range(len(text) + 1):
        line, column = source.position(offset)
        assert source.line_start(line) + column - 1 == offset
        assert Span(source, offset, offset).line == line
