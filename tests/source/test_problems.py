"""What is said of files that cannot be read: the place, what is wrong, and what to do."""

from __future__ import annotations

from typing import Any

import pytest

from orbgen.source import libyaml
from orbgen.source.problems import UnreadableError
from orbgen.source.reader import read


def document_of(text: str | bytes) -> Any:
    return read(text if isinstance(text, bytes) else text.encode(), "config.yml")


def problem_of(data):
    with pytest.raises(UnreadableError) as caught:
        document_of(data)
    return caught.value.problem


# The text, line and column, and a part of the advice.
BROKEN = [
    ("a:\n\tb: c\n", 2, 1, "indent with spaces"),
    ("a:\n  b: c\n \td: e\n", 3, 2, "indent with spaces"),
    ("a: |\n  b\n \tc\n", 3, 2, "indent with spaces"),
    ("a: b: c\n", 1, 5, "quote the text"),
    ("a: 1\n b: 2\n", 2, 3, "indentation"),
    ("a: 'b\nc: d\n", 1, 4, "close the quotes"),
    ('a:\n  - "b\n', 2, 5, "close the quotes"),
    ("a: 'b\n---\nc: d\n", 1, 4, "close the quotes"),
    ("a: [1, 2\nb: 3\n", 1, 4, "close it with `]`"),
    ("a: {b: 1\nc: 3\n", 1, 4, "close it with `}`"),
    ("a: [\n  b\n  c: d\n]\n", 3, 4, "put a comma between the items"),
    ("a: 1\nb\nc: d\n", 2, 1, "add the `:`"),
    ("a: 1\n<<<<<<< ours\nb: 2\n=======\nb: 3\n>>>>>>> theirs\n", 2, 1, "keep one of the sides"),
    ('a: "b\nc: "d"\n', 1, 4, 'close them with `"`'),
    ("a: \"b\nc: '\\d'\n", 1, 4, 'close them with `"`'),
    ("a:\n  - b\n      c: d\n", 2, 5, "add `:` behind `b`"),
    ("a:\n  - b # c\n      d: e\n", 2, 5, "add `:` behind `b`"),
    ("a:\n  b\n  - c: d\n", 2, 3, "write `- b`"),
    ("a:\n  b: c\n  - d: e\n", 2, 3, "write `- b: c`"),
    ("a: b\n  c: d\n", 2, 4, "check the indentation"),
    ("a:\n  b: 1\n c: 2\n", 3, 2, "indented like its neighbours"),
    ("a:\n  - b\n  c: 1\n", 3, 3, "indented like its neighbours"),
    (" a: 1\nb: 2\n", 2, 1, "indented like the first"),
    ("a: - b\n", 1, 4, "a line of its own"),
    ("a: @b\n", 1, 4, "put the text in quotes"),
    ("a: `b`\n", 1, 4, "put the text in quotes"),
    ("a: %b\n", 1, 4, "put the text in quotes"),
    ("a: *\n", 1, 5, "quote the text if it begins with `*`"),
    ("a: !b!c d\n", 1, 4, "quote the text if it begins with `!`"),
    ('a: "\\q"\n', 1, 5, "single quotes"),
    ('a: "\\ud800"\n', 1, 7, "write the character itself"),
    ("a: | b\n", 1, 6, "on the next line"),
    ("a: [1, , 2]\n", 1, 8, "write the value that is missing"),
    ("%YAML 2.0\n---\na: 1\n", 1, 1, "remove the `%YAML` line"),
]


@pytest.mark.parametrize(("text", "line", "column", "advice"), BROKEN)
def test_broken_yaml_has_a_place_and_advice(text, line, column, advice):
    problem = problem_of(text)
    assert (problem.code, problem.span.line, problem.span.column) == ("yaml-syntax", line, column)
    assert advice in (problem.help or "")
    assert problem.message.startswith("unable to parse YAML: ")


@pytest.mark.parametrize(("text", "line", "column", "advice"), BROKEN)
def test_the_parser_in_python_gives_the_same_advice(text, line, column, advice, monkeypatch):
    monkeypatch.setattr(libyaml, "_binding", None)
    problem = problem_of(text)
    assert (problem.code, problem.span.line) == ("yaml-syntax", line)
    assert advice in (problem.help or "")


def test_what_no_text_begins_with_is_named():
    assert problem_of("a: @b\n").message == "unable to parse YAML: no YAML text can begin with `@`"
    assert problem_of("a:\n\tb: c\n").message == "unable to parse YAML: a tab cannot indent YAML"
    assert problem_of("a: 'b\n").message == "unable to parse YAML: these quotes are never closed"


def test_line_ends_do_not_move_the_place():
    for line_end in ("\n", "\r\n", "\r"):
        assert str(problem_of(f"a: 1{line_end}b: 2{line_end}c: d: e{line_end}")).startswith("config.yml:3:5: ")


def test_the_start_of_what_is_broken_is_shown_as_well():
    problem = problem_of("a:\n  b: 1\n c: 2\n")
    assert [(note.span.line, note.span.column, note.text) for note in problem.related] == [
        (1, 1, "while parsing a block mapping")
    ]


def test_where_the_parser_gives_up_is_shown_as_well():
    problem = problem_of("a: [1, 2\nb: 3\n")
    assert [(note.span.line, note.span.column, note.text) for note in problem.related] == [
        (2, 2, "the parser gives up here")
    ]


@pytest.mark.parametrize("character", ["\x00", "\x01", "\x7f", "\x9f", "\ufffe"])
@pytest.mark.parametrize("fast", [True, False])
def test_characters_that_yaml_does_not_allow(character, fast, monkeypatch):
    if not fast:
        monkeypatch.setattr(libyaml, "_binding", None)
    problem = problem_of(f"é: ü\nb: {character}\n")
    assert str(problem) == f"config.yml:2:4: the character U+{ord(character):04X} may not stand in a YAML file"
    assert problem.help == "remove it or write it as an escape in double quotes"


def test_places_are_counted_in_characters():
    assert str(problem_of("日本: '\x7f'")) == "config.yml:1:6: the character U+007F may not stand in a YAML file"
    assert str(problem_of("ééééé: \x01\nfoo: bar bar bar")).startswith("config.yml:1:8: ")
    assert str(problem_of("日本: b: c")).startswith("config.yml:1:6: ")


@pytest.mark.parametrize("escape", ["\\ud800", "\\U00110000", "\\UFFFFFFFF"])
def test_escapes_of_no_character_are_refused_by_the_parser_in_python(escape, monkeypatch):
    monkeypatch.setattr(libyaml, "_binding", None)
    assert problem_of(f'a: "{escape}"\n').span.line == 1
