"""Scripts that are short and would take long."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbgen.shell.offsets import Offsets
from orbgen.shell.script import Context, Script
from orbgen.shell.words import MAXIMUM_EXPANSION


@given(st.text())
def test_offsets_are_those_of_the_encoded_text(text):
    offsets = Offsets(text)
    for index in range(len(text) + 1):
        byte = len(text[:index].encode(errors="surrogatepass"))
        assert (offsets.byte(index), offsets.character(byte)) == (byte, index)


def test_words_and_contexts_stand_where_they_were_written_behind_wide_letters():
    script = Script('echo "ü☃ $A" | grep 𝄞\ntbot start # ☃')
    assert [script.text[command.start : command.end] for command in script.commands] == [
        'echo "ü☃ $A"',
        "grep 𝄞",
        "tbot start",
    ]
    assert script.context_at(script.text.index("$A")) is Context.DOUBLE_QUOTED
    assert script.context_at(len(script.text) - 1) is Context.COMMENT


def test_a_long_script_with_wide_letters_is_read_in_a_moment():
    script = Script("echo ☃ ü \"$x\" 'y'\n" * 3000)
    begin = time.process_time()
    assert len(script.commands) == 3000
    assert time.process_time() - begin < 2


@pytest.mark.parametrize("doublings", [10, 60])
def test_variables_that_double_are_followed_up_to_a_length(doublings):
    lines = ["a0=xy", *[f"a{number}=$a{number - 1}$a{number - 1}" for number in range(1, doublings + 1)]]
    found = Script("\n".join(lines)).literals
    known = [len(value) for value in found.values()]
    assert known == [2 * 2**number for number in range(min(doublings, 15) + 1)]
    assert max(known) <= MAXIMUM_EXPANSION


def test_a_script_that_is_far_too_long_has_no_commands():
    assert Script("true\n" * 12_000).parsed
    assert Script("true\n" * 14_000).commands == ()
