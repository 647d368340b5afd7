"""Ignore comments: what people wrote beside the code to say that a finding is known (rules.md 2.9).

`# orbgen: ignore[rule, rule[kind]] reason` covers findings with a place on its line or, where it stands alone, on the
next line of code. `# orbgen: ignore-file[rule] reason` before the first key covers the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from orbgen.lint.findings import Finding
from orbgen.source.nodes import Document, Mapping, Node, Scalar, walk
from orbgen.source.span import Span

_MARK = re.compile(r"#\s*orbgen:\s*(.*)")
_PART = re.compile(r"(ignore(?:-file)?)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\s*((?:(?!\bignore(?:-file)?\[)[^#])*)")
_NAME = re.compile(r"([a-z0-9-]+)(?:\[([a-z0-9-]+)\])?")
_LETTERS = re.compile(r"[^\W\d_]")


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

    `part` is the ignore itself: a comment may hold several.
    """

    names: tuple[Name, ...]
    reason: str
    span: Span
    line: int | None
    part: Span

    @property
    def reasoned(self) -> bool:
        """Whether it says why, in three letters at least."""
        return len(_LETTERS.findall(self.reason)) >= 3

    def covers(self, finding: Finding) -> Name | None:
        """The name by which it covers a finding; None where it does not."""
        name = next((name for name in self.names if name.covers(finding)), None)
        if name is None or self.line is None:
            return name
        spans = (finding.primary, *[note.span for note in finding.related], *finding.hidden)
        source = self.span.source
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


def read_ignores(document: Document) -> Ignores:
    """The ignores of a document, in its comments and in the comments of its scripts."""
    if "orbgen:" not in document.source.text:
        return Ignores()
    found: list[Ignore] = []
    malformed: list[Span] = []
    first_key = _first_key(document)
    for span, alone in [*[(comment.span, comment.alone) for comment in document.comments], *_in_scripts(document.root)]:
        match = _MARK.match(span.text)
        if match is None or match[1].startswith("generate"):
            continue
        ignores = list(_read(span, match, alone=alone, before=first_key))
        found.extend(ignores)
        if not ignores:
            malformed.append(span)
    return Ignores(tuple(found), tuple(malformed))


def _read(span: Span, match: re.Match[str], *, alone: bool, before: int) -> Iterator[Ignore]:
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
        yield Ignore(tuple(names), part[3].strip(" ;,"), span, line, written)


def _covered_line(span: Span) -> int:
    """The next line that is neither blank nor a comment."""
    source, line = span.source, span.line + 1
    while line <= len(source.line_starts):
        text = source.line_text(line).strip()
        if text and not text.startswith("#"):
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
            offset = 0
            for line in scalar.text.split("\n"):
                at = line.find("#")
                if at >= 0 and _MARK.match(line[at:]):
                    yield scalar.place(offset + at, offset + len(line)), not line[:at].strip()
                offset += len(line) + 1
