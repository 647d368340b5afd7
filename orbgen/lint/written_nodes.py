"""The nodes of a document by their kind, gathered once for all rules that look at what is written."""

from __future__ import annotations

import msgspec

from orbgen.source.nodes import Alias, Mapping, Node, Scalar, Sequence


class WrittenNodes(msgspec.Struct, frozen=True):
    """The nodes of each kind as written, keys included, in the order of the text."""

    mappings: list[Mapping]
    sequences: list[Sequence]
    scalars: list[Scalar]
    aliases: list[Alias]


def written_nodes(root: Node) -> WrittenNodes:
    """A node and all nodes in it. Aliases are not followed."""
    found = WrittenNodes([], [], [], [])
    mappings, sequences, scalars, aliases = found.mappings, found.sequences, found.scalars, found.aliases
    waiting: list[Node] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Scalar):
            scalars.append(node)
        elif type(node) is Mapping:
            mappings.append(node)
            for key, value in reversed(node.entries):
                waiting.append(value)
                waiting.append(key)
        elif type(node) is Sequence:
            sequences.append(node)
            waiting.extend(node.items[::-1])
        elif type(node) is Alias:
            aliases.append(node)
    return found
