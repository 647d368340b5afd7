"""PyYAML's own parser, for where its binding of libyaml is missing: slow, and made as strict with escapes."""

from __future__ import annotations

from typing import Any

from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError


class PythonParser(Reader, Scanner, Parser):
    """The events of a text, from PyYAML's reader, scanner and parser."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def scan_flow_scalar(self, style: str) -> Any:
        """A quoted scalar. Raises ScannerError for an escape that names no character."""
        start = self.get_mark()
        try:
            token = super().scan_flow_scalar(style)
            token.value.encode()
        except (ValueError, OverflowError):
            message = "found invalid Unicode character escape code"
            raise ScannerError("while parsing a quoted scalar", start, message, self.get_mark()) from None
        return token
