"""Reading regular expressions, as far as the engines of CircleCI read them alike.

Logic statements and filters are documented as Java's, expressions are RE2's. What the two read differently is refused
here: nobody can tell from the configuration alone what it matches.
"""

from __future__ import annotations

from typing import TypeAlias, Union

import msgspec

MAXIMUM_LENGTH = 512
MAXIMUM_DEPTH = 50


class UnsharedPattern(Exception):
    """A pattern that the engines read differently, or that is larger than orbgen reads."""


class Characters(msgspec.Struct, frozen=True):
    """One character out of ranges, or out of none of them."""

    ranges: tuple[tuple[str, str], ...]
    negated: bool = False

    def hold(self, character: str, *, fold: bool) -> bool:
        """Whether a character belongs here; with `fold` in either case."""
        forms = (character.lower(), character.upper()) if fold else (character,)
        return any([low <= form <= high for form in forms for low, high in self.ranges]) is not self.negated


class Sequence(msgspec.Struct, frozen=True):
    """One part behind the other."""

    parts: tuple[Node, ...]


class Choice(msgspec.Struct, frozen=True):
    """One of several."""

    options: tuple[Node, ...]


class Repeat(msgspec.Struct, frozen=True):
    """`least` to `most` times, without bound where `most` is None. Greed does not matter to a whole match."""

    inner: Node
    least: int
    most: int | None


class Edge(msgspec.Struct, frozen=True):
    """`^`, `$`, `b` or `B`: a condition on a place between characters."""

    kind: str


class Look(msgspec.Struct, frozen=True):
    """What must, or must not, follow. RE2 has none; Java does."""

    inner: Node
    negated: bool


Node: TypeAlias = Union[Characters, Sequence, Choice, Repeat, Edge, Look]

_DIGIT = (("0", "9"),)
_WORD = (("0", "9"), ("A", "Z"), ("_", "_"), ("a", "z"))
_SPACE = (("\t", "\n"), ("\f", "\r"), (" ", " "))
_CLASSES = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f"}


class Pattern(msgspec.Struct, frozen=True):
    """A pattern as read; with `fold` upper and lower case are the same."""

    node: Node
    fold: bool


def read(text: str) -> Pattern:
    """The pattern that a text is. Raises UnsharedPattern."""
    fold = text.startswith("(?i)")
    if len(text) > MAXIMUM_LENGTH or (fold and not text.isascii()):
        raise UnsharedPattern
    return Pattern(_Reader(text, 4 if fold else 0).read(), fold)


class _Reader:
    def __init__(self, pattern: str, position: int) -> None:
        self.pattern = pattern
        self.position = position

    def read(self) -> Node:
        node = self._choice(0)
        if self.position < len(self.pattern):
            raise UnsharedPattern
        return node

    def _next(self) -> str:
        return self.pattern[self.position : self.position + 1]

    def _take(self, text: str) -> bool:
        if self.pattern.startswith(text, self.position):
            self.position += len(text)
            return True
        return False

    def _choice(self, depth: int) -> Node:
        if depth > MAXIMUM_DEPTH:
            raise UnsharedPattern
        options = [self._sequence(depth)]
        while self._take("|"):
            options.append(self._sequence(depth))
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def _sequence(self, depth: int) -> Node:
        parts: list[Node] = []
        while self._next() and self._next() not in "|)":
            parts.append(self._repeated(self._atom(depth)))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _repeated(self, atom: Node) -> Node:
        bounds = self._bounds()
        if bounds is None:
            return atom
        self._take("?")
        if isinstance(atom, Edge | Look) or (self._next() and self._next() in "*+?{"):
            raise UnsharedPattern
        return Repeat(atom, *bounds)

    def _bounds(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._take(sign):
                return bounds
        if not self._take("{"):
            return None
        least = self._number()
        most: int | None = least
        if self._take(","):
            most = None if self._next() == "}" else self._number()
        if not self._take("}") or (most is not None and most < least):
            raise UnsharedPattern
        return least, most

    def _number(self) -> int:
        start = self.position
        while self._next() and self._next() in "0123456789":
            self.position += 1
        if not 0 < self.position - start <= 3:
            raise UnsharedPattern
        return int(self.pattern[start : self.position])

    def _atom(self, depth: int) -> Node:
        character = self._next()
        if character == "(":
            return self._group(depth)
        self.position += 1
        if character == "[":
            return self._set()
        if character == ".":
            return Characters((("\n", "\n"),), negated=True)
        if character in "^$":
            return Edge(character)
        if character == "\\":
            return self._escape()
        if character in "*+?{":
            raise UnsharedPattern
        return Characters(((character, character),))

    def _group(self, depth: int) -> Node:
        look: bool | None = None
        if self._take("(?!"):
            look = True
        elif self._take("(?="):
            look = False
        elif self._take("(?<"):
            if not self._next().isalpha() or ">" not in self.pattern[self.position :]:
                raise UnsharedPattern
            self.position = self.pattern.index(">", self.position) + 1
        elif not self._take("(?:"):
            self.position += 1
            if self._next() == "?":
                raise UnsharedPattern
        inner = self._choice(depth + 1)
        if not self._take(")"):
            raise UnsharedPattern
        if look is not None:
            return Look(inner, look)
        return Sequence((inner,)) if isinstance(inner, Edge | Look) else inner

    def _escape(self) -> Node:
        character = self._next()
        self.position += 1
        if character in ("b", "B"):
            return Edge(character)
        ranges = self._escaped(character)
        return Characters(ranges, character in ("D", "W", "S"))

    def _escaped(self, character: str) -> tuple[tuple[str, str], ...]:
        r"""The characters that an escape stands for; those of `\D` and its like are what it leaves out."""
        if character.lower() in _CLASSES:
            return _CLASSES[character.lower()]
        literal = _CONTROLS.get(character, character)
        if not literal or (literal == character and (character.isalnum() or not character.isascii())):
            raise UnsharedPattern
        return ((literal, literal),)

    def _set(self) -> Node:
        negated = self._take("^")
        ranges: list[tuple[str, str]] = []
        while not (ranges and self._take("]")):
            ranges.extend(self._member())
        return Characters(tuple(ranges), negated)

    def _member(self) -> tuple[tuple[str, str], ...]:
        members = self._single()
        low = members[0][0]
        if (
            len(members) > 1
            or members[0][1] != low
            or self._next() != "-"
            or self.pattern[self.position + 1 :][:1] == "]"
        ):
            return members
        self.position += 1
        ends = self._single()
        if len(ends) > 1 or ends[0][0] != ends[0][1] or ends[0][0] < low:
            raise UnsharedPattern
        return ((low, ends[0][0]),)

    def _single(self) -> tuple[tuple[str, str], ...]:
        character = self._next()
        # Java nests and intersects sets, RE2 names classes in them, and only one takes `]` at the start.
        if not character or character in "[]" or self.pattern.startswith("&&", self.position):
            raise UnsharedPattern
        self.position += 1
        if character != "\\":
            return ((character, character),)
        escaped = self._next()
        self.position += 1
        if escaped in ("D", "W", "S", "b", "B"):
            raise UnsharedPattern
        return self._escaped(escaped)
