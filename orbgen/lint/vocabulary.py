"""Which words stand in what a configuration is made of: asked first, as most rules have nothing to say to most files.

A word is a run of letters and digits, in small letters; `add_ssh_keys` is three. Words can be written otherwise than by
themselves: a double-quoted text may spell them with escapes or break them over lines, and `<< >>` may paste them
together out of pieces. A word that could come about so counts as one that is there. What a shell makes of pieces of
words does not: no rule looks into that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from orbgen.circleci.library import Library
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.span import Source

# Small letters and digits for what words are made of, blanks for all else.
_FOLDED = bytes([ord(chr(code).lower()) if code < 128 and chr(code).isalnum() else ord(" ") for code in range(256)])
# The letters of escapes that are no part of the word behind them, and of those that spell any letter by its number.
_ESCAPES = b"0abtnvfreNLP_"
_NUMBERED = b"xuU"
_NUMBER = lazy_pattern(rb"[0-9A-Fa-f]{2}")
# Two tags side by side, the second of which may give a text that is known: it is no pipeline value and no section's.
_PASTED_TOGETHER = lazy_pattern(rb">><<(?![#^/]|\s*pipeline\.[\w.-]+\s*>>)")
_WORD = lazy_pattern(rb"[0-9A-Za-z]+")
_LONGEST = 24
_LONGEST_WORDS = 2_000_000
_MANIFEST = "@orb.yml"


class _Needed(msgspec.Struct, frozen=True):
    """Words of which one is enough: those of one piece, those of several, and the `ends` of pieces beside a tag.

    An end is how a piece begins before a `<`, or ends behind a `>`, that may become all of it.
    """

    single: set[bytes]
    several: list[frozenset[bytes]]
    ends: set[bytes]


class Vocabulary:
    """The words of some texts. It is `complete` unless some word may stand there that cannot be seen."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._words: set[bytes] = set()
        self._ends: set[bytes] = set()
        self._joined = b""
        self.complete = True
        for text in texts:
            self._add(text.encode("utf-8", "surrogatepass"))

    def _add(self, data: bytes) -> None:
        self._words.update(data.translate(_FOLDED).split())
        if b"\\" in data:
            self._add_escaped(data)
        if b"<<" in data:
            self._add_ends(data)

    def _add_escaped(self, data: bytes) -> None:
        """Take what stands behind a backslash both ways, as a script's own and as an escape of a quoted text."""
        before, *pieces = data.split(b"\\")
        for piece in pieces:
            first = piece[:1]
            if first and first in _ESCAPES:
                behind = _WORD.match(piece, 1)
                if behind is not None:
                    self._words.add(behind[0].lower())
            elif first and first in _NUMBERED:
                self.complete = self.complete and _NUMBER.match(piece, 1) is None
            elif first in (b"\n", b"\r") and before[-1:].isalnum():
                self.complete = self.complete and not piece.lstrip()[:1].isalnum()
            before = piece

    def _add_ends(self, data: bytes) -> None:
        """Note what is pasted together with a tag."""
        self.complete = self.complete and _PASTED_TOGETHER.search(data) is None
        for piece in {piece[-_LONGEST:] for piece in data.split(b"<<")[:-1] if piece[-1:].isalnum()}:
            end = piece.translate(_FOLDED).split()[-1]
            self._ends.update([end[-length:] + b"<" for length in range(1, len(end) + 1)])
        for piece in {piece[:_LONGEST] for piece in data.split(b">>")[1:] if piece[:1].isalnum()}:
            start = piece.translate(_FOLDED).split()[0]
            self._ends.update([b">" + start[:length] for length in range(1, len(start) + 1)])

    def may_hold(self, words: tuple[str, ...]) -> bool:
        """Whether one of some words can stand in the texts; of a word made of several, all."""
        if not self.complete:
            return True
        needed = _needed(words)
        return (
            not self._words.isdisjoint(needed.single)
            or any([self._words.issuperset(pieces) for pieces in needed.several])
            or (bool(self._ends) and not self._ends.isdisjoint(needed.ends))
        )

    def may_show(self, part: str) -> bool:
        """Whether the texts, as they are written, can hold a part of a word, or some characters with one in them."""
        if not self._joined:
            self._joined = b" ".join([*self._words, b""])
        # Words without end are no words, and looking through them once for each question would take longest of all.
        return len(self._joined) > _LONGEST_WORDS or _first_word(part) in self._joined

    def ends(self, endings: re.Pattern[bytes]) -> bool:
        """Whether some word ends so; the pattern is searched in all words, each with a blank behind it."""
        return self.may_show("") and (len(self._joined) > _LONGEST_WORDS or endings.search(self._joined) is not None)


@lru_cache(maxsize=1024)
def _first_word(text: str) -> bytes:
    words = text.encode().translate(_FOLDED).split()
    return words[0] if words else b""


@lru_cache(maxsize=256)
def _needed(words: tuple[str, ...]) -> _Needed:
    found = _Needed(set(), [], set())
    for word in words:
        pieces = frozenset(word.encode().translate(_FOLDED).split())
        if len(pieces) == 1:
            found.single.update(pieces)
        else:
            found.several.append(pieces)
        for piece in pieces:
            found.ends.update([piece[:length] + b"<" for length in range(1, len(piece))])
            found.ends.update([b">" + piece[length:] for length in range(1, len(piece))])
    return found


def vocabulary_of(library: Library, texts: tuple[Source, ...] = ()) -> Vocabulary:
    """The words of a configuration, whose texts these are, and of the orbs that it imports, directly or not."""
    sources = {id(text): text for text in texts}
    waiting = [library]
    while waiting:
        one = waiting.pop()
        sources[id(one.source)] = one.source
        waiting += [orb.library for orb in one.orbs.values() if orb.library is not None]
    found = Vocabulary([source.text for source in sources.values()])
    # An orb in a folder is made of many files, and their names are words of it too.
    found.complete = found.complete and not any([one.name.endswith(_MANIFEST) for one in sources.values()])
    return found
