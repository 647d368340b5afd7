"""The picture of ways: each stop once, and the steps between them."""

from __future__ import annotations

from itertools import pairwise

import msgspec

from orbgen.trace.starts import Exposure
from orbgen.trace.ways import Stop, Way

_ORDER = (Exposure.OPEN, Exposure.WEAK, Exposure.UNKNOWN, Exposure.GUARDED, Exposure.GATED)


class Edge(msgspec.Struct, frozen=True):
    """A step from one stop to the next, by their numbers; `exposure` is that of the worst way that takes it."""

    start: int
    end: int
    exposure: Exposure
    refused: bool


class Graph(msgspec.Struct, frozen=True):
    """The stops, each once, and the steps."""

    stops: tuple[Stop, ...]
    edges: tuple[Edge, ...]


def graph_of(ways: tuple[Way, ...]) -> Graph:
    """The graph of some ways; stops and edges come in the order in which the ways reach them."""
    numbers: dict[tuple[object, str], int] = {}
    stops: list[Stop] = []
    edges: dict[tuple[int, int], Edge] = {}
    for way in ways:
        along = []
        for stop in way.stops:
            key = (stop.kind, stop.key)
            if key not in numbers:
                numbers[key] = len(stops)
                stops.append(stop)
            along.append(numbers[key])
        for start, end in pairwise(along):
            last = (start, end) == (along[-2], along[-1])
            edge = Edge(start, end, way.exposure, way.refused is not None and last)
            known = edges.get((start, end))
            if known is None or _ORDER.index(edge.exposure) < _ORDER.index(known.exposure):
                edges[start, end] = edge
    return Graph(tuple(stops), tuple(edges.values()))
