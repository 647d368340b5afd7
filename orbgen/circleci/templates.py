r"""The tags of CircleCI's templates: `<< reference >>`, `<<# section >> ... <</ section >>` and the escape `\<<`."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias, Union

import msgspec

from orbgen.circleci.expressions import Expression, ExpressionError, Variable, parse

MAXIMUM_SECTIONS = 32
SCOPES = ("parameters.", "pipeline.", "matrix.")


class Literal(msgspec.Struct, frozen=True):
    r"""Text as written; an escaped `\<<` is a literal of its own whose `text` is shorter than its range."""

    text: str
    start: int
    end: int


class Reference(msgspec.Struct, frozen=True):
    """A tag that is replaced. `name` is set for a lone dotted name, `expression` always."""

    name: str | None
    expression: Expression
    start: int
    end: int


class Section(msgspec.Struct, frozen=True):
    """`<<# name >>children<</ name >>`, kept when the value is truthy, or with `^` when it is falsy."""

    name: str
    inverted: bool
    children: tuple[Segment, ...]
    start: int
    end: int


Segment: TypeAlias = Union[Literal, Reference, Section]


class TemplateError(Exception):
    """A tag that CircleCI refuses: a code, a sentence, and where in the text."""

    def __init__(self, code: str, message: str, start: int, end: int, help: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.start, self.end, self.help = code, message, start, end, help


_ESCAPED = r"'<<' must be escaped as '\<<' in config v2.1+"
_ESCAPE_ADVICE = r"write `\<<` where the text itself needs `<<`, as in a here-document"


@lru_cache(maxsize=4096)
def segments(text: str) -> tuple[Segment, ...]:
    """The segments of a text, in order. Raises TemplateError (circleci.md 2.6)."""
    return _read(text, 0, None, 0)[0]


def _read(
    text: str, position: int, section: tuple[str, int, int] | None, depth: int
) -> tuple[tuple[Segment, ...], int]:
    """Segments up to the end of the text or the closing tag of `section` (name, start, end of its opening tag)."""
    if section is not None and depth > MAXIMUM_SECTIONS:
        raise TemplateError("limit", f"sections are nested more than {MAXIMUM_SECTIONS} deep", section[1], section[2])
    found: list[Segment] = []
    literal = position
    while True:
        start = text.find("<<", position)
        if start < 0:
            if section is not None:
                message = f"the section `{section[0]}` is never closed"
                raise TemplateError("unclosed-tag", message, section[1], section[2], f"add `<</ {section[0]} >>`")
            if literal < len(text):
                found.append(Literal(text[literal:], literal, len(text)))
            return tuple(found), len(text)
        if start and text[start - 1] == "\\":
            if literal < start - 1:
                found.append(Literal(text[literal : start - 1], literal, start - 1))
            found.append(Literal("<<", start - 1, start + 2))
            position = literal = start + 2
            continue
        if literal < start:
            found.append(Literal(text[literal:start], literal, start))
        end = text.find(">>", start + 2)
        if end < 0:
            message = f"Unclosed '<<' tag ({_ESCAPED})"
            line_end = text.find("\n", start)
            raise TemplateError("unclosed-tag", message, start, line_end if line_end > 0 else len(text), _ESCAPE_ADVICE)
        content, end = text[start + 2 : end].strip(), end + 2
        kind = content[:1]
        if kind in ("#", "^", "/"):
            start, end = _whole_line(text, start, end)
            _trim(found, start)
        if kind in ("#", "^"):
            name = content[1:].strip()
            children, end = _read(text, end, (name, start, end), depth + 1)
            found.append(Section(name, kind == "^", children, start, end))
        elif kind == "/":
            if section is None or content[1:].strip() != section[0]:
                wanted = f"`<</ {section[0]} >>`" if section else "no closing tag"
                message = f"`<< {content} >>` closes a section that is not open; expected {wanted} here"
                raise TemplateError("unclosed-tag", message, start, end)
            return tuple(found), end
        else:
            found.append(_reference(content, start, end))
        position = literal = end


def _whole_line(text: str, start: int, end: int) -> tuple[int, int]:
    """The range of a section's tag, which takes its whole line with it where it stands alone on one."""
    line_start = text.rfind("\n", 0, start) + 1
    newline = text.find("\n", end)
    line_end = len(text) if newline < 0 else newline
    if text[line_start:start].strip(" \t") or text[end:line_end].strip(" \t\r"):
        return start, end
    return line_start, line_end if newline < 0 else newline + 1


def _trim(found: list[Segment], start: int) -> None:
    """Take back the blanks that stand between `start` and the tag behind it."""
    if found and type(found[-1]) is Literal and found[-1].end > start:
        literal = found.pop()
        if literal.start < start:
            found.append(Literal(literal.text[: start - literal.start], literal.start, start))  # type: ignore[union-attr]


def _reference(content: str, start: int, end: int) -> Reference:
    try:
        expression = parse(content)
    except ExpressionError as error:
        if content.startswith(SCOPES):
            raise TemplateError(
                "expression", f"`<< {content} >>` cannot be read: {error.message}", start, end
            ) from None
        message = f"Unclosed '<<' tag: `<< {_shorten(content)} >>` is no reference ({_ESCAPED})"
        raise TemplateError("unclosed-tag", message, start, end, _ESCAPE_ADVICE) from None
    if isinstance(expression, Variable):
        if not expression.name.startswith(SCOPES):
            message = f"Unclosed '<<' tag: `{expression.name}` is no reference ({_ESCAPED})"
            raise TemplateError("unclosed-tag", message, start, end, _ESCAPE_ADVICE)
        return Reference(expression.name, expression, start, end)
    return Reference(None, expression, start, end)


def _shorten(content: str) -> str:
    first = content.split("\n", 1)[0]
    return first if len(first) <= 40 else first[:37] + "..."
