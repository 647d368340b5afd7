"""The baseline: findings of old that are known, by their fingerprints, in a file that people keep beside their code."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from orbgen.lint.findings import Finding
from orbgen.lint.policy import BaselineError
from orbgen.lint.selection import Selection

VERSION = 1


class Entry(msgspec.Struct, frozen=True, order=True):
    """One known finding; rule and message are for people, fingerprint and file tell which it is.

    The path of the file is relative to the baseline's folder.
    """

    path: str
    rule: str
    message: str
    fingerprint: str


class _Content(msgspec.Struct):
    version: int
    findings: list[Entry]


class Baseline(msgspec.Struct, frozen=True, eq=False):
    """The entries of a baseline by the paths of their files."""

    path: str
    entries: dict[str, tuple[Entry, ...]]

    def split(self, findings: Iterable[Finding]) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
        """The findings that are new, and those that are known."""
        new: list[Finding] = []
        known: list[Finding] = []
        for finding in findings:
            entries = self._entries(finding.primary.source.name)
            fingerprint = finding.fingerprint if entries else ""
            (known if any([entry.fingerprint == fingerprint for entry in entries]) else new).append(finding)
        return tuple(new), tuple(known)

    def gone(
        self, name: str, known: Iterable[Finding], selection: Selection, elsewhere: frozenset[str] = frozenset()
    ) -> int:
        """How many entries of a file that was linted are there no more, of those that could have been found.

        What rules find in it that look at others, `elsewhere`, need not be gone.
        """
        found = {finding.fingerprint for finding in known}
        return len(
            [
                entry
                for entry in self._entries(name)
                if entry.fingerprint not in found
                and selection.names(*_name_of(entry))
                and _name_of(entry)[0] not in elsewhere
            ]
        )

    def without_file(self) -> int:
        """How many entries are about files that are there no more."""
        folder = os.path.dirname(self.path)
        lost = [path for path in self.entries if not os.path.exists(os.path.join(folder, path))]
        return sum([len(self.entries[path]) for path in lost if path != "<stdin>"])

    def _entries(self, name: str) -> tuple[Entry, ...]:
        return self.entries.get(path_from(self.path, name), ())


def _name_of(entry: Entry) -> tuple[str, str]:
    rule, _, kind = entry.rule.partition("[")
    return rule, kind.removesuffix("]")


def path_from(baseline: str, name: str) -> str:
    """The path of a file as a baseline has it, the same on every system and in every working directory."""
    if name == "<stdin>":
        return name
    return os.path.relpath(name, os.path.dirname(baseline) or os.curdir).replace(os.sep, "/")


def read_baseline(path: str) -> Baseline:
    """The baseline in a file. Raises BaselineError where there is none."""
    try:
        with open(path, "rb") as file:
            return _decoded(path, file.read())
    except OSError as error:
        raise BaselineError(f"cannot read the baseline {path}: {error.strerror}; --write-baseline writes one") from None


@lru_cache(maxsize=4)
def _decoded(path: str, data: bytes) -> Baseline:
    """What a baseline holds, worked out once for all folders of a run."""
    try:
        content = msgspec.json.decode(data, type=_Content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BaselineError(f"{path} is no baseline of orbgen: {error}; --write-baseline writes one") from None
    if content.version != VERSION:
        raise BaselineError(
            f"the baseline {path} is of version {content.version}, and this orbgen reads version {VERSION}; "
            "write it anew with --write-baseline"
        )
    entries: dict[str, list[Entry]] = {}
    for entry in content.findings:
        entries.setdefault(entry.path, []).append(entry)
    return Baseline(path, {name: tuple(found) for name, found in entries.items()})


def baseline_text(path: str, findings: Iterable[Finding]) -> str:
    """What a baseline in a file of that path holds: one line a finding, sorted, so that changes of it can be read."""
    entries = {
        Entry(path_from(path, finding.primary.source.name), finding.name, finding.message, finding.fingerprint)
        for finding in findings
    }
    lines = [msgspec.json.encode(entry).decode() for entry in sorted(entries)]
    listed = "".join([f"\n    {line}{',' if line is not lines[-1] else ''}" for line in lines])
    return f'{{\n  "version": {VERSION},\n  "findings": [{listed}{chr(10) + "  " if lines else ""}]\n}}\n'
