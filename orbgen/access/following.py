"""Following the scripts of a job run: each command with its folder and the variables known there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from orbgen.access.paths import DEFAULT_WORKING_DIRECTORY, normal
from orbgen.access.temporary import temporary_path
from orbgen.circleci.jobs import environment_of
from orbgen.circleci.pipeline import JobRun, Step
from orbgen.circleci.text import code_of, is_known
from orbgen.shell.script import Script, read_script
from orbgen.shell.words import Command, EnclosureKind, PartKind, Word, WordPart
from orbgen.shell.wrappers import Unwrapped, unwrap
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.nodes import Content, Mapping, Scalar
from orbgen.source.span import Span

# What has a working directory of its own, which ends with it.
_SHELLS = (EnclosureKind.SUBSHELL, EnclosureKind.SUBSTITUTION, EnclosureKind.PIPELINE)
_EXPORT = lazy_pattern(r"(?:^|[\n;])\s*export\s+([A-Za-z_][A-Za-z0-9_]*)=(\"[^\"]*\"|'[^']*'|[^\s;]*)")


class Variable(msgspec.Struct, frozen=True):
    """A variable that is set outside of the script: its value, None where that is not known, and where it is set."""

    value: str | None
    span: Span


class RunCommand(msgspec.Struct, frozen=True, eq=False):
    """One command of a job run. `found` is what is run behind `sudo` and its kin, None where that is not known.

    `environment` are the variables that the job, the step and earlier steps set; `variables` are all those whose value
    is known, those of the script too.
    `folder` is where it runs, None where that is not known, and `home` where the job's steps begin. `temporary` gives
    the path that a substitution of `mktemp` makes.
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
    temporary: Callable[[WordPart], str | None]

    def value(self, word: Word) -> str | None:
        """The text of a word, where it is known."""
        return _resolve(word, self.variables, self.folder, self.temporary)

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
            return self.text.place(self.found.start, self.found.start + len(self.found.name))
        return self.text.place(self.command.start, self.command.words[0].end if self.command.words else None)


def commands_of(run: JobRun, wanted: Callable[[str], bool]) -> Iterator[RunCommand]:
    """The commands of those scripts of a job run whose text is wanted, in order."""
    home = _directory(run.body.get("working_directory") if run.body else None, DEFAULT_WORKING_DIRECTORY)
    environment = _variables_in(environment_of(run))
    numbers: dict[tuple[int, int], int] = {}
    for index, step in enumerate(run.steps):
        text = step.command
        if text is None or step.opaque:
            continue
        raw = text.text
        exports = "BASH_ENV" in raw
        if not exports and not wanted(raw):
            continue
        following = _Following(index, step, text, environment, home, numbers)
        yield from following.commands(exported=environment if exports else {})


class _Following:
    """One script."""

    def __init__(
        self,
        index: int,
        step: Step,
        text: Scalar,
        environment: dict[str, Variable],
        home: str,
        numbers: dict[tuple[int, int], int],
    ) -> None:
        self.index = index
        # Of each `mktemp` in the job run, by its step and place.
        self.numbers = numbers
        self.text = text
        self.script = read_script(code_of(text))
        own = step.argument("environment")
        fields = {name: field.value for name, field in own.fields.items()} if type(own) is Mapping else {}
        self.environment = {**environment, **_variables_in(fields)}
        known = {name: one.value for name, one in self.environment.items() if one.value is not None}
        self.outside = {"HOME": "~", "CIRCLE_WORKING_DIRECTORY": home, **known}
        self.home = home
        start = _directory(step.argument("working_directory"), home, home)
        # The working directory of the script itself, and of each subshell in it.
        self.folders: dict[int, str | None] = {0: start}
        self.before: dict[int, str | None] = {}
        self.variables = self._variables(start)

    def commands(self, exported: dict[str, Variable]) -> Iterator[RunCommand]:
        """The commands; what the script exports to later steps is put into `exported`."""
        for command in self.script.commands:
            scope = self._scope(command)
            folder = self.folders[scope]
            variables = self.variables if folder is None else {**self.variables, "PWD": folder}
            found = unwrap(command, variables)
            followed = RunCommand(
                self.index, self.text, self.script, command, found, self.environment, variables, folder, self.home,
                self._temporary,
            )  # fmt: skip
            if found is not None and found.name in ("cd", "pushd", "popd"):
                self._change(scope, followed, found)
            yield followed
            if _goes_to_bash_env(command):
                _export(followed, exported)

    def _variables(self, start: str) -> dict[str, str]:
        """The environment with the variables that the script sets once, to what is known; without those it changes."""

        def expand(word: Word, found: dict[str, str]) -> str | None:
            return _resolve(word, {**self.outside, **found}, start, self._temporary)

        assigned = self.script.values(expand)
        changed = {one.name for one in self.script.assignments if one.value is not None}
        kept = {name: value for name, value in self.outside.items() if name not in changed}
        return {**kept, **assigned}

    def _temporary(self, part: WordPart) -> str | None:
        number = self.numbers.setdefault((self.index, part.start), len(self.numbers) + 1)
        return temporary_path(part.text, number)

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


def _resolve(
    word: Word, variables: dict[str, str], folder: str | None, temporary: Callable[[WordPart], str | None]
) -> str | None:
    """The text of a word whose variables are known, with `$(pwd)` and what `mktemp` gives put in."""
    if all([part.kind is not PartKind.SUBSTITUTION for part in word.parts]):
        return word.expand(variables)
    pieces: list[str] = []
    for part in word.parts:
        piece: str | None
        if part.kind is PartKind.SUBSTITUTION:
            piece = folder if part.text in ("$(pwd)", "`pwd`") else temporary(part)
        else:
            piece = Word(part.start, part.end, (part,)).expand(variables)
        if piece is None:
            return None
        pieces.append(piece)
    return "".join(pieces)


def _variables_in(environment: dict[str, Content]) -> dict[str, Variable]:
    """The variables of an `environment`; what CircleCI or a shell fills in is not known."""
    return {
        name: Variable(
            node.text if isinstance(node, Scalar) and is_known(node) and "$" not in node.text else None, node.span
        )
        for name, node in environment.items()
    }


def _directory(node: object, default: str, base: str = DEFAULT_WORKING_DIRECTORY) -> str:
    if isinstance(node, Scalar) and is_known(node):
        return normal(node.text, base) or default
    return default


def _goes_to_bash_env(command: Command) -> bool:
    return any(
        [one.writes and one.target is not None and [part.text for part in one.target.parts] == ["BASH_ENV"]
         for one in command.redirections]
    )  # fmt: skip


def _export(followed: RunCommand, exported: dict[str, Variable]) -> None:
    """Note what `echo "export NAME=value" >> "$BASH_ENV"` sets for later steps."""
    for word in followed.command.words[1:]:
        text = followed.value(word)
        if text is not None:
            for name, value in _EXPORT.findall(text):
                plain = value.strip("'\"")
                exported[name] = Variable(None if "$" in plain else plain, followed.text.place(word.start, word.end))
        else:
            first = word.parts[0].text if word.parts else ""
            match = _EXPORT.match(first)
            if match is not None:
                exported[match[1]] = Variable(None, followed.text.place(word.start, word.end))
