"""Bytes to a document: libyaml's events made into located nodes.

The reader accepts what CircleCI's parser accepts, such as an anchor defined twice or two `<<` in one mapping, and keeps
everything as written. It never expands an alias, so a small file stays small.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from orbgen.source.comments import find_indicator
from orbgen.source.encoding import decode
from orbgen.source.expansion import Expansion
from orbgen.source.libyaml import YAMLError, events, parser
from orbgen.source.limits import MAXIMUM_DEPTH, MAXIMUM_NODES, REMEDY, TOO_DEEP, TOO_LARGE
from orbgen.source.names import nearest
from orbgen.source.nodes import Alias, Content, Document, Field, Mapping, Node, Scalar, Sequence
from orbgen.source.problems import Note, Problem, UnreadableError
from orbgen.source.span import BLANKS, BREAKS, Source, Span

ScalarEvent, AliasEvent, StreamEndEvent, DocumentStartEvent = (
    events.ScalarEvent, events.AliasEvent, events.StreamEndEvent, events.DocumentStartEvent,
)  # fmt: skip
MappingStartEvent, MappingEndEvent = events.MappingStartEvent, events.MappingEndEvent
SequenceStartEvent, SequenceEndEvent = events.SequenceStartEvent, events.SequenceEndEvent

# A file with thousands of undefined aliases is broken in one way; the first few of them get a guess at what is meant.
_GUESSES = 20


def read(data: bytes, name: str) -> Document:
    """The single document of a file called `name`.

    Raises UnreadableError, with place and reason, for broken YAML, for a second document and where a limit is passed.
    """
    source = decode(data, name)
    documents = read_documents(source)
    document = next(documents, None)
    if document is None:
        return Document(source, Scalar(source, 0, 0, 0, ""), end=len(source.text))
    document.end = len(source.text)
    second = next(documents, None)
    if second is not None:
        marker = second.start if second.marker is None else second.marker
        where = Span(source, marker, marker + len("---"))
        message = "a second YAML document begins here; CircleCI reads one document a file"
        raise UnreadableError(Problem("multiple-documents", message, where, "remove the `---` or split the file"))
    return document


def read_documents(source: Source) -> Iterator[Document]:
    """Every document of a source, in order. Raises UnreadableError as `read` does."""
    try:
        yield from _Builder(source).documents()
    except (YAMLError, UnicodeEncodeError) as error:
        from orbgen.source.syntax import problem_of

        raise UnreadableError(problem_of(source, error)) from None


class _Builder:
    """Builds nodes from events; knows anchors, depth and how many nodes there are."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.next_event = parser(source.text).get_event
        self.anchors: dict[str, Content] = {}
        # The anchored collections that are not complete yet, by identity.
        self.open: set[int] = set()
        self.expansion = Expansion()
        self.count = 0
        self.problems: list[Problem] = []
        # Where aliases without anchor stand; per name the place of the first one's problem, and notes of the others.
        self.undefined: set[int] = set()
        self.missing: dict[str, int] = {}
        self.further: dict[int, list[Note]] = {}
        # Mappings in which a key may stand twice.
        self.repeating: list[Mapping] = []

    def documents(self) -> Iterator[Document]:
        """Each document, with its share of the source: from where the one before it ends to its own end."""
        start = 0
        while True:
            event = self.next_event()
            kind = type(event)
            if kind is StreamEndEvent or event is None:
                return
            if kind is DocumentStartEvent:
                marker = event.end_mark.index - len("---") if event.explicit else None
                root, end = self._root()
                yield Document(
                    self.source,
                    root,
                    self._problems(),
                    tuple(self.repeating),
                    start=start,
                    end=end,
                    marker=marker,
                    values=self.count + self.expansion.repeated,
                    characters=len(self.source.text) + self.expansion.characters,
                )
                start = end
                self.anchors, self.expansion = {}, Expansion()
                self.problems, self.repeating = [], []
                self.undefined, self.missing, self.further = set(), {}, {}

    def _root(self) -> tuple[Content, int]:
        """The root node of a document that has begun, and where the document ends.

        This loop is most of what reading costs beside libyaml, so it is written for speed: what every scalar needs
        stands in it, what only some nodes need stands in methods.
        """
        source, text, next_event = self.source, self.source.text, self.next_event
        # What the current collection consists of so far; the key that waits for its value, _ITEM in a sequence;
        # whether something in it is templated. The document itself is treated as a sequence of one item.
        children: list[Any] = []
        key: Any = _ITEM
        templated = False
        # The open collections, and for each the three variables above as they were around it.
        stack: list[tuple[Any, list[Any], Any, bool]] = []
        count = self.count
        node: Any
        while True:
            event = next_event()
            kind = type(event)
            if kind is ScalarEvent:
                value, style, start, end = event.value, event.style, event.start_mark.index, event.end_mark.index
                node = Scalar(source, start, end, start, value, style or "")
                count += 1
                if count > MAXIMUM_NODES:
                    raise self._limit(node, TOO_LARGE)
                if event.anchor is not None or event.tag is not None:
                    self._add_properties(node, event)
                if style == "|" or style == ">":
                    node.end = self._end_of_block(node)
                if key is None:
                    if start == end:
                        self._settle(node, "?", children[-1][1].end if children else stack[-1][0].start, start)
                    key = node
                    continue
                if key is _ITEM:
                    children.append(node)
                else:
                    if start == end and text[start - 1] != ":":
                        self._settle(node, ":", key.end, key.end)
                    children.append((key, node))
                    key = None
                if "<<" in value:
                    templated = True
                continue
            if kind is MappingStartEvent or kind is SequenceStartEvent:
                inner: list[Any] = []
                node = self._open(event, kind, inner)
                stack.append((node, children, key, templated))
                if len(stack) > MAXIMUM_DEPTH:
                    raise self._limit(node, TOO_DEEP)
                children, key, templated = inner, None if kind is MappingStartEvent else _ITEM, False
                continue
            if kind is MappingEndEvent or kind is SequenceEndEvent:
                inner, dynamic = children, templated
                node, children, key, templated = stack.pop()
                node.templated = dynamic
                self._close(node, event, inner)
            elif kind is AliasEvent:
                node = self._alias(event, len(stack))
                dynamic = self.expansion.is_templated(node.target)
            else:
                self.count = count
                root = children[0]
                return root.target if type(root) is Alias else root, event.end_mark.index
            count += 1
            if count > MAXIMUM_NODES:
                raise self._limit(node, TOO_LARGE)
            if key is None:
                key = node
                continue
            if key is _ITEM:
                children.append(node)
            else:
                children.append((key, node))
                key = None
            templated = templated or dynamic

    def _open(self, event: Any, kind: type, children: list[Any]) -> Mapping | Sequence:
        """A collection that begins. `end` is the place behind its opening bracket, 0 for one without brackets."""
        outer, start, anchor = event.start_mark.index, event.end_mark.index, event.anchor
        text, end = self.source.text, 0
        flow = bool(event.flow_style)
        if flow:
            # A pair in a list, `[key: value]`, has no brackets, and no width unless `?` starts it.
            if start > outer:
                start -= 1
                end = start + 1 if text[start] in "[{" else 0
        elif kind is SequenceStartEvent and text[start : start + 1] != "-":
            start -= 1  # A list that is not indented is only known behind its first `-`.
        make = Mapping if kind is MappingStartEvent else Sequence
        node = make(self.source, start, end, outer, children, flow, anchor, event.tag)
        if anchor is not None:
            self.anchors[anchor] = node
            self.open.add(id(node))
        return node

    def _close(self, node: Mapping | Sequence, event: Any, children: list[Any]) -> None:
        """A collection that ends, behind its bracket or with its last child."""
        if type(node) is Mapping:
            # Most mappings are asked for their fields, which are most cheaply made while the keys are looked at.
            fields = {
                key.text: Field(key, value.target if type(value) is Alias else value, value)
                for key, value in children
                if type(key) is Scalar
            }
            if "<<" in fields:
                self._check_merges(node)
            elif len(fields) == len(children):
                node._fields = fields
            if len(fields) < len(children):
                self.repeating.append(node)
            node.end = event.end_mark.index if node.end else children[-1][1].end
        else:
            node.end = event.end_mark.index if node.end else children[-1].end
        if node.anchor is not None:
            self.open.discard(id(node))

    def _check_merges(self, node: Mapping) -> None:
        """Record each value of a `<<` that is not a mapping; the rest of the file is read without it."""
        for key, written in node.entries:
            if type(key) is Scalar and key.merges:
                value = written.target if type(written) is Alias else written
                for merged in value.items if type(value) is Sequence else [written]:
                    target = merged.target if type(merged) is Alias else merged
                    if type(target) is not Mapping and target.start not in self.undefined:
                        message = "`<<` merges mappings, and this is none"
                        advice = "name the anchor of a mapping, or a list of such anchors"
                        self.problems.append(Problem("merge-value", message, merged.span, advice))

    def _add_properties(self, node: Scalar, event: Any) -> None:
        """Give a scalar its anchor and tag, and its text the place behind them."""
        node.anchor, node.tag = event.anchor, event.tag
        if node.anchor is not None:
            self.anchors[node.anchor] = node
        text, start, end = self.source.text, node.start, node.end
        if not node.text and not node.style:
            start = end  # Nothing stands behind the properties.
        while start < end and text[start] in "&!#":
            stop = BREAKS if text[start] == "#" else BLANKS
            while start < end and text[start] not in stop:
                start += 1
            while start < end and text[start] in BLANKS:
                start += 1
        node.start = start

    def _settle(self, node: Scalar, indicator: str, before: int, otherwise: int) -> None:
        """Put a key or value that is not there behind its indicator; the parsers put some further on."""
        found = find_indicator(self.source.text, before, node.end, indicator)
        node.start = node.end = node.outer = otherwise if found < 0 else found + 1

    def _end_of_block(self, node: Scalar) -> int:
        """libyaml counts the empty lines behind a block scalar to it; people do not."""
        text, stop = self.source.text, node.end
        end = node.start + len(text[node.start : stop].rstrip(BLANKS))
        while end < stop and text[end] in " \t":
            end += 1
        return end

    def _alias(self, event: Any, depth: int) -> Alias:
        name, start, end = event.anchor, event.start_mark.index, event.end_mark.index
        target = self.anchors.get(name)
        if target is None:
            self._report_undefined(name, Span(self.source, start, end))
            target = Scalar(self.source, start, end, start, "")
        elif id(target) in self.open:
            message = f"the alias `*{name}` stands inside the node that `&{name}` names, so it would hold itself"
            advice = "move the alias out of the node, or write out what is meant"
            raise UnreadableError(Problem("recursive-alias", message, Span(self.source, start, end), advice))
        node = Alias(self.source, start, end, start, name, target)
        excess = self.expansion.excess(target, depth)
        if excess is not None:
            raise self._limit(node, excess)
        return node

    def _report_undefined(self, name: str, where: Span) -> None:
        """Record an alias without anchor; the rest of the file is read with nothing in its place."""
        self.undefined.add(where.start)
        known = self.missing.setdefault(name, len(self.problems))
        if known < len(self.problems):
            self.further.setdefault(known, []).append(Note(where, "and here"))
            return
        guess = nearest(name, self.anchors) if len(self.missing) <= _GUESSES else None
        message = f"the alias `*{name}` has no anchor `&{name}` before it"
        advice = f"did you mean `*{guess}`?" if guess else f"add `&{name}` to the node that is meant, above this line"
        suggestion = f"*{guess}" if guess else None
        self.problems.append(Problem("undefined-alias", message, where, advice, suggestion=suggestion))

    def _problems(self) -> tuple[Problem, ...]:
        """What is wrong with a document that can be read; each missing anchor once, with notes of its aliases."""
        for index, notes in self.further.items():
            self.problems[index] = msgspec.structs.replace(self.problems[index], related=tuple(notes))
        return tuple(self.problems)

    def _limit(self, node: Node, message: str) -> UnreadableError:
        where = Span(self.source, node.start, max(node.end, node.start + 1))
        return UnreadableError(Problem("limit", message, where, REMEDY))


_ITEM = object()
