"""tbot started by `docker run` in an image of Teleport's (rules.md 2.6)."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

import msgspec

from orbgen.access.environment import Variable
from orbgen.access.following import RunCommand
from orbgen.shell.arguments import Argument, split
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.span import Span
from orbgen.teleport.tbot_command import TbotStart, read_tbot

ENGINES = ("docker", "podman")
# The options of `run` that take no value; every other one does.
_SWITCHES = frozenset((
    "detach", "disable-content-trust", "init", "interactive", "no-healthcheck", "oom-kill-disable", "privileged",
    "publish-all", "quiet", "read-only", "rm", "sig-proxy", "tty", "use-api-socket", "replace", "no-hosts", "help",
))  # fmt: skip
_SHORT_SWITCHES = frozenset("ditPq")
_LONG = {"e": "env", "v": "volume", "w": "workdir", "d": "detach"}
# Before `run`, of docker itself.
_GLOBAL_VALUED = frozenset(("-c", "--context", "-H", "--host", "--config", "-l", "--log-level"))
# Their entrypoint is tbot.
_TBOT_IMAGE = lazy_pattern(r"(?:.*/)?tbot(?:-fips)?-distroless[^/:@]*")
_REFERENCE = lazy_pattern(r"(?P<name>[^@]*?)(?::(?P<tag>[^:/@]+))?(?P<digest>@.*)?")


class Container(msgspec.Struct, frozen=True, eq=False):
    """A start of tbot in a container: its image with its tag, and what it finds there.

    Where it is not `closed`, a file gives it more variables. `mounts` are the folders and files of the job, in their
    normal form, by the paths that they have in the container.
    """

    command: TbotStart
    image: str
    tag: str | None
    place: Span
    environment: Mapping[str, Variable]
    closed: bool
    detached: bool
    mounts: Mapping[str, str]

    def outside(self, path: str) -> str | None:
        """A path of the container as one of the job; None where the container keeps it for itself."""
        path = posixpath.normpath(path)
        for inside in sorted(self.mounts, key=len, reverse=True):
            if path == inside or path.startswith(inside.rstrip("/") + "/"):
                return self.mounts[inside] + path[len(inside.rstrip("/")) :]
        return None


def container_of(at: RunCommand) -> Container | None:
    """The start of tbot that a `docker run` is; None for any other command."""
    assert at.found is not None
    words = _behind_run(split(at.found.arguments, at.value, at.elements))
    if words is None:
        return None
    options, rest = _options(words)
    if not rest or rest[0].text is None:
        return None
    match = _REFERENCE.fullmatch(rest[0].text)
    entrypoints = [value.text for name, value in options if name == "entrypoint" and value is not None]
    image = match["name"] if match is not None else ""
    runs_tbot = posixpath.basename(entrypoints[-1] or "") == "tbot" if entrypoints else _TBOT_IMAGE.fullmatch(image)
    command = read_tbot(rest[1:]) if runs_tbot else None
    if match is None or command is None:
        return None
    tag = match["tag"] or (None if match["digest"] else "latest")
    place = at.text.place(rest[0].start, rest[0].end)
    environment, closed = _environment(at, options)
    detached = any([name == "detach" for name, _ in options])
    return Container(command, image, tag, place, environment, closed, detached, _mounts(at, options))


def _behind_run(words: list[Argument]) -> list[Argument] | None:
    index = 0
    while index < len(words):
        word = words[index]
        if word.text in ("container",):
            index += 1
        elif word.text == "run":
            return words[index + 1 :]
        elif word.first.startswith("-"):
            index += 2 if word.text in _GLOBAL_VALUED else 1
        else:
            return None
    return None


_Options = list[tuple[str, "Argument | None"]]


def _options(words: list[Argument]) -> tuple[_Options, list[Argument]]:
    """The options before the image, by their long names, and the image with what stands behind it."""
    found: _Options = []
    index = 0
    while index < len(words):
        word = words[index]
        if not word.first.startswith("-"):
            break
        index += 1
        following = words[index] if index < len(words) else None
        if word.first.startswith("--"):
            name, separator, value = (word.text or word.first)[2:].partition("=")
            if separator:
                known = value if word.text is not None else None
                found.append((name, msgspec.structs.replace(word, text=known, first=value)))
            elif name in _SWITCHES:
                found.append((name, None))
            else:
                found.append((name, following))
                index += 1
        else:
            index += _short(word, following, found)
    return found, words[index:]


def _short(word: Argument, following: Argument | None, found: _Options) -> int:
    """Read `-it`, `-e NAME` or `-eNAME`; how many words it takes besides its own."""
    text = word.text or word.first
    for position, letter in enumerate(text[1:], 1):
        name = _LONG.get(letter, letter)
        if letter in _SHORT_SWITCHES:
            found.append((name, None))
            continue
        rest = text[position + 1 :].removeprefix("=")
        if rest:
            found.append((name, msgspec.structs.replace(word, text=rest if word.text else None, first=rest)))
            return 0
        found.append((name, following if word.text is not None else None))
        return 1
    return 0


def _environment(at: RunCommand, options: _Options) -> tuple[dict[str, Variable], bool]:
    names = {value.first.partition("=")[0] for option, value in options if option == "env" and value is not None}
    outside = at.seen(names)
    found: dict[str, Variable] = {}
    closed = True
    for option, value in options:
        if option == "env-file" or (option == "env" and (value is None or not value.first)):
            closed = False
        elif option == "env" and value is not None:
            name, separator, text = value.first.partition("=")
            place = at.text.place(value.start, value.end)
            if separator:
                found[name] = Variable(text if value.text is not None else None, place)
            elif name in outside and outside[name].certain:
                found[name] = outside[name]
            else:
                # A context may hold it, or nobody.
                found[name] = Variable(None, place)
    return found, closed


def _mounts(at: RunCommand, options: _Options) -> dict[str, str]:
    found: dict[str, str] = {}
    for option, value in options:
        if value is None or value.text is None:
            continue
        if option == "volume":
            source, separator, rest = value.text.partition(":")
            target = rest.partition(":")[0]
        elif option == "mount":
            fields = dict([pair.partition("=")[::2] for pair in value.text.split(",")])
            source = fields.get("source", fields.get("src", ""))
            target = fields.get("target", fields.get("destination", fields.get("dst", "")))
            separator = "=" if fields.get("type", "bind") == "bind" else ""
        else:
            continue
        path = at.path(source) if source.startswith(("/", "~", ".")) else None
        if separator and path is not None and target.startswith("/"):
            found[posixpath.normpath(target)] = path
    return found
