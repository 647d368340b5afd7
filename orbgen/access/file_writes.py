"""What the commands of a script write into files: by redirection, `tee`, `echo`, `printf` and here-documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from orbgen.access.written_texts import Piece, WrittenText, filled_in, here_document
from orbgen.shell.script import Script
from orbgen.shell.words import Command, EnclosureKind, PartKind, Redirection, Word
from orbgen.shell.wrappers import unwrap
from orbgen.source.lazy_patterns import lazy_pattern

if TYPE_CHECKING:
    from orbgen.access.following import RunCommand

_DIRECTIVE = lazy_pattern(r"%%|%[sbdq]")
_ESCAPE = lazy_pattern(r"\\(?:[abefnrtv\\\"']|0?[0-7]{1,3})")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b"}
# The shell runs these and goes on; they print nothing into a group's redirection.
_SILENT = frozenset(("set", "export", "cd", "mkdir", "true", ":", "unset", "["))


class FileWrite(msgspec.Struct, frozen=True, eq=False):
    """A file that is written, and the text that goes into it; None where that is not known."""

    target: Word
    text: WrittenText | None
    append: bool


def file_writes(at: RunCommand) -> Iterator[FileWrite]:
    """The files that a command writes by redirection, its own or that of a group around it, or as `tee`."""
    command = at.command
    for redirection in command.redirections:
        if _takes_output(redirection) and redirection.target is not None:
            yield FileWrite(redirection.target, _output(at, command), redirection.operator in (">>", "&>>"))
    for enclosure in reversed(command.around):
        if enclosure.kind is EnclosureKind.SUBSTITUTION or (
            enclosure.kind is EnclosureKind.PIPELINE and not enclosure.last
        ):
            break
        for redirection in enclosure.redirections:
            if _takes_output(redirection) and redirection.target is not None and command.name not in _SILENT:
                append = redirection.operator == ">>" or _first_in(at.script)[id(enclosure)] is not command
                yield FileWrite(redirection.target, _output(at, command), append)
    if at.found is not None and at.found.name == "tee":
        options = [word.literal for word in at.found.arguments if (word.literal or "").startswith("-")]
        for word in at.found.arguments:
            if not (word.literal or "").startswith("-"):
                yield FileWrite(word, _input(at, command), bool({"-a", "--append"} & set(options)))


@lru_cache(maxsize=8)
def _first_in(script: Script) -> dict[int, Command]:
    """The first command that writes in each thing that encloses commands, by the number of its object."""
    found: dict[int, Command] = {}
    for command in script.commands:
        if command.name not in _SILENT:
            for enclosure in command.around:
                found.setdefault(id(enclosure), command)
    return found


def _takes_output(redirection: Redirection) -> bool:
    return redirection.writes and redirection.descriptor in ("", "1")


def _output(at: RunCommand, command: Command) -> WrittenText | None:
    """What a command prints, where that is known."""
    found = unwrap(command, at.variables)
    if found is None:
        return None
    if found.name == "cat":
        return _input(at, command) if not found.arguments or found.arguments[0].literal == "-" else None
    if found.name == "tee":
        return _input(at, command)
    if found.name == "echo":
        return WrittenText(tuple(_echo(at, found.arguments)))
    if found.name == "printf" and found.arguments:
        return _printf(at, found.arguments)
    return None


def _input(at: RunCommand, command: Command) -> WrittenText | None:
    """What a command reads: its here-document or here-string, or what the stage of the pipeline before it prints."""
    for redirection in command.redirections:
        if redirection.document is not None:
            return here_document(
                at.text, at.script.text, redirection.document, redirection.operator, at.variables.get
            )  # fmt: skip
        if redirection.operator == "<<<" and redirection.target is not None:
            return WrittenText((*_word(at, redirection.target), Piece("\n", at.text, command.end, command.end)))
        if redirection.operator == "<":
            return None
    stage = next((one for one in reversed(command.around) if one.kind is EnclosureKind.PIPELINE), None)
    if stage is None or stage.index == 0:
        return None
    before = [one for one in at.script.commands if any(
        [around.pipeline == stage.pipeline and around.index == stage.index - 1 for around in one.around])]  # fmt: skip
    return _output(at, before[0]) if len(before) == 1 else None


def _echo(at: RunCommand, words: tuple[Word, ...]) -> Iterator[Piece]:
    options = set[str]()
    while words and re.fullmatch(r"-[neE]+", words[0].literal or ""):
        options |= set((words[0].literal or "")[1:])
        words = words[1:]
    for index, word in enumerate(words):
        if index:
            yield Piece(" ", at.text, words[index - 1].end, word.start)
        yield from [_unescaped(piece) if "e" in options else piece for piece in _word(at, word)]
    if "n" not in options:
        end = words[-1].end if words else at.command.end
        yield Piece("\n", at.text, end, end)


def _printf(at: RunCommand, words: tuple[Word, ...]) -> WrittenText | None:
    pattern = at.value(words[0])
    if pattern is None:
        return None
    values = list(words[1:])
    pieces: list[Piece] = []
    while True:
        consumed = False
        position = 0
        for match in _DIRECTIVE.finditer(pattern):
            pieces += _pattern(at, words[0], pattern, position, match.start())
            position = match.end()
            if match[0] == "%%":
                pieces.append(Piece("%", at.text, words[0].start, words[0].end))
            elif values:
                consumed = True
                pieces += _word(at, values.pop(0))
        pieces += _pattern(at, words[0], pattern, position, len(pattern))
        if not values or not consumed:
            return WrittenText(tuple(pieces))


def _pattern(at: RunCommand, word: Word, pattern: str, start: int, end: int) -> Iterator[Piece]:
    """A stretch of the first word of `printf`."""
    if start < end:
        exact = len(word.parts) == 1 and word.end - word.start == len(pattern) + 2
        begin, stop = (word.start + 1 + start, word.start + 1 + end) if exact else (word.start, word.end)
        yield _unescaped(Piece(pattern[start:end], at.text, begin, stop))


def _unescaped(piece: Piece) -> Piece:
    if piece.text is None or "\\" not in piece.text:
        return piece
    return msgspec.structs.replace(piece, text=_ESCAPE.sub(_escaped, piece.text))


def _escaped(match: re.Match[str]) -> str:
    inside = match[0][1:]
    return chr(int(inside, 8)) if inside[0].isdigit() else _ESCAPES.get(inside, inside)


def _word(at: RunCommand, word: Word) -> list[Piece]:
    """A word in its pieces, with what the shell puts in."""
    pieces = []
    for part in word.parts:
        text = at.value(Word(part.start, part.end, (part,)))
        start, end = part.start, part.end
        if part.kind is PartKind.LITERAL:
            text = part.text
            if part.quoted and end - start == len(text) + 2:
                start, end = start + 1, end - 1
        pieces.append(Piece(text, at.text, start, end))
    return list(filled_in(at.text, pieces))
