"""tbot's command line, in all the forms that start it (rules.md 2.6, teleport.md 3.3)."""

from __future__ import annotations

import msgspec

from orbgen.shell.arguments import Argument
from orbgen.teleport.tbot import LEGACY, Flag, start_flags, subcommands

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
    """A flag as given: its value, None where it is not known, and the characters of the script that it takes.

    `name` is the flag's long name, or what stands for one if tbot has no such flag; `written` is how it is written.
    """

    value: str | None
    start: int
    end: int
    name: str = ""
    written: str = ""


class TbotStart(msgspec.Struct, frozen=True):
    """`tbot start [SERVICE]` with its flags by long name; `all` has every one, in order, also one given twice.

    `service` is as written, and may be none that tbot has; it is None where no word names one. A command is `partial`
    where it has words that are not known, so that there may be more flags, or a service. `surplus` are known words that
    tbot takes for nothing.
    """

    service: str | None
    flags: dict[str, Given]
    all: tuple[Given, ...] = ()
    partial: bool = False
    named: Given | None = None
    surplus: tuple[Given, ...] = ()

    @property
    def legacy(self) -> bool:
        """Whether it has the form that version 17 gave the name `legacy`; not where a service may be named."""
        return self.service == LEGACY or (self.service is None and not self.partial)

    def value(self, name: str) -> str | None:
        """The value of a flag; None where it is absent or unknown."""
        flag = self.flags.get(name)
        return None if flag is None else flag.value


def read_tbot(arguments: list[Argument]) -> TbotStart | None:
    """What the arguments of tbot say; None where they do not start it."""
    reader = _Reader(arguments)
    reader.read()
    names = [word.value for word in reader.positional]
    if not names or names[0] != "start" or any([flag.name == "help" for flag in reader.flags]):
        return None
    named = reader.positional[1] if len(names) > 1 else None
    return TbotStart(
        named.value if named is not None else None,
        {flag.name: flag for flag in reader.flags},
        tuple(reader.flags),
        reader.partial,
        named if named is not None and named.value is not None else None,
        tuple([word for word in reader.positional[2:] if word.value is not None]),
    )


class _Reader:
    """Goes through the words; a word that is not known may be anything, several words among them."""

    def __init__(self, arguments: list[Argument]) -> None:
        self.arguments = arguments
        self.index = 0
        self.flags: list[Given] = []
        self.positional: list[Given] = []
        self.partial = False

    def read(self) -> None:
        """Read all words."""
        ended = False
        while self.index < len(self.arguments):
            word = self.arguments[self.index]
            self.index += 1
            if word.text == "--" and not ended:
                ended = True
            elif word.first.startswith("--") and not ended:
                self._long(word)
            elif word.first.startswith("-") and len(word.first) > 1 and not ended:
                self._short(word)
            elif word.text is None and not word.single:
                self.partial = True
            else:
                self.partial = self.partial or word.text is None
                self.positional.append(Given(word.text, word.start, word.end, "", word.text or ""))

    def _long(self, word: Argument) -> None:
        name, separator, value = (word.text if word.text is not None else word.first)[2:].partition("=")
        known = word.text is not None
        if not known and not separator and word.first in ("--", "--no-"):
            self.partial = True  # The name itself is not known.
            return
        turned_off = name.removeprefix("no-") if name.startswith("no-") else None
        if turned_off is not None and _is_switch(turned_off) and not separator:
            self._add(turned_off, "false" if known else None, word, word, f"--{name}")
        elif separator:
            self._add(name, value if known else None, word, word, f"--{name}")
        elif _is_switch(name):
            self._add(name, "true" if known else None, word, word, f"--{name}")
        elif not known:
            self.partial = True
        else:
            self._with_value(name, word, f"--{name}")

    def _short(self, word: Argument) -> None:
        """`-c F`, `-cF` or several switches as one word."""
        text = word.text if word.text is not None else word.first
        for position, letter in enumerate(text[1:], 1):
            flag = _short_flag(letter)
            rest = text[position + 1 :]
            if flag is not None and flag.switch:
                self._add(flag.name, "true", word, word, f"-{letter}")
                continue
            name = flag.name if flag is not None else letter
            if rest or word.text is None:
                self._add(name, rest if word.text is not None else None, word, word, f"-{letter}")
            else:
                self._with_value(name, word, f"-{letter}")
            return

    def _with_value(self, name: str, word: Argument, written: str) -> None:
        """A flag whose value is the next word, if it takes one; of a flag that tbot does not have that is a guess."""
        following = self.arguments[self.index] if self.index < len(self.arguments) else None
        if name not in start_flags() and (following is None or _is_no_value(following)):
            self._add(name, "true", word, word, written)
        elif following is None:
            self._add(name, None, word, word, written)
        else:
            self.index += 1
            self._add(name, following.text, word, following, written)

    def _add(self, name: str, value: str | None, first: Argument, last: Argument, written: str) -> None:
        self.flags.append(Given(value, first.start, last.end, name, written))


def _is_no_value(word: Argument) -> bool:
    return word.first.startswith("-") or word.text == "start" or word.text in subcommands()


def _is_switch(name: str) -> bool:
    """Whether a flag stands alone; `--no-` before one turns it off."""
    flag = start_flags().get(name)
    return flag is not None and flag.switch


def _short_flag(letter: str) -> Flag | None:
    return next((flag for flag in start_flags().values() if flag.short == letter), None)


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
