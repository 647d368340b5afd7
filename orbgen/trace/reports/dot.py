"""Ways as a graph for Graphviz."""

from __future__ import annotations

import json
from collections.abc import Iterator

from orbgen.trace.reports.graph import graph_of
from orbgen.trace.starts import Exposure
from orbgen.trace.ways import Kind, Way

_COLOURS = {
    Exposure.OPEN: "#b3261e",
    Exposure.WEAK: "#9a6700",
    Exposure.UNKNOWN: "#57606a",
    Exposure.GUARDED: "#0969da",
    Exposure.GATED: "#1a7f37",
}
_SHAPES = {Kind.START: "cds", Kind.TARGET: "box3d"}


def dot_lines(ways: tuple[Way, ...]) -> Iterator[str]:
    """The lines of a directed graph, from left to right."""
    graph = graph_of(ways)
    yield "digraph ways {"
    yield "  rankdir=LR;"
    yield '  node [shape=box, fontname="sans-serif"];'
    for number, stop in enumerate(graph.stops):
        style = ", style=dashed" if stop.settles is not None else ", penwidth=3" if stop.wide else ""
        shape = f", shape={_SHAPES[stop.kind]}" if stop.kind in _SHAPES else ""
        yield f"  n{number} [label={_quoted(stop.words)}{shape}{style}];"
    for edge in graph.edges:
        style = ", style=dotted" if edge.refused else ""
        yield f'  n{edge.start} -> n{edge.end} [color="{_COLOURS[edge.exposure]}"{style}];'
    yield "}"


def _quoted(text: str) -> str:
    """A string as the language of Graphviz has it, which escapes as JSON does."""
    return json.dumps(text, ensure_ascii=False)
