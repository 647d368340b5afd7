"""Anchors that one file of an orb's folder defines and another uses (circleci.md 7.5)."""

from __future__ import annotations

from orbgen.source.limits import MAXIMUM_DEPTH, MAXIMUM_EXPANDED_NODES
from orbgen.source.nodes import Alias, Content, Document, Mapping, Node, Scalar, Sequence
from orbgen.source.problems import Note, Problem, UnreadableError


def join_anchors(documents: list[Document]) -> tuple[Problem, ...]:
    """Let aliases that their own file does not define stand for the anchors of the other files.

    Gives the problems of the documents that are left. Raises UnreadableError where anchors lead in a circle, or where
    the files with all aliases expanded are larger or deeper than one file may be.
    """
    dangling = [document for document in documents if document.problems]
    if not dangling:
        return ()
    anchors: dict[str, list[Content]] = {}
    for document in documents:
        for name, node in _anchors_in(document.root).items():
            anchors.setdefault(name, []).append(node)
    left: list[Problem] = []
    for document in dangling:
        undefined = _undefined_in(document.root)
        aliases = {alias.start: alias for alias in undefined}
        for problem in document.problems:
            # Several aliases of one name are one problem, at the first of them.
            alias = aliases.get(problem.span.start)
            found = anchors.get(alias.name, []) if alias is not None else []
            if alias is None or not found:
                left.append(problem)
            elif len(found) > 1:
                left.append(_ambiguous(alias, found))
            else:
                for same in undefined:
                    if same.name == alias.name:
                        same.target = found[0]
    _Measure().check(documents)
    return tuple(left)


def _ambiguous(alias: Alias, found: list[Content]) -> Problem:
    message = f"the alias `*{alias.name}` may mean the anchor of either of two other files"
    related = tuple([Note(node.span, f"`&{alias.name}` is defined here") for node in found[:2]])
    return Problem("undefined-alias", message, alias.span, "rename one of the anchors", related=related)


def _written_in(root: Node) -> list[Node]:
    """Every node of a document as written, aliases not followed, in order."""
    found: list[Node] = []
    waiting: list[Node] = [root]
    while waiting:
        node = waiting.pop()
        found.append(node)
        if type(node) is Mapping:
            for key, value in reversed(node.entries):
                waiting += (value, key)
        elif type(node) is Sequence:
            waiting.extend(reversed(node.items))
    return found


def _anchors_in(root: Node) -> dict[str, Content]:
    """The anchors of a document, of two equal ones the last."""
    return {node.anchor: node for node in _written_in(root) if type(node) is not Alias and node.anchor is not None}


def _undefined_in(root: Node) -> list[Alias]:
    """The aliases that stand for nothing: an anchor of the same file would stand before them."""
    return [node for node in _written_in(root) if type(node) is Alias and node.target.start >= node.start]


class _Measure:
    """Finds circles, and the size and depth of what aliases stand for; corrects what nodes say of them."""

    def __init__(self) -> None:
        # Of each collection, by identity: how many nodes it is with its aliases expanded, and how deep.
        self.known: dict[int, tuple[int, int]] = {}
        self.open: set[int] = set()
        self.repeated = 0

    def check(self, documents: list[Document]) -> None:
        """Raises UnreadableError for the first alias with which the documents together go too far."""
        for document in documents:
            self._measure(document.root, document.root, 0)

    def _measure(self, node: Node, place: Node, depth: int) -> tuple[int, int]:
        if type(node) is Alias:
            size, height = self._measure(node.target, node, depth)
            self.repeated += size - 1
            if self.repeated > MAXIMUM_EXPANDED_NODES:
                self._refuse(place)
            return size, height
        if isinstance(node, Scalar):
            # As for one file: a long text counts for as much as it takes.
            return 1 + len(node.text) // 100, 0
        known = self.known.get(id(node))
        if known is None:
            if id(node) in self.open:
                message = "this alias leads back to the node that holds it, by way of another file"
                raise UnreadableError(Problem("recursive-alias", message, place.span))
            if depth > MAXIMUM_DEPTH:
                self._refuse(place)
            self.open.add(id(node))
            known = self.known[id(node)] = self._expanded(node, depth)
            self.open.discard(id(node))
        if known[1] + depth > MAXIMUM_DEPTH:
            self._refuse(place)
        return known

    def _expanded(self, node: Mapping | Sequence, depth: int) -> tuple[int, int]:
        children = [value for _, value in node.entries] if type(node) is Mapping else node.items
        size, height = 1, 0
        for child in children:
            inner = self._measure(child, child, depth + 1)
            size, height = size + inner[0], max(height, inner[1])
        node.templated = any([child.templated for child in children])
        if type(node) is Mapping:
            node.forget_fields()
        return size, height + 1

    def _refuse(self, place: Node) -> None:
        message = (
            f"with the aliases of all files expanded, the orb has more than {MAXIMUM_EXPANDED_NODES:,} nodes or is "
            f"nested more than {MAXIMUM_DEPTH} levels deep"
        )
        raise UnreadableError(Problem("limit", message, place.span))
