"""The unified diff of a file and what its fixes make of it, as `git apply` and `patch` read it."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.lint.reports.style import Style

_COLOURS = {"-": "red", "+": "green", "@": "cyan"}
_CONTEXT = 3


def diff_lines(name: str, before: str, after: str, style: Style) -> Iterator[str]:
    """The lines of the diff, each with the line break that it has in the file."""
    from difflib import unified_diff

    lines = unified_diff(_lines(before), _lines(after), name, name, n=_CONTEXT)
    for number, line in enumerate(lines):
        colour = _COLOURS.get(line[0]) if number > 1 else None
        shown = style(line.rstrip("\r\n"), *([colour] if colour else ["bold"] if number < 2 else []))
        yield shown + line[len(line.rstrip("\r\n")) :]
        if not line.endswith("\n"):
            yield "\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    """The lines as patches count them: a lone carriage return ends none."""
    *whole, last = text.split("\n")
    return [f"{line}\n" for line in whole] + ([last] if last else [])
