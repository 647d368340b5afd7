"""Problems on standard error, each with its place, the way to it and what to do."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from orbgen.cli.notes import note

if TYPE_CHECKING:
    from orbgen.lint.reports.style import Style
    from orbgen.source.problems import Problem

_DORMANT = "CircleCI does not look here as long as nothing uses it, or a condition switches it off"


def show_problems(
    problems: Iterable[Problem],
    style: Style | None = None,
    is_warning: Callable[[Problem], bool] = lambda problem: False,
) -> None:
    """Write problems to standard error; those that nothing refuses as warnings."""
    from orbgen.cli.terminal import style_for
    from orbgen.lint.reports.diagnostics import problem_lines

    style = style or style_for(sys.stderr)
    for problem in problems:
        word = "warning" if is_warning(problem) else "error"
        lines = problem_lines(problem, style, word=word, remark=_DORMANT if problem.dormant else None)
        note("\n".join(lines))
