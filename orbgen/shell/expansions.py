"""Expansions of variables: what `${NAME...}` gives of its value, and those in a here-document."""

from __future__ import annotations

import enum
from collections.abc import Iterator

from orbgen.shell.words import PartKind, WordPart
from orbgen.source.lazy_patterns import lazy_pattern

_NAME = lazy_pattern(r"[A-Za-z_][A-Za-z0-9_]*")
_IN_A_DOCUMENT = lazy_pattern(r"(?<!\\)\$(?:\{([A-Za-z_][A-Za-z0-9_]*)[^}]*\}|([A-Za-z_][A-Za-z0-9_]*))")


class Gives(enum.Enum):
    """What an expansion gives: the value, something made of it, or neither, as its length."""

    WHOLE = "whole"
    DERIVED = "derived"
    NOTHING = "nothing"


def given_by(expansion: str) -> Gives:
    """What an expansion, as it is written, gives of the variable's value."""
    if not expansion.startswith("${"):
        return Gives.WHOLE
    inside = expansion[2:-1]
    if inside.startswith(("#", "!")) and len(inside) > 1:
        return Gives.NOTHING
    match = _NAME.match(inside)
    rest = inside[match.end() :] if match is not None else ""
    if rest.startswith((":+", "+")):
        return Gives.NOTHING
    if not rest or rest[0] in "-=?" or rest[:2] in (":-", ":=", ":?"):
        return Gives.WHOLE
    return Gives.DERIVED


def names_inside(expansion: str) -> list[str]:
    """The variables that stand in an expansion behind its own name, as in `${A:+$B}`."""
    return [match[1] or match[2] for match in _IN_A_DOCUMENT.finditer(expansion, 2)]


def variables_in(text: str, start: int) -> Iterator[WordPart]:
    """The variables that the shell puts into a here-document, whose text begins at character `start`."""
    for match in _IN_A_DOCUMENT.finditer(text):
        name = match[1] or match[2]
        yield WordPart(PartKind.VARIABLE, name, start + match.start(), start + match.end(), True, match[1] is None)
