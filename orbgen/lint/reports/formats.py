"""The formats that findings are shown in, and how a report is put together while files are linted one by one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from orbgen.lint.findings import Severity
from orbgen.lint.reports.style import Style
from orbgen.lint.result import FileResult, Summary

# Each format with the module of this folder that has its `Report`; imported when it is asked for.
FORMATS = {
    "full": "full",
    "concise": "concise",
    "json": "json_format",
    "sarif": "sarif",
    "junit": "junit",
    "github": "github",
    "gitlab": "gitlab",
    "markdown": "markdown",
    "html": "html",
}


class Report(ABC):
    """A report in one format. What it says of a file depends on nothing but the file, so it may be made anywhere.

    `opening` comes first, the files' parts with `between` between them follow, `closing` ends. A report whose `exact`
    is set is UTF-8 whatever the terminal takes. One that is `offering` tells how findings could be mended.
    """

    exact = True
    offering = False
    opening = ""
    between = ""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.kept: list[str] = []

    @abstractmethod
    def part(self, result: FileResult, fail_on: Severity) -> tuple[str, str]:
        """What the report says of a file at once, and what it says of it at its end; empty if nothing.

        From `fail_on` on a finding fails the run.
        """

    def keep(self, text: str) -> None:
        """Keep what is said of a file for the end."""
        self.kept.append(text)

    def closing(self, summary: Summary) -> str:
        """The end of the report."""
        return ""


class Growing:
    """A report as it grows: the text that each step adds to it."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self._begun = False

    def add(self, part: tuple[str, str]) -> str:
        """The text for the next file, from what `Report.part` made of it."""
        now, later = part
        if later:
            self.report.keep(later)
        if not now:
            return ""
        before = self.report.between if self._begun else self.report.opening
        self._begun = True
        return before + now

    def close(self, summary: Summary) -> str:
        """The text behind the last file."""
        return ("" if self._begun else self.report.opening) + self.report.closing(summary)


def report_in(format_: str, style: Style) -> Report:
    """A new report in a format of `FORMATS`; the style is for those that people read."""
    from importlib import import_module

    module: Any = import_module(f"orbgen.lint.reports.{FORMATS[format_]}")
    report: Report = module.Report(style)
    return report
