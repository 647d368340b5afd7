"""The JUnit report: findings as tests that failed, for the test tabs of CircleCI, GitLab and Jenkins.

It keeps to `junit-10.xsd` of Jenkins' xUnit plugin. A file is a test suite, which passes as one test if there is
nothing to say. CircleCI lists a test by `classname` and `name` and shows the message and text of its failure; GitLab
knows tests by the same two, so no two tests of a file have the same name. A finding that fails no run is a test that
passes.
"""

from __future__ import annotations

import re
from collections import Counter

import msgspec

from orbgen.lint.findings import Finding, Severity
from orbgen.lint.reports import formats
from orbgen.lint.reports.columns import printable
from orbgen.lint.reports.diagnostics import finding_lines, problem_lines
from orbgen.lint.reports.frames import where
from orbgen.lint.reports.style import Style
from orbgen.lint.result import FileResult, Summary
from orbgen.source.problems import Problem
from orbgen.source.span import Span

_STYLE = Style(coloured=False, width=100)
# What XML 1.0 cannot hold, whether escaped or not.
_IMPOSSIBLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Report(formats.Report):
    """One test suite for each file."""

    opening = '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="orbgen lint">\n'

    def part(self, result: FileResult, fail_on: Severity) -> tuple[str, str]:
        """A file's test suite; a part of a configuration has none."""
        if result.skipped:
            return "", ""
        tests = [
            _Test(_title(problem.code, problem.span), "error", *_of_problem(problem)) for problem in result.problems
        ]
        tests += [
            _Test(_title(finding.name, finding.primary), _outcome(finding, fail_on), *_of_finding(finding))
            for finding in result.findings
        ]
        return _suite(result.name, tests or [_Test("no findings")]), ""

    def closing(self, summary: Summary) -> str:
        """The end of all suites."""
        return "</testsuites>\n"


class _Test(msgspec.Struct, frozen=True):
    """A test: what it is called, whether it passed (empty), and what is said of it."""

    title: str
    outcome: str = ""
    type: str = ""
    message: str = ""
    text: str = ""


def _suite(file: str, tests: list[_Test]) -> str:
    name = _attribute(file)
    outcomes = Counter([test.outcome for test in tests])
    counts = f'tests="{len(tests)}" failures="{outcomes["failure"]}" errors="{outcomes["error"]}" skipped="0" time="0"'
    lines = [f'  <testsuite name="{name}" {counts} file="{name}">']
    seen: Counter[str] = Counter()
    for test in tests:
        seen[test.title] += 1
        title = test.title if seen[test.title] == 1 else f"{test.title} #{seen[test.title]}"
        opening = f'    <testcase classname="{name}" name="{_attribute(title)}" time="0"'
        content = _content(test)
        lines.append(f"{opening}>\n      {content}\n    </testcase>" if content else f"{opening}/>")
    return "\n".join([*lines, "  </testsuite>\n"])


def _content(test: _Test) -> str:
    if test.outcome:
        attributes = f'type="{_attribute(test.type)}" message="{_attribute(test.message)}"'
        return f"<{test.outcome} {attributes}>{_text(test.text)}</{test.outcome}>"
    return f"<system-out>{_text(test.text)}</system-out>" if test.text else ""


def _title(name: str, span: Span) -> str:
    return f"{name} at line {span.line}, column {span.column}" if span.source.text else name


def _outcome(finding: Finding, fail_on: Severity) -> str:
    return "failure" if finding.severity.fails(fail_on) else ""


def _of_finding(finding: Finding) -> tuple[str, str, str]:
    """Type, message and text of a finding."""
    message = f"{where(finding.primary)}: {finding.message}"
    return finding.severity.value, message, "\n".join(finding_lines(finding, _STYLE))


def _of_problem(problem: Problem) -> tuple[str, str, str]:
    message = f"{where(problem.span)}: {problem.message}"
    return problem.code, message, "\n".join(problem_lines(problem, _STYLE))


def _text(text: str) -> str:
    """A text between tags."""
    possible = _IMPOSSIBLE.sub(lambda match: printable(match[0]), text)
    # A carriage return would be read as a line feed.
    return possible.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def _attribute(text: str) -> str:
    """A text in quotation marks, where white space would be read as spaces."""
    return _text(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")
