"""The arguments that a program gets: words whose variables, where they stand without quotes, may hold several."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from orbgen.shell.words import PartKind, Word, WordPart
from orbgen.source.lazy_patterns import lazy_pattern

_ARRAY = lazy_pattern(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\[[@*]\]\}")
_BLANKS = " \t\n"


class Argument(msgspec.Struct, frozen=True):
    """One argument: its text, None where it is not known, and the characters of the script that it is made of.

    `first` is what it surely begins with. One that is not `single` may be several arguments, or none.
    """

    text: str | None
    first: str
    start: int
    end: int
    single: bool = True


def split(
    words: tuple[Word, ...],
    value_of: Callable[[Word], str | None],
    elements_of: Callable[[str], tuple[tuple[Word, ...], bool] | None] = lambda name: None,
) -> list[Argument]:
    """The arguments that words make, given the text of each word that is known.

    `elements_of` gives the words of an array, and whether there are surely no more.
    """
    found: list[Argument] = []
    for word in words:
        value = value_of(word)
        array = _ARRAY.fullmatch(word.parts[0].text) if value is None and len(word.parts) == 1 else None
        elements = elements_of(array[1]) if array is not None else None
        if elements is not None:
            found += split(elements[0], value_of)
            if not elements[1]:
                found.append(_unknown(word, value_of))
        elif value is None:
            found.append(_unknown(word, value_of))
        elif not any([_splits(part, _part(part, value_of)) for part in word.parts]):
            found.append(Argument(value, value, word.start, word.end))
        else:
            texts = [(part, _part(part, value_of) or "") for part in word.parts]
            found += [Argument(text, text, word.start, word.end) for text in _fields(texts)]
    return found


def _part(part: WordPart, value_of: Callable[[Word], str | None]) -> str | None:
    return value_of(Word(part.start, part.end, (part,)))


def _unknown(word: Word, value_of: Callable[[Word], str | None]) -> Argument:
    beginning = []
    for part in word.parts:
        text = _part(part, value_of)
        if text is None:
            break
        beginning.append(text)
    loose = any([part.kind is not PartKind.LITERAL and (not part.quoted or "[@]" in part.text) for part in word.parts])
    loose = loose or any([part.kind is PartKind.VARIABLE and part.text in ("@", "*") for part in word.parts])
    return Argument(None, "".join(beginning), word.start, word.end, not loose)


def _splits(part: WordPart, text: str | None) -> bool:
    """Whether the shell splits what it puts in for a part."""
    if part.kind is PartKind.LITERAL or part.quoted or text is None:
        return False
    return not text or any([blank in text for blank in _BLANKS])


def _fields(parts: list[tuple[WordPart, str]]) -> list[str]:
    """The fields that the parts of a word make, of which the shell splits some."""
    fields: list[str] = []
    current: str | None = None
    for part, text in parts:
        if not _splits(part, text):
            current = (current or "") + text
            continue
        if text[:1] in _BLANKS and text and current is not None:
            fields.append(current)
            current = None
        pieces = text.split()
        for position, piece in enumerate(pieces):
            current = (current or "") + piece
            if position < len(pieces) - 1 or text[-1] in _BLANKS:
                fields.append(current)
                current = None
    return fields if current is None else [*fields, current]
