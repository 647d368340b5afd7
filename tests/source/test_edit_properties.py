"""Edits of generated documents: what they were to change is changed, every other line stays, and little is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from orbgen.source.deleting import delete
from orbgen.source.edits import apply
from orbgen.source.inserting import append, insert_after, insert_before
from orbgen.source.nodes import Document, Mapping, Scalar, Sequence, walk
from orbgen.source.reader import read
from orbgen.source.replacing import replace, replace_text
from orbgen.source.writing import write_scalar

WORDS = [
    "build",
    "a b",
    "1",
    "yes",
    "it's",
    "- x",
    "a: b",
    "#c",
    "x #y",
    "é😀",
    "",
    "<< p >>",
    "{a}",
    "&n",
    "[",
    '"',
    "\\",
]
TEXTS = [*WORDS, "one\ntwo\n", "one\n\n  two", "end\n\n\n", "\ttab", " lead"]
KEYS = ["k", "name", "on", "1", "a b", "it's", "x/y"]

values = st.recursive(
    st.one_of(st.sampled_from(TEXTS), st.sampled_from([True, None, 7, 2.5])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)),
    max_leaves=8,
)
roots = st.one_of(
    st.dictionaries(st.sampled_from(KEYS), values, min_size=1, max_size=4), st.lists(values, min_size=1, max_size=4)
)


class Writer:
    """Writes values as YAML in styles that are drawn, with comments and blank lines."""

    def __init__(self, draw: Callable[..., Any], number: int = 0) -> None:
        self.draw = draw
        # New text is numbered apart. It does not end in blank lines that would join those behind it.
        self.number, self.is_new = number, number > 0
        self.step = draw(st.sampled_from([2, 2, 4, 3]))
        self.list_step = draw(st.sampled_from([0, self.step]))
        self.comments = draw(st.booleans())

    def chance(self, one_in: int) -> bool:
        return bool(self.draw(st.integers(1, one_in)) == 1)

    def comment(self) -> str:
        self.number += 1
        return f"# note {self.number}"

    def behind(self) -> str:
        return f" {self.comment()}" if self.comments and self.chance(4) else ""

    def scalar(self, value: Any, flow: bool) -> str:
        return write_scalar(value, self.draw(st.sampled_from(["", "", "'", '"', "|"])), flow=flow)

    def flow(self, value: Any, indent: int) -> str:
        if not isinstance(value, (list, dict)):
            return self.scalar(value, True)
        if isinstance(value, list):
            pieces, brackets = [self.flow(item, indent + 2) for item in value], "[]"
        else:
            pieces = [f"{self.scalar(key, True)}: {self.flow(item, indent + 2)}" for key, item in value.items()]
            brackets = "{}"
        if pieces and self.chance(3):
            margin = "\n" + " " * (indent + 2)
            last = self.draw(st.sampled_from(["", ","]))
            commas = [","] * (len(pieces) - 1) + [last]
            lines = [piece + comma + self.behind() for piece, comma in zip(pieces, commas, strict=True)]
            return brackets[0] + margin + margin.join(lines) + "\n" + " " * (indent + 1) + brackets[1]
        return brackets[0] + ", ".join(pieces) + brackets[1]

    def value(self, value: Any, indent: int, further: int) -> list[str]:
        """The rest of the line behind an indicator, and the lines below."""
        block = isinstance(value, (list, dict)) and value and not self.chance(4)
        if block:
            return [self.behind(), *self.block(value, indent + further)]
        if isinstance(value, (list, dict)):
            first, *rest = (" " + self.flow(value, indent)).split("\n")
            return [*[first], *rest[:-1], rest[-1] + self.behind()] if rest else [first + self.behind()]
        written = self.scalar(value, False)
        if isinstance(value, str) and value.rstrip("\n") == "end" and not self.is_new and self.chance(2):
            written = "|+\n  " + value.removesuffix("\n")
        first, *rest = (" " + written).split("\n")
        if value is None and self.chance(2):
            first = ""
        return [first + self.behind(), *[" " * indent + line if line else "" for line in rest]]

    def block(self, value: Any, indent: int, *, compact: bool = False) -> list[str]:
        lines: list[str] = []
        spaced = self.chance(3)
        for index, entry in enumerate(value.items() if isinstance(value, dict) else value):
            if index and spaced:
                lines.append("")
            if self.comments and not (compact and not index) and self.chance(4):
                lines.append(" " * indent + self.comment())
            if isinstance(value, dict):
                key, item = entry
                further = self.list_step if isinstance(item, list) else self.step
                before, below = f"{self.scalar(key, True)}:", self.value(item, indent, further)
                if self.chance(9):
                    lines.append(" " * indent + f"? {before[:-1]}{self.behind()}")
                    before = ":"
            elif isinstance(entry, (list, dict)) and entry and self.chance(2):
                inner = self.block(entry, indent + 2, compact=True)
                before, below = "- ", [inner[0].lstrip(" "), *inner[1:]]
            else:
                before, below = "-", self.value(entry, indent, 2)
            lines += [" " * indent + before + below[0], *below[1:]]
        return lines


@st.composite
def documents(draw: Callable[..., Any]) -> bytes:
    writer = Writer(draw)
    head = draw(st.sampled_from(["", "# head\n", "# head\n\n", "---\n", "\ufeff", "\n"]))
    text = (
        head + "\n".join(writer.block(draw(roots), 0)) + draw(st.sampled_from(["\n", "\n", "\n\n", "", "\n# tail\n"]))
    )
    encoding: str = "utf-16" if draw(st.integers(1, 12)) == 1 else "utf-8"
    line_end: str = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    data: bytes = text.replace("\n", line_end).encode(encoding)
    return data


def document_of(data: bytes) -> Any:
    return read(data, "config.yml")


def plain(node: Any, new: dict[int, Any] | None = None) -> Any:
    """The values of a node. `new` are those of nodes that shall have others, by identity."""
    if new and id(node) in new:
        return new[id(node)]
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item, new) for item in node.items]
    entries: Any = node.entries
    return {key.text: plain(value, new) for key, value in entries}


def notes(text: str) -> list[str]:
    return re.findall(r"# note \d+", text)


def check(data: bytes, document: Document, edits: Any, expected: Any) -> Any:
    result = apply(document.source, edits)
    after = document_of(result)
    assert repr(plain(after.root)) == repr(expected)
    assert (after.source.mark, after.source.encoding) == (document.source.mark, document.source.encoding)
    before, now = document.source.text, after.source.text
    start, end = min(edit.span.start for edit in edits), max(edit.span.end for edit in edits)
    assert now[:start] == before[:start]
    assert now.endswith(before[end:])
    assert {"\r", "\n"} & set(now) <= ({"\r", "\n"} & set(before) or {"\n"})
    return after


def entries_of(node: Any) -> list[Any]:
    return node.items if isinstance(node, Sequence) else [key for key, _ in node.entries]


@settings(max_examples=120)
@given(documents(), st.data())
def test_entries_are_put_where_they_are_wanted(data, draws):
    document = document_of(data)
    collections = [node for node in walk(document.root) if isinstance(node, (Sequence, Mapping))]
    target = draws.draw(st.sampled_from(collections))
    entries = entries_of(target)
    new = draws.draw(st.lists(values, min_size=1, max_size=2))
    writer = Writer(draws.draw, 100)
    place = draws.draw(st.integers(0, len(entries)))
    if isinstance(target, Sequence):
        text = "\n".join(writer.block(new, 0))
        expected: Any = [plain(item) for item in target.items]
        expected[place:place] = new
    else:
        added = {f"new {index}": item for index, item in enumerate(new)}
        text = "\n".join(writer.block(added, 0))
        pairs = [(key.text, plain(value)) for key, value in target.entries]
        pairs[place:place] = added.items()
        expected = dict(pairs)
    if place == len(entries):
        edits = append(document, target, text)
    elif place and draws.draw(st.booleans()):
        edits = insert_after(document, entries[place - 1], text)
    else:
        edits = insert_before(document, entries[place], text)
    after = check(data, document, edits, plain(document.root, {id(target): expected}))
    kept = notes(document.source.text)
    assert [note for note in notes(after.source.text) if note in kept] == kept


@settings(max_examples=120)
@given(documents(), st.data())
def test_entries_are_deleted(data, draws):
    document = document_of(data)
    target = draws.draw(
        st.sampled_from(
            [node for node in walk(document.root) if isinstance(node, (Sequence, Mapping)) and entries_of(node)]
        )
    )
    entries = entries_of(target)
    gone = draws.draw(st.sets(st.sampled_from(range(len(entries))), min_size=1))
    edits = delete(document, *[entries[index] for index in sorted(gone)])
    if isinstance(target, Sequence):
        expected: Any = [plain(item) for index, item in enumerate(target.items) if index not in gone]
    else:
        expected = {key.text: plain(value) for index, (key, value) in enumerate(target.entries) if index not in gone}
    after = check(data, document, edits, plain(document.root, {id(target): expected}))
    assert set(notes(after.source.text)) <= set(notes(document.source.text))


@settings(max_examples=120)
@given(documents(), st.data())
def test_values_are_replaced(data, draws):
    document = document_of(data)
    keys = {id(key) for node in walk(document.root) if isinstance(node, Mapping) for key, _ in node.entries}
    target = draws.draw(st.sampled_from([node for node in walk(document.root) if id(node) not in keys]))
    new = draws.draw(values)
    writer = Writer(draws.draw, 100)
    text = "\n".join(writer.block(new, 0)) if isinstance(new, (list, dict)) and new else writer.flow(new, 0)
    if not isinstance(new, (list, dict)) and draws.draw(st.booleans()):
        text = write_scalar(new, "|")
    edits = replace(document, target, text)
    check(data, document, edits, plain(document.root, {id(target): new}))


@settings(max_examples=120)
@given(documents(), st.data())
def test_text_is_replaced_in_its_place(data, draws):
    document = document_of(data)
    keys = {id(key) for node in walk(document.root) if isinstance(node, Mapping) for key, _ in node.entries}
    scalars = [
        node
        for node in walk(document.root)
        if isinstance(node, Scalar) and isinstance(node.value, str) and id(node) not in keys
    ]
    if not scalars:
        return
    target = draws.draw(st.sampled_from(scalars))
    start = draws.draw(st.integers(0, len(target.text)))
    end = draws.draw(st.integers(start, len(target.text)))
    new = draws.draw(st.sampled_from(["", "x", "'", '"$NAME"', "\\", "a: b", " #c", "é", "two\nlines", "{", "yes"]))
    expected = target.text[:start] + new + target.text[end:]
    edits = replace_text(document, target, start, end, new)
    after = check(data, document, edits, plain(document.root, {id(target): expected}))
    assert notes(after.source.text) == notes(document.source.text)


@settings(max_examples=100)
@given(documents(), st.data())
def test_several_edits_at_once(data, draws):
    """Scalars all over a document get other values, by which nothing else changes."""
    document = document_of(data)
    keys = {id(key) for node in walk(document.root) if isinstance(node, Mapping) for key, _ in node.entries}
    scalars = [node for node in walk(document.root) if isinstance(node, Scalar) and id(node) not in keys]
    new = {id(node): draws.draw(st.sampled_from(WORDS)) for node in scalars if draws.draw(st.booleans())}
    edits = [
        edit for node in scalars if id(node) in new for edit in replace(document, node, write_scalar(new[id(node)]))
    ]

    if edits:
        after = check(data, document, edits, plain(document.root, new))
        assert notes(after.source.text) == notes(document.source.text)
