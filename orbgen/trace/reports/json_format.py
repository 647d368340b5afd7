"""Ways as JSON, for other programs. The form has a version; keys may be added without a new one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from orbgen.source.span import Span
from orbgen.trace.ways import Stop, Way

VERSION = 1


def json_lines(ways: tuple[Way, ...]) -> Iterator[str]:
    """The lines of one JSON value."""
    data = {"version": VERSION, "ways": [_way(way) for way in ways]}
    yield from json.dumps(data, indent=2, ensure_ascii=False).splitlines()


def _way(way: Way) -> dict[str, Any]:
    return {
        "configuration": way.path,
        "workflow": way.workflow,
        "job": way.job,
        "exposure": way.exposure.value,
        "triggers": list(way.kinds),
        "contexts": list(way.contexts),
        "bot": way.bot,
        "refused": way.refused,
        "stops": [_stop(stop) for stop in way.stops],
    }


def _stop(stop: Stop) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": stop.kind.value, "words": stop.words, "known": stop.settles is None}
    if stop.settles is not None:
        found["settled-by"] = stop.settles
    if stop.wide:
        found["wide"] = True
    if stop.place is not None:
        found["place"] = _place(stop.place)
    return found


def _place(place: Span) -> dict[str, Any]:
    return {"file": place.source.name, "line": place.line, "column": place.column}
