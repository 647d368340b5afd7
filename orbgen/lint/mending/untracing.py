"""Switching `set -x` off for the commands of a script that a secret is put into."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import msgspec

from orbgen.lint.analyses.credentials.printing import Printed, PrintKind
from orbgen.shell.script import Script, read_script
from orbgen.shell.words import Assignment, Command
from orbgen.source.edits import Edit
from orbgen.source.layout import column, line_break
from orbgen.source.nodes import Scalar
from orbgen.source.shapes import Replaced
from orbgen.source.span import Span

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

_MOST_COMMANDS = 50
_GOES_ON = ("\\", "&&", "||", "|")


def untraced(place: Span, mender: Mender, printed: Callable[[Script], Iterable[Printed]]) -> Fix | None:
    """The fix that puts `set +x` before each command which prints a secret by being traced, and `set -x` behind it.

    `printed` tells what a script prints. None for a script that is not written in lines of its own, or where such a
    command is only a part of a line.
    """
    found = mender.script_at(place)
    if found is None or found[0].style != "|" or found[0].templated:
        return None
    script = found[0]
    text, added = script.text, 0
    lines: list[_Lines] = []
    for _ in range(_MOST_COMMANDS):
        traced = [one for one in printed(read_script(text)) if one.kind is PrintKind.XTRACE]
        if not traced:
            break
        line = _lines_around(text, traced[0].start)
        if line is None or (lines and line.start - added <= lines[-1].end):
            return None
        changed = line.wrapped(text)
        if _structure(read_script(changed)) != _structure(read_script(text), more=2):
            return None
        # Each command stands behind the one before, so what was added so far moved it by as much.
        lines.append(_Lines(line.start - added, line.end - added, line.margin))
        text, added = changed, added + len(changed) - len(text)
    edits = [edit for line in lines for edit in _edits(script, line)]
    if not edits:
        return None
    by = Scalar(script.source, 0, 0, 0, text, script.style, None, script.tag)
    edits[0] = Edit(edits[0].span, edits[0].text, Replaced(script, by, keeps=True))
    return mender.fix("switch tracing off there", tuple(edits), changes=mender.scripts_with(script))


class _Lines(msgspec.Struct, frozen=True):
    """The lines of a command in a script, from the first's beginning to the last's end, and their margin."""

    start: int
    end: int
    margin: str

    def wrapped(self, text: str) -> str:
        """The script with tracing switched off for these lines."""
        inside = text[self.start : self.end]
        return f"{text[: self.start]}{self.margin}set +x\n{inside}\n{self.margin}set -x{text[self.end :]}"


def _lines_around(text: str, offset: int) -> _Lines | None:
    """The lines of the command around an offset; None where it is only a part of them."""
    script = read_script(text)
    nodes: list[Command | Assignment] = [*script.commands, *script.assignments]
    around = [one for one in nodes if one.start <= offset < one.end]
    if not around:
        return None
    command = min(around, key=lambda one: one.start)
    start = text.rfind("\n", 0, command.start) + 1
    end = text.find("\n", command.end)
    margin = text[start : command.start]
    if end < 0 or margin.strip() or _goes_on(text[:start]) or _goes_on(text[:end]):
        return None
    return _Lines(start, end, margin)


def _edits(script: Scalar, lines: _Lines) -> tuple[Edit, Edit]:
    """The two lines around those of a command, in the file."""
    source = script.source
    before, behind = script.place(lines.start).start, script.place(lines.end - 1, lines.end).end
    margin = " " * column(source.text, before)
    gap = line_break(source.text, before)
    return (
        Edit(Span(source, before, before), f"{lines.margin}set +x{gap}{margin}"),
        Edit(Span(source, behind, behind), f"{gap}{margin}{lines.margin}set -x"),
    )


def _goes_on(text: str) -> bool:
    return text.rstrip().endswith(_GOES_ON)


def _structure(script: Script, more: int = 0) -> tuple[int, list[tuple[str, int]]]:
    """How many commands a script has, and what all but the switches of tracing are, with how deep each stands."""
    others = [one for one in script.commands if one.name != "set"]
    return len(script.commands) + more, [(script.text[one.start : one.end], len(one.around)) for one in others]
