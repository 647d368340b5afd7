"""Ways as a Mermaid flowchart, as GitHub and GitLab show it in Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.trace.reports.graph import graph_of
from orbgen.trace.starts import Exposure
from orbgen.trace.ways import Way

_COLOURS = {
    Exposure.OPEN: "#b3261e",
    Exposure.WEAK: "#9a6700",
    Exposure.UNKNOWN: "#57606a",
    Exposure.GUARDED: "#0969da",
    Exposure.GATED: "#1a7f37",
}


def mermaid_lines(ways: tuple[Way, ...]) -> Iterator[str]:
    """The lines of a flowchart, from left to right."""
    graph = graph_of(ways)
    yield "flowchart LR"
    for number, stop in enumerate(graph.stops):
        yield f'  n{number}["{_escaped(stop.words)}"]'
        if stop.settles is not None:
            yield f"  style n{number} stroke-dasharray: 4 4"
        elif stop.wide:
            yield f"  style n{number} stroke-width:3px"
    for index, edge in enumerate(graph.edges):
        arrow = "-.->|refused|" if edge.refused else "-->"
        yield f"  n{edge.start} {arrow} n{edge.end}"
        yield f"  linkStyle {index} stroke:{_COLOURS[edge.exposure]}"


def _escaped(text: str) -> str:
    """Text between quotes in which nothing is read as Markdown, HTML or syntax."""
    return "".join([char if char.isalnum() or char in " ,.-_/:()=" else f"#{ord(char)};" for char in text])
