"""Pieces of YAML that are to be put into a document."""

from __future__ import annotations

import msgspec

from orbgen.source.layout import column, ends_in, line_break
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence
from orbgen.source.problems import EditError, Problem, UnreadableError
from orbgen.source.reader import read_documents
from orbgen.source.span import Source, Span
from orbgen.source.writing import write_flow, write_flow_entries


class Fragment(msgspec.Struct, frozen=True, eq=False):
    """A piece of YAML: what it holds, and its lines as they stand at the left margin."""

    root: Content
    lines: tuple[str, ...]

    @property
    def is_block(self) -> bool:
        """Whether it is a collection without brackets."""
        return not isinstance(self.root, Scalar) and not self.root.flow

    @property
    def entries(self) -> tuple[str, ...]:
        """The lines of its entries, as they are in a block collection."""
        if self.is_block:
            return self.lines
        dash = "- " if type(self.root) is Sequence else ""
        return tuple([dash + piece for piece in self.pieces])

    @property
    def pieces(self) -> list[str]:
        """Its entries as they can stand between brackets."""
        if type(self.root) is Mapping:
            return write_flow_entries(self.root)
        assert type(self.root) is Sequence
        return [write_flow(item) for item in self.root.items]

    def closing(self, text: str, place: int) -> str:
        """The line break that its end needs in order to mean the same at a place: none but at the end of a file."""
        last = ends_in(self.root)
        if place < len(text) or not isinstance(last, Scalar) or last.style not in ("|", ">"):
            return ""
        return line_break(text, place) if last.text.endswith("\n") else ""


def fragment_of(text: str, where: Span) -> Fragment:
    """A piece of YAML to be put at a place. Raises EditError where it is none.

    A line break at its end, and what its lines are indented by, do not count.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\n").removesuffix("\n")
    try:
        documents = list(read_documents(Source("the new text", text + "\n")))
    except UnreadableError as error:
        raise EditError(Problem("edit", f"the new text cannot be read: {error}", where)) from None
    if len(documents) != 1 or documents[0].marker is not None:
        raise EditError(Problem("edit", "the new text is not one piece of YAML", where))
    root = documents[0].root
    margin = column(text, root.outer)
    return Fragment(root, tuple([_moved(line, margin) for line in text.split("\n")]))


def _moved(line: str, margin: int) -> str:
    return line[min(margin, len(line) - len(line.lstrip(" "))) :]


def indented(lines: tuple[str, ...], width: int) -> list[str]:
    """Lines further to the right; empty ones stay empty."""
    return [" " * width + line if line else "" for line in lines]
