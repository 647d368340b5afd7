"""What a run over many files gives: findings, problems that kept a file from being read, and counts."""

from __future__ import annotations

import msgspec

from orbgen.lint.findings import Finding, Severity
from orbgen.source.problems import Problem


class FileResult(msgspec.Struct, frozen=True):
    """One file: the findings shown, how many the thresholds hid, the problems of reading it, its missing orbs.

    A `skipped` file is only a part of a configuration; one that was not `linted` could not be read at all.
    """

    name: str
    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    hidden: int = 0
    missing_orbs: tuple[str, ...] = ()
    skipped: bool = False
    linted: bool = True


class Summary(msgspec.Struct):
    """Counts over all files, kept while they are linted one by one."""

    files: int = 0
    skipped: int = 0
    unreadable: int = 0
    hidden: int = 0
    findings: dict[Severity, int] = {}
    missing_orbs: set[str] = set()

    def add(self, result: FileResult) -> None:
        """Count one file's result."""
        if result.skipped:
            self.skipped += 1
            return
        self.files += result.linted
        self.unreadable += bool(result.problems)
        self.hidden += result.hidden
        self.missing_orbs.update(result.missing_orbs)
        for finding in result.findings:
            self.findings[finding.severity] = self.findings.get(finding.severity, 0) + 1

    def reaches(self, severity: Severity) -> bool:
        """Whether a finding has this severity or more; `info` alone never fails a run."""
        return any([found.rank >= max(severity.rank, 1) for found in self.findings])
