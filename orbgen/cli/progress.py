"""How far a run has come, said on a terminal for work that takes longer than a second."""

from __future__ import annotations

import os
import time
from typing import TextIO

# Seconds: what is done sooner needs no words, and nobody reads faster than they may change.
_PATIENCE = 1.0
_BETWEEN = 0.1


class Progress:
    """One line on a terminal that is written over as the work goes on, and taken away before anything else."""

    def __init__(self, total: int, stream: TextIO, *, wanted: bool = True) -> None:
        self.total = total
        self.stream = stream
        self.wanted = wanted and stream.isatty() and os.environ.get("TERM") != "dumb"
        self.next = time.monotonic() + _PATIENCE
        self.shown = False

    def step(self, done: int) -> None:
        """Say how many files are done, if it is time to."""
        if not self.wanted or time.monotonic() < self.next:
            return
        self.next = time.monotonic() + _BETWEEN
        self.shown = True
        self.stream.write(f"\r{done:,} of {self.total:,} files")
        self.stream.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self.shown:
            self.shown = False
            self.stream.write("\r\x1b[K")
            self.stream.flush()
