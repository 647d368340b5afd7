"""How far a run has come, said on a terminal for work that takes longer than a second."""

from __future__ import annotations

import os
import time
from typing import TextIO

# Seconds: what is done sooner needs no words, and nobody reads faster than they may change.
_PATIENCE = 1.0
_BETWEEN = 0.1
_WIDEST_BAR = 30


class Progress:
    """One line on a terminal that is written over as the work goes on, and taken away before anything else."""

    def __init__(self, total: int, stream: TextIO, *, wanted: bool = True) -> None:
        self.total = total
        self.stream = stream
        self.wanted = wanted and stream.isatty() and os.environ.get("TERM") != "dumb"
        self.next = time.monotonic() + _PATIENCE
        self.shown = False
        self.done = 0

    def step(self, done: int) -> None:
        """Take down how many files are done, and say it if it is time to."""
        self.done = done
        self.tick()

    def tick(self) -> None:
        """Say how many files are done, if it is time to: work may take long at one of them."""
        if not self.wanted or time.monotonic() < self.next:
            return
        self.next = time.monotonic() + _BETWEEN
        self.shown = True
        self.stream.write(f"\r{self._line()}\x1b[K")
        self.stream.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self.shown:
            self.shown = False
            self.stream.write("\r\x1b[K")
            self.stream.flush()

    def _line(self) -> str:
        """The bar and the count, as far as the terminal has room: a line that breaks cannot be taken away."""
        count = f"{self.done:,} of {self.total:,} files"
        room = self._columns() - 1
        width = min(room - len(count) - 3, _WIDEST_BAR)
        if width < 3:
            return count[:room]
        filled = width * self.done // max(self.total, 1)
        return f"[{'#' * filled}{'.' * (width - filled)}] {count}"

    def _columns(self) -> int:
        try:
            return os.get_terminal_size(self.stream.fileno()).columns or 80
        except (OSError, ValueError):
            return 80
