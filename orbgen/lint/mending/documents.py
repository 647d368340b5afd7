"""Teleport's files as leaves: each value under the way that leads to it, as for pipelines in `compiled`."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.lint.teleport_context import TeleportContext
from orbgen.source.nodes import Content, Mapping, Node, Scalar, Sequence


def document_leaves(context: TeleportContext) -> dict[str, object]:
    """Every value of the documents, such as that of `token/deploy/spec/roles/0`."""
    found: dict[str, object] = {}
    for way, root in _roots(context):
        for path, node in _below(way, root):
            if isinstance(node, Scalar):
                found[path] = (type(node.value).__name__, str(node.value))
            elif not (node.entries if isinstance(node, Mapping) else node.items):
                found[path] = type(node).__name__
    return found


def way_in_documents(context: TeleportContext, node: Node) -> str | None:
    """The way to a node as `document_leaves` writes it; None where no document holds it."""
    for way, root in _roots(context):
        for path, one in _below(way, root):
            if one is node:
                return path
    return None


def _roots(context: TeleportContext) -> Iterator[tuple[str, Content]]:
    """The root of each document, and the way to it: two documents of one name have two."""
    taken: set[str] = set()
    for document in context.parts:
        way = name = context.way_of(document)
        number = 2
        while way in taken:
            way, number = f"{name}~{number}", number + 1
        taken.add(way)
        yield way, document.root


def _below(way: str, node: Content) -> Iterator[tuple[str, Content]]:
    waiting = [(way, node)]
    while waiting:
        path, one = waiting.pop()
        yield path, one
        if isinstance(one, Mapping):
            waiting += [(f"{path}/{name}", field.value) for name, field in one.fields.items()]
        elif isinstance(one, Sequence):
            waiting += [(f"{path}/{index}", item) for index, item in enumerate(one.elements)]
