"""The full report: each finding with its code frames, the way that led to it and what to do."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.lint.findings import Severity
from orbgen.lint.reports import formats
from orbgen.lint.reports.diagnostics import finding_lines, problem_lines
from orbgen.lint.reports.style import Style
from orbgen.lint.result import FileResult


def report_file(result: FileResult, style: Style) -> Iterator[str]:
    """The lines for one file."""
    for problem in result.problems:
        yield from problem_lines(problem, style)
    for finding in result.findings:
        yield from finding_lines(finding, style)


class Report(formats.Report):
    """Findings for people."""

    exact = False

    def part(self, result: FileResult, fail_on: Severity) -> tuple[str, str]:
        """Frames, way and remedy of each finding."""
        return "".join([f"{line}\n" for line in report_file(result, self.style)]), ""
