"""The report for GitLab's code quality widget: the issues of Code Climate's form that GitLab documents."""

from __future__ import annotations

from orbgen.lint.findings import Finding, Severity
from orbgen.lint.reports import formats
from orbgen.lint.reports.json_text import Json, listed
from orbgen.lint.reports.locations import repository_path
from orbgen.lint.result import FileResult, Summary
from orbgen.source.span import Span

_SEVERITIES = {
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.INFO: "info",
}


class Report(formats.Report):
    """One list with an element for each finding, and for each problem."""

    opening = "[\n"
    between = ",\n"

    def part(self, result: FileResult, fail_on: Severity) -> tuple[str, str]:
        """A file's issues."""
        problems = [
            _issue(problem.span, problem.message, problem.code, "blocker", f"{problem.code}\0{problem.message}")
            for problem in result.problems
        ]
        return listed([*problems, *map(_found, result.findings)], 1), ""

    def closing(self, summary: Summary) -> str:
        """The end of the list."""
        return "\n]\n"


def _found(finding: Finding) -> Json:
    severity = _SEVERITIES[finding.severity]
    return _issue(finding.primary, finding.message, finding.name, severity, finding.fingerprint)


def _issue(span: Span, description: str, name: str, severity: str, mark: str) -> Json:
    import hashlib

    path = repository_path(span.source.name)
    return {
        "description": description,
        "check_name": name,
        # Of all issues of a report GitLab shows only the first with a fingerprint.
        "fingerprint": hashlib.sha256(f"{path}\0{mark}".encode("utf-8", "surrogatepass")).hexdigest()[:32],
        "severity": severity,
        "location": {"path": path, "lines": {"begin": span.line, "end": span.end_line}},
    }
