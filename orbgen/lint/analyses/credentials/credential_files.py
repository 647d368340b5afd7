"""The table of credential files: which commands write which, and which names and folders are known (rules.md 2.5)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from orbgen.lint.tables import read_table

if TYPE_CHECKING:
    from orbgen.access.following import RunCommand
    from orbgen.shell.words import Word


class Writer(msgspec.Struct, frozen=True):
    """A command that leaves credentials in files.

    It is `command` with its first plain words, `exactly` these if so said, and an `argument` of that form behind them,
    which `needs` a further one. The files are `names` in the folder, which others share or which is their own; a value
    of one of the `options` or of the `variable` names a file instead, `folder_variable` a folder, and a `positional`
    one is a file too. `here_with` an option the folder is the working directory, `home_with` one the home folder.
    """

    by: str
    command: str
    words: tuple[str, ...]
    exactly: bool = False
    argument: str | None = None
    needs: str | None = None
    options: tuple[str, ...] = ()
    not_with: tuple[str, ...] = ()
    positional: bool = False
    suffixes: tuple[str, ...] = ("",)
    folder: str | None = None
    names: tuple[str, ...] = ()
    shared: bool = False
    variable: str | None = None
    folder_variable: str | None = None
    here_with: str | None = None
    home_with: str | None = None
    ended_by: tuple[str, ...] = ()
    doubtful: bool = False


class WritingStep(msgspec.Struct, frozen=True):
    """A step of CircleCI's own that leaves credentials in files."""

    step: str
    folder: str
    names: tuple[str, ...]
    doubtful: bool = False


class Files(msgspec.Struct, frozen=True):
    """Files in a folder that a command writes; the folder is their `own` where nothing else lies in it."""

    folder: str
    names: tuple[str, ...]
    own: bool


class _Table(msgspec.Struct, frozen=True):
    source: str
    date: str
    writers: tuple[Writer, ...]
    steps: tuple[WritingStep, ...]
    folders: frozenset[str]
    files: frozenset[str]
    names: tuple[str, ...]
    doubtful_names: tuple[str, ...]
    public_names: tuple[str, ...]


@lru_cache(maxsize=1)
def _table() -> _Table:
    return read_table("credential-files", _Table)


@lru_cache(maxsize=1)
def _by_command() -> dict[str, tuple[Writer, ...]]:
    names = {writer.command for writer in _table().writers}
    return {name: tuple([writer for writer in _table().writers if writer.command == name]) for name in names}


def writing_steps() -> dict[str, WritingStep]:
    """The steps that leave credentials in files, by name."""
    return {one.step: one for one in _table().steps}


def written_by(at: RunCommand) -> Iterator[tuple[Writer, Files]]:
    """The credential files that a command writes."""
    found = at.found
    for writer in _by_command().get(found.name, ()) if found is not None else ():
        words = _Words(at)
        if words.are_of(writer):
            for files in _files(writer, words, at):
                yield writer, files


def ended_by(at: RunCommand) -> frozenset[str]:
    """The names of the writers whose files a command removes, as `docker logout` does."""
    found = at.found
    if found is None or found.name not in _by_command():
        return frozenset()
    words = _plain(_Words(at).texts)
    writers = _by_command()[found.name]
    return frozenset([one.by for one in writers if one.ended_by and tuple(words[: len(one.ended_by)]) == one.ended_by])


class Known(msgspec.Struct, frozen=True):
    """A path that is known to name a credential; `doubtful` where the name is used for other things as well."""

    name: str
    doubtful: bool = False


@lru_cache(maxsize=1024)
def known_credential(path: str, *, wildcards: bool = False) -> Known | None:
    """What a normal path names, if that is a known credential file, or a folder of such."""
    table = _table()
    name = posixpath.basename(path)
    if is_public(name) or (not wildcards and any([character in path for character in "*?["])):
        return None
    if path in table.folders or path in table.files or _folder_of_files(path):
        return Known(path)
    if any([_fits(name, pattern) for pattern in table.names]):
        return Known(name)
    return Known(name, True) if any([_fits(name, pattern) for pattern in table.doubtful_names]) else None


def is_public(name: str) -> bool:
    """Whether a file of this name is one that everyone may read."""
    return any([_fits(name, pattern) for pattern in _table().public_names])


