"""Located nodes: what a YAML document holds, as written, each node with its place.

Anchors, aliases, merge keys and duplicate keys stay as the author wrote them in `items` and `entries`; `Mapping.fields`
and `Sequence.elements` give what CircleCI makes of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias, Union

import msgspec

from orbgen.source.problems import Problem
from orbgen.source.scalars import ScalarValue, locate, resolve
from orbgen.source.span import Source, Span


class _Placed(msgspec.Struct, eq=False):
    """What all nodes share. `start` is behind the node's anchor and tag, `outer` before them."""

    source: Source
    start: int
    end: int
    outer: int

    @property
    def span(self) -> Span:
        """Where the node stands in its file, without anchor and tag."""
        return Span(self.source, self.start, self.end)


class Scalar(_Placed, eq=False):
    """A single value. `style` is empty for plain text, else one of `'`, `"`, `|` and `>`."""

    text: str
    style: str = ""
    anchor: str | None = None
    tag: str | None = None

    @property
    def value(self) -> ScalarValue:
        """The value as CircleCI types it (circleci.md 1.3); quoted and block text is always a string."""
        if self.style and self.tag is None:
            return self.text
        return resolve(self.text, self.style, self.tag)

    @property
    def templated(self) -> bool:
        """Whether CircleCI may substitute something here."""
        return "<<" in self.text

    def place(self, start: int, end: int | None = None) -> Span:
        """The span in the file of characters `start` to `end` of the text, also inside folded and quoted scalars."""
        first = locate(self.source.text, self.start, self.end, self.style, self.text, start)
        if end is None or end <= start:
            return Span(self.source, first, first)
        last = locate(self.source.text, self.start, self.end, self.style, self.text, end - 1) + 1
        return Span(self.source, first, max(last, first))

    def __repr__(self) -> str:
        return f"Scalar({self.text!r})"


class Sequence(_Placed, eq=False):
    """A list, as written: an element may be an alias."""

    items: list[Node]
    flow: bool = False
    anchor: str | None = None
    tag: str | None = None
    templated: bool = False

    @property
    def elements(self) -> list[Content]:
        """The elements, aliases resolved."""
        return [item.target if type(item) is Alias else item for item in self.items]  # type: ignore[misc]

    def __repr__(self) -> str:
        return f"Sequence({self.items!r})"


class Field(msgspec.Struct, frozen=True):
    """One key of a mapping with its value, aliases resolved; `written` is the value as written, perhaps an alias."""

    key: Scalar
    value: Content
    written: Node


class Mapping(_Placed, eq=False):
    """A map, as written: keys in order, duplicates and merge keys included."""

    entries: list[tuple[Node, Node]]
    flow: bool = False
    anchor: str | None = None
    tag: str | None = None
    templated: bool = False
    _fields: dict[str, Field] | None = None

    @property
    def fields(self) -> dict[str, Field]:
        """The keys that CircleCI sees, in its order.

        Merged keys stand where their `<<` stood, an explicit key wins over a merged one and the last of two equal
        explicit keys over the first, in the place of the first (SnakeYAML's flattening; circleci.md 1.3).
        """
        if self._fields is None:
            fields: dict[str, Field] = {}
            for key, written in self.entries:
                value = written.target if type(written) is Alias else written
                name = key.target if type(key) is Alias else key
                if type(name) is not Scalar:
                    continue
                if name.text == "<<" and not name.style:
                    merged = value.elements if type(value) is Sequence else [value]
                    for mapping in merged:
                        if type(mapping) is Mapping:
                            for inner, field in mapping.fields.items():
                                fields.setdefault(inner, field)
                else:
                    fields[name.text] = Field(name, value, written)  # type: ignore[arg-type]
            self._fields = fields
        return self._fields

    def get(self, key: str) -> Content | None:
        """The value of a key, or None where the mapping has no such key."""
        field = self.fields.get(key)
        return None if field is None else field.value

    def duplicates(self) -> Iterator[tuple[Scalar, Scalar]]:
        """Each key that stands again: the earlier and the later place. Two `<<` are legal and not among them."""
        seen: dict[str, Scalar] = {}
        for key, _ in self.entries:
            if type(key) is Scalar and not (key.text == "<<" and not key.style):
                if key.text in seen:
                    yield seen[key.text], key
                seen[key.text] = key

    def __repr__(self) -> str:
        return f"Mapping({self.entries!r})"


class Alias(_Placed, eq=False):
    """`*name`: the place of the alias and the node that it stands for."""

    name: str
    target: Content

    @property
    def templated(self) -> bool:
        """Whether CircleCI may substitute something in the target."""
        return self.target.templated

    def __repr__(self) -> str:
        return f"*{self.name}"


Content: TypeAlias = Union[Scalar, Sequence, Mapping]
Node: TypeAlias = Union[Scalar, Sequence, Mapping, Alias]


class Document(msgspec.Struct, eq=False):
    """One YAML document: its source, its root node, and what is wrong with it although it can be read.

    `repeating` are the mappings in which a key may stand twice.
    """

    source: Source
    root: Content
    problems: tuple[Problem, ...] = ()
    repeating: tuple[Mapping, ...] = ()
