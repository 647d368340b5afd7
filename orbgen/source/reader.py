"""Bytes to a document: libyaml's events made into located nodes.

The reader accepts what CircleCI's parser accepts, such as an anchor defined twice or two `<<` in one mapping, and keeps
everything as written. It never expands an alias, so a small file stays small.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from orbgen.source.libyaml import MarkedYAMLError, ReaderError, events, parser
from orbgen.source.limits import MAXIMUM_BYTES, MAXIMUM_DEPTH, MAXIMUM_EXPANDED_NODES, MAXIMUM_NODES
from orbgen.source.names import nearest
from orbgen.source.nodes import Alias, Content, Document, Mapping, Node, Scalar, Sequence
from orbgen.source.problems import Note, Problem, UnreadableError
from orbgen.source.span import Source, Span

ScalarEvent, AliasEvent, StreamEndEvent, DocumentStartEvent = (
    events.ScalarEvent, events.AliasEvent, events.StreamEndEvent, events.DocumentStartEvent,
)  # fmt: skip
MappingStartEvent, MappingEndEvent = events.MappingStartEvent, events.MappingEndEvent
SequenceStartEvent, SequenceEndEvent = events.SequenceStartEvent, events.SequenceEndEvent

_SPACES = " \t\r\n"
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def decode(data: bytes, name: str) -> Source:
    """The text of a file in UTF-8 or, with a byte order mark, UTF-16. Raises UnreadableError for anything else."""
    if len(data) > MAXIMUM_BYTES:
        where = Span(Source(name, ""), 0, 0)
        message = f"the file is larger than the {MAXIMUM_BYTES:,} bytes that orbgen reads"
        raise UnreadableError(Problem("limit", message, where))
    encoding = "utf-8"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16-le" if data[:2] == b"\xff\xfe" else "utf-16-be"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        readable = data[: error.start].decode(encoding, "replace")
        source = Source(name, readable)
        message = (
            f"byte {data[error.start]:#04x} is not {encoding.upper().removesuffix('-LE').removesuffix('-BE')} text"
        )
        where = Span(source, len(readable), len(readable))
        raise UnreadableError(Problem("encoding", message, where, "save the file as UTF-8")) from None
    if text[:1] == "\ufeff":
        return Source(name, text[1:], "\ufeff")
    return Source(name, text)


def read(data: bytes, name: str) -> Document:
    """The single document of a file called `name`.

    Raises UnreadableError, with place and reason, for broken YAML, for a second document and where a limit is passed.
    """
    source = decode(data, name)
    documents = read_documents(source)
    document = next(documents, None)
    if document is None:
        return Document(source, Scalar(source, 0, 0, 0, ""))
    second = next(documents, None)
    if second is not None:
        start = source.text.rfind("---", 0, second.root.start + 1)
        where = Span(source, max(start, 0), max(start, 0) + 3)
        message = "a second YAML document begins here; CircleCI reads one document a file"
        raise UnreadableError(Problem("multiple-documents", message, where, "remove the `---` or split the file"))
    return document


def read_documents(source: Source) -> Iterator[Document]:
    """Every document of a source, in order. Raises UnreadableError as `read` does."""
    try:
        builder = _Builder(source)
        for root in builder.roots():
            yield Document(source, root, tuple(builder.problems), tuple(builder.repeating))
            builder.problems.clear()
            builder.repeating.clear()
    except MarkedYAMLError as error:
        raise UnreadableError(_syntax_problem(source, error)) from None
    except ReaderError as error:
        # libyaml counts bytes, the pure parser characters.
        found = _FORBIDDEN.search(source.text)
        offset = found.start() if found else min(error.position, len(source.text) - 1)
        message = f"the character U+{ord(source.text[offset]):04X} may not stand in a YAML file"
        raise UnreadableError(
            Problem(
                "yaml-syntax", message, Span(source, offset, offset + 1), "remove it or write it as an escape in quotes"
            )
        ) from None


class _Builder:
    """Builds nodes from events; knows anchors, depth and how large the document would be with its aliases expanded."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.parser = parser(source.text)
        # Per anchor: the node, its size with all aliases expanded, its depth.
        self.anchors: dict[str, tuple[Content, int, int]] = {}
        self.open_anchors: dict[str, int] = {}
        self.count = 0
        self.problems: list[Problem] = []
        # Mappings in which a key may stand twice.
        self.repeating: list[Mapping] = []

    def roots(self) -> Iterator[Content]:
        """The root of each document."""
        get_event = self.parser.get_event
        while True:
            event = get_event()
            kind = type(event)
            if kind is StreamEndEvent or event is None:
                return
            if kind is DocumentStartEvent:
                self.anchors = {}
                yield self._root(get_event)

    def _root(self, get_event: Any) -> Content:
        source = self.source
        # Each open collection: its node, the list to fill, the key that waits for its value, expanded size, depth.
        stack: list[list[Any]] = []
        while True:
            event = get_event()
            kind = type(event)
            size, depth = 1, 1
            node: Node
            if kind is ScalarEvent:
                start = outer = event.start_mark.index
                if event.anchor is not None or event.tag is not None:
                    start = self._behind_properties(start)
                node = Scalar(source, start, event.end_mark.index, outer, event.value, event.style or "",
                              event.anchor, event.tag)  # fmt: skip
                if event.style == "|" or event.style == ">":
                    node.end = self._end_of_block(node)
                if event.anchor is not None:
                    self.anchors[event.anchor] = (node, 1, 1)
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                collection, children, _, size, depth = stack.pop()
                self._close(collection, children, event.end_mark.index)
                if collection.anchor is not None:
                    self.open_anchors.pop(collection.anchor, None)
                    self.anchors[collection.anchor] = (collection, size, depth)
                node = collection
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                self._open(event, kind is MappingStartEvent, stack)
                continue
            elif kind is AliasEvent:
                node, size, depth = self._alias(event)
            else:
                continue
            self.count += 1
            if not stack:
                return node  # type: ignore[return-value]
            frame = stack[-1]
            if frame[2] is _SEQUENCE:
                frame[1].append(node)
            elif frame[2] is None:
                frame[2] = node
            else:
                frame[1].append((frame[2], node))
                frame[2] = None
            frame[3] += size
            if depth >= frame[4]:
                frame[4] = depth + 1
            if frame[3] > MAXIMUM_EXPANDED_NODES or self.count > MAXIMUM_NODES or frame[4] + len(stack) > MAXIMUM_DEPTH:
                self._refuse(node, frame, len(stack))

    def _open(self, event: Any, mapping: bool, stack: list[list[Any]]) -> None:
        start = outer = event.start_mark.index
        if event.anchor is not None or event.tag is not None:
            start = self._behind_properties(start)
            if event.anchor is not None:
                self.open_anchors[event.anchor] = start
        children: list[Any] = []
        flow = bool(event.flow_style)
        if mapping:
            stack.append([Mapping(self.source, start, start, outer, children, flow, event.anchor, event.tag), children,
                          None, 1, 1])  # fmt: skip
        else:
            stack.append([Sequence(self.source, start, start, outer, children, flow, event.anchor, event.tag), children,
                          _SEQUENCE, 1, 1])  # fmt: skip
        if len(stack) > MAXIMUM_DEPTH:
            self._refuse(stack[-1][0], stack[-1], len(stack))

    def _close(self, node: Any, children: list[Any], end: int) -> None:
        """A flow collection ends behind its bracket, a block collection with its last child."""
        if type(node) is Mapping:
            node.templated = any([value.templated for _, value in children])
            if len({key.text for key, _ in children if type(key) is Scalar}) < len(children):
                self.repeating.append(node)
            if not node.flow and children:
                key, value = children[-1]
                node.start, node.end = children[0][0].outer, max(key.end, value.end)
        else:
            node.templated = any([item.templated for item in children])
            if not node.flow and children:
                node.start = self.source.text.rfind("-", 0, children[0].outer + 1)
                node.end = max(children[-1].end, node.start + 1)
        if node.flow or not children:
            node.end = end

    def _alias(self, event: Any) -> tuple[Alias, int, int]:
        name, start, end = event.anchor, event.start_mark.index, event.end_mark.index
        known = self.anchors.get(name)
        if name in self.open_anchors:
            message = f"the alias `*{name}` stands inside the node that `&{name}` names, so it would hold itself"
            raise UnreadableError(Problem("recursive-alias", message, Span(self.source, start, end)))
        if known is None:
            self._undefined(name, Span(self.source, start, end))
            return Alias(self.source, start, end, start, name, Scalar(self.source, start, end, start, "")), 1, 1
        node, size, depth = known
        return Alias(self.source, start, end, start, name, node), size, depth

    def _undefined(self, name: str, where: Span) -> None:
        """Record an alias without anchor; the rest of the file is read with nothing in its place."""
        message = f"the alias `*{name}` has no anchor `&{name}` before it"
        guess = nearest(name, self.anchors)
        advice = f"did you mean `*{guess}`?" if guess else f"add `&{name}` to the node that is meant, above this line"
        suggestion = f"*{guess}" if guess else None
        self.problems.append(Problem("undefined-alias", message, where, advice, suggestion=suggestion))

    def _behind_properties(self, start: int) -> int:
        """The offset behind `&anchor` and `!tag` and the space and comments that follow them."""
        text, length = self.source.text, len(self.source.text)
        while start < length and text[start] in "&!#":
            stop = "\r\n" if text[start] == "#" else _SPACES
            while start < length and text[start] not in stop:
                start += 1
            while start < length and text[start] in _SPACES:
                start += 1
        return start

    def _end_of_block(self, node: Scalar) -> int:
        """libyaml counts the empty lines behind a block scalar to it; people do not."""
        return node.start + len(self.source.text[node.start : node.end].rstrip())

    def _refuse(self, node: Any, frame: list[Any], open_collections: int) -> None:
        where = Span(self.source, node.start, max(node.end, node.start + 1))
        if frame[4] + open_collections > MAXIMUM_DEPTH:
            message = f"the document is nested more than {MAXIMUM_DEPTH} levels deep here"
        elif self.count > MAXIMUM_NODES:
            message = f"the document has more than {MAXIMUM_NODES:,} nodes"
        else:
            message = f"with its aliases expanded the document has more than {MAXIMUM_EXPANDED_NODES:,} nodes"
        raise UnreadableError(Problem("limit", message, where, "split the file or remove what is generated"))


