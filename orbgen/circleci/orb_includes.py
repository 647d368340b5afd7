r"""The directive `<<include(file)>>` of an orb's source: scripts that are packed with it (circleci.md 7.4, 7.5).

The text of a file is never a template. The packer escapes each `<<` in it, and here it is kept as text that is filled
in already, at its own place.
"""

from __future__ import annotations

import re

from orbgen.circleci.orb_folder import OrbFolder
from orbgen.circleci.text import Part, Text, text_from
from orbgen.source.nodes import Alias, Content, Mapping, Node, Scalar, Sequence
from orbgen.source.problems import Problem, UnreadableError
from orbgen.source.span import Source, Span

INCLUDING_SECTIONS = ("commands", "executors", "jobs")
_INCLUDE = re.compile(r"<<\s*include\(([-\w/.]+)\)\s*>>", re.ASCII)
# The older packer took an include without its closing bracket.
_LOOSE_INCLUDE = re.compile(r"<<\s*include\(([-\w/.]+)\)?\s*>>", re.ASCII)


class Mixed(Scalar, eq=False):
    r"""A scalar that holds included text beside tags of its own; each `<<` of the included text is escaped."""

    def place(self, start: int, end: int | None = None) -> Span:
        """The scalar's own place: its text is another than the one that stands there."""
        return self.span


def escape(text: str) -> str:
    r"""A text with each `<<` written as `\<<`, so that CircleCI leaves it alone."""
    return text.replace("<<", "\\<<")


def include_files(root: Content, folder: OrbFolder, *, whole_only: bool = False) -> None:
    """Put the text of files in the place of the directives in an orb's elements.

    Raises UnreadableError for a file that cannot be read or lies outside the folder, and with `whole_only`, as the
    older packer does, where a directive is not all of its scalar.
    """
    if type(root) is Mapping:
        includer = _Includer(folder, whole_only=whole_only)
        for section in INCLUDING_SECTIONS:
            body = root.get(section)
            if body is not None:
                includer.walk(body)


class _Includer:
    def __init__(self, folder: OrbFolder, *, whole_only: bool) -> None:
        self.folder = folder
        self.whole_only = whole_only
        self.pattern = _LOOSE_INCLUDE if whole_only else _INCLUDE
        # By identity, each node with what it became, so that the nodes that aliases share are looked at once.
        self.seen: dict[int, tuple[Content, Content]] = {}

    def walk(self, node: Content) -> None:
        """Replace the scalars below a node that hold directives."""
        self.seen[id(node)] = (node, node)
        if type(node) is Mapping:
            for index, (key, value) in enumerate(node.entries):
                node.entries[index] = (key, self._replaced(value))
            node.forget_fields()
        elif type(node) is Sequence:
            for index, item in enumerate(node.items):
                node.items[index] = self._replaced(item)

    def _replaced(self, node: Node) -> Node:
        if type(node) is Alias:
            node.target = self._content(node.target)
            return node
        return self._content(node)

    def _content(self, node: Content) -> Content:
        if not node.templated:
            return node
        if id(node) not in self.seen:
            if isinstance(node, Scalar):
                self.seen[id(node)] = (node, self._included(node))
            else:
                self.walk(node)
        return self.seen[id(node)][1]

    def _included(self, scalar: Scalar) -> Scalar:
        matches = list(self.pattern.finditer(scalar.text))
        if not matches:
            return scalar
        if self.whole_only:
            if len(matches) > 1:
                raise self._refused(scalar, f"multiple include statements: '{scalar.text}'")
            if matches[0].group() != scalar.text:
                raise self._refused(scalar, f"entire string must be include statement: '{scalar.text}'")
        parts: list[Part] = []
        position = 0
        for match in matches:
            if match.start() > position:
                parts.append(Part(scalar.text[position : match.start()], scalar, position, match.start()))
            parts.append(self._script(scalar, match))
            position = match.end()
        if position < len(scalar.text):
            parts.append(Part(scalar.text[position:], scalar, position, len(scalar.text)))
        if any([part.scalar is scalar and "<<" in part.text for part in parts]):
            text = "".join([part.text if part.scalar is scalar else escape(part.text) for part in parts])
            return Mixed(scalar.source, scalar.start, scalar.end, scalar.outer, text, "|")
        if len(parts) == 1:
            scalar = parts[0].scalar
        return text_from(scalar, tuple(parts), "".join([part.text for part in parts]))

    def _script(self, scalar: Scalar, match: re.Match[str]) -> Part:
        found = self.folder.script(match.group(1))
        if not isinstance(found, Source):
            raise UnreadableError(Problem("orb-source", found, scalar.place(match.start(), match.end())))
        return Part(found.text, Scalar(found, 0, len(found.text), 0, found.text), 0, len(found.text))

    def _refused(self, scalar: Scalar, message: str) -> UnreadableError:
        return UnreadableError(Problem("orb-source", message, scalar.span))


def packed_text(text: Text) -> str:
    """What the packer writes for a scalar that a directive was filled into."""
    return escape(text.text)
