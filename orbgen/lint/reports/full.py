"""The full report: each finding with its code frames, the way that led to it and what to do."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.lint.findings import Finding
from orbgen.lint.reports.frames import frame
from orbgen.lint.reports.style import Style
from orbgen.lint.result import FileResult, Summary
from orbgen.source.problems import Note, Problem

_NAMED_RUNS = 3


def report_file(result: FileResult, style: Style) -> Iterator[str]:
    """The lines for one file."""
    for problem in result.problems:
        yield from _problem(problem, style)
    for finding in result.findings:
        yield from _finding(finding, style)


def _problem(problem: Problem, style: Style) -> Iterator[str]:
    yield style("error", "bold", "red") + style(f": {problem.message}", "bold")
    yield from _place(problem.span, "-->", style)
    if problem.span.source.text:
        yield from frame(problem.span, "", style)
    for note in problem.related:
        yield f"  = {style('note', 'bold')}: {note.text} ({note.span})"
    if problem.help:
        yield f"  = {style('help', 'bold')}: {problem.help}"
    yield ""


def _finding(finding: Finding, style: Style) -> Iterator[str]:
    yield style.severity(f"{finding.severity.value}[{finding.name}]", finding.severity) + style(
        f": {finding.message}", "bold"
    )
    yield from _place(finding.primary, "-->", style)
    yield from frame(finding.primary, finding.label, style)
    for note in finding.related:
        yield from _place(note.span, ":::", style)
        yield from frame(note.span, note.text, style, mark="-", colour="blue")
    way = _way(finding.chain)
    if way:
        yield f"  = {style('via', 'bold')}: {way}"
    if len(finding.job_runs) > 1:
        yield f"  = {style('in', 'bold')}: {_runs(finding.job_runs)}"
    if finding.help:
        yield f"  = {style('help', 'bold')}: {finding.help}"
    yield ""


def _place(span: object, arrow: str, style: Style) -> Iterator[str]:
    yield f" {style(arrow, 'blue')} {span}"


def _way(chain: tuple[Note, ...]) -> str:
    """The links from the workflow to the place; an entry and its job of one name are said once."""
    words: list[str] = []
    for note in chain:
        kind, _, name = note.text.partition(" '")
        if words and kind == "job" and words[-1].endswith(f"'{name}"):
            continue
        words.append(f"{kind} '{name}")
    return " › ".join(words)


def _runs(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:_NAMED_RUNS])
    return shown if len(names) <= _NAMED_RUNS else f"{shown} and {len(names) - _NAMED_RUNS} more job runs"


def summary_lines(summary: Summary, style: Style) -> Iterator[str]:
    """The closing lines."""
    from orbgen.lint.findings import Severity

    counts = [
        style.severity(f"{summary.findings[severity]} {severity.value}", severity)
        for severity in (Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.INFO)
        if summary.findings.get(severity)
    ]
    files = f"{summary.files} file" + ("s" if summary.files != 1 else "")
    total = sum(summary.findings.values())
    found = f"{total} finding{'s' if total != 1 else ''} ({', '.join(counts)})" if total else "no findings"
    hidden = f"; {summary.hidden} below the thresholds" if summary.hidden else ""
    unread = (
        f"; {summary.problems} problem{'s' if summary.problems != 1 else ''} in reading" if summary.problems else ""
    )
    yield f"{found} in {files}{unread}{hidden}"
