"""Commands that show, hand on or open to others what tbot wrote (rules.md 3.7, `teleport-exposed-identity`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from orbgen.access.following import RunCommand, commands_of
from orbgen.access.join import Join
from orbgen.circleci.pipeline import JobRun
from orbgen.shell.words import Command, EnclosureKind
from orbgen.source.span import Span

_SHOWING = frozenset(("cat", "less", "head", "tail", "base64", "xxd", "od", "strings"))
# What each output writes that is secret; ssh_config, known_hosts and authorities are not.
_SECRET = re.compile(
    r"identity|key|tlscert|.*\.key|svid\.[a-z]+|jwt_svid|aws_credentials|kubeconfig\.yaml|mongo\.crt|key-cert\.pub"
)
_SYMBOLIC = re.compile(r"(?:[ugo]*[go][ugo]*|a|[ugo]*)?[+=][rwx]*r[rwx]*")
_OCTAL = re.compile(r"[0-7]{3,4}")
# The bits by which the group and others read.
_OTHERS_READ = 0o044


class Exposure(msgspec.Struct, frozen=True):
    """One place where credentials get further: `printed`, `exported` or `readable`."""

    kind: str
    step: int
    span: Span
    name: str
    program: str


def exposures(run: JobRun, joins: tuple[Join, ...]) -> Iterator[Exposure]:
    """The exposures of what the joins of a job run have written by then."""
    for at in commands_of(run, lambda text: any([name in text for name in (*_SHOWING, "chmod", "<")])):
        folders = {written.folder for join in joins if join.step <= at.step for written in join.written}
        if at.found is None or not folders:
            continue
        if at.found.name in _SHOWING:
            yield from _shown(at, folders)
        elif at.found.name == "chmod":
            yield from _opened(at, folders)


def _shown(at: RunCommand, folders: set[str]) -> Iterator[Exposure]:
    """What a command shows, on the log or to the command that it is written into."""
    assert at.found is not None
    for word in at.found.arguments:
        path = at.path_of(word)
        folder, _, name = path.rpartition("/") if path is not None else ("", "", "")
        if folder not in folders or _SECRET.fullmatch(name) is None:
            continue
        outer = _outer(at)
        if outer is not None:
            kind = "exported" if _hands_on(outer) else "printed" if outer.name in ("echo", "printf") else ""
        else:
            kind = "" if _goes_elsewhere(at) else "printed"
        if kind:
            yield Exposure(kind, at.step, at.text.place(word.start, word.end), name, at.found.name)


def _outer(at: RunCommand) -> Command | None:
    """The command whose word a command is substituted into."""
    around = [one for one in at.command.around if one.kind is EnclosureKind.SUBSTITUTION]
    if not around:
        return None
    inner = around[-1]
    holders = [one for one in at.script.commands if one.start <= inner.start and inner.end <= one.end]
    return max(holders, key=lambda one: one.start, default=at.command)


def _hands_on(outer: Command) -> bool:
    """Whether a command gives its words to later steps, to its children or to another program."""
    for one in outer.redirections:
        if one.writes and one.target is not None:
            return "BASH_ENV" in [part.text for part in one.target.parts]
    if outer.name in ("echo", "printf", None):
        return False
    return outer.name not in _SHOWING and bool(outer.words)


def _goes_elsewhere(at: RunCommand) -> bool:
    """Whether what a command prints does not come to the log: into a file, or to a program that reads it."""
    if any([one.writes and one.descriptor != "2" for one in at.command.redirections]):
        return True
    stages = [one for one in at.command.around if one.kind is EnclosureKind.PIPELINE]
    if not stages or stages[-1].last:
        return False
    later = [one for one in at.script.commands if one.pipeline == at.command.pipeline and one.start > at.command.start]
    return not all([one.name in (*_SHOWING, "tee", "tr", "sort") and not one.redirections for one in later])


def _opened(at: RunCommand, folders: set[str]) -> Iterator[Exposure]:
    """What `chmod` lets the group or others read."""
    assert at.found is not None
    words = [word for word in at.found.arguments if not (at.value(word) or "").startswith("-")]
    mode = at.value(words[0]) if words else None
    if mode is None or not _lets_others_read(mode):
        return
    for word in words[1:]:
        path = at.path_of(word)
        if path is not None and any([path == folder or _is_in(path, folder) for folder in folders]):
            yield Exposure("readable", at.step, at.text.place(word.start, word.end), path, "chmod")


def _is_in(path: str, folder: str) -> bool:
    name = path[len(folder) + 1 :]
    return path.startswith(f"{folder}/") and (_SECRET.fullmatch(name) is not None or "*" in name)


def _lets_others_read(mode: str) -> bool:
    if _OCTAL.fullmatch(mode):
        return bool(int(mode, 8) & _OTHERS_READ)
    return any([_SYMBOLIC.fullmatch(part) is not None and not part.startswith("u") for part in mode.split(",")])
