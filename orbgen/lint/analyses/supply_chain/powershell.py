"""What a PowerShell script downloads and runs. There is no grammar of PowerShell here, so it is read line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orbgen.source.lazy_patterns import lazy_pattern

_DOWNLOAD = r"(?:\b(?:iwr|irm|curl|wget|Invoke-WebRequest|Invoke-RestMethod)\b|\.DownloadString\()"
_RUN = r"\b(?:iex|Invoke-Expression)\b"
_FED = lazy_pattern(rf"{_RUN}[^#\n;|]*{_DOWNLOAD}[^\n;|]*|{_DOWNLOAD}[^\n;]*\|\s*{_RUN}", re.IGNORECASE)
_ADDRESS = lazy_pattern(r"https?://([A-Za-z0-9.-]+)")
_SAYING = lazy_pattern(r"\s*(?:#|echo\b|Write-(?:Host|Output)\b)", re.IGNORECASE)


def fed_expressions(text: str) -> Iterator[tuple[int, int, str | None]]:
    """Where a line runs as an expression what it downloads: start, end, and the host, None where it is not known."""
    offset = 0
    for line in text.splitlines(keepends=True):
        match = None if _SAYING.match(line) else _FED.search(line)
        if match is not None:
            host = _ADDRESS.search(match[0])
            yield offset + match.start(), offset + match.end(), host[1].lower() if host else None
        offset += len(line)
