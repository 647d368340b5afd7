"""What a document means, to tell whether a change of its text did what it was to do and nothing else."""

from __future__ import annotations

from typing import Any, TypeAlias, Union

import msgspec

from orbgen.source.nodes import Alias, Document, Mapping, Node, Scalar, Sequence


class Replaced(msgspec.Struct, frozen=True, eq=False):
    """Another node took a node's place. `keeps` says that the anchor and the tag are still those of the old."""

    node: Node
    by: Node
    keeps: bool = False


class Inserted(msgspec.Struct, frozen=True, eq=False):
    """The entries of a collection were put before the entry of that index, or behind the last."""

    collection: Sequence | Mapping
    index: int
    by: Sequence | Mapping


class Removed(msgspec.Struct, frozen=True, eq=False):
    """Entries of a collection are gone."""

    collection: Sequence | Mapping
    indexes: tuple[int, ...]


Effect: TypeAlias = Union[Replaced, Inserted, Removed]
Shape: TypeAlias = Any


class _Anything:
    """Equal to whatever an alias may stand for that has no anchor where it was written down."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = object.__hash__


_ANYTHING = _Anything()


def shape_of(document: Document, effects: list[Effect]) -> Shape:
    """What a document means once effects have taken place: its values, tags and anchors, without style and comments.

    The effects may name the nodes of another reading of the same text.
    """
    return _Shaper(effects).shape(document.root)


def undefined_aliases(documents: list[Document]) -> set[str]:
    """The places in the problems of documents at which an alias has no anchor, by what is said of them."""
    return {
        problem.message for document in documents for problem in document.problems if problem.code == "undefined-alias"
    }


def _key(node: Node) -> tuple[str, int, int, int]:
    return type(node).__name__, node.outer, node.start, node.end


class _Shaper:
    def __init__(self, effects: list[Effect]) -> None:
        self.replaced: dict[Any, Replaced] = {}
        self.inserted: dict[Any, list[Inserted]] = {}
        self.removed: dict[Any, set[int]] = {}
        self.known: dict[int, Shape] = {}
        for effect in effects:
            if isinstance(effect, Replaced):
                self.replaced[_key(effect.node)] = effect
            elif isinstance(effect, Inserted):
                self.inserted.setdefault(_key(effect.collection), []).append(effect)
            else:
                self.removed.setdefault(_key(effect.collection), set()).update(effect.indexes)

    def shape(self, node: Node) -> Shape:
        known = self.known.get(id(node))
        if known is None:
            replaced = self.replaced.get(_key(node))
            known = self._own(node) if replaced is None else _shape_of_new(replaced)
            self.known[id(node)] = known
        return known

    def _own(self, node: Node) -> Shape:
        if type(node) is Alias:
            target = node.target
            undefined = type(target) is Scalar and target.start == node.start
            return "alias", node.name, _ANYTHING if undefined else self.shape(target)
        if isinstance(node, Scalar):
            value = node.value
            return "scalar", node.anchor, node.tag, type(value).__name__, node.merges, repr(value)
        return type(node).__name__, node.anchor, node.tag, tuple(self._entries(node))

    def _entries(self, collection: Sequence | Mapping) -> list[Shape]:
        own: list[Shape]
        if type(collection) is Mapping:
            own = [(self.shape(key), self.shape(value)) for key, value in collection.entries]
        else:
            own = [self.shape(item) for item in collection.items]
        name = _key(collection)
        removed = self.removed.get(name, set())
        if name not in self.inserted and not removed:
            return own
        entries: list[Shape] = []
        for index in range(len(own) + 1):
            for inserted in self.inserted.get(name, []):
                if inserted.index == index:
                    entries += _Shaper([]).shape(inserted.by)[3]
            if index < len(own) and index not in removed:
                entries.append(own[index])
        return entries


def _shape_of_new(replaced: Replaced) -> Shape:
    shape = _Shaper([]).shape(replaced.by)
    node = replaced.node
    if replaced.keeps and not isinstance(node, Alias) and shape[0] != "alias":
        return (shape[0], node.anchor, node.tag, *shape[3:])
    return shape
