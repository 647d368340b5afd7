"""What is said beside the result: on standard error, so that the result can be piped."""

from __future__ import annotations

import sys


def note(line: str) -> None:
    """Write one line to standard error."""
    sys.stderr.write(line + "\n")
