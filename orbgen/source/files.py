"""The bytes of files, never more of them than orbgen reads."""

from __future__ import annotations

import sys

from orbgen.source.limits import MAXIMUM_BYTES
from orbgen.source.problems import Problem, UnreadableError
from orbgen.source.span import Source, Span


def read_bytes(path: str) -> bytes:
    """The bytes of a file; `-` is standard input. Raises UnreadableError where it cannot be read.

    A file that is too large, or a device that never ends, gives one byte more than may be read, which `decode` refuses.
    """
    try:
        if path == "-":
            return sys.stdin.buffer.read(MAXIMUM_BYTES + 1)
        with open(path, "rb") as file:
            return file.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        message = f"cannot read the file: {error.strerror}"
        raise UnreadableError(Problem("file", message, Span(Source(path, ""), 0, 0))) from None
