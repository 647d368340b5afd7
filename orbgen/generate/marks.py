"""Marks: the comments between which orbgen's own text stands in a file that people write as well.

A mark holds a digest of the text below it, so that a change made by hand is seen before it would be overwritten.
"""

from __future__ import annotations

import hashlib
import re
import textwrap

import msgspec

from orbgen.source.problems import Problem
from orbgen.source.span import Source, Span

_BEGIN = re.compile(r"^( *)# orbgen generate: begin (\S+) ([0-9a-f]{12})\b.*$")
_END = re.compile(r"^ *# orbgen generate: end\b.*$")
_FILE = re.compile(r"^# orbgen generate: ([0-9a-f]{12})\b.*$")
_WORDS = "made from orbgen.yml; change it there"


class Marked(msgspec.Struct, frozen=True):
    """Text of orbgen's in a file: its section, its indentation, and its lines from the first mark to the last.

    Lines are counted from 0, the last one included. `changed` says that somebody has changed the text since.
    """

    section: str
    indent: int
    first: int
    last: int
    body: str
    changed: bool

    def holds(self, line: int) -> bool:
        """Whether a line, counted from 1, lies within it."""
        return self.first < line <= self.last + 1


class MarksError(Exception):
    """Marks that do not pair up; `problem` says where."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def digest(text: str) -> str:
    """Twelve hexadecimal digits that tell a text from another."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def with_marks(section: str, text: str, indent: int) -> list[str]:
    """The lines of a text between its marks, indented."""
    pad = " " * indent
    lines = [f"# orbgen generate: begin {section} {digest(text)} ({_WORDS})", *text.removesuffix("\n").split("\n")]
    return [pad + line if line else "" for line in [*lines, "# orbgen generate: end"]]


def find_marked(source: Source) -> list[Marked]:
    """What is marked in a file, in order. Raises MarksError."""
    found: list[Marked] = []
    begin: tuple[int, re.Match[str]] | None = None
    lines = [line.removesuffix("\r") for line in source.text.split("\n")]
    for number, line in enumerate(lines):
        match = _BEGIN.match(line)
        if match is not None:
            if begin is not None:
                raise _unpaired(source, begin[0])
            begin = number, match
        elif _END.match(line):
            if begin is None:
                raise _unpaired(source, number)
            first, opening = begin
            body = textwrap.dedent("\n".join(lines[first + 1 : number])) + "\n"
            changed = digest(body) != opening[3]
            found.append(Marked(opening[2], len(opening[1]), first, number, body, changed))
            begin = None
    if begin is not None:
        raise _unpaired(source, begin[0])
    return found


def _unpaired(source: Source, number: int) -> MarksError:
    start = source.line_start(number + 1)
    where = Span(source, start, start + len(source.line_text(number + 1)))
    message = "this mark of orbgen's has lost its counterpart, so it is not known what lies between"
    help = "restore the missing `# orbgen generate:` line, or remove the marked text altogether"
    return MarksError(Problem("marks", message, where, help))


def file_with_mark(text: str) -> str:
    """A whole file of orbgen's, with its mark on the first line."""
    return f"# orbgen generate: {digest(text)} ({_WORDS})\n{text}"


class FileState(msgspec.Struct, frozen=True):
    """Whether a whole file is orbgen's, and whether somebody has changed it since."""

    own: bool
    changed: bool


def file_state(text: str) -> FileState:
    """What the mark of a whole file says."""
    first, _, rest = text.replace("\r\n", "\n").partition("\n")
    match = _FILE.match(first)
    return FileState(match is not None, match is None or digest(rest) != match[1])
