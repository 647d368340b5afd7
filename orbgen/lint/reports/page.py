"""A rule's page on the terminal: prose and tables wrapped to it, examples as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orbgen.lint.findings import Persona, Rule
from orbgen.lint.reports.columns import columns, wrap
from orbgen.lint.reports.style import Style

# Where the terminal's width is not known.
_WIDTH = 100
_NARROWEST_CELL = 12
_INDENT = "    "
_TITLES = {"bad": "Found:", "good": "Not found:", "fixed": "Fixed:", "plan": "With the plan:"}
_FENCE = re.compile(r"```\w* ?(.*)")
_MARKER = re.compile(r"\s*# \^ ")
_ITEM = re.compile(r"(?:[-*]|\d+\.) ")
_INLINE = re.compile(r"\*\*(?P<bold>[^*]+)\*\*|(?P<code>`[^`]+`)")


def page_lines(page: str, rule: Rule, style: Style) -> Iterator[str]:
    """The lines of a page, with how its rule's findings count under the title."""
    width = style.prose_width or _WIDTH
    lines = page.splitlines()
    position = 0
    while position < len(lines):
        line = lines[position]
        fence = _FENCE.fullmatch(line)
        if fence is not None:
            end = lines.index("```", position + 1)
            yield from _example(lines[position + 1 : end], fence[1], style)
            position = end + 1
        elif line.startswith("#"):
            yield style(line.lstrip("# "), "bold")
            if line.startswith("# "):
                yield _counts(rule)
            position += 1
        elif not line:
            yield ""
            position += 1
        else:
            end = position + 1
            while end < len(lines) and _continues(lines[end], line):
                end += 1
            block = lines[position:end]
            yield from _table(block, width, style) if line.startswith("|") else _prose(block, width, style)
            position = end


def _continues(line: str, first: str) -> bool:
    """Whether a line belongs to the paragraph, the item of a list or the table that `first` begins."""
    if first.startswith("|"):
        return line.startswith("|")
    return bool(line) and not line.startswith(("|", "#", "```")) and _ITEM.match(line) is None


def _counts(rule: Rule) -> str:
    seen = "" if rule.persona is Persona.DEFAULT else f", for the persona {rule.persona.value}"
    return f"{rule.severity.value} severity, {rule.confidence.value} confidence{seen}, since {rule.since}"


def _example(lines: list[str], kind: str, style: Style) -> Iterator[str]:
    title = _TITLES.get(kind) or (f"With the {kind}:" if kind.startswith("file ") else "")
    if title:
        yield f"{_INDENT}{style(title, 'bold', 'red' if kind == 'bad' else 'cyan')}"
    for line in lines:
        shown = style(line, "red") if _MARKER.match(line) else line
        yield f"{_INDENT}{shown}".rstrip()


def _prose(lines: list[str], width: int, style: Style) -> Iterator[str]:
    text = " ".join([line.strip() for line in lines])
    item = _ITEM.match(text)
    indent = len(item[0]) if item is not None else 0
    first, *rest = wrap(text, width - indent, -indent)
    yield _inline(first, style)
    yield from [f"{' ' * indent}{_inline(line, style)}" for line in rest]


def _inline(text: str, style: Style) -> str:
    def replace(match: re.Match[str]) -> str:
        return style(match["bold"], "bold") if match["bold"] else style(match["code"], "cyan")

    return _INLINE.sub(replace, text)


def _table(lines: list[str], width: int, style: Style) -> Iterator[str]:
    rows = [_cells(line) for line in lines if not set(line) <= set("|-: ")]
    count = max([len(row) for row in rows])
    rows = [[*row, *[""] * (count - len(row))] for row in rows]
    widths = [max([columns(row[index]) for row in rows]) for index in range(count)]
    while sum(widths) + 2 * (count - 1) > width and max(widths) > _NARROWEST_CELL:
        widths[widths.index(max(widths))] -= 1
    for number, row in enumerate(rows):
        pieces = [list(wrap(cell, size)) for cell, size in zip(row, widths, strict=True)]
        for index in range(max([len(cell) for cell in pieces])):
            parts = [cell[index] if index < len(cell) else "" for cell in pieces]
            shown = [
                (style(part, "dim") if number == 0 else _inline(part, style)) + " " * (size - columns(_plain(part)))
                for part, size in zip(parts, widths, strict=True)
            ]
            yield "  ".join(shown).rstrip()


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


def _plain(text: str) -> str:
    """The text without the stars that `_inline` takes away."""
    return _INLINE.sub(lambda match: match["bold"] or match["code"], text)
