"""Following the scripts of a job run: each command with its folder and the variables known there."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from collections.abc import Mapping as Map

import msgspec

from orbgen.access.environment import Variable, exports_in, seen_by, variables_in, variables_of
from orbgen.access.file_writes import file_writes
from orbgen.access.paths import DEFAULT_WORKING_DIRECTORY, normal
from orbgen.access.temporary import temporary_path
from orbgen.access.written_texts import span_of, unknown_stretches
from orbgen.circleci.pipeline import JobRun, Step
from orbgen.circleci.text import code_of, is_known
from orbgen.shell.branches import has_run
from orbgen.shell.script import Script, read_script
from orbgen.shell.words import Command, EnclosureKind, PartKind, Word, WordPart
from orbgen.shell.wrappers import Unwrapped, unwrap
from orbgen.source.nodes import Mapping, Scalar
from orbgen.source.span import Span

# What has a working directory of its own, which ends with it.
_SHELLS = (EnclosureKind.SUBSHELL, EnclosureKind.SUBSTITUTION, EnclosureKind.PIPELINE)


class RunCommand(msgspec.Struct, frozen=True, eq=False):
    """One command of a job run. `found` is what is run behind `sudo` and its kin, None where that is not known.

    `environment` are the variables that the job, the step and earlier steps set; `variables` are all those whose value
    is known, those of the script too. `folder` is where it runs, None where that is not known, and `home` where the
    job's steps begin.
    """

    step: int
    text: Scalar
    script: Script
    command: Command
    found: Unwrapped | None
    environment: dict[str, Variable]
    variables: dict[str, str]
    folder: str | None
    home: str
    resolve: Callable[[Word, Map[str, str], str | None], str | None]

    def value(self, word: Word) -> str | None:
        """The text of a word, where it is known: with what `$(pwd)` and `mktemp` give put in."""
        return self.resolve(word, self.variables, self.folder)

    def place(self, start: int, end: int) -> Span:
        """Where characters of the script stand in the author's file."""
        return span_of(self.text, start, end)

    def elements(self, name: str) -> tuple[tuple[Word, ...], bool] | None:
        """The words that an array has when the command runs, and whether there are surely no more; None if unknown."""
        found: tuple[Word, ...] | None = None
        complete = True
        for one in self.script.assignments:
            if one.name != name or one.end > self.command.start or one.value is None:
                continue
            if not has_run(one.branches, self.command.start):
                complete = False
            elif one.elements is None:
                return None
            elif one.append:
                found = (*(found or ()), *one.elements)
            else:
                found, complete = one.elements, True
        return (found, complete) if found is not None else None

    def seen(self, names: Container[str]) -> dict[str, Variable]:
        """What the program that the command starts finds in its environment, of the variables with some names."""
        return seen_by(names, self.command, self.found, self.script, self.environment, self.variables, self.place)

    def path(self, text: str | None) -> str | None:
        """A path in its normal form; None where it is not known."""
        if text is None or (self.folder is None and not text.startswith(("/", "~"))):
            return None
        return normal(text, self.folder or self.home)

    def path_of(self, word: Word | None) -> str | None:
        """The path that a word names, in its normal form."""
        return None if word is None else self.path(self.value(word))

    @property
    def span(self) -> Span:
        """Where the command's name stands in the author's file."""
        if self.found is not None:
            return self.text.place(self.found.start, self.found.end)
        return self.text.place(self.command.start, self.command.words[0].end if self.command.words else None)


def commands_of(run: JobRun, wanted: Callable[[str], bool]) -> Iterator[RunCommand]:
    """The commands of those scripts of a job run whose text is wanted, in order."""
    home = _directory(run.body.get("working_directory") if run.body else None, DEFAULT_WORKING_DIRECTORY)
    environment: dict[str, Variable] | None = None
    # What earlier steps export, None for what they unset, and of each `mktemp` in the run its number.
    exported: dict[str, Variable | None] = {}
    numbers: dict[tuple[int, int], int] = {}
    for index, step in enumerate(run.steps):
        text = step.command
        if text is None or step.opaque or not ("BASH_ENV" in text.text or wanted(text.text)):
            continue
        environment = variables_of(run) if environment is None else environment
        following = _Following(index, step, text, environment, exported, home, numbers)
        yield from following.commands()


