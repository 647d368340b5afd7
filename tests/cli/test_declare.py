"""Words that are read without click mean what they mean to click."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbgen.cli import declare
from orbgen.cli.compile_command import command as compile_command
from orbgen.cli.lint_command import command as lint_command


@declare.command(name="sample")
@declare.argument("first")
@declare.argument("others", nargs=-1)
@declare.option("--format", "-f", "format_", type=("full", "concise"), default="full", show_default=True)
@declare.option("--select", multiple=True, metavar="RULE")
@declare.option("--name-of-it", "-n")
@declare.option("--quiet", "-q", is_flag=True)
@declare.option("--color/--no-color", default=None)
@declare.option("--save/--no-save", "-s/-S", default=True)
@declare.option("-o", "--output", type=declare.Path(dir_okay=False))
@declare.option("--count", type=int, default=3)
def sample(**arguments: object) -> dict[str, object]:
    return arguments


def by_click(command: declare.Command, words: list[str]) -> dict[str, object] | None:
    try:
        return command.click().make_context(command.name, list(words)).params
    except (click.ClickException, click.exceptions.Exit):
        return None


PLAIN = [
    ["a"],
    ["a", "b", "-"],
    ["a", "--format", "concise", "b"],
    ["--format=concise", "a"],
    ["-f", "concise", "a"],
    ["a", "--select", "x", "--select=y", "--select="],
    ["a", "-n", "x", "-n", "y"],
    ["a", "-q", "--no-color", "-S"],
    ["a", "--color", "--no-color", "-s"],
    ["", "a"],
    ["a", "--count", "4", "--count=007"],
]
LEFT_TO_CLICK = [
    [],
    ["--help"],
    ["a", "--form", "concise"],
    ["a", "--format", "wrong"],
    ["a", "--format"],
    ["a", "--select", "-x"],
    ["a", "-fconcise"],
    ["a", "-qS"],
    ["a", "-f=concise"],
    ["a", "--quiet=yes"],
    ["a", "--", "--quiet"],
    ["a", "--count", "four"],
    ["a", "--count", "-4"],
    ["a", "-o", "file"],
]


@pytest.mark.parametrize("words", PLAIN, ids=" ".join)
def test_plain_words_are_read_as_click_reads_them(words):
    read = sample.read(words)
    assert read is not None
    assert read == by_click(sample, words)


@pytest.mark.parametrize("words", LEFT_TO_CLICK, ids=" ".join)
def test_all_else_is_left_to_click(words):
    assert sample.read(words) is None


WORDS = ["a", "-", "", "full", "--", "-q", "-qS", "-S", "--save", "--no-save", "--format", "--format=full", "-f", "x=y",
         "--select", "--select=", "-n", "-nx", "--name-of-it", "--name-of-it=-x", "--count", "7", "-o", "--color",
         "--no-color", "--help", "--no", "-x", "--select=x", "--quiet=1"]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=6))
def test_whatever_is_read_is_what_click_reads(words):
    read = sample.read(words)
    assert read is None or read == by_click(sample, words)


@pytest.mark.parametrize(("command", "words"), [
    (lint_command, []),
    (lint_command, ["a.yml", "--format", "concise", "--no-color", "-q"]),
    (lint_command, ["--select", "compile-error", "--fail-on=high", ".circleci"]),
    (compile_command, []),
    (compile_command, ["-p", "a=1", "-p", "b=2", "config.yml", "--no-source-comment"]),
])  # fmt: skip
def test_the_usual_calls_of_the_commands_are_plain(command, words):
    read = command.read(words)
    assert read is not None
    assert read == by_click(command, words)


def test_a_command_with_settings_that_only_click_knows_is_left_to_click():
    @declare.command(name="asking")
    @declare.option("--token", envvar="TOKEN")
    def asking(token: str) -> str:
        return token

    assert asking.read([]) is None


def test_what_is_wrong_is_said_by_click():
    run = subprocess.run(
        [sys.executable, "-m", "orbgen", "lint", "--format", "wrong"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 2
    assert "'wrong' is not one of 'full', 'concise'" in run.stderr
