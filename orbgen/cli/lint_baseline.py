"""`--baseline` and `--write-baseline` of `orbgen lint`: findings that are known, and how many of them are gone."""

from __future__ import annotations

from orbgen.cli.exits import UsageProblem
from orbgen.cli.notes import note
from orbgen.cli.problem_report import show_problems
from orbgen.lint.baseline import baseline_text, read_baseline
from orbgen.lint.findings import Finding
from orbgen.lint.reports.summary import counted
from orbgen.lint.result import FileResult, Summary
from orbgen.project.atomic import write_atomically


class BaselineWriter:
    """Collects the findings of a run, and writes the baseline that they are known by from then on."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.findings: list[Finding] = []

    def add(self, result: FileResult) -> None:
        """Keep what is shown of a file, and say what keeps one from being read: no report does."""
        self.findings += result.findings
        show_problems(result.problems)

    def write(self, *, unreadable: int, quiet: bool) -> None:
        """Write the file, if all that it is about could be read. Raises UsageProblem."""
        if unreadable:
            raise UsageProblem(f"{counted(unreadable, 'file')} could not be read, so {self.path} is not written")
        try:
            write_atomically(self.path, baseline_text(self.path, self.findings).encode())
        except OSError as error:
            raise UsageProblem(f"cannot write {self.path}: {error.strerror}") from None
        if not quiet:
            note(f"wrote {counted(len(self.findings), 'finding')} to {self.path}")


def say_known(summary: Summary) -> None:
    """Say how many findings the baselines hide, and how many that they list are gone."""
    if not summary.baselines:
        return
    gone = summary.gone + sum([read_baseline(path).without_file() for path in summary.baselines])
    names = " and ".join(sorted(summary.baselines))
    verb = "hides" if len(summary.baselines) == 1 else "hide"
    text = f"{names} {verb} {counted(summary.known, 'known finding')}"
    if gone:
        text += f"; {gone} more {'is' if gone == 1 else 'are'} gone, so write it anew with --write-baseline"
    note(text)
