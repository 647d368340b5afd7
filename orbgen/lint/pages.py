"""The rules' pages: what they explain, and the examples in them that are the rules' tests."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

_BLOCK = re.compile(r"^```yaml (bad|good|fixed|plan|file [^\n]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARKER = re.compile(r"^\s*# \^ (.*)$")


class Example(msgspec.Struct, frozen=True):
    """One block of a page, without its markers. `expected` are the lines, counted from 1, and words of its findings.

    `plan` is the text of the plan that goes with it, and `files` the other files of the repository by their path:
    the blocks `yaml plan` and `yaml file PATH` right before it. `fixed` is what the rule's fixes make of a bad one: the
    block `yaml fixed` right behind it.
    """

    kind: str
    text: str
    expected: tuple[tuple[int, str], ...]
    line: int
    plan: str | None = None
    files: tuple[tuple[str, str], ...] = ()
    fixed: str | None = None


def examples(page: str) -> Iterator[Example]:
    """The examples of a page's text, in order; a fixed one is a part of the one before it."""
    found: list[Example] = []
    plan: str | None = None
    files: list[tuple[str, str]] = []
    for match in _BLOCK.finditer(page):
        if match.group(1) == "plan":
            plan = match.group(2)
            continue
        if match.group(1).startswith("file "):
            files.append((match.group(1).removeprefix("file "), match.group(2)))
            continue
        if match.group(1) == "fixed":
            found[-1] = msgspec.structs.replace(found[-1], fixed=match.group(2))
            continue
        lines: list[str] = []
        expected: list[tuple[int, str]] = []
        for line in match.group(2).splitlines():
            marker = _MARKER.match(line)
            if marker is None:
                lines.append(line)
            else:
                expected.append((len(lines), marker.group(1)))
        where = page.count("\n", 0, match.start()) + 1
        text = "\n".join(lines) + "\n"
        found.append(Example(match.group(1), text, tuple(expected), where, plan, tuple(files)))
        plan, files = None, []
    yield from found


def summary(page: str) -> str:
    """The sentence under the page's title."""
    return next(line for line in page.splitlines()[1:] if line.strip())
