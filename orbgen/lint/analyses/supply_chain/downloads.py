"""Programs that a job downloads for one platform and then runs (rules.md 3.4, `mismatched-executor`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import msgspec

from orbgen.lint.context import StepScript
from orbgen.shell.words import Command, PartKind, Word
from orbgen.shell.wrappers import unwrap
from orbgen.source.lazy_patterns import lazy_pattern

_DOWNLOADERS = ("curl", "wget", "aria2c")
_SYSTEM = lazy_pattern(r"(?<![a-z0-9])(linux|darwin|macos|osx|windows|win64)(?![a-z])", re.IGNORECASE)
_PROCESSOR = lazy_pattern(r"(?<![a-z0-9])(amd64|x86[_-]64|x64|arm64|aarch64)(?![a-z0-9])", re.IGNORECASE)
_PLATFORMS = ("linux", "darwin", "macos", "osx", "windows", "win64", "amd64", "x86", "x64", "arm64", "aarch64")
_SYSTEMS = {"darwin": "macOS", "macos": "macOS", "osx": "macOS", "windows": "Windows", "win64": "Windows"}
# A script that asks what it runs on, or runs programs for other processors, knows what it downloads.
_ASKS = lazy_pattern(
    r"\b(?:uname|print-architecture|OSTYPE|TARGETARCH|TARGETPLATFORM|qemu\S*|binfmt\S*|[Rr]osetta)\b"
    r"|(?<![$\w{-])arch(?![\w=-])"
)
# The name of the program: what stands before a version or a platform.
_PROGRAM = lazy_pattern(
    r"[a-z][a-z+]*(?:[-_](?!v?[0-9]|linux|darwin|macos|osx|win|amd64|x86|x64|arm64|aarch64)[a-z+]+)*"
)
_OF_TELEPORT = ("tbot", "tsh", "tctl", "teleport")
_UNPACKING = frozenset(("tar", "bsdtar", "unzip", "gunzip", "gzip", "7z", "xz"))
_INSTALLING = frozenset(("dpkg", "rpm", "apt", "apt-get", "yum", "dnf", "gdebi", "installer", "sh", "bash"))
_PLACING = frozenset(("mv", "cp", "install", "ln"))

_UNPACKED, _RUN = "unpacked", "run"


class Download(msgspec.Struct, frozen=True, eq=False):
    """A file that a script downloads by an address that names a platform, from character `start` to `end`.

    `system` and `processor` are empty where the address does not say.
    """

    script: StepScript
    command: Command
    start: int
    end: int
    file: str
    program: str
    system: str = ""
    processor: str = ""


def run_downloads(scripts: Sequence[StepScript]) -> Iterator[Download]:
    """What the scripts of a job run download for one platform, and then install, unpack and call, or run."""
    for number, script in enumerate(scripts):
        if not _may_download(script.text.text):
            continue
        found = list(_downloads(script))
        for download in found:
            chosen = any([_is_other(download, other) for other in found])
            if not chosen and _is_run(download, scripts[number:]):
                yield download


@lru_cache(maxsize=1024)
def _may_download(text: str) -> bool:
    """Whether a script can download for a platform that it does not ask for itself."""
    if not any([word in text for word in _DOWNLOADERS]):
        return False
    lower = text.lower()
    return any([name in lower for name in _PLATFORMS]) and _ASKS.search(text) is None


def _is_other(download: Download, other: Download) -> bool:
    """Whether another download is the same program for another platform, so that the script chooses."""
    platforms = (download.system, download.processor), (other.system, other.processor)
    return other is not download and other.program == download.program and platforms[0] != platforms[1]


def _downloads(script: StepScript) -> Iterator[Download]:
    variables = script.script.literals
    for command in script.script.commands:
        found = unwrap(command, variables)
        if found is None or found.name not in _DOWNLOADERS:
            continue
        for word in found.arguments:
            address = _written(word, variables)
            scheme, separator, rest = address.partition("://")
            _, slash, path = rest.partition("/")
            if not separator or not slash or not scheme.startswith("http"):
                continue
            path = re.split(r"[?#]", path)[0]
            systems = {_SYSTEMS.get(name.lower(), "Linux") for name in _SYSTEM.findall(path)}
            names = [name.lower() for name in _PROCESSOR.findall(path)]
            processors = {"ARM" if name.startswith(("arm", "aarch")) else "x86" for name in names}
            if len(systems) > 1 or len(processors) > 1 or not (systems or processors):
                continue
            own = path.rpartition("/")[2]
            program = _PROGRAM.match(own.lower())
            file = _target(command, found.arguments, variables) or own
            yield Download(
                script,
                command,
                word.start,
                word.end,
                file.rpartition("/")[2],
                program[0] if program is not None else "",
                *systems or ("",),
                *processors or ("",),
            )


def _written(word: Word, variables: Mapping[str, str]) -> str:
    """A word in which a character that no address has stands for what is not known."""
    return "".join(
        [
            part.text
            if part.kind is PartKind.LITERAL
            else variables.get(part.text, "\0")
            if part.kind is PartKind.VARIABLE and part.plain
            else "\0"
            for part in word.parts
        ]
    )


def _target(command: Command, arguments: tuple[Word, ...], variables: Mapping[str, str]) -> str:
    """The file that a download is written to, where the command says."""
    words = [_written(word, variables) for word in arguments]
    for index, word in enumerate(words[:-1]):
        if re.fullmatch(r"-[a-zA-Z]*o|--output|-[a-zA-Z]*O|--output-document|--out", word):
            following = words[index + 1]
            if not following.startswith(("-", "http")):
                return following
    for word in words:
        name, equals, value = word.partition("=")
        if equals and name in ("--output", "--output-document", "--out"):
            return value
    for redirection in command.redirections:
        if redirection.writes and redirection.descriptor != "2" and redirection.target is not None:
            return _written(redirection.target, variables)
    return ""


def _is_run(download: Download, scripts: Sequence[StepScript]) -> bool:
    """Whether what was downloaded is put among the programs, installed or called."""
    unpacked = False
    for script in scripts:
        here = script is download.script
        for command in script.script.commands:
            if here and command.start <= download.command.start:
                continue
            use = _used(command, script.script.literals, download, unpacked, here)
            if use == _RUN:
                return True
            unpacked = unpacked or use == _UNPACKED
    return False


def _used(command: Command, variables: Mapping[str, str], download: Download, unpacked: bool, here: bool) -> str:
    """What a command does with the file or, once it is unpacked, with the program in it."""
    found = unwrap(command, variables)
    if found is None:
        return ""
    words = [_written(word, variables) for word in found.arguments]
    handled = any([_is_named(word, download.file) for word in words])
    called = "".join([_written(word, variables) for word in command.words if word.start == found.start])
    if _is_named(called, download.file) or (unpacked and _is_program(called, download)):
        return _RUN
    if found.name in _UNPACKING:
        piped = here and command.pipeline >= 0 and command.pipeline == download.command.pipeline
        if not (handled or piped):
            return ""
        return _RUN if any([_is_for_programs(word) for word in words]) else _UNPACKED
    if found.name in _PLACING:
        moved = handled or (unpacked and any([_is_program(word, download) for word in words[:-1]]))
        return _RUN if moved and _is_for_programs(words[-1]) else ""
    return _RUN if handled and (found.name == "chmod" or found.name in _INSTALLING) else ""


def _is_named(path: str, file: str) -> bool:
    return bool(file) and "\0" not in file and path.rpartition("/")[2] == file


def _is_for_programs(path: str) -> bool:
    """Whether a path leads into a folder of programs."""
    return "bin" in path.rstrip("/").split("/")


def _is_program(path: str, download: Download) -> bool:
    """Whether a part of a path is called as the program that was downloaded, or begins as it does."""
    names = (download.program, *(_OF_TELEPORT if download.program == "teleport" else ()))
    return any(
        [
            part in names or (len(part) > 2 and download.program.startswith(part))
            for part in path.split("/")
            if part not in ("", ".", "..", "usr", "local", "bin", "opt", "tmp")
        ]
    )
