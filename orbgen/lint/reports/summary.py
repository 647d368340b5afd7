"""The closing line of a run: how much was found in how many files, and what could not be looked at."""

from __future__ import annotations

from orbgen.lint.reports.style import Style
from orbgen.lint.result import Summary


def summary_line(summary: Summary, style: Style) -> str:
    """The line for a whole run."""
    counts = [
        style.severity(f"{summary.findings[severity]} {severity.value}", severity)
        for severity in sorted(summary.findings, key=lambda severity: -severity.rank)
    ]
    total = sum(summary.findings.values())
    found = f"{counted(total, 'finding')} ({', '.join(counts)})" if total else "no findings"
    parts = [f"{found} in {counted(summary.files, 'file')}"] if summary.files else []
    if summary.unreadable:
        parts.append(style(f"{counted(summary.unreadable, 'file')} could not be read", "bold", "red"))
    if summary.hidden:
        parts.append(f"{summary.hidden} more below the thresholds")
    return "; ".join(parts)


def counted(number: int, noun: str) -> str:
    """A number with its noun, as in `1 file` and `2 files`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
