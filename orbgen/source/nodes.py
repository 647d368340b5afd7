"""Located nodes: what a YAML document holds, as written, each node with its place.

Anchors, aliases, merge keys and duplicate keys stay as the author wrote them in `items` and `entries`; `Mapping.fields`
and `Sequence.elements` give what CircleCI makes of them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import TypeAlias, Union, final

import msgspec

from orbgen.source.comments import Comment, find_comments
from orbgen.source.places import locate
from orbgen.source.problems import Problem
from orbgen.source.scalars import ScalarValue, resolve
from orbgen.source.span import BREAKS, Source, Span


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

    @property
    def merges(self) -> bool:
        """Whether the scalar, as a key, is the merge key."""
        return self.text == "<<" and not self.style and self.tag is None

    def place(self, start: int, end: int | None = None) -> Span:
        """The span in the file of characters `start` to `end` of the text, also inside folded and quoted scalars.

        What was made of a line break stands at the end of its line and has no width there.
        """
        return Span(self.source, *locate(self.source.text, self.start, self.end, self.style, self.text, start, end))

    def __repr__(self) -> str:
        return f"Scalar({self.text!r})"


@final
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
        return [item.target if type(item) is Alias else item for item in self.items]

    def __repr__(self) -> str:
        return f"Sequence({self.items!r})"


class Field(msgspec.Struct, frozen=True):
    """One key of a mapping with its value, aliases resolved; `written` is the value as written, perhaps an alias."""

    key: Scalar
    value: Content
    written: Node


@final
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
            self._fields = self._flatten()
        return self._fields

    def forget_fields(self) -> None:
        """Say that an entry, or what an alias in it stands for, is another now."""
        self._fields = None

    def _flatten(self) -> dict[str, Field]:
        fields: dict[str, Field] = {}
        for key, written in self.entries:
            value = written.target if type(written) is Alias else written
            name = key.target if type(key) is Alias else key
            if type(name) is not Scalar:
                continue
            if name.merges:
                for merged in value.elements if type(value) is Sequence else [value]:
                    if type(merged) is Mapping:
                        for inherited, field in merged.fields.items():
                            fields.setdefault(inherited, field)
            else:
                fields[name.text] = Field(name, value, written)
        return fields

    def get(self, key: str) -> Content | None:
        """The value of a key, or None where the mapping has no such key."""
        field = self.fields.get(key)
        return None if field is None else field.value

    def duplicates(self) -> Iterator[tuple[Scalar, Scalar]]:
        """Each key that stands again: the earlier and the later place. Two `<<` are legal and not among them."""
        seen: dict[str, Scalar] = {}
        for key, _ in self.entries:
            if type(key) is Scalar and not key.merges:
                if key.text in seen:
                    yield seen[key.text], key
                seen[key.text] = key

    def __repr__(self) -> str:
        return f"Mapping({self.entries!r})"


@final
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

    `repeating` are the mappings in which a key may stand twice. `start` and `end` bound what belongs to the document in
    its source, comments before and behind its root included; `marker` is where its `---` stands. With its aliases
    expanded it would have `values` nodes, and at most `characters` in their texts; 0 where nobody counted.
    """

    source: Source
    root: Content
    problems: tuple[Problem, ...] = ()
    repeating: tuple[Mapping, ...] = ()
    start: int = 0
    end: int = 0
    marker: int | None = None
    values: int = 0
    characters: int = 0
    _comments: tuple[Comment, ...] | None = None
    _holders: dict[int, Sequence | Mapping] | None = None

    @property
    def comments(self) -> tuple[Comment, ...]:
        """The document's comments in their order. A `#` inside a text, as in a script, begins none."""
        if self._comments is None:
            texts = [_text_of(node) for node in walk(self.root) if type(node) is Scalar]
            self._comments = find_comments(self.source, self.start, self.end, texts)
        return self._comments

    def comment_on(self, line: int) -> Comment | None:
        """The comment on a line counted from 1, whether it stands alone there or behind something."""
        starts = self.source.line_starts
        if not 1 <= line <= len(starts):
            return None
        index = bisect_left(self.comments, starts[line - 1], key=lambda comment: comment.span.start)
        if index < len(self.comments) and self.comments[index].span.line == line:
            return self.comments[index]
        return None

    def holder(self, part: Node) -> Sequence | Mapping | None:
        """The collection that a node is written in, as an item, a key or a value; None for the root."""
        if self._holders is None:
            holders: dict[int, Sequence | Mapping] = {}
            for node in walk(self.root):
                if type(node) is Sequence or type(node) is Mapping:
                    holders.update(dict.fromkeys([id(part) for part in parts(node)], node))
            self._holders = holders
        return self._holders.get(id(part))


def parts(node: Node) -> list[Node]:
    """What a node is made of, as written: the items of a sequence, the keys and values of a mapping."""
    if type(node) is Sequence:
        return node.items
    if type(node) is Mapping:
        return [part for entry in node.entries for part in entry]
    return []


def walk(node: Node) -> Iterator[Node]:
    """A node and all nodes in it as written, in the order of the text. Aliases are not followed."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(parts(node)))


def _text_of(scalar: Scalar) -> tuple[int, int]:
    """Where a scalar's text may hold a `#`: a block scalar's header is not part of it and may end in a comment."""
    start = scalar.start
    if scalar.style in ("|", ">"):
        while start < scalar.end and scalar.source.text[start] not in BREAKS:
            start += 1
    return start, scalar.end
