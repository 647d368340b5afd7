"""The arguments that words make: what the shell splits, and what it does not."""

from __future__ import annotations

import pytest

from orbgen.shell.arguments import split
from orbgen.shell.script import read_script

VARIABLES = {"ONE": "one", "TWO": "one two", "PADDED": " one two ", "EMPTY": ""}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("a 'b c' \"d e\"", ["a", "b c", "d e"]),
        ("$ONE $TWO", ["one", "one", "two"]),
        ('"$TWO"', ["one two"]),
        ("x$TWO", ["xone", "two"]),
        ("x${TWO}y", ["xone", "twoy"]),
        ("x${PADDED}y", ["x", "one", "two", "y"]),
        ("$PADDED", ["one", "two"]),
        ("a $EMPTY b", ["a", "b"]),
        ('a "$EMPTY" b', ["a", "", "b"]),
        ("x$EMPTY", ["x"]),
        ("'$TWO'", ["$TWO"]),
        ("$UNKNOWN", [None]),
        ("x=$UNKNOWN", [None]),
    ],
)
def test_words_are_split_as_the_shell_does(words, expected):
    (command,) = read_script(f"run {words}").commands
    found = split(command.words[1:], lambda word: word.expand(VARIABLES))
    assert [argument.text for argument in found] == expected


@pytest.mark.parametrize(
    ("word", "first", "single"),
    [
        ("$UNKNOWN", "", False),
        ('"$UNKNOWN"', "", True),
        ("--flag=$UNKNOWN", "--flag=", False),
        ('"--flag=$UNKNOWN"', "--flag=", True),
        ('"$@"', "", False),
        ('"${ARRAY[@]}"', "", False),
        ("$(command)", "", False),
        ('"$(command)"', "", True),
    ],
)
def test_what_is_known_of_a_word_that_is_not(word, first, single):
    (command, *_) = read_script(f"run {word}").commands
    (argument,) = split(command.words[1:], lambda word: word.expand(VARIABLES))
    assert (argument.text, argument.first, argument.single) == (None, first, single)
    assert (argument.start, argument.end) == (4, 4 + len(word))


def test_what_is_added_to_a_variable_makes_it_unknown():
    assert read_script("A=x\nA+=y\nB+=z\nC=c").literals == {"C": "c"}
