"""The report for GitHub Actions: workflow commands, which a job's log turns into annotations of the changed files."""

from __future__ import annotations

from orbgen.lint.findings import Finding, Severity
from orbgen.lint.reports import formats
from orbgen.lint.reports.columns import printable
from orbgen.lint.reports.locations import repository_path
from orbgen.lint.result import FileResult
from orbgen.source.span import Span

_COMMANDS = {Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "notice", Severity.INFO: "notice"}


class Report(formats.Report):
    """One line for each finding and each problem."""

    def part(self, result: FileResult, fail_on: Severity) -> tuple[str, str]:
        """A file's annotations."""
        lines = [
            _command("error", problem.span, problem.code, problem.message, problem.help) for problem in result.problems
        ]
        lines += [
            _command(_COMMANDS[finding.severity], finding.primary, finding.name, finding.message, _advice(finding))
            for finding in result.findings
        ]
        return "".join([f"{line}\n" for line in lines]), ""


def _advice(finding: Finding) -> str | None:
    """What Teleport does with a mistake, and what to do."""
    effect = finding.effect.value if finding.effect is not None else None
    return f"{effect}: {finding.help}" if effect and finding.help else effect or finding.help


def _command(command: str, span: Span, title: str, message: str, help: str | None) -> str:
    properties = {"file": repository_path(span.source.name)}
    if span.source.text:
        line, column, end_line, end_column = span.bounds
        properties |= {"line": str(line), "endLine": str(end_line), "col": str(column)}
        if line == end_line:
            properties["endColumn"] = str(end_column)
    properties["title"] = f"orbgen: {title}"
    text = f"{printable(message)}\n{printable(help)}" if help else printable(message)
    given = ",".join([f"{name}={_property(printable(value))}" for name, value in properties.items()])
    return f"::{command} {given}::{_data(text)}"


def _data(text: str) -> str:
    """A text as the value of a workflow command: what would end it is escaped."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """A text as a property of a workflow command: what separates properties is escaped too."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
