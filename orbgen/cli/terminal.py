"""What all commands say on the terminal, and how: colours, width, and words beside the result."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from orbgen.cli import declare
from orbgen.lint.reports.columns import printable, wrap
from orbgen.lint.reports.style import Style

color_option = declare.option(
    "--color/--no-color", "color", default=None, help="Colours; by default on a terminal without NO_COLOR."
)


def style_for(stream: TextIO, color: bool | None = None) -> Style:
    """Colours on a terminal without NO_COLOR, or as asked for; the width where there is a terminal or COLUMNS.

    Links where the terminal is known to make them.
    """
    terminal = stream.isatty()
    if color is None:
        color = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    linked = False
    if terminal or "FORCE_HYPERLINK" in os.environ:
        from orbgen.cli.hyperlinks import makes_links

        linked = makes_links(stream, os.environ, color=color)
    return Style(coloured=color, width=_width(stream) if terminal else _given_width(), linked=linked)


def reading_style(stream: TextIO, color: bool | None = None) -> Style:
    """As `style_for`, for pages: what is piped is mostly read in a pager, on the terminal that errors go to."""
    style = style_for(stream, color)
    if style.width is None:
        style.width = style_for(sys.stderr).width
    return style


def _given_width() -> int | None:
    given = os.environ.get("COLUMNS", "")
    return max(int(given), 40) if given.isdecimal() and given.isascii() and 0 < len(given) < 5 else None


def _width(stream: TextIO) -> int | None:
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except OSError:
        columns = 0
    return _given_width() or (max(columns, 40) if columns else None)


def say(text: str, word: str = "") -> None:
    """A remark on standard error, wrapped to the terminal."""
    style = style_for(sys.stderr)
    opening = f"{word}: " if word else ""
    first, *rest = wrap(printable(text), style.prose_width, len(opening))
    colours = {"error": ("bold", "red"), "warning": ("bold", "yellow")}.get(word, ("bold",))
    lines = [f"{style(word, *colours)}: {first}" if word else first, *rest]
    sys.stderr.write("".join([f"{line}\n" for line in lines]))


def say_error(text: str) -> None:
    """An error of one sentence on standard error."""
    say(text, "error")