_SEQUENCE = object()

# What people meant, by libyaml's words.
_ADVICE = {
    "mapping values are not allowed": "quote the text if it holds `: `, or check the indentation",
    "could not find expected ':'": "add the `:` behind the key, or indent the line under the text that it continues",
    "did not find expected key": "check that this line is indented like its neighbours",
    "did not find expected '-' indicator": "check that this line is indented like its neighbours",
    "did not find expected ',' or ']'": "close the list with `]`",
    "did not find expected ',' or '}'": "close the mapping with `}`",
    "found unexpected end of stream": "close the quotes",
    "found unknown escape character": "use single quotes, where `\\` is a plain character",
    "found undefined tag handle": "quote the text if it begins with `!`",
    "did not find expected alphabetic or numeric character": "quote the text if it begins with `*` or `&`",
}


def _syntax_problem(source: Source, error: Any) -> Problem:
    mark = error.problem_mark or error.context_mark
    offset = min(mark.index, len(source.text)) if mark is not None else 0
    words = error.problem or "the text is not YAML"
    character = source.text[offset : offset + 1]
    advice = next((advice for start, advice in _ADVICE.items() if words.startswith(start)), None)
    if "cannot start any token" in words:
        if character == "\t":
            words, advice = "a tab cannot indent YAML", "indent with spaces"
        else:
            words, advice = f"no YAML text can begin with `{character}`", "put the text in quotes"
    related: tuple[Note, ...] = ()
    context = error.context_mark
    if context is not None and context.index != offset:
        related = (Note(Span(source, context.index, context.index), str(error.context)),)
    where = Span(source, offset, min(offset + 1, len(source.text)))
    return Problem("yaml-syntax", f"unable to parse YAML: {words}", where, advice, related=related)
