"""Ways as text: one way a paragraph, what is open marked, and at the end what would settle what is not known."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.source.span import Span
from orbgen.trace.ways import Kind, Stop, Way

ARROW = "──>"


def text_lines(ways: tuple[Way, ...]) -> Iterator[str]:
    """The ways, those with the same beginning once, and below what is not known."""
    for index, group in enumerate(_grouped(ways)):
        if index:
            yield ""
        yield from _group(group)
    unknown = dict.fromkeys([(stop.words, stop.settles) for way in ways for stop in way.unknown])
    if unknown:
        yield ""
        yield "Not known:"
        for words, settles in unknown:
            yield f"  {words}: what settles it is {settles}"


def _grouped(ways: tuple[Way, ...]) -> list[list[Way]]:
    """The ways by their job and token, in order."""
    groups: dict[tuple[Stop, ...], list[Way]] = {}
    for way in ways:
        groups.setdefault(way.stops[:3], []).append(way)
    return list(groups.values())


def _group(ways: list[Way]) -> Iterator[str]:
    first = ways[0]
    start, job = first.stops[:2]
    yield f"[{first.exposure.value}] {start.words} {ARROW} {job.words}{_at(job.place)}"
    shown: set[Stop] = set()
    for way in ways:
        for depth, stop in enumerate(way.stops[2:]):
            if stop in shown and stop.kind is not Kind.TARGET:
                continue
            shown.add(stop)
            mark = " (not known)" if stop.settles is not None else ""
            yield f"  {'  ' * depth}{ARROW} {stop.words}{mark}{_at(stop.place)}"
    if first.refused is not None:
        yield f"      refused: {first.refused}"


def _at(place: Span | None) -> str:
    return f"  [{place.source.name}:{place.line}]" if place is not None else ""
