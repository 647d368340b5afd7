"""The Markdown report, for a job's summary or a comment on a pull request.

What files and people wrote stands in it as text: none of it is read as Markdown or HTML. It stays below the size that
GitHub and GitLab take as a comment; what does not fit is counted.
"""

from __future__ import annotations

import re

from orbgen.lint.catalogue import address
from orbgen.lint.findings import Finding, Severity
from orbgen.lint.reports import formats
from orbgen.lint.reports.columns import printable
from orbgen.lint.reports.diagnostics import finding_lines, problem_lines
from orbgen.lint.reports.style import Style
from orbgen.lint.reports.summary import counted, summary_line
from orbgen.lint.result import FileResult, Summary
from orbgen.source.problems import Problem
from orbgen.source.span import Span

LONGEST = 60_000  # characters; GitHub takes comments of 65,536
_STYLE = Style(coloured=False, width=100)
_PLAIN = Style(coloured=False)
_SIGNS = {Severity.HIGH: "🔴", Severity.MEDIUM: "🟠", Severity.LOW: "🟡", Severity.INFO: "🔵"}
# The last ones begin a mention or a reference to an issue. Services look for them in what was made of the Markdown,
# where an entity is as good as the character.
_SPECIAL = re.compile(r"[\\`*_\[\]<>|~&$^]|:(?=//)|(?<=www)\.|[@#!](?=\w)")
_REFERENCES = "@#!"
_FENCES = re.compile(r"`{3,}")


class Report(formats.Report):
    """A title with the counts, and for each file a table with the details below."""

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self._size = 0
        self._left_out = 0

    def part(self, result: FileResult, fail_on: Severity) -> tuple[str, str]:
        """A file's section, for below the title."""
        rows = [_problem_row(problem, result.name) for problem in result.problems]
        rows += [_finding_row(finding, result.name) for finding in result.findings]
        if not rows:
            return "", ""
        details = ["\n".join(problem_lines(problem, _STYLE)) for problem in result.problems]
        details += ["\n".join(finding_lines(finding, _STYLE)) for finding in result.findings]
        table = "\n".join(["| | Line | Finding |", "| --- | --- | --- |", *rows])
        return "", f"### {code(result.name)}\n\n{table}\n\n{_folded(details)}\n"

    def keep(self, text: str) -> None:
        """Keep a section as far as it fits: without the details, or only counted."""
        table = text.partition("<details>")[0]
        for piece in (text, table):
            if self._size + len(piece) <= LONGEST:
                self._size += len(piece)
                self.kept.append(piece)
                return
        self._left_out += 1

    def closing(self, summary: Summary) -> str:
        """The whole report."""
        sign = "❌" if summary.failed or summary.unreadable else "✅"
        parts = [f"## {sign} orbgen lint\n\n{summary_line(summary, _PLAIN)}\n", *self.kept]
        if self._left_out:
            parts.append(f"{counted(self._left_out, 'more file')} with findings would not fit here.\n")
        return "\n".join(parts)


def _finding_row(finding: Finding, file: str) -> str:
    name = f"[{code(finding.name)}]({address(finding.rule)})"
    sign = f"{_SIGNS[finding.severity]} {finding.severity.value}"
    return f"| {sign} | {_line(finding.primary, file)} | {name}: {prose(finding.message)} |"


def _problem_row(problem: Problem, file: str) -> str:
    return f"| ❌ error | {_line(problem.span, file)} | {code(problem.code)}: {prose(problem.message)} |"


def _line(span: Span, file: str) -> str:
    """Line and column; in another file than the section's, such as a part of an orb or a tbot.yaml, that as well."""
    where = f"{span.line}:{span.column}" if span.source.text else ""
    return where if span.source.name == file else f"{code(span.source.name)} {where}"


def _folded(details: list[str]) -> str:
    """Texts in a block that is unfolded by a click."""
    text = "\n".join(details).rstrip("\n")
    fence = "`" * max([3, *[len(match[0]) + 1 for match in _FENCES.finditer(text)]])
    return f"<details><summary>Places and remedies</summary>\n\n{fence}text\n{text}\n{fence}\n\n</details>\n"


def prose(message: str) -> str:
    """A message, what it has in backticks as code."""
    pieces = message.split("`")
    if len(pieces) % 2 == 0:
        return escaped(message)
    return "".join([code(piece) if index % 2 else escaped(piece) for index, piece in enumerate(pieces)])


def code(text: str) -> str:
    """A text in the letters of code, also in a table."""
    return f"<code>{escaped(text)}</code>"


def escaped(text: str) -> str:
    """A text in which nothing is read as Markdown, HTML, a mention or the border of a table."""
    return _SPECIAL.sub(_harmless, printable(text))


def _harmless(match: re.Match[str]) -> str:
    character = match[0]
    return f"{character}<!-- -->" if character in _REFERENCES else f"&#{ord(character)};"