def _fits(name: str, pattern: str) -> bool:
    """Whether a name is one that a pattern of the table means, in which one `*` may stand for anything."""
    start, any_text, end = pattern.partition("*")
    if not any_text:
        return name == pattern
    return len(name) >= len(pattern) - 1 and name.startswith(start) and name.endswith(end)


def _folder_of_files(path: str) -> bool:
    """Whether a path is all that lies in a known folder."""
    return path.endswith("/*") and path[:-2] in _table().folders


class _Words:
    """The arguments of a command: the plain words in order, and the options with their values."""

    def __init__(self, at: RunCommand) -> None:
        assert at.found is not None
        self.arguments: tuple[Word, ...] = at.found.arguments
        self.texts = [_text(at, word) for word in self.arguments]

    def are_of(self, writer: Writer) -> bool:
        """Whether this is a call of a writer."""
        plain, count = _plain(self.texts[self.from_first(writer) :]), len(writer.words)
        if tuple(plain[:count]) != writer.words or (writer.exactly and len(plain) > count):
            return False
        if any([text in writer.not_with or _letters(text) & _letters_of(writer.not_with) for text in self.texts]):
            return False
        rest = plain[count:]
        if writer.argument is not None:
            if not any([re.fullmatch(writer.argument, text.partition("=")[0]) for text in rest[:1]]):
                return False
            return writer.needs is None or any([writer.needs in text for text in rest])
        return True

    def from_first(self, writer: Writer) -> int:
        """The number of the argument that a writer's words begin with, behind options that come before them."""
        first = writer.words[0] if writer.words else None
        for index, text in enumerate(self.texts):
            before = self.texts[index - 1] if index else ""
            is_value = before.startswith("-") and "=" not in before
            if not text.startswith("-") and (text == first or not is_value):
                return index
        return len(self.texts)

    def value(self, options: tuple[str, ...]) -> int | None:
        """The number of the argument that holds the value of one of the options."""
        for index, text in enumerate(self.texts):
            if text in options and index + 1 < len(self.texts):
                return index + 1
            if any([text.startswith(f"{option}=") for option in options if option.startswith("--")]):
                return index
        return None


def _plain(texts: list[str]) -> list[str]:
    """The words that are no options."""
    return [text for text in texts if not text.startswith("-")]


def _letters(option: str) -> set[str]:
    """The letters of short options that are written together."""
    return set(option[1:]) if option.startswith("-") and not option.startswith("--") else set()


def _letters_of(options: tuple[str, ...]) -> set[str]:
    return {letter for option in options for letter in _letters(option)}


def _text(at: RunCommand, word: Word) -> str:
    """A word, with what is not known of it as it is written."""
    value = at.value(word)
    return value if value is not None else "".join([part.text for part in word.parts])


def _files(writer: Writer, words: _Words, at: RunCommand) -> Iterator[Files]:
    index = words.value(writer.options)
    variable = at.variables.get(writer.variable or "")
    if index is not None:
        value = at.value(words.arguments[index])
        text = value.partition("=")[2] if value is not None and value.startswith("--") else value
        yield from _named(at.path(text), writer)
    elif writer.positional:
        behind = range(words.from_first(writer), len(words.texts))
        plain = [number for number in behind if not words.texts[number].startswith("-")]
        for number in plain[len(writer.words) :][:1]:
            yield from _named(at.path_of(words.arguments[number]), writer)
    elif variable is not None:
        yield from _named(at.path(variable), writer)
    elif writer.folder is not None:
        own = not writer.shared
        if writer.here_with is not None and writer.here_with in words.texts:
            folder = at.path(".")
        elif writer.home_with is not None and writer.home_with in words.texts:
            folder = "~"
        elif writer.folder_variable is not None and writer.folder_variable in at.variables:
            folder = at.path(at.variables[writer.folder_variable])
        else:
            folder = at.path(writer.folder)
        if folder is not None:
            yield Files(folder, writer.names, own)


def _named(path: str | None, writer: Writer) -> Iterator[Files]:
    if path is not None:
        folder, name = posixpath.split(path)
        yield Files(folder, tuple([name + suffix for suffix in writer.suffixes]), own=False)
