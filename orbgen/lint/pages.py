"""The rules' pages: what they explain, and the examples in them that are the rules' tests."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

_BLOCK = re.compile(r"^```yaml (bad|good|fixed)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARKER = re.compile(r"^\s*# \^ (.*)$")


class Example(msgspec.Struct, frozen=True):
    """One block of a page, without its markers. `expected` are the lines, counted from 1, and words of its findings."""

    kind: str
    text: str
    expected: tuple[tuple[int, str], ...]
    line: int


def examples(page: str) -> Iterator[Example]:
    """The examples of a page's text, in order."""
    for match in _BLOCK.finditer(page):
        lines: list[str] = []
        expected: list[tuple[int, str]] = []
        for line in match.group(2).splitlines():
            marker = _MARKER.match(line)
            if marker is None:
                lines.append(line)
            else:
                expected.append((len(lines), marker.group(1)))
        where = page.count("\n", 0, match.start()) + 1
        yield Example(match.group(1), "\n".join(lines) + "\n", tuple(expected), where)


def summary(page: str) -> str:
    """The sentence under the page's title."""
    return next(line for line in page.splitlines()[1:] if line.strip())


def readable(page: str) -> str:
    """A page for the terminal: code blocks say whether they are found or not, everything else as written."""
    titles = {"bad": "found:", "good": "not found:", "fixed": "fixed:"}
    return re.sub(
        r"^```yaml (bad|good|fixed)$", lambda match: f"{titles[match.group(1)]}\n\n```yaml", page, flags=re.MULTILINE
    )
