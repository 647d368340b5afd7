"""The concise report: one line a finding."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.lint.reports.style import Style
from orbgen.lint.result import FileResult


def report_file(result: FileResult, style: Style) -> Iterator[str]:
    """The lines for one file: place, severity, rule and message."""
    for problem in result.problems:
        yield f"{style(str(problem.span), 'bold')}: {style('error', 'bold', 'red')}: {problem.message}"
    for finding in result.findings:
        name = style.severity(f"{finding.severity.value}[{finding.name}]", finding.severity)
        yield f"{style(str(finding.primary), 'bold')}: {name}: {finding.message}"
