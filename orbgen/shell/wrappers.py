"""The command behind others that only run it: `sudo`, `env`, `timeout` and their kin (rules.md 2.6)."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from orbgen.shell.words import Command, Word

# The options of each wrapper that take a value of their own.
_VALUED = {
    "sudo": frozenset(
        ("-u", "-g", "-h", "-p", "-C", "-r", "-t", "-T", "-U", "--user", "--group", "--host", "--prompt")
    ),
    "env": frozenset(("-u", "--unset", "-C", "--chdir")),
    "timeout": frozenset(("-s", "--signal", "-k", "--kill-after")),
    "nice": frozenset(("-n", "--adjustment")),
    "exec": frozenset(("-a",)),
    "time": frozenset(("-f", "-o", "--format", "--output")),
    "nohup": frozenset(),
    "command": frozenset(),
    "setsid": frozenset(),
    "stdbuf": frozenset(("-i", "-o", "-e")),
}


class Unwrapped(msgspec.Struct, frozen=True):
    """The real command: its name, the words behind it, what the wrappers set and unset, and where its name stands."""

    name: str
    arguments: tuple[Word, ...]
    start: int
    environment: dict[str, str | None]
    unset: frozenset[str] = frozenset()
    background: bool = False
    limited: bool = False


def unwrap(command: Command, variables: Mapping[str, str]) -> Unwrapped | None:
    """The command that is run in the end; None where its name is not known.

    `environment` holds None for a value that is not known; `limited` says that `timeout` ends it.
    """
    environment: dict[str, str | None] = {
        assignment.name: assignment.value.expand(variables) if assignment.value is not None else None
        for assignment in command.assignments
    }
    unset: set[str] = set()
    background, limited, index = command.background, False, 0
    words = command.words
    while index < len(words):
        value = words[index].expand(variables)
        if value is None:
            return None
        name = value.rpartition("/")[2]
        if name not in _VALUED:
            return Unwrapped(
                name, words[index + 1 :], words[index].start, environment, frozenset(unset), background, limited
            )
        background = background or name == "setsid"
        limited = limited or name == "timeout"
        index = _behind_options(words, index + 1, name, variables, environment, unset)
        if name == "timeout":
            index += 1
    return None


def _behind_options(
    words: tuple[Word, ...],
    index: int,
    wrapper: str,
    variables: Mapping[str, str],
    environment: dict[str, str | None],
    unset: set[str],
) -> int:
    """The index of the word behind a wrapper's options and, for `env` and `sudo`, its assignments."""
    while index < len(words):
        first = words[index].parts[0].text if words[index].parts else ""
        value = words[index].expand(variables)
        if first.startswith("-") and len(first) > 1:
            if value == "--":
                return index + 1
            option = value or first
            if option in _VALUED[wrapper] and index + 1 < len(words):
                if option in ("-u", "--unset") and wrapper == "env":
                    unset.add(words[index + 1].expand(variables) or "")
                index += 1
            elif option.startswith("--unset="):
                unset.add(option.partition("=")[2])
            index += 1
        elif wrapper in ("env", "sudo") and "=" in first and first.partition("=")[0].isidentifier():
            name = first.partition("=")[0]
            environment[name] = value.partition("=")[2] if value is not None else None
            index += 1
        else:
            return index
    return index
