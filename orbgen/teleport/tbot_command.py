"""tbot's command line, in all the forms that start it (rules.md 2.6, teleport.md 3.3)."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from orbgen.shell.words import Word
from orbgen.teleport.tbot import start_flags, subcommands

_JOIN_URI = "tbot+"


class Given(msgspec.Struct, frozen=True):
    """A flag as given: its value, None where it is not known, and the characters of the script that it takes."""

    value: str | None
    start: int
    end: int


class TbotStart(msgspec.Struct, frozen=True):
    """`tbot start [SERVICE]` with its flags by long name."""

    service: str | None
    flags: dict[str, Given]

    def value(self, name: str) -> str | None:
        """The value of a flag; None where it is absent or unknown."""
        flag = self.flags.get(name)
        return None if flag is None else flag.value

    def is_unknown(self, name: str) -> bool:
        """Whether a flag is given with a value that is not known."""
        flag = self.flags.get(name)
        return flag is not None and flag.value is None


def read_tbot(arguments: tuple[Word, ...], value_of: Callable[[Word], str | None]) -> TbotStart | None:
    """What the arguments of tbot say, given the text of each that is known; None where they do not start it."""
    flags: dict[str, Given] = {}
    positional: list[str] = []
    index = 0
    while index < len(arguments):
        word = arguments[index]
        value = value_of(word)
        first = word.parts[0].text if word.parts else ""
        if first.startswith("-") and len(first) > 1:
            index += _read_flag(arguments, index, value, first, value_of, flags)
        elif value is None:
            return None
        else:
            positional.append(value)
        index += 1
    if not positional or positional[0] != "start" or "help" in flags:
        return None
    service = positional[1] if len(positional) > 1 and positional[1] in subcommands() else None
    _read_uri(flags)
    return TbotStart(service, flags)


def _read_flag(
    arguments: tuple[Word, ...],
    index: int,
    value: str | None,
    first: str,
    value_of: Callable[[Word], str | None],
    flags: dict[str, Given],
) -> int:
    """Record one flag; how many words more than its own it takes."""
    word = arguments[index]
    name, separator, given = (value or first).lstrip("-").partition("=")
    if not first.startswith("--"):
        name = next((flag.name for flag in start_flags().values() if flag.short == name), name)
    if name.startswith("no-") and _is_switch(name.removeprefix("no-")):
        flags[name.removeprefix("no-")] = Given("false", word.start, word.end)
        return 0
    if separator:
        flags[name] = Given(given if value is not None else None, word.start, word.end)
        return 0
    if _is_switch(name) or index + 1 >= len(arguments):
        flags[name] = Given("true", word.start, word.end)
        return 0
    flags[name] = Given(value_of(arguments[index + 1]), word.start, arguments[index + 1].end)
    return 1


def _is_switch(name: str) -> bool:
    """Whether a flag stands alone; `--no-` before one turns it off."""
    flag = start_flags().get(name)
    return flag is not None and flag.switch


def _read_uri(flags: dict[str, Given]) -> None:
    """`--join-uri tbot+proxy+METHOD://TOKEN@HOST` stands for the flags that it holds."""
    uri = flags.get("join-uri")
    if uri is None or uri.value is None or not uri.value.startswith(_JOIN_URI):
        return
    scheme, _, rest = uri.value.partition("://")
    parts = scheme.split("+")
    token, _, host = rest.rpartition("@")
    if len(parts) == 3:
        flags.setdefault("join-method", Given(parts[2], uri.start, uri.end))
        flags.setdefault("token", Given(token, uri.start, uri.end))
        flags.setdefault("proxy-server" if parts[1] == "proxy" else "auth-server", Given(host, uri.start, uri.end))
