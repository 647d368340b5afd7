"""Colours of the terminal, and none where they are not wanted."""

from __future__ import annotations

from orbgen.lint.findings import Severity

_CODES = {"red": "31", "yellow": "33", "blue": "34", "cyan": "36", "bold": "1", "dim": "2"}
_COLOURS = {Severity.HIGH: "red", Severity.MEDIUM: "yellow", Severity.LOW: "cyan", Severity.INFO: "blue"}


class Style:
    """Puts colours around text where `coloured`."""

    def __init__(self, *, coloured: bool) -> None:
        self.coloured = coloured

    def __call__(self, text: str, *names: str) -> str:
        """The text in the named colours and weights."""
        if not self.coloured or not names:
            return text
        return f"\x1b[{';'.join([_CODES[name] for name in names])}m{text}\x1b[0m"

    def severity(self, text: str, severity: Severity) -> str:
        """The text in the colour of a severity."""
        return self(text, "bold", _COLOURS[severity])
