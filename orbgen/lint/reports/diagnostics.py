"""Findings and problems for people: what is wrong, where it stands, the way that led there and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import dropwhile
from typing import TypeAlias

from orbgen.lint.findings import Finding
from orbgen.lint.reports.columns import fold, printable, wrap
from orbgen.lint.reports.frames import Mark, frames
from orbgen.lint.reports.style import Style, colour_of
from orbgen.source.problems import Note, Problem
from orbgen.source.span import Source, Span

_NAMED_RUNS = 3
# A word and what it introduces, in pieces between which a line may end.
_Remark: TypeAlias = tuple[str, list[str]]


def frame_of(lines: Iterable[str]) -> str:
    """The lines of a finding or problem below its title, which may be of several lines."""
    return "\n".join(dropwhile(lambda line: "-->" not in line, lines)).rstrip("\n")


def finding_lines(finding: Finding, style: Style) -> Iterator[str]:
    """The lines for a finding, with an empty one behind them."""
    name, colour = f"{finding.severity.value}[{finding.name}]", colour_of(finding.severity)
    marks = [Mark(finding.primary, finding.label, "^", colour), *_marks(finding.related)]
    notes = _notes(finding.chain, finding.primary.source)
    if len(finding.job_runs) > 1:
        notes.append(("in", _runs(finding.job_runs).split(" ")))
    if finding.effect is not None:
        notes.append(("effect", finding.effect.value.split(" ")))
    if finding.help:
        notes.append(("help", finding.help.split(" ")))
    notes.append(("see", [f"orbgen explain {finding.rule}"]))
    return _lines(name, colour, finding.message, marks, notes, style, finding.redact, finding.rule)


def problem_lines(problem: Problem, style: Style, *, word: str = "error", remark: str | None = None) -> Iterator[str]:
    """The lines for a problem, with an empty one behind them."""
    colour = "red" if word == "error" else "yellow"
    notes = _notes(problem.calls, problem.span.source)
    if remark is not None:
        notes.append(("note", remark.split(" ")))
    if problem.help:
        notes.append(("help", problem.help.split(" ")))
    marks = [Mark(problem.span, "", "^", colour), *_marks(problem.related)]
    return _lines(f"{word}[{problem.code}]", colour, problem.message, marks, notes, style)


def _lines(
    name: str,
    colour: str,
    message: str,
    marks: list[Mark],
    notes: list[_Remark],
    style: Style,
    redact: tuple[Span, ...] = (),
    rule: str | None = None,
) -> Iterator[str]:
    first, *rest = wrap(printable(message), style.prose_width, len(name) + 2)
    title = style(name, "bold", colour)
    yield (title if rule is None else style.to_page(title, rule)) + style(f": {first}", "bold")
    yield from [style(line, "bold") for line in rest]
    gutter, shown = frames(tuple(marks), style, redact)
    yield from shown
    pad = " " * gutter
    if notes and len(shown) > 1:
        yield style(f"{pad} |", "bold", "blue")
    for word, pieces in notes:
        yield from _note(word, pieces, style, pad)
    yield ""


def _note(word: str, pieces: list[str], style: Style, pad: str) -> Iterator[str]:
    """A remark under the frames, its lines below each other."""
    width = style.prose_width
    indent = len(pad) + len(word) + 5
    first, *rest = fold([printable(piece) for piece in pieces], None if width is None else max(width - indent, 20))
    yield f"{pad} {style('=', 'bold', 'blue')} {style(word, 'bold')}: {first}"
    yield from [f"{' ' * indent}{line}" for line in rest]


def _marks(notes: tuple[Note, ...]) -> list[Mark]:
    return [Mark(note.span, note.text) for note in notes]


def _notes(chain: tuple[Note, ...], source: Source) -> list[_Remark]:
    """The way from the workflow to the place; an entry and its job of one name are said once."""
    links: list[str] = []
    before = ""
    for note in chain:
        kind, _, name = note.text.partition(" '")
        if not (kind == "job" and before == name):
            span = note.span
            place = f"line {span.line}" if span.source is source else f"{span.source.name}:{span.line}"
            links.append(f"{note.text} ({place})" if span.source.text else note.text)
        before = name
    return [("via", [*[f"{link} ›" for link in links[:-1]], links[-1]])] if links else []


def _runs(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:_NAMED_RUNS])
    return shown if len(names) <= _NAMED_RUNS else f"{shown} and {len(names) - _NAMED_RUNS} more job runs"
