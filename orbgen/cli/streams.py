"""The standard streams: nothing is lost in silence, and every reason why nothing can be written has its words."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import Any, TextIO, cast

from orbgen.cli.exits import UsageProblem


class ReaderGone(Exception):
    """Standard output is a pipe that nobody reads any more."""


class _Output:
    """Standard output, of which nothing is lost in silence, with words for why it cannot be written."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text, what the encoding lacks as escapes. Raises ReaderGone and UsageProblem."""
        self.write_bytes(text.encode(self._stream.encoding, "backslashreplace"))
        return len(text)

    def write_bytes(self, data: bytes) -> None:
        """Write bytes as they are. Raises ReaderGone and UsageProblem."""
        rest = memoryview(data)
        try:
            # An unbuffered stream may take a part only.
            while rest:
                rest = rest[self._stream.buffer.write(rest) :]
        except OSError as error:
            raise _unwritable(error) from None

    def flush(self) -> None:
        """Hand over what was written. Raises ReaderGone and UsageProblem."""
        try:
            self._stream.buffer.flush()
        except OSError as error:
            raise _unwritable(error) from None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _unwritable(error: OSError) -> Exception:
    # What is left in the stream cannot be written either, and the interpreter would try when it ends.
    discard_output()
    if isinstance(error, BrokenPipeError):
        return ReaderGone()
    return UsageProblem(f"cannot write the output: {error.strerror}")


def prepare_streams() -> None:
    """Give every standard stream a file behind it, and write what an encoding lacks as an escape."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 (as long as the process)
    if not isinstance(sys.stdout, _Output):
        sys.stdout = cast(TextIO, _Output(sys.stdout))


def discard_output() -> None:
    """Let the interpreter exit in silence though standard output cannot be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write(lines: Iterable[str]) -> None:
    """Print lines on standard output."""
    sys.stdout.write("".join([f"{line}\n" for line in lines]))
    sys.stdout.flush()


def write_exactly(text: str) -> None:
    """Print a text on standard output in UTF-8, whatever the locale."""
    output = cast(_Output, sys.stdout)
    output.write_bytes(text.encode("utf-8", "surrogateescape"))
    output.flush()
