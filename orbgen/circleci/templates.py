r"""The tags of CircleCI's templates: `<< reference >>`, `<<# section >> ... <</ section >>` and the escape `\<<`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TypeAlias, Union, final

import msgspec

from orbgen.circleci.expressions import Expression, ExpressionError, Variable, parse, variables
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.names import nearest

MAXIMUM_SECTIONS = 32
MAXIMUM_TAGS = 20_000
SCOPES = ("parameters.", "pipeline.", "matrix.")
_SHORTENED = {"param": "parameters", "params": "parameters", "pipe": "pipeline"}


@final
class Literal(msgspec.Struct, frozen=True):
    r"""Text as written; an escaped `\<<` is a literal of its own whose `text` is shorter than its range."""

    text: str
    start: int
    end: int


@final
class Reference(msgspec.Struct, frozen=True):
    """A tag that is replaced.

    `name` is set for a lone dotted name, which stands at `inner`; else `expression` is, whose text begins there. A name
    that no expression can hold is replaced all the same if it is declared, and `problem` says what else is wrong.
    """

    name: str | None
    expression: Expression | None
    inner: int
    start: int
    end: int
    problem: str | None = None


@final
class Section(msgspec.Struct, frozen=True):
    """`<<# name >>children<</ name >>`, kept when the value is truthy, or with `^` when it is falsy.

    Its opening tag stands at `start` to `opened`, its name at `inner`.
    """

    name: str
    inverted: bool
    children: tuple[Segment, ...]
    inner: int
    start: int
    opened: int
    end: int


Segment: TypeAlias = Union[Literal, Reference, Section]


class TemplateError(Exception):
    """A tag that CircleCI refuses: a code, a sentence, and where in the text."""

    def __init__(self, code: str, message: str, start: int, end: int, help: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.start, self.end, self.help = code, message, start, end, help


_ESCAPED = r"'<<' must be escaped as '\<<' in config v2.1+"
_ESCAPE_ADVICE = r"write `\<<` where the text itself needs `<<`, as in a here-document"
_BLANKS = " \t\r\n"
# What CircleCI takes as a plain name where it is no expression.
_PLAIN_NAME = lazy_pattern(r"[\w-]+(?:\.\S+)+", re.ASCII)


@lru_cache(maxsize=4096)
def segments(text: str) -> tuple[Segment, ...]:
    """The segments of a text, in order. Raises TemplateError (circleci.md 2.6)."""
    reader = _Reader(text)
    return reader.read(None)


def reads_as_expression(text: str) -> bool:
    """Whether a text without tags is an expression of CircleCI's values."""
    if not any([scope in text for scope in SCOPES]):
        return False
    try:
        return any([variable.name.startswith(SCOPES) for variable in variables(parse(text))])
    except ExpressionError:
        return False


def readable(text: str) -> bool:
    """Whether CircleCI can read the tags of a text."""
    try:
        segments(text)
    except TemplateError:
        return False
    return True


class _Tag(msgspec.Struct, frozen=True):
    """One `<< >>`; `kind` is `#`, `^`, `/` or empty. Alone on a line, it takes the line with it."""

    kind: str
    content: str
    inner: int
    start: int
    end: int


