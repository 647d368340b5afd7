"""Ways as a page: the picture, the ways as a table, what is not known, and the findings beside it."""

from __future__ import annotations

from typing import Any

import msgspec

from orbgen.source.span import Span
from orbgen.trace.page import data, file, page
from orbgen.trace.reports.graph import graph_of
from orbgen.trace.starts import Exposure
from orbgen.trace.ways import Kind, Stop, Way

_MEANINGS = {
    Exposure.OPEN: "anybody's push gets in",
    Exposure.WEAK: "whoever chooses a text or calls the API gets in",
    Exposure.UNKNOWN: "not known who gets in",
    Exposure.GUARDED: "the context or the token keeps others out",
    Exposure.GATED: "only branches, tags or people that are named",
}
# The cells of a row, by what stands in them.
_CELLS = ((Kind.START,), (Kind.JOB,), (Kind.TOKEN, Kind.BOT, Kind.ROLE), (Kind.TARGET,))


class Found(msgspec.Struct, frozen=True):
    """A finding as the page shows it: its frame is text with lines."""

    severity: str
    name: str
    message: str
    frame: str


def html_page(ways: tuple[Way, ...], findings: tuple[Found, ...], title: str, version: str) -> str:
    """The page."""
    graph = graph_of(ways)
    numbers = {(stop.kind, stop.key): index for index, stop in enumerate(graph.stops)}
    rows = [_way(number, way, numbers) for number, way in enumerate(ways)]
    return page(
        "trace.html.j2",
        title=title,
        version=version,
        counts=[
            (one.value, sum([way.exposure is one for way in ways]), meaning)
            for one, meaning in _MEANINGS.items()
            if any([way.exposure is one for way in ways])
        ],
        filters=_filters(rows),
        ways=[_row(way) for way in ways],
        unknown=list(dict.fromkeys([(stop.words, stop.settles) for way in ways for stop in way.unknown])),
        findings=findings,
        data=data({"stops": [_stop(stop) for stop in graph.stops], "ways": rows}),
        dagre=file("dagre.js"),
        script=file("trace.js"),
    )


def _way(number: int, way: Way, numbers: dict[tuple[Kind, str], int]) -> dict[str, Any]:
    targets = [reach.target.value for reach in way.reaches]
    return {
        "number": number,
        "stops": [numbers[stop.kind, stop.key] for stop in way.stops],
        "exposure": way.exposure.value,
        "refused": way.refused is not None,
        "contexts": list(way.contexts),
        "job": [way.job],
        "bot": [way.bot] if way.bot is not None else [],
        "target": targets,
    }


def _stop(stop: Stop) -> dict[str, Any]:
    return {
        "kind": stop.kind.value,
        "words": stop.words,
        "place": _place(stop.place),
        "unknown": stop.settles,
        "wide": stop.wide,
    }


def _filters(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What can be chosen: each value that occurs, if there is more than one."""
    found = []
    for name, label in (("exposure", "Open to"), ("contexts", "Context"), ("job", "Job"), ("bot", "Bot"),
                        ("target", "Reaches")):  # fmt: skip
        every = [[row[name]] if isinstance(row[name], str) else row[name] for row in rows]
        found.append({"name": name, "label": label, "values": sorted({value for values in every for value in values})})
    return found


def _row(way: Way) -> dict[str, Any]:
    cells = [[_shown(stop) for stop in way.stops if stop.kind in kinds] for kinds in _CELLS]
    if way.refused is not None:
        cells[-1] = [{"words": f"nothing: {way.refused}", "place": "", "unknown": False}]
    return {"exposure": way.exposure.value, "cells": cells}


def _shown(stop: Stop) -> dict[str, Any]:
    return {"words": stop.words, "place": _place(stop.place), "unknown": stop.settles is not None}


def _place(place: Span | None) -> str:
    return f"{place.source.name}:{place.line}" if place is not None else ""
