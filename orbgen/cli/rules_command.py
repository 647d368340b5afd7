"""`orbgen rules`: the list of what lint looks for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from orbgen.cli import declare
from orbgen.cli.streams import write
from orbgen.cli.terminal import color_option, reading_style
from orbgen.lint.findings import Persona
from orbgen.lint.reports.columns import wrap

if TYPE_CHECKING:
    from orbgen.lint.catalogue import Entry
    from orbgen.lint.reports.style import Style

_TITLES = ("rule", "severity", "confidence")
_GAP = "  "
# The columns that a summary has at least, however narrow the terminal is.
_NARROWEST = 20


@declare.command(name="rules")
@declare.option("--format", "format_", type=("table", "json"), default="table", show_default=True, help="For whom.")
@color_option
def command(format_: str, color: bool | None) -> None:
    """List the rules of orbgen lint by subject: name, severity, confidence, and what each looks for.

    What the persona beside a rule's sentence names is seen by that persona only. Read on with orbgen explain RULE.
    """
    from orbgen.lint.catalogue import catalogue

    if format_ == "json":
        import msgspec

        write(msgspec.json.format(msgspec.json.encode(catalogue())).decode().splitlines())
        return
    write(_table(catalogue(), reading_style(sys.stdout, color)))


def _table(entries: tuple[Entry, ...], style: Style) -> Iterator[str]:
    rows = {one: (one.name, one.severity.value, one.confidence.value) for one in entries}
    widths = [max(map(len, column)) for column in zip(_TITLES, *rows.values(), strict=True)]
    yield style(_padded(_TITLES, widths) + _GAP + "looks for", "dim")
    for group, members in groupby(entries, key=lambda one: one.group):
        yield ""
        yield style(group, "bold")
        for one in members:
            cells = _padded(rows[one], widths)
            room = max(style.prose_width - len(cells) - len(_GAP), _NARROWEST) if style.prose_width else None
            persona = "" if one.persona is Persona.DEFAULT else f" ({one.persona.value})"
            first, *rest = wrap(one.summary + persona, room)
            yield style.severity(cells[: widths[0]], one.severity) + cells[widths[0] :] + _GAP + first
            yield from [" " * (len(cells) + len(_GAP)) + line for line in rest]


def _padded(cells: tuple[str, ...], widths: list[int]) -> str:
    return _GAP.join([cell.ljust(width) for cell, width in zip(cells, widths, strict=True)])