class _Reader:
    """Reads segments one behind the other; `position` is where the next one begins."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.depth = 0
        self.tags = 0

    def read(self, section: _Tag | None) -> tuple[Segment, ...]:
        """Segments up to the end of the text, or behind the tag that closes a section."""
        found: list[Segment] = []
        while True:
            start = self.text.find("<<", self.position)
            if start < 0:
                if section is not None:
                    message = f"Unclosed section, expected '<</ {section.content} >>'"
                    raise TemplateError("unclosed-tag", message, section.inner, section.inner + len(section.content),
                                        f"add `<</ {section.content} >>`")  # fmt: skip
                self._literal(found, len(self.text))
                return tuple(found)
            self.tags += 1
            if self.tags > MAXIMUM_TAGS:
                raise TemplateError("limit", f"the text has more than {MAXIMUM_TAGS:,} tags", start, start + 2)
            backslashes = self._backslashes(start)
            if backslashes == 1:
                self._literal(found, start - 1)
                found.append(Literal("<<", start - 1, start + 2))
                self.position = start + 2
                continue
            tag = self._tag(start)
            # Of several backslashes the last is taken as an escape of the one before it.
            self._literal(found, start - 1 if backslashes else tag.start)
            self.position = tag.end
            if tag.kind == "/":
                self._close(tag, section)
                return tuple(found)
            found.append(self._section(tag) if tag.kind else _reference(tag))

    def _literal(self, found: list[Segment], end: int) -> None:
        if self.position < end:
            found.append(Literal(self.text[self.position : end], self.position, end))

    def _backslashes(self, start: int) -> int:
        first = start
        while first > self.position and self.text[first - 1] == "\\":
            first -= 1
        return start - first

    def _tag(self, start: int) -> _Tag:
        """The tag that begins at `start`."""
        text = self.text
        end = text.find(">>", start + 2)
        if end < 0 or text.find("<<", start + 2, end) >= 0:
            raise TemplateError("unclosed-tag", f"Unclosed '<<' tag ({_ESCAPED})", start, start + 2, _ESCAPE_ADVICE)
        kind = text[start + 2] if text[start + 2] in "#^/" else ""
        inner = start + 2 + len(kind)
        content = text[inner:end]
        inner += len(content) - len(content.lstrip(_BLANKS))
        outer = self._whole_line(start, end + 2) if kind else (start, end + 2)
        return _Tag(kind, content.strip(_BLANKS), inner, *outer)

    def _whole_line(self, start: int, end: int) -> tuple[int, int]:
        """The range of a section's tag, which takes its whole line with it where it stands alone on one."""
        text, first, last = self.text, start, end
        while first > 0 and text[first - 1] in " \t":
            first -= 1
        while last < len(text) and text[last] in " \t\r":
            last += 1
        if (first > 0 and text[first - 1] != "\n") or (last < len(text) and text[last] != "\n"):
            return start, end
        return first, min(last + 1, len(text))

    def _section(self, tag: _Tag) -> Section:
        self.depth += 1
        if self.depth > MAXIMUM_SECTIONS:
            message = f"sections are nested more than {MAXIMUM_SECTIONS} deep"
            raise TemplateError("limit", message, tag.inner, tag.inner + len(tag.content))
        children = self.read(tag)
        self.depth -= 1
        opened = tag.inner + len(tag.content)
        return Section(tag.content, tag.kind == "^", children, tag.inner, tag.start, opened, self.position)

    def _close(self, tag: _Tag, section: _Tag | None) -> None:
        if section is None or tag.content != section.content:
            wanted = f"`<</ {section.content} >>`" if section else "no closing tag"
            message = f"Expected section end tag to match start tag: `<</ {tag.content} >>` stands where {wanted} does"
            raise TemplateError("unclosed-tag", message, tag.inner, tag.inner + len(tag.content))


def _meant(name: str) -> str | None:
    """The advice for a name whose first word is nearly that of a scope."""
    family, dot, rest = name.partition(".")
    guess = _SHORTENED.get(family) or nearest(family, [scope.rstrip(".") for scope in SCOPES])
    return f"did you mean `<< {guess}.{rest} >>`?" if dot and guess else None


def _reference(tag: _Tag) -> Reference:
    content, start, end = tag.content, tag.start, tag.end
    if not content:
        raise TemplateError("unclosed-tag", f"Expected expression after '<<' ({_ESCAPED})", start, end, _ESCAPE_ADVICE)
    try:
        expression = parse(content)
    except ExpressionError as error:
        if not content.startswith(SCOPES):
            message = f"Unclosed '<<' tag: `<< {_shorten(content)} >>` is no reference ({_ESCAPED})"
            raise TemplateError("unclosed-tag", message, start, end, _ESCAPE_ADVICE) from None
        message = f"`<< {_shorten(content)} >>` cannot be read: {error.message}"
        if _PLAIN_NAME.fullmatch(content):
            return Reference(content, None, tag.inner, start, end, message)
        places = (tag.inner + error.start, tag.inner + max(error.end, error.start))
        raise TemplateError("expression", message, *places) from None
    if not isinstance(expression, Variable):
        return Reference(None, expression, tag.inner, start, end)
    if not expression.name.startswith(SCOPES):
        message = f"Unclosed '<<' tag: `{expression.name}` is no reference ({_ESCAPED})"
        raise TemplateError("unclosed-tag", message, start, end, _meant(expression.name) or _ESCAPE_ADVICE)
    return Reference(expression.name, None, tag.inner, start, end)


def _shorten(content: str) -> str:
    first = content.split("\n", 1)[0]
    return first if len(first) <= 40 else first[:37] + "..."
