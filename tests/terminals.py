"""A terminal to run a program on: what it shows, and what somebody types there.

As a program, it replays a session: it runs the command that it is given, types the answers that stand behind the
prompts in the lines on its standard input, and prints what the terminal showed.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping

COLUMNS, ROWS = 100, 40
PATIENCE = 30.0  # seconds
# What the terminal shows while a program waits for an answer.
PROMPT = re.compile(r"(?:: |\[y/N\] )\Z")


# Makes the terminal the program's own, so that Control-C reaches it.
_TAKE_OVER = """\
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""


class Terminal:
    """A program on a terminal of its own. `shown` is all that it has shown, with plain line ends."""

    def __init__(self, words: list[str], environment: Mapping[str, str] | None = None) -> None:
        self.shown = ""
        self._seen = 0
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        surroundings = dict(os.environ if environment is None else environment)
        surroundings.update(NO_COLOR="1", TERM="dumb")
        self._process = subprocess.Popen(
            [sys.executable, "-c", _TAKE_OVER, *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=surroundings,
            start_new_session=True,
        )
        os.close(theirs)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._ours)

    def wait_for(self, text: str) -> None:
        """Wait until the terminal shows a text behind what it showed when somebody last typed."""
        start = self._seen
        while text not in self.shown[start:]:
            assert self._more(), f"{text!r} is not in\n{self.shown}"

    def type(self, line: str) -> None:
        """Type a line, as soon as the program asks for one."""
        assert self.prompt() is not None, f"nothing was asked after\n{self.shown}"
        self._seen = len(self.shown)
        os.write(self._ours, f"{line}\n".encode())

    def answer(self, prompt: str, line: str = "") -> None:
        """Type a line behind a prompt."""
        self.wait_for(prompt)
        self.type(line)

    def prompt(self) -> str | None:
        """The prompt that the program waits at; None where it has come to its end."""
        while not PROMPT.search(self.shown, self._seen) or select.select([self._ours], [], [], 0.02)[0]:
            if not self._more():
                return None
        return self.shown.rpartition("\n")[2]

    def interrupt(self) -> None:
        """Type Control-C."""
        os.write(self._ours, b"\x03")

    def end_input(self) -> None:
        """Type Control-D, which ends the input."""
        os.write(self._ours, b"\x04")

    def end(self) -> int:
        """Wait for the program's end; its exit code."""
        while self._more():
            pass
        return self._process.wait(timeout=PATIENCE)

    def _more(self) -> bool:
        """Wait for the program to show more; False at its end."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            readable, _, _ = select.select([self._ours], [], [], 0.2)
            if readable:
                try:
                    piece = os.read(self._ours, 65536)
                except OSError:
                    return False
                self.shown += piece.decode("utf-8", "replace").replace("\r\n", "\n")
                return bool(piece)
        self._process.send_signal(signal.SIGKILL)
        raise AssertionError(f"nothing more came after\n{self.shown}")


def replay(command: str, lines: list[str]) -> tuple[str, int]:
    """Run a command of the shell, and answer its prompts as some lines do; what was shown, and the exit code."""
    left = list(lines)
    with Terminal(["bash", "-c", command]) as terminal:
        while (prompt := terminal.prompt()) is not None:
            terminal.type(_answer(prompt, left))
        return terminal.shown, terminal.end()


def _answer(prompt: str, left: list[str]) -> str:
    """What stands behind a prompt in the next line that has it, whatever it suggests there."""
    question = prompt.partition(" [")[0].rstrip()
    while left:
        line = left.pop(0)
        asked = re.match(rf"{re.escape(question)}(?: \[[^\]]*\])?:?(?: |$)", line)
        if asked:
            return line[asked.end() :]
    return ""


if __name__ == "__main__":
    text, code = replay(sys.argv[1], sys.stdin.read().splitlines())
    sys.stdout.write("".join([f"{line.rstrip()}\n" for line in text.splitlines()]))
    sys.exit(code)
