"""Identity files that a job makes of a variable and lets Teleport's clients use (rules.md 3.7)."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from orbgen.access.following import RunCommand, commands_of
from orbgen.circleci.pipeline import JobRun
from orbgen.lint.analyses.credentials.secret_names import is_secret_name
from orbgen.project.facts import Facts
from orbgen.shell.words import PartKind
from orbgen.source.span import Span

_CLIENTS = ("tsh", "tctl")
_FLAGS = ("-i", "--identity")
# What a variable is called that holds an identity, besides what any secret is called.
_MARKS = ("IDENTITY", "TELEPORT")


class MadeIdentity(msgspec.Struct, frozen=True):
    """The use of an identity file, the variable that it is made of, and where."""

    step: int
    span: Span
    variable: str
    made: Span


def made_identities(run: JobRun, facts: Facts) -> Iterator[MadeIdentity]:
    """The uses of files whose text a variable gives, in order."""
    files: dict[str, tuple[str, Span]] = {}
    # The variable that a pipe carries, by the step and the pipe's number in its script.
    carried: dict[tuple[int, int], str] = {}
    for at in commands_of(run, lambda text: ">" in text or any([name in text for name in _CLIENTS])):
        if at.found is not None and at.found.name in _CLIENTS:
            path = _identity(at)
            if path is not None and path in files:
                yield MadeIdentity(at.step, at.span, *files[path])
            continue
        pipe = (at.step, at.command.pipeline)
        secret = _secret(at, facts) or carried.get(pipe)
        if secret is None:
            continue
        if at.command.pipeline >= 0:
            carried[pipe] = secret
        for redirection in at.command.redirections:
            path = at.path_of(redirection.target) if redirection.writes else None
            if path is not None:
                files[path] = (secret, at.span)


def _secret(at: RunCommand, facts: Facts) -> str | None:
    """The first variable among a command's words that may hold an identity."""
    parts = [part for word in at.command.words[1:] for part in word.parts if part.kind is PartKind.VARIABLE]
    names = [part.text for part in parts]
    return next((name for name in names if is_secret_name(name, facts) or _is_identity(name)), None)


def _is_identity(name: str) -> bool:
    return any([mark in name for mark in _MARKS])


def _identity(at: RunCommand) -> str | None:
    """The identity file that a client is given."""
    assert at.found is not None
    words = [at.value(word) for word in at.found.arguments]
    for index, word in enumerate(words):
        if word in _FLAGS and index + 1 < len(words):
            return at.path(words[index + 1])
        if word is not None and word.startswith("--identity="):
            return at.path(word.partition("=")[2])
    return None
