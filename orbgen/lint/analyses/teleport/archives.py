"""Archives of Teleport's that a job fetches and uses, and whether anything checks them in between (rules.md 3.7)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import msgspec

from orbgen.access.following import RunCommand, commands_of
from orbgen.circleci.pipeline import JobRun
from orbgen.shell.words import PartKind, Word
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.span import Span

_FETCHING = ("curl", "wget", "aria2c")
_UNPACKING = ("tar", "bsdtar", "unzip", "dpkg", "rpm", "apt", "apt-get", "yum", "dnf", "installer")
# Whatever looks at a file's digest or signature.
_CHECKING = ("sha256sum", "shasum", "openssl", "gpg", "gpgv", "cosign", "minisign")
_HOSTS = ("cdn.teleport.dev/", "get.gravitational.com/")
_ARCHIVE = lazy_pattern(r"/(?:teleport|tbot)[^/?#]*\.(?:tar\.gz|tgz|pkg|deb|rpm|zip)$")


class Archive(msgspec.Struct, frozen=True):
    """An archive that is used as it came. It is `unsure` where an orb that is not at hand ran in between."""

    step: int
    span: Span
    unsure: bool


def unchecked_archives(run: JobRun) -> Iterator[Archive]:
    """The archives that nothing checks before they are unpacked or installed, each once."""
    waiting: list[tuple[RunCommand, Span]] = []
    pipes: set[tuple[int, int]] = set()
    for at in commands_of(run, _wants):
        name = at.found.name if at.found is not None else None
        if name in _CHECKING:
            waiting.clear()
        elif name in _FETCHING:
            for word in at.found.arguments if at.found is not None else ():
                if is_archive(word):
                    waiting.append((at, at.text.place(word.start, word.end)))
                    pipes.add((at.step, at.command.pipeline))
        elif name in _UNPACKING and waiting and _is_used(at, waiting, pipes):
            for fetched, span in waiting:
                between = run.steps[fetched.step : at.step]
                yield Archive(fetched.step, span, any([step.opaque for step in between]))
            waiting.clear()


def _wants(script: str) -> bool:
    return "teleport" in script or any([name in script for name in (*_CHECKING, *_UNPACKING)])


def is_archive(word: Word) -> bool:
    """Whether a word is the address of one of Teleport's archives, whatever version a variable puts in."""
    text = "".join([part.text if part.kind is PartKind.LITERAL else "x" for part in word.parts])
    return any([host in text for host in _HOSTS]) and _ARCHIVE.search(text) is not None


def _is_used(at: RunCommand, waiting: list[tuple[RunCommand, Span]], pipes: set[tuple[int, int]]) -> bool:
    """Whether a command unpacks or installs what was fetched: by its name, through a pipe, or by whatever name."""
    if at.command.pipeline >= 0 and (at.step, at.command.pipeline) in pipes:
        return True
    assert at.found is not None
    texts = ["".join([part.text for part in word.parts]) for word in at.found.arguments]
    if any(["teleport" in text.lower() or "tbot" in text.lower() for text in texts]):
        return True
    named = {text.rpartition("/")[2] for text in texts}
    written = {text for fetched, _ in waiting for text in _files(fetched)}
    return bool(named & written)


def _files(fetched: RunCommand) -> Iterator[str]:
    """What the file may be called that a command fetches into."""
    for redirection in fetched.command.redirections:
        if redirection.writes and redirection.target is not None:
            yield "".join([part.text for part in redirection.target.parts]).rpartition("/")[2]
    words = fetched.found.arguments if fetched.found is not None else ()
    for flag, word in pairwise(words):
        if (flag.literal or "") in ("-o", "-O", "--output", "--output-document") or (flag.literal or "").endswith("o"):
            yield "".join([part.text for part in word.parts]).rpartition("/")[2]
