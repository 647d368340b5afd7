"""How large a document would be with its aliases expanded, which nobody does, but which whoever walks it pays for."""

from __future__ import annotations

from orbgen.source.limits import MAXIMUM_DEPTH, MAXIMUM_EXPANDED_NODES
from orbgen.source.nodes import Alias, Content, Node, Scalar, parts

# A text counts as a node for each so many characters, so that a long one cannot be had many times for nothing.
CHARACTERS_OF_A_NODE = 100


class Expansion:
    """Counts the aliases of one document. What an anchored node holds is looked at once, not at each alias."""

    def __init__(self) -> None:
        # Per anchored node, by identity: its size and its height; whether something in it is templated.
        self._measures: dict[int, tuple[int, int]] = {}
        self._templated: dict[int, bool] = {}
        # How many nodes more than it has the document would have.
        self.repeated = 0
        # How many characters the texts behind its aliases have at most.
        self.characters = 0

    def excess(self, target: Content, depth: int) -> str | None:
        """Count an alias of a node at a depth; which limit it passes, in words, or None."""
        size, height = self._measure(target)
        self.repeated += size - 1
        self.characters += size * CHARACTERS_OF_A_NODE
        if self.repeated > MAXIMUM_EXPANDED_NODES:
            return f"with its aliases expanded the document has more than {MAXIMUM_EXPANDED_NODES:,} nodes"
        if depth + height > MAXIMUM_DEPTH:
            return f"with this alias expanded the document is nested more than {MAXIMUM_DEPTH} levels deep"
        return None

    def is_templated(self, target: Content) -> bool:
        """Whether something in an anchored node is templated."""
        known = self._templated.get(id(target))
        if known is None:
            known = self._templated[id(target)] = target.templated
        return known

    def _measure(self, node: Node) -> tuple[int, int]:
        """How many nodes a node is with its aliases expanded, and how many collections deep."""
        target = node.target if type(node) is Alias else node
        if type(target) is Scalar:
            return 1 + len(target.text) // CHARACTERS_OF_A_NODE, 0
        known = self._measures.get(id(target))
        if known is None:
            measured = [self._measure(part) for part in parts(target)]
            known = 1 + sum([size for size, _ in measured]), 1 + max([height for _, height in measured], default=0)
            if target.anchor is not None:
                self._measures[id(target)] = known
        return known
