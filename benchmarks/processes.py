"""Running commands as processes of their own and measuring them."""

from __future__ import annotations

import atexit
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

# Whatever a machine sets for its users' Python must not slow ours down or speed it up.
_NOT_OURS = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONOPTIMIZE")


class Run(NamedTuple):
    """One process that has ended: its exit code, wall clock and processor time in seconds, peak of memory in bytes."""

    code: int
    wall: float
    processor: float
    memory: int


class Runs(list[Run]):
    """The runs of one command.

    Their time is that of the processor: with one worker it is the wall clock of an idle machine, and on a busy one it
    changes little.
    """

    @property
    def median(self) -> float:
        """The median of the time."""
        return statistics.median([run.processor for run in self])

    @property
    def fastest(self) -> float:
        """The least time."""
        return min([run.processor for run in self])

    @property
    def memory(self) -> int:
        """The highest peak of memory."""
        return max([run.memory for run in self])


@lru_cache(maxsize=1)
def _launcher() -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if name not in _NOT_OURS}
    launcher = subprocess.Popen(
        [sys.executable, "-I", "-S", str(Path(__file__).with_name("launcher.py"))],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    atexit.register(launcher.terminate)
    return launcher


def run(
    command: Sequence[str],
    folder: Path | None = None,
    *,
    output: Path | None = None,
    errors: Path | None = None,
    seconds: int = 0,
    memory: int = 0,
) -> Run:
    """Run a command to its end. `seconds` of the processor and bytes of `memory` are limits that end it."""
    fields = [
        str(folder or os.getcwd()),
        str(output or os.devnull),
        str(errors or os.devnull),
        str(seconds),
        str(memory),
    ]
    launcher = _launcher()
    assert launcher.stdin is not None and launcher.stdout is not None
    launcher.stdin.write("\t".join([*fields, *command]) + "\n")
    launcher.stdin.flush()
    code, wall, processor, peak = launcher.stdout.readline().split()
    return Run(int(code), float(wall), float(processor), int(peak))


def interleaved(commands: dict[str, Sequence[str]], repetitions: int, folder: Path | None = None) -> dict[str, Runs]:
    """The runs of several commands in turn, after one of each that does not count."""
    found = {name: Runs() for name in commands}
    for command in commands.values():
        run(command, folder)
    for _ in range(repetitions):
        for name, command in commands.items():
            found[name].append(run(command, folder))
    return found


@contextmanager
def one_processor() -> Iterator[None]:
    """Keep this process and all that it starts on one processor, so that each tool has one worker."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)
