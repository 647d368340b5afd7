"""Code frames: pieces of files with the places that are meant marked in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from orbgen.lint.masking import masked
from orbgen.lint.reports.columns import Line, columns, lay, printable, wrap
from orbgen.lint.reports.style import Style
from orbgen.source.span import Source, Span

# Where the terminal's width is not known, lines of files are cut here.
WIDEST_LINE = 160
# Of a longer place, the first lines and the last one are shown.
LONGEST_PLACE = 5
FIRST_LINES = 3
# A label that has less room than this beside its marks stands under them.
NARROWEST_LABEL = 24
# So far around a place secrets are masked; it is more than is shown of a line.
FARTHEST = 20_000


class Mark(msgspec.Struct, frozen=True):
    """A place to mark, with the words that stand beside it, the character that it is underlined with, and a colour."""

    span: Span
    label: str
    character: str = "-"
    colour: str = "blue"


class _Place(msgspec.Struct, eq=False):
    """A mark in lines of its file, and columns counted from 0. A place of several lines has a `slot` in the margin."""

    mark: Mark
    first: int
    last: int
    start: int
    end: int
    slot: int = 0

    @property
    def single(self) -> bool:
        return self.first == self.last

    def covers(self, line: int) -> bool:
        return self.first <= line <= self.last


def frames(marks: tuple[Mark, ...], style: Style, redact: tuple[Span, ...] = ()) -> tuple[int, list[str]]:
    """The width of the gutter with the line numbers, and the lines of a frame for each file, in the marks' order.

    What stands in the `redact` spans, and what has the form of a secret, is masked.
    """
    by_source: dict[int, list[_Place]] = {}
    for mark in marks:
        by_source.setdefault(id(mark.span.source), []).append(_place(mark))
    shown = [_lines_of(places) for places in by_source.values()]
    gutter = max([len(str(lines[-1])) for lines in shown if lines], default=1)
    found: list[str] = []
    for index, (places, lines) in enumerate(zip(by_source.values(), shown, strict=True)):
        arrow = ":::" if index else "-->"
        found.append(f"{' ' * gutter}{style(arrow, 'bold', 'blue')} {where(places[0].mark.span)}")
        if lines:
            found.extend(_Frame(places, lines, gutter, style, redact).lines())
    return gutter, found


def where(span: Span) -> str:
    """A place as people write it; a file that could not be opened has no lines."""
    return printable(str(span) if span.source.text else span.source.name)


def _place(mark: Mark) -> _Place:
    span = mark.span
    first, column = span.source.position(span.start)
    last, end_column = span.source.position(max(span.end, span.start))
    if last > first and end_column == 1:
        last -= 1
        end_column = len(span.source.line_text(last)) + 1
    return _Place(mark, first, last, column - 1, end_column - 1)


def _lines_of(places: list[_Place]) -> list[int]:
    """The numbers of the lines to show, without those inside long places; a gap of a single line is shown as well."""
    if not places[0].mark.span.source.text:
        return []
    wanted: set[int] = set()
    for place in places:
        if place.last - place.first < LONGEST_PLACE:
            wanted.update(range(place.first, place.last + 1))
        else:
            wanted.update((*range(place.first, place.first + FIRST_LINES), place.last))
    wanted.update([line + 1 for line in wanted if line + 2 in wanted])
    return sorted(wanted)


class _Frame:
    """The frame of one file: its lines with a margin, in which places of several lines have their bars."""

    def __init__(
        self, places: list[_Place], lines: list[int], gutter: int, style: Style, redact: tuple[Span, ...]
    ) -> None:
        self.source: Source = places[0].mark.span.source
        self.redact = redact
        self.numbers = lines
        self.gutter = gutter
        self.style = style
        self.single = sorted([place for place in places if place.single], key=lambda place: place.start)
        self.spread = sorted([place for place in places if not place.single], key=lambda place: place.first)
        slots = _give_slots(self.spread)
        self.margin = slots + 1 if slots else 0
        self.room = max((style.width or WIDEST_LINE) - gutter - 3 - self.margin, 20)

    def lines(self) -> Iterator[str]:
        yield self._row("", "")
        before = None
        for number in self.numbers:
            if before is not None and number > before + 1:
                active = [place for place in self.spread if place.covers(number) and place.covers(before)]
                yield f"{self.style('...', 'bold', 'blue'):<3}{' ' * self.gutter}{self._bars(active)}".rstrip()
            yield from self._line(number)
            before = number

    def _line(self, number: int) -> Iterator[str]:
        here = [place for place in self.single if place.first == number]
        opening = [place for place in self.spread if place.first == number]
        closing = [place for place in self.spread if place.last == number]
        line = self._laid(number, here, opening, closing)
        text = self.source.line_text(number)
        edged = [place for place in opening if not text[: place.start].strip(" -")]
        active = [place for place in self.spread if place.first < number <= place.last]
        yield self._row(str(number), self._bars(active, edged) + line.text)
        for place in here:
            yield from self._marks(place, line.column(place.start), line.column(place.end), active + edged)
        for place in opening:
            if place not in edged:
                yield self._opening(place, line.column(place.start), active)
            active.append(place)
        for place in sorted(closing, key=lambda place: -place.slot):
            yield from self._closing(place, max(line.column(place.end) - 1, 0), active)
            active = [other for other in active if other is not place]

    def _laid(self, number: int, here: list[_Place], opening: list[_Place], closing: list[_Place]) -> Line:
        """The line, cut around the most important place on it."""
        chosen = next((place for place in here if place.mark.character == "^"), here[0] if here else None)
        if chosen is not None:
            start, end = chosen.start, max(chosen.end, chosen.start + 1)
        else:
            start = end = max(opening[0].start if opening else closing[0].end - 1 if closing else 0, 0)
        return lay(self._masked(number, start, end), self.room, start, end)

    def _masked(self, number: int, start: int, end: int) -> str:
        """A line whose secrets are masked, as far as it can be shown."""
        text = self.source.line_text(number)
        first, last = max(start - FARTHEST, 0), end + FARTHEST
        shown = masked(text[first:last], self.source.line_start(number) + first, self.source, self.redact)
        return text[:first] + shown + text[last:]

    def _marks(self, place: _Place, start: int, end: int, active: list[_Place]) -> Iterator[str]:
        """Marks under a place in one line."""
        size = max(min(end, self.room) - start, 1)
        bars = self._bars(active)
        marks = self.style(place.mark.character * size, "bold", place.mark.colour)
        return self._labelled(f"{bars}{' ' * start}{marks}", bars, start, start + size, place.mark)

    def _opening(self, place: _Place, column: int, active: list[_Place]) -> str:
        """The line that leads from the margin to the character that a place of several lines begins with."""
        return self._row("", self._corner(place, " ", column, active))

    def _closing(self, place: _Place, column: int, active: list[_Place]) -> Iterator[str]:
        """The line that leads from the bar of a place to the character that it ends with."""
        bars = self._bars([other for other in active if other is not place])
        return self._labelled(self._corner(place, "|", column, active), bars, column, column + 1, place.mark)

    def _corner(self, place: _Place, edge: str, column: int, active: list[_Place]) -> str:
        outer = self._bars([other for other in active if other.slot < place.slot], width=place.slot)
        line = edge + "_" * (self.margin - place.slot - 1 + column) + place.mark.character
        return outer + self.style(line, "bold", place.mark.colour)

    def _labelled(self, line: str, bars: str, start: int, end: int, mark: Mark) -> Iterator[str]:
        """A line of marks from column `start` to `end` with its label beside or, where there is no room, under it."""
        label = printable(mark.label)
        room = self.room - end - 1
        beside, under, indent = label, [], 0
        if label and self.style.width is not None and room < columns(label):
            if room >= NARROWEST_LABEL:
                beside, *under = wrap(label, room)
                indent = end + 1
            else:
                indent = max(min(start, self.room - 2 * NARROWEST_LABEL), 0)
                beside, under = "", list(wrap(label, self.room - indent))
        yield self._row("", f"{line} {self.style(beside, 'bold', mark.colour)}" if beside else line)
        for piece in under:
            yield self._row("", f"{bars}{' ' * indent}{self.style(piece, 'bold', mark.colour)}")

    def _bars(self, active: list[_Place], edged: Sequence[_Place] = (), width: int | None = None) -> str:
        """The margin: a bar for each place that goes on, a slash for each that begins with the line."""
        by_slot = {place.slot: ("|", place) for place in active}
        by_slot.update({place.slot: ("/", place) for place in edged})
        pieces = []
        for slot in range(self.margin if width is None else width):
            character, place = by_slot.get(slot, (" ", None))
            pieces.append(self.style(character, "bold", place.mark.colour) if place is not None else character)
        return "".join(pieces)

    def _row(self, number: str, text: str) -> str:
        edge = self.style(f"{number:>{self.gutter}} |", "bold", "blue")
        return f"{edge} {text}".rstrip() if text else edge


def _give_slots(places: list[_Place]) -> int:
    """Give places that overlap different slots of the margin; how many slots there are."""
    ends: list[int] = []
    for place in places:
        free = next((slot for slot, end in enumerate(ends) if end < place.first), len(ends))
        place.slot = free
        if free == len(ends):
            ends.append(place.last)
        else:
            ends[free] = place.last
    return len(ends)
