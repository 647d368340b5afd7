"""The reports of one run of `orbgen lint`: one on standard output, others in files."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from orbgen.cli.streams import write_exactly
from orbgen.lint.reports.formats import Growing, report_in

if TYPE_CHECKING:
    from orbgen.cli.lint_output import Output
    from orbgen.cli.progress import Progress
    from orbgen.lint.findings import Severity
    from orbgen.lint.reports.formats import Report
    from orbgen.lint.reports.style import Style
    from orbgen.lint.result import FileResult, Summary


class Reports:
    """Reports that grow with each file, unless nothing is to be printed.

    Raises UsageProblem where an output of the command line cannot be.
    """

    def __init__(
        self, format_: str, style: Style, outputs: tuple[str, ...], progress: Progress, *, printing: bool = True
    ) -> None:
        self.printed = Growing(report_in(format_, style)) if printing else None
        self.outputs: list[Output] = []
        self.progress = progress
        if outputs:
            from orbgen.cli.lint_output import read_outputs

            self.outputs = read_outputs(outputs)

    @property
    def offering(self) -> bool:
        """Whether one of them tells how findings could be mended."""
        return any([one.report.offering for one in self._growing()])

    def parts(self, result: FileResult, fail_on: Severity) -> list[tuple[str, str]]:
        """What the reports say of a file, which depends on nothing else."""
        return [one.report.part(result, fail_on) for one in self._growing()]

    def add(self, parts: list[tuple[str, str]]) -> None:
        """Print or keep what the reports say of the next file."""
        rest = parts
        if self.printed is not None:
            first, *rest = parts
            self._print(self.printed.report, self.printed.add(first))
        for output, part in zip(self.outputs, rest, strict=True):
            output.add(part)

    def close(self, summary: Summary) -> None:
        """End the reports and write the files. Raises UsageProblem where one cannot be written."""
        if self.printed is not None:
            self._print(self.printed.report, self.printed.close(summary))
        for output in self.outputs:
            output.write(summary)

    def _growing(self) -> list[Growing]:
        return [*([self.printed] if self.printed is not None else []), *[output.growing for output in self.outputs]]

    def _print(self, report: Report, text: str) -> None:
        if not text:
            return
        self.progress.clear()
        if report.exact:
            write_exactly(text)
        else:
            sys.stdout.write(text)
            sys.stdout.flush()
