"""Durations as Teleport reads them: Go's form, such as `1h30m`."""

from __future__ import annotations

import re

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"(\d{1,12}(?:\.\d{0,9})?|\.\d{1,9})(ns|us|µs|ms|s|m|h)")


def seconds_of(text: str) -> float | None:
    """How many seconds a duration is; None where it is none. Days and bare numbers are none, except `0`."""
    sign = -1.0 if text.startswith("-") else 1.0
    rest = text[1:] if text[:1] in ("-", "+") else text
    if rest == "0":
        return 0.0
    total, position = 0.0, 0
    for match in _PART.finditer(rest):
        if match.start() != position:
            return None
        position = match.end()
        total += float(match[1]) * _UNITS[match[2]]
    return sign * total if position == len(rest) and rest else None
