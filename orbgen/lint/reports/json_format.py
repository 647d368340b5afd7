"""The JSON report, for programs: all that is known of each finding, as `lint/schemas/report.json` describes it.

Lines and columns are counted from 1, columns in Unicode code points; an end is just behind the last character.
"""

from __future__ import annotations

from orbgen import __version__
from orbgen.lint.catalogue import address
from orbgen.lint.findings import Finding, Severity
from orbgen.lint.reports import formats
from orbgen.lint.reports.json_text import Json, json_text
from orbgen.lint.result import FileResult, Offer, Summary
from orbgen.source.problems import Note, Problem
from orbgen.source.span import Span

# Counted up when something that was there changes its meaning or goes; what is merely new keeps it.
VERSION = 1


class Report(formats.Report):
    """One object, with an element of `files` for each file."""

    opening = (
        f'{{\n  "version": {VERSION},\n  "tool": {{"name": "orbgen", "version": "{__version__}"}},\n  "files": [\n'
    )
    between = ",\n"
    offering = True

    def part(self, result: FileResult, fail_on: Severity) -> tuple[str, str]:
        """A file's findings and problems."""
        return json_text(_file(result, fail_on), 2), ""

    def closing(self, summary: Summary) -> str:
        """The counts."""
        return f'\n  ],\n  "summary": {json_text(_summary(summary), 1).lstrip()}\n}}\n'


def _file(result: FileResult, fail_on: Severity) -> Json:
    offers = {offer.fingerprint: offer for offer in result.offers}
    state = "unreadable" if not result.linted else "part" if result.skipped else "linted"
    return {
        "path": result.name,
        "state": state,
        "findings": [
            _finding(finding, fail_on, offers.get(finding.fingerprint) if offers else None)
            for finding in result.findings
        ],
        "problems": [_problem(problem) for problem in result.problems],
        "hidden": result.hidden,
        "known": result.known,
        "missing_orbs": list(result.missing_orbs),
    }


def _finding(finding: Finding, fail_on: Severity, offer: Offer | None) -> Json:
    return {
        "rule": finding.rule,
        "kind": finding.kind or None,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "persona": finding.persona.value,
        "fails": finding.severity.fails(fail_on),
        "message": finding.message,
        "help": finding.help,
        "effect": finding.effect and finding.effect.name.lower(),
        "url": address(finding.rule),
        "fingerprint": finding.fingerprint,
        "place": _place(finding.primary, finding.label),
        "related": _notes(finding.related),
        "chain": _notes(finding.chain),
        "job_runs": list(finding.job_runs),
        "fix": offer and _fix(offer),
    }


def _fix(offer: Offer) -> Json:
    return {
        "title": offer.title,
        "safe": offer.safe,
        "edits": [{**_bounds(edit.span), "text": edit.text} for edit in offer.edits],
    }


def _problem(problem: Problem) -> Json:
    return {
        "code": problem.code,
        "message": problem.message,
        "help": problem.help,
        "place": _place(problem.span, ""),
        "related": _notes(problem.related),
        "chain": _notes(problem.calls),
    }


def _notes(notes: tuple[Note, ...]) -> list[Json]:
    return [_place(note.span, note.text) for note in notes]


def _place(span: Span, label: str) -> Json:
    """A place; a file that could not be opened has no lines."""
    return {"path": span.source.name, **_bounds(span), "label": label or None}


def _bounds(span: Span) -> dict[str, int | None]:
    line, column, end_line, end_column = span.bounds if span.source.text else (None, None, None, None)
    return {"line": line, "column": column, "end_line": end_line, "end_column": end_column}


def _summary(summary: Summary) -> Json:
    return {
        "files": summary.files,
        "parts": summary.skipped,
        "unreadable": summary.unreadable,
        "findings": {severity.value: summary.findings.get(severity, 0) for severity in reversed(Severity)},
        "hidden": summary.hidden,
        "known": summary.known,
        "gone": summary.gone,
        "missing_orbs": sorted(summary.missing_orbs),
        "failed": summary.failed,
    }