class _Following:
    """One script."""

    def __init__(
        self,
        index: int,
        step: Step,
        text: Scalar,
        environment: dict[str, Variable],
        exported: dict[str, Variable | None],
        home: str,
        numbers: dict[tuple[int, int], int],
    ) -> None:
        self.index = index
        # Of each `mktemp` in the job run, by its step and place.
        self.numbers = numbers
        self.text = text
        self.script = read_script(code_of(text))
        self.unknown = unknown_stretches(text)
        self.home = home
        self.exported = exported
        own = step.argument("environment")
        fields = {name: field.value for name, field in own.fields.items()} if type(own) is Mapping else {}
        self.start = _directory(step.argument("working_directory"), home, home)
        # The working directory of the script itself, and of each subshell in it.
        self.folders: dict[int, str | None] = {0: self.start}
        self.before: dict[int, str | None] = {}
        self.environment = {**environment, **variables_in(fields)}
        self._read_exports()

    def _read_exports(self) -> None:
        """Put what earlier steps export over what the job and the step set, as a shell does that reads `$BASH_ENV`."""
        both = {**self.environment, **self.exported}
        self.environment = {name: variable for name, variable in both.items() if variable is not None}
        known = {name: one.value for name, one in self.environment.items() if one.value is not None}
        self.outside = {"HOME": "~", "CIRCLE_WORKING_DIRECTORY": self.home, **known}
        self.variables = self._variables(self.start)

    def commands(self) -> Iterator[RunCommand]:
        """The commands; what the script exports to later steps is put into what they will read."""
        exports = "BASH_ENV" in self.script.text
        for command in self.script.commands:
            scope = self._scope(command)
            folder = self.folders[scope]
            variables = self.variables if folder is None else {**self.variables, "PWD": folder}
            found = self._found(command, variables)
            followed = RunCommand(
                self.index, self.text, self.script, command, found, self.environment, variables, folder, self.home,
                self.resolve,
            )  # fmt: skip
            if found is not None and found.name in ("cd", "pushd", "popd"):
                self._change(scope, followed, found)
            yield followed
            if exports:
                self._export(followed)

    def _found(self, command: Command, variables: dict[str, str]) -> Unwrapped | None:
        """The command that is run; of variables that are set before it only those are known that CircleCI leaves."""
        found = unwrap(command, variables)
        if found is None or not self.unknown or not found.environment:
            return found
        start = min([command.start, *[one.start for one in command.assignments]])
        if not self._is_filled_in(start, found.start):
            return found
        return msgspec.structs.replace(found, environment=dict.fromkeys(found.environment))

    def _is_filled_in(self, start: int, end: int) -> bool:
        return any([first < end and last > start for first, last in self.unknown])

    def _variables(self, start: str) -> dict[str, str]:
        """The environment with the variables that the script sets once, to what is known; without those it changes."""
        # Where the script goes elsewhere, it is not followed which assignment is made where.
        stays = not any([command.name in ("cd", "pushd", "popd") for command in self.script.commands])
        outside = {**self.outside, "PWD": start} if stays else self.outside

        def expand(word: Word, found: Map[str, str]) -> str | None:
            return self.resolve(word, {**outside, **found}, start)

        assigned = self.script.values(expand)
        changed = {one.name for one in self.script.assignments if one.value is not None}
        kept = {name: value for name, value in self.outside.items() if name not in changed}
        return {**kept, **assigned}

    def resolve(self, word: Word, variables: Map[str, str], folder: str | None) -> str | None:
        """The text of a word whose variables are known; None where CircleCI fills something in."""
        if self.unknown and self._is_filled_in(word.start, word.end):
            return None
        if all([part.kind is not PartKind.SUBSTITUTION for part in word.parts]):
            return word.expand(variables)
        pieces: list[str] = []
        for part in word.parts:
            piece: str | None
            if part.kind is PartKind.SUBSTITUTION:
                piece = folder if part.text in ("$(pwd)", "`pwd`") else self._temporary(part)
            else:
                piece = Word(part.start, part.end, (part,)).expand(variables)
            if piece is None:
                return None
            pieces.append(piece)
        return "".join(pieces)

    def _temporary(self, part: WordPart) -> str | None:
        number = self.numbers.setdefault((self.index, part.start), len(self.numbers) + 1)
        return temporary_path(part.text, number)

    def _export(self, followed: RunCommand) -> None:
        """Note what goes into `$BASH_ENV`, for later steps and for this one where it reads that file itself."""
        for write in file_writes(followed):
            if _is_bash_env(write.target) and write.text is not None:
                self.exported.update(exports_in(write.text, self.outside))
        found = followed.found
        if found is not None and found.name in (".", "source") and found.arguments and _is_bash_env(found.arguments[0]):
            self._read_exports()

    def _scope(self, command: Command) -> int:
        """The subshell that a command runs in; each begins in the folder of the one around it."""
        scope = 0
        for enclosure in command.around:
            if enclosure.kind in _SHELLS:
                self.folders.setdefault(id(enclosure), self.folders[scope])
                scope = id(enclosure)
        return scope

    def _change(self, scope: int, followed: RunCommand, found: Unwrapped) -> None:
        words = [word for word in found.arguments if (word.literal or "") not in ("--", "-P", "-L")]
        if found.name == "popd":
            self.folders[scope] = self.before.get(scope)
            return
        self.before[scope] = self.folders[scope]
        if words and words[0].literal == "-":
            self.folders[scope] = None
        else:
            self.folders[scope] = followed.path_of(words[0]) if words else "~"


def _directory(node: object, default: str, base: str = DEFAULT_WORKING_DIRECTORY) -> str:
    if isinstance(node, Scalar) and is_known(node):
        return normal(node.text, base) or default
    return default


def _is_bash_env(word: Word) -> bool:
    return [part.text for part in word.parts] == ["BASH_ENV"]
