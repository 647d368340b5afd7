"""Ignore comments: what people wrote beside the code to say that a finding is known (rules.md 2.9).

`# orbgen: ignore[rule, rule[kind]] reason` covers findings with a place on its line or, where it stands alone, on the
next line of code. `# orbgen: ignore-file[rule] reason` before the first key covers the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

import msgspec

from orbgen.lint.findings import Finding
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.nodes import Document, Mapping, Node, Scalar, walk
from orbgen.source.span import Source, Span

_MARK = lazy_pattern(r"#\s*orbgen:\s*(.*)")
_PART = lazy_pattern(r"(ignore(?:-file)?)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\s*((?:(?!\bignore(?:-file)?\[)[^#])*)")
_NAME = lazy_pattern(r"([a-z0-9-]+)(?:\[([a-z0-9-]+)\])?")
_LETTERS = lazy_pattern(r"[^\W\d_]")


class Name(msgspec.Struct, frozen=True):
    """One rule, perhaps one kind of it, that an ignore names, and where it is written."""

    rule: str
    kind: str
    span: Span

    def covers(self, finding: Finding) -> bool:
        """Whether the ignore means a finding of this rule and kind."""
        return self.rule == finding.rule and self.kind in ("", finding.kind)


class Ignore(msgspec.Struct, frozen=True):
    """One ignore: what it names, why, its comment, and the line that it covers; None for the whole file.

    `part` is the ignore itself: a comment may hold several. In an orb of several files `only` is the file that one of a
    whole file is for.
    """

    names: tuple[Name, ...]
    reason: str
    span: Span
    line: int | None
    part: Span
    only: Source | None = None

    @property
    def reasoned(self) -> bool:
        """Whether it says why, in three letters at least."""
        return len(_LETTERS.findall(self.reason)) >= 3

    def covers(self, finding: Finding) -> Name | None:
        """The name by which it covers a finding; None where it does not."""
        name = next((name for name in self.names if name.covers(finding)), None)
        if name is None or (self.line is None and self.only is None):
            return name
        spans = (finding.primary, *[note.span for note in finding.related], *finding.hidden)
        source = self.span.source
        if self.line is None:
            return name if finding.primary.source is source else None
        return name if any([span.source is source and span.line == self.line for span in spans]) else None


class Ignores(msgspec.Struct, frozen=True):
    """The ignores of a file, and the comments that were meant to be such."""

    found: tuple[Ignore, ...] = ()
    malformed: tuple[Span, ...] = ()

    def split(self, findings: list[Finding]) -> tuple[list[Finding], set[Name]]:
        """The findings that no ignore covers, and the names that covered one."""
        if not self.found:
            return findings, set()
        kept, used = [], set()
        for finding in findings:
            covering = [name for ignore in self.found if (name := ignore.covers(finding)) is not None]
            used.update(covering)
            if not covering:
                kept.append(finding)
        return kept, used


def read_ignores(parts: tuple[Document, ...], scripts: tuple[Source, ...] = (), *, beside: bool = False) -> Ignores:
    """The ignores of a document, in its comments and in the comments of its scripts.

    An orb may be made of several documents, and of scripts in files of their own. The ignores of a file `beside` the
    one that is linted are for findings in that file.
    """
    found: list[Ignore] = []
    malformed: list[Span] = []
    for source, first_key, comments in (*_documents(parts), *_files(scripts)):
        only = source if beside or len(parts) > 1 else None
        for span, alone in comments:
            match = _MARK.match(span.text)
            if match is None or match[1].startswith("generate"):
                continue
            ignores = list(_read(span, match, only, alone=alone, before=first_key))
            found.extend(ignores)
            if not ignores:
                malformed.append(span)
    return Ignores(tuple(found), tuple(malformed))


# A text, where its first key stands, and its comments, each with whether it stands alone on its line.
_Comments: TypeAlias = tuple[Source, int, list[tuple[Span, bool]]]


def _documents(parts: tuple[Document, ...]) -> Iterator[_Comments]:
    first: dict[int, int] = {}
    for document in parts:
        if "orbgen:" in document.source.text:
            # A file of several documents has one first key.
            key = first.setdefault(id(document.source), _first_key(document))
            comments = [(comment.span, comment.alone) for comment in document.comments]
            yield document.source, key, [*comments, *_in_scripts(document.root)]


def _files(scripts: tuple[Source, ...]) -> Iterator[_Comments]:
    for source in scripts:
        if "orbgen:" in source.text:
            yield source, 0, list(_in_script(Scalar(source, 0, len(source.text), 0, source.text)))


def _read(span: Span, match: re.Match[str], only: Source | None, *, alone: bool, before: int) -> Iterator[Ignore]:
    for part in _PART.finditer(match[1]):
        names = []
        start = span.start + match.start(1) + part.start(2)
        for name in _NAME.finditer(part[2]):
            place = Span(span.source, start + name.start(), start + name.end())
            names.append(Name(name[1], name[2] or "", place))
        whole = part[1] == "ignore-file"
        if not names or (whole and span.start > before):
            continue
        line = None if whole else _covered_line(span) if alone else span.line
        begin = span.start + match.start(1) + part.start()
        written = Span(span.source, begin, begin + len(part[0].rstrip(" ;,")))
        yield Ignore(tuple(names), part[3].strip(" ;,"), span, line, written, only)


def _covered_line(span: Span) -> int:
    """The next line that is neither blank nor a comment, nor the beginning of a document."""
    source, line = span.source, span.line + 1
    while line <= len(source.line_starts):
        text = source.line_text(line).strip()
        if text and text != "---" and not text.startswith("#"):
            return line
        line += 1
    return span.line


def _first_key(document: Document) -> int:
    root = document.root
    return root.entries[0][0].start if type(root) is Mapping and root.entries else len(document.source.text)


def _in_scripts(root: Node) -> Iterator[tuple[Span, bool]]:
    """The comments in literal block scalars, whose `#` belongs to the shell."""
    for scalar in walk(root):
        if isinstance(scalar, Scalar) and scalar.style == "|" and "orbgen:" in scalar.text:
            yield from _in_script(scalar)


def _in_script(scalar: Scalar) -> Iterator[tuple[Span, bool]]:
    offset = 0
    for line in scalar.text.split("\n"):
        at = line.find("#")
        if at >= 0 and _MARK.match(line[at:]):
            yield scalar.place(offset + at, offset + len(line)), not line[:at].strip()
        offset += len(line) + 1
