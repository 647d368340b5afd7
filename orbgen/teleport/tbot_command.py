"""tbot's command line, in all the forms that start it (rules.md 2.6, teleport.md 3.3)."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from orbgen.shell.words import Word
from orbgen.teleport.tbot import start_flags, subcommands

_ADDRESSES = {"proxy": "proxy-server", "auth": "auth-server"}
# The scheme of an address knows no underscore.
_METHODS_IN_ADDRESSES = {
    "bound-keypair": "bound_keypair",
    "boundkeypair": "bound_keypair",
    "azure-devops": "azure_devops",
    "azuredevops": "azure_devops",
    "terraform-cloud": "terraform_cloud",
    "terraformcloud": "terraform_cloud",
}


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


def join_uri(uri: str) -> dict[str, str]:
    """What `tbot+proxy+METHOD://TOKEN@HOST` stands for, by the names of flags; nothing where it is no such address.

    A method's own parameter, behind the token and a colon, is the registration secret of `bound_keypair`.
    """
    from urllib.parse import unquote

    scheme, _, rest = uri.partition("://")
    parts = scheme.split("+")
    user, at, host = rest.partition("/")[0].rpartition("@")
    if len(parts) != 3 or parts[0] != "tbot" or parts[1] not in _ADDRESSES or not at:
        return {}
    token, _, parameter = user.partition(":")
    method = _METHODS_IN_ADDRESSES.get(parts[2], parts[2])
    found = {"join-method": method, "token": unquote(token), _ADDRESSES[parts[1]]: host}
    if method == "bound_keypair" and parameter:
        found["registration-secret"] = unquote(parameter)
    return found
