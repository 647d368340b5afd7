"""Problems on standard error, each with its place, the way to it and what to do."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from orbgen.cli.notes import note

if TYPE_CHECKING:
    from orbgen.source.problems import Problem


def show_problems(problems: Iterable[Problem], is_warning: Callable[[Problem], bool] = lambda problem: False) -> None:
    """Write problems to standard error; those that nothing refuses as warnings."""
    from orbgen.lint.reports.frames import frame
    from orbgen.lint.reports.style import Style

    style = Style(coloured=sys.stderr.isatty() and not os.environ.get("NO_COLOR"))
    for problem in problems:
        word = style("warning", "bold", "yellow") if is_warning(problem) else style("error", "bold", "red")
        note(f"{word}: {problem.message}")
        source = problem.span.source
        note(f" --> {problem.span if source.text else source.name}")
        if source.text:
            for line in frame(problem.span, "", style):
                note(line)
        for call in problem.calls:
            note(f"  = from: {call.text} ({call.span})")
        for other in problem.related:
            note(f"  = note: {other.text} ({other.span})")
        if problem.help:
            note(f"  = help: {problem.help}")
        if problem.dormant:
            note("  = note: CircleCI does not look here as long as nothing uses it, or a condition is off")
