"""The concise report: one line a finding."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.lint.findings import Severity
from orbgen.lint.reports import formats
from orbgen.lint.reports.columns import printable
from orbgen.lint.reports.frames import where
from orbgen.lint.reports.style import Style
from orbgen.lint.result import FileResult


def report_file(result: FileResult, style: Style) -> Iterator[str]:
    """The lines for one file: place, severity, rule and message."""
    for problem in result.problems:
        name = style(f"error[{problem.code}]", "bold", "red")
        yield f"{style(where(problem.span), 'bold')}: {name}: {printable(problem.message)}"
    for finding in result.findings:
        name = style.severity(f"{finding.severity.value}[{finding.name}]", finding.severity)
        name = style.to_page(name, finding.rule)
        yield f"{style(where(finding.primary), 'bold')}: {name}: {printable(finding.message)}"


class Report(formats.Report):
    """Findings for people in a hurry, and for editors."""

    exact = False

    def part(self, result: FileResult, fail_on: Severity) -> tuple[str, str]:
        """A line for each finding."""
        return "".join([f"{line}\n" for line in report_file(result, self.style)]), ""
