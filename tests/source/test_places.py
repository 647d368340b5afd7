"""A place inside a scalar's text leads to the line and column in the file, however the scalar is written."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orbgen.source.nodes import Scalar, walk
from orbgen.source.reader import read


def document_of(text: str | bytes) -> Any:
    return read(text if isinstance(text, bytes) else text.encode(), "config.yml")


MARKER = "MARKER"
LINE_ENDS = ["\n", "\r\n", "\r"]
# Where the scalar stands: what comes before it on its line, and the indentation of the lines that continue it.
HOLDERS = [
    ("key: ", 1),
    ("- ", 1),
    ("a:\n  - b:\n      - key: ", 9),
    ("a: &x !!str ", 1),
    ("- - ? key\n    : ", 5),
    ("é: 😀\na:\n - ", 2),
]

words = st.text("abcäß😀019'\"\\.,-_/<>{}[]&*!|%@`$()=", min_size=1, max_size=6)


def single_line(separators):
    return st.lists(words, min_size=1, max_size=4).flatmap(
        lambda parts: st.lists(st.sampled_from(separators), min_size=len(parts), max_size=len(parts)).map(
            lambda gaps: "".join([part + gap for part, gap in zip(parts, gaps, strict=True)]).rstrip()
        )
    )


@st.composite
def marked_lines(draw, *, blank_first, separators=(" ", "  ", "\t ")):
    """Lines of text, empty ones among them; one holds the marker. Some begin with blanks if they may."""
    indents = ["", "", "", " ", "   "] if blank_first else [""]
    full = st.tuples(st.sampled_from(indents), single_line(separators)).map("".join)
    lines = draw(st.lists(st.one_of(full, full, st.just("")), max_size=6))
    first, last = draw(single_line(separators)), draw(single_line(separators))
    marked = draw(st.sampled_from(indents)) + first + MARKER + draw(st.sampled_from(["", " "])) + last
    lines.insert(draw(st.integers(0, len(lines))), marked)
    return lines


def check(text, data=None):
    """The marker's place is where it stands in the file, and every other character's place holds that character."""
    document = document_of(data or text)
    scalar = next(node for node in walk(document.root) if isinstance(node, Scalar) and MARKER in node.text)
    start = scalar.text.index(MARKER)
    place = scalar.place(start, start + len(MARKER))
    offset = text.index(MARKER)
    assert (place.start, place.end, place.text) == (offset, offset + len(MARKER), MARKER)
    assert scalar.place(start).start == scalar.place(start).end == offset
    lines = text[:offset].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert (place.line, place.column) == (len(lines), len(lines[-1]) + 1)
    before = scalar.start
    for index, character in enumerate(scalar.text):
        span = scalar.place(index, index + 1)
        assert before <= span.start <= span.end <= scalar.end
        before = span.start
        assert span.text == character or span.text[:1] in ("\\", "'") or character in " \n"
    assert scalar.place(0, len(scalar.text)).end <= scalar.end
    return scalar


@settings(max_examples=60)
@given(
    marked_lines(blank_first=True),
    st.sampled_from(HOLDERS),
    st.sampled_from("|>"),
    st.sampled_from(["", "-", "+"]),
    st.integers(0, 3),
    st.booleans(),
    st.integers(0, 3),
    st.sampled_from(LINE_ENDS),
    st.sampled_from(["", " # why", "   "]),
)
def test_literal_and_folded(lines, holder, style, chomping, deeper, explicit, blanks, line_end, behind):
    before, least = holder
    indent = least + deeper
    first = next(line for line in lines if line)
    header = style
    if explicit or first.startswith(" "):
        # The indicator counts from the indentation of the collection around it, one less than the least.
        header += str(indent - least + 1)
    header += chomping
    body = [" " * indent + line if line else " " * min(blanks, indent if explicit else 0) for line in lines]
    text = "\n".join([before + header + behind, *body, *[""] * blanks]) + "\n"
    check(text.replace("\n", line_end))


def fold(lines, indent):
    """Lines as a flow scalar continues them; an empty line stays empty."""
    return "\n".join([lines[0], *[" " * indent + line if line else "" for line in lines[1:]]])


@settings(max_examples=60)
@given(
    marked_lines(blank_first=False),
    st.sampled_from(HOLDERS),
    st.integers(0, 3),
    st.sampled_from(LINE_ENDS),
    st.sampled_from(["", " "]),
)
def test_single_quoted(lines, holder, deeper, line_end, edge):
    before, least = holder
    written = fold([line.replace("'", "''") for line in lines], least + deeper)
    check(f"{before}'{edge}{written}{edge}'\n".replace("\n", line_end))


@settings(max_examples=60)
@given(
    marked_lines(blank_first=False),
    st.sampled_from(HOLDERS),
    st.integers(0, 3),
    st.sampled_from(LINE_ENDS),
    st.data(),
)
def test_double_quoted(lines, holder, deeper, line_end, data):
    before, least = holder
    escaped = []
    for line in lines:
        written = ""
        for index, character in enumerate(line):
            inside = (
                line.startswith(MARKER, max(index - len(MARKER) + 1, 0))
                or MARKER in line[max(index - len(MARKER) + 1, 0) : index + len(MARKER)]
            )
            forms = [f"\\x{ord(character):02x}"] if ord(character) < 256 else []
            forms += [f"\\u{ord(character):04X}"] if ord(character) < 65536 else []
            forms += [f"\\U{ord(character):08x}"]
            if character in '"\\':
                written += "\\" + character
            elif not inside and data.draw(st.integers(0, 4)) == 0:
                written += data.draw(st.sampled_from(forms))
            else:
                written += character
        end = data.draw(st.sampled_from(["", "", "\\", "  \\", "\\n", "\\t", "\\ "]))
        escaped.append(written + end if line is not lines[-1] else written)
    check(f'{before}"{fold(escaped, least + deeper)}"\n'.replace("\n", line_end))


@settings(max_examples=60)
@given(
    st.lists(st.lists(st.text("abcäß😀0-:#", min_size=1, max_size=4), min_size=1, max_size=3), max_size=4),
    st.lists(st.integers(0, 2), min_size=6, max_size=6),
    st.sampled_from(HOLDERS),
    st.integers(0, 3),
    st.sampled_from(LINE_ENDS),
)
def test_plain(lines, blanks, holder, deeper, line_end):
    before, least = holder
    # No word begins or ends with an indicator.
    rows = [" ".join([f"a{word}a" for word in line]) for line in lines]
    rows.insert(len(rows) // 2, f"x {MARKER} y")
    spread = [row for index, row in enumerate(rows) for row in ([""] * blanks[index] if index else []) + [row]]
    check(f"{before}{fold(spread, least + deeper)}\n".replace("\n", line_end))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_marks_and_encodings_do_not_move_it(encoding):
    text = "é: |\n  😀 MARKER\n"
    check(text, text.encode(encoding))


@pytest.mark.parametrize(
    "text",
    [
        "a: 'x\u2028  MARKER\u2029\u2029  y'\n",
        "a: >\n  x\u2028  MARKER\x85  y\x85\x85  z\n",
        "a: |\n  x\x85  y\u2028  MARKER\n",
        "a: x\x85  MARKER\n",
        "a: |1\n   \n MARKER\n",
        "a: |+\n  MARKER\n\n\n\nb: c\n",
        "a: >-\n\n\n  x\n\n   y\n\n  MARKER\n",
        "a: >\n  x\n   y MARKER\n  z\n",
        "a: |\n  MARKER   \n",
        "a: |\n  x\n  MARKER",
        'a: "\\\n  \\\n  MARKER \\\n\n  y"\n',
        "? |\n  MARKER\n: b\n",
        "[x, 'a\n b MARKER', {c: d\n  e}]\n",
    ],
)
def test_odd_scalars(text):
    document = document_of(text)
    scalar = next(node for node in walk(document.root) if isinstance(node, Scalar) and MARKER in node.text)
    start = scalar.text.index(MARKER)
    assert scalar.place(start, start + len(MARKER)).start == text.index(MARKER)


def test_a_place_may_cover_several_lines():
    scalar = document_of(b"a: |\n  one\n  two\n  three\n").root.get("a")
    span = scalar.place(1, 9)
    assert (span.line, span.column, span.end_line, span.end_column) == (2, 4, 4, 4)
    assert scalar.place(0, 4).text == "one"


def test_places_out_of_reach_are_at_the_ends():
    for text in ("a: |\n  b\n", "a: 'b'\n", "a: b\n", "a: ''\n", "a: |\n\n", "a:\n"):
        scalar = document_of(text).root.get("a")
        length = len(scalar.text.rstrip())
        assert scalar.place(-5).start == scalar.place(0).start
        assert scalar.place(500, 900).start == scalar.place(500).start >= scalar.place(length).start
        assert scalar.start <= scalar.place(500).start <= scalar.end


def test_a_place_deep_in_a_long_script_is_quick():
    script = "".join([f"  echo {number}\n" for number in range(20_000)])
    scalar = document_of(f"a: |\n{script}").root.get("a")
    start = time.process_time()
    for number in range(0, 20_000, 20):
        offset = scalar.text.index(f"echo {number}\n")
        assert scalar.place(offset).line == number + 2
    assert time.process_time() - start < 2
