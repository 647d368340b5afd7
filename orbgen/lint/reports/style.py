"""Colours, links and width of the terminal, and none of them where it is not wanted."""

from __future__ import annotations

from orbgen.lint.findings import Severity

_CODES = {"red": "31", "yellow": "33", "cyan": "36", "blue": "94", "bold": "1", "dim": "2"}
_COLOURS = {Severity.HIGH: "red", Severity.MEDIUM: "yellow", Severity.LOW: "cyan", Severity.INFO: "blue"}
# Longer lines of prose are hard to read, however wide the terminal is.
WIDEST_PROSE = 120


class Style:
    """Puts colours around text where `coloured`, and wraps prose where the `width` of the terminal is known.

    Where `linked`, the names of rules are links to their pages.
    """

    def __init__(self, *, coloured: bool, width: int | None = None, linked: bool = False) -> None:
        self.coloured = coloured
        self.width = width
        self.linked = linked

    def __call__(self, text: str, *names: str) -> str:
        """The text in the named colours and weights."""
        if not self.coloured or not names or not text:
            return text
        return f"\x1b[{';'.join([_CODES[name] for name in names])}m{text}\x1b[0m"

    def severity(self, text: str, severity: Severity) -> str:
        """The text in the colour of a severity."""
        return self(text, "bold", _COLOURS[severity])

    def to_page(self, text: str, rule: str) -> str:
        """The text, perhaps in colours, as a link to the page of a rule (OSC 8)."""
        if not self.linked:
            return text
        from orbgen.lint.catalogue import address

        return f"\x1b]8;;{address(rule)}\x1b\\{text}\x1b]8;;\x1b\\"

    @property
    def prose_width(self) -> int | None:
        """How wide a line of prose may be; None for no limit."""
        return min(self.width, WIDEST_PROSE) if self.width is not None else None


def colour_of(severity: Severity) -> str:
    """The name of a severity's colour."""
    return _COLOURS[severity]
