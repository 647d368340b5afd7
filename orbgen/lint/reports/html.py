"""The report as a page: one file with everything in it, for the artifacts of a job."""

from __future__ import annotations

from typing import Any

from orbgen import __version__
from orbgen.lint.catalogue import address
from orbgen.lint.findings import Finding, Severity
from orbgen.lint.reports import formats
from orbgen.lint.reports.diagnostics import finding_lines, frame_of, problem_lines
from orbgen.lint.reports.style import Style
from orbgen.lint.reports.summary import summary_line
from orbgen.lint.result import FileResult, Summary
from orbgen.source.problems import Problem
from orbgen.source.span import Span

_STYLE = Style(coloured=False, width=100)
_PLAIN = Style(coloured=False)


class Report(formats.Report):
    """A heading for each file with its findings, which unfold to the code, the way that leads there and the remedy."""

    def part(self, result: FileResult, fail_on: Severity) -> tuple[str, str]:
        """A file's section."""
        from orbgen.trace.page import rendered

        found = [_problem(problem) for problem in result.problems]
        found += [_finding(finding) for finding in result.findings]
        return "", rendered("lint_file.html.j2", name=result.name, found=found) if found else ""

    def closing(self, summary: Summary) -> str:
        """The whole page."""
        from markupsafe import Markup

        from orbgen.trace.page import page

        # The sections are HTML already, in which what users wrote is text.
        sections = [Markup(text) for text in self.kept]
        words = summary_line(summary, _PLAIN)
        return page("lint.html.j2", summary=words, sections=sections, version=__version__)


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "severity": finding.severity.value,
        "name": finding.name,
        "message": finding.message,
        "address": address(finding.rule),
        "place": _place(finding.primary),
        "frame": frame_of(finding_lines(finding, _STYLE)),
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "severity": "error",
        "name": problem.code,
        "message": problem.message,
        "address": "",
        "place": _place(problem.span),
        "frame": frame_of(problem_lines(problem, _STYLE)),
    }


def _place(span: Span) -> str:
    return f"{span.source.name}:{span.line}:{span.column}" if span.source.text else span.source.name
