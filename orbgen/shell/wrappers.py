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
    """The real command: its name, the words behind it, what the wrappers set and unset, and where its word stands.

    `cleared` says that a wrapper takes all variables away that it does not set itself; `perhaps_cleared`, that it may,
    as `sudo`, which leaves those that it sets, the `granted` ones.
    """

    name: str
    arguments: tuple[Word, ...]
    start: int
    end: int
    environment: dict[str, str | None]
    unset: frozenset[str] = frozenset()
    background: bool = False
    limited: bool = False
    cleared: bool = False
    perhaps_cleared: bool = False
    granted: frozenset[str] = frozenset()


def unwrap(command: Command, variables: Mapping[str, str]) -> Unwrapped | None:
    """The command that is run in the end; None where its name is not known.

    `environment` holds None for a value that is not known; `limited` says that `timeout` ends it.
    """
    return _Wrappers(command, variables).read() if command.words else None


class _Wrappers:
    """Goes through the words of a command up to the real one."""

    def __init__(self, command: Command, variables: Mapping[str, str]) -> None:
        self.words = command.words
        self.variables = variables
        self.environment: dict[str, str | None] = {
            assignment.name: assignment.value.expand(variables) if assignment.value is not None else None
            for assignment in command.assignments
        }
        self.unset: set[str] = set()
        self.background = command.background
        self.granted: set[str] = set()
        self.limited = self.cleared = self.perhaps_cleared = False

    def read(self) -> Unwrapped | None:
        """The real command."""
        index, words = 0, self.words
        while index < len(words):
            value = words[index].expand(self.variables)
            if value is None:
                return None
            name = value.rpartition("/")[2]
            if name not in _VALUED or (name == "command" and self._only_looks(index)):
                here = words[index]
                return Unwrapped(
                    name, words[index + 1 :], here.start, here.end, self.environment, frozenset(self.unset),
                    self.background, self.limited, self.cleared, self.perhaps_cleared, frozenset(self.granted),
                )  # fmt: skip
            self.background = self.background or name == "setsid"
            self.limited = self.limited or name == "timeout"
            self.perhaps_cleared = self.perhaps_cleared or name == "sudo"
            index = self._behind_options(index + 1, name)
            if name == "timeout":
                index += 1
        return None

    def _only_looks(self, index: int) -> bool:
        """Whether `command` only says what a command is, as `command -v`."""
        option = self.words[index + 1].literal if index + 1 < len(self.words) else None
        return option is not None and option.startswith("-") and bool({"v", "V"} & set(option))

    def _behind_options(self, index: int, wrapper: str) -> int:
        """The index of the word behind a wrapper's options and, for `env` and `sudo`, its assignments."""
        while index < len(self.words):
            word = self.words[index]
            first = word.parts[0].text if word.parts else ""
            value = word.expand(self.variables)
            if value == "--":
                return index + 1
            if first.startswith("-") and (len(first) > 1 or wrapper == "env"):
                index += self._option(value or first, index, wrapper)
            elif wrapper in ("env", "sudo") and "=" in first and first.partition("=")[0].isidentifier():
                name = first.partition("=")[0]
                self.environment[name] = value.partition("=")[2] if value is not None else None
                self.granted.add(name)
            else:
                return index
            index += 1
        return index

    def _option(self, option: str, index: int, wrapper: str) -> int:
        """Take note of an option; how many words it takes besides its own."""
        if wrapper == "env" and option in ("-", "-i", "--ignore-environment"):
            self.environment.clear()
            self.cleared = True
        elif wrapper == "sudo" and option.startswith(("-E", "--preserve-env")):
            self.perhaps_cleared = False
        elif wrapper == "env" and option.startswith("--unset="):
            self._remove(option.partition("=")[2])
        elif option in _VALUED[wrapper] and index + 1 < len(self.words):
            if wrapper == "env" and option in ("-u", "--unset"):
                self._remove(self.words[index + 1].expand(self.variables) or "")
            return 1
        return 0

    def _remove(self, name: str) -> None:
        self.unset.add(name)
        self.environment.pop(name, None)
