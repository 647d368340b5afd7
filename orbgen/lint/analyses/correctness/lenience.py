"""Shells that go on after a failure, and the commands in their scripts whose failure nobody sees."""

from __future__ import annotations

from itertools import pairwise

import msgspec

from orbgen.shell.script import Script
from orbgen.shell.words import Command
from orbgen.source.lazy_patterns import lazy_pattern

# What hardly fails, or whose failure matters little.
_HARMLESS = frozenset((
    "echo", "printf", "true", ":", "export", "set", "unset", "local", "readonly", "declare", "alias", "yes", "date",
    "sleep", "pwd", "[", "[[", "test", "exit", "return", "trap", "shopt", "umask", "continue", "break", "shift",
))  # fmt: skip
_CHECKED = lazy_pattern(r"\$\?|PIPESTATUS|\|\||\bexit\b|\bif\b|\bwhile\b|\buntil\b")
_ASKED = lazy_pattern(r"(?:^|[\s;(])(?:if|elif|while|until|!)\s+$")
_LINKED = ("&&", "||", "|")


class Strictness(msgspec.Struct, frozen=True):
    """What a shell is told: to stop at a command that fails, and to see failures within pipelines."""

    errexit: bool
    pipefail: bool


def strictness(words: list[str]) -> Strictness:
    """What the words that start a shell, or those of a `set`, tell it."""
    letters, names = "", set()
    waiting = 0
    for word in words:
        if waiting and not word.startswith("-"):
            names.add(word)
            waiting -= 1
        elif word.startswith("-") and not word.startswith("--"):
            letters += word[1:]
            waiting += word.count("o")
    return Strictness("e" in letters or "errexit" in names, "pipefail" in names)


def unseen_failure(script: Script, told: Strictness, *, pipelines: bool) -> Command | None:
    """The first command whose failure goes unseen; `pipelines` says whether the shell could see into them."""
    commands = script.commands
    sets = [strictness([word.literal or "" for word in one.words[1:]]) for one in commands if one.name == "set"]
    stops = told.errexit or any([one.errexit for one in sets])
    sees = told.pipefail or any([one.pipefail for one in sets])
    for command, following in pairwise(commands):
        between = script.text[command.end : following.start]
        if _ASKED.search(script.text[: command.start][-20:]):
            continue
        if command.around or command.name is None or command.name in _HARMLESS:
            if not _is_piped(command, following) or sees or not pipelines or command.name in (None, *_HARMLESS, "cat"):
                continue
            return command
        if not stops and not any([sign in between for sign in _LINKED]):
            return command
    return None


def _is_piped(command: Command, following: Command) -> bool:
    return command.pipeline >= 0 and command.pipeline == following.pipeline


def given_up(script: Script) -> Command | None:
    """The `set +e` with which a script begins that never looks whether something failed."""
    if "+" not in script.text or _CHECKED.search(script.text):
        return None
    commands = script.commands
    if not commands or commands[0].name != "set":
        return None
    off = [word.literal or "" for word in commands[0].words[1:]]
    if not any([word.startswith("+") and "e" in word[1:] for word in off]):
        return None
    unseen = unseen_failure(script, Strictness(errexit=False, pipefail=True), pipelines=False)
    return commands[0] if unseen is not None else None
