"""What a run over many files gives: findings, problems that kept a file from being read, and counts."""

from __future__ import annotations

import os

import msgspec

from orbgen.lint.findings import Finding, Severity
from orbgen.source.problems import Problem
from orbgen.source.span import Span

# Where the ways to places in a tbot.yaml begin.
_IN_TBOT_FILE = "tbot/"


class Replacement(msgspec.Struct, frozen=True):
    """The text to put in the place of a span."""

    span: Span
    text: str


class Offer(msgspec.Struct, frozen=True):
    """How the finding of a fingerprint could be mended: a title ("delete the path"), and what to put where.

    What is not `safe` changes what the pipeline does, and is for the user to look at.
    """

    fingerprint: str
    title: str
    safe: bool
    edits: tuple[Replacement, ...]


class FileResult(msgspec.Struct, frozen=True):
    """One file: the findings shown, how many the thresholds hid, the problems of reading it, its missing orbs.

    A `skipped` file is only a part of a configuration, or a `foreign` one that is none of CircleCI's at all; one that
    was not `linted` could not be read. An orb that lies in a folder is one result for its several `files`.
    In a `shared` one, a tbot.yaml, configurations that start tbot with it may find more.
    The `baseline` hides `known` findings, and lists some that are `gone`; `known_beside` are the fingerprints of those
    known ones that lie in a tbot.yaml, which several files may give. There are `offers` where they were asked for.
    """

    name: str
    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    hidden: int = 0
    missing_orbs: tuple[str, ...] = ()
    skipped: bool = False
    linted: bool = True
    foreign: bool = False
    files: int = 1
    known: int = 0
    gone: int = 0
    baseline: str | None = None
    offers: tuple[Offer, ...] = ()
    shared: bool = False
    known_beside: tuple[str, ...] = ()


class Repeats:
    """Remembers what was found in each tbot.yaml of a run.

    The file itself gives it, and each configuration that starts tbot with it; it is told once.
    """

    def __init__(self) -> None:
        self._seen: set[tuple[str, str, int, int]] = set()
        self._known: set[str] = set()

    def left_out(self, result: FileResult) -> FileResult:
        """A file's result without what another's has told already."""
        if result.known_beside:
            repeated = len(self._known.intersection(result.known_beside))
            self._known.update(result.known_beside)
            result = msgspec.structs.replace(result, known=result.known - repeated)
        if not any(map(is_in_tbot_file, result.findings)):
            return result
        findings = tuple([finding for finding in result.findings if self._is_new(finding)])
        return msgspec.structs.replace(result, findings=findings)

    def _is_new(self, finding: Finding) -> bool:
        if not is_in_tbot_file(finding):
            return True
        span = finding.primary
        key = finding.name, os.path.realpath(span.source.name), span.start, span.end
        new = key not in self._seen
        self._seen.add(key)
        return new


def is_in_tbot_file(finding: Finding) -> bool:
    """Whether a finding lies in a tbot.yaml, be it the linted file or one beside it."""
    return finding.written_path.startswith(_IN_TBOT_FILE)


class Summary(msgspec.Struct):
    """Counts over all files, kept while they are linted one by one; `rules` are those with findings."""

    files: int = 0
    skipped: int = 0
    unreadable: int = 0
    hidden: int = 0
    findings: dict[Severity, int] = {}
    missing_orbs: set[str] = set()
    rules: set[str] = set()
    known: int = 0
    gone: int = 0
    baselines: set[str] = set()

    failed: bool = False

    def add(self, result: FileResult, fail_on: Severity = Severity.LOW) -> None:
        """Count one file's result; a finding from `fail_on` on fails the run, but `info` alone never does."""
        if result.skipped:
            self.skipped += not result.foreign
            return
        self.files += result.files if result.linted else 0
        self.unreadable += bool(result.problems)
        self.hidden += result.hidden
        self.known += result.known
        self.gone += result.gone
        if result.baseline is not None:
            self.baselines.add(result.baseline)
        self.missing_orbs.update(result.missing_orbs)
        for finding in result.findings:
            self.rules.add(finding.rule)
            self.findings[finding.severity] = self.findings.get(finding.severity, 0) + 1
            self.failed = self.failed or finding.severity.fails(fail_on)
