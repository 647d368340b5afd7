"""Which shell variables and files of a script hold a secret, followed in the order of its text (rules.md 3.2)."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterator

import msgspec

from orbgen.shell.expansions import Gives, given_by, names_inside, variables_in
from orbgen.shell.outputs import is_shown
from orbgen.shell.script import Script
from orbgen.shell.words import Assignment, Command, EnclosureKind, PartKind, Word, WordPart
from orbgen.source.lazy_patterns import lazy_pattern

# Commands that give what they are given, whole.
_PASSING = frozenset(("cat", "tee", "sort", "uniq", "nl", "more", "less", "column", "ts"))
# Commands that give something else, from which it can be had: what is masked is only the exact text.
_DERIVING = frozenset(
    ("base64", "xxd", "od", "hexdump", "rev", "tr", "cut", "head", "tail", "fold", "sed", "gsed", "awk", "gawk", "jq",
     "yq", "basenc", "base32", "uuencode", "fmt", "tac", "gunzip", "zcat", "envsubst")
)  # fmt: skip
# Commands that write what they read with what they are told to put in.
_EDITING = frozenset(("sed", "gsed", "awk", "gawk", "perl", "jq", "yq"))
# Commands that write files without a redirection.
_WRITING = frozenset(("tee", "sed", "gsed", "perl", "yq"))
_PRINTING = frozenset(("echo", "printf", "print"))
_HIDES_ALL = lazy_pattern(r"s(.)\.\1[^\\&]*\1g")
_EXPORTED = lazy_pattern(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=")
# What is tested, written or changed as a file is a path, whatever it is called.
_USED_AS_FILE = lazy_pattern(
    r"(?:(?:\[|test)\s+(?:!\s+)?-[defsrwxhL]\s+|[^>]>{1,2}\s*|\b(?:cd|mkdir|rm|touch|chmod|shred)\s+(?:-\S+\s+|[0-7]+\s+)*)"
    r"\"?\$\{?([A-Za-z_][A-Za-z0-9_]*)(?:[:}\"\s]|$)"
)
_FILE_CALL = lazy_pattern(r"\$\(\s*<\s*([^\s)]+)\s*\)")


class Form(enum.Enum):
    """What is left of a secret: all of it, or something from which it can be had."""

    WHOLE = "whole"
    DERIVED = "derived"


class Held(msgspec.Struct, frozen=True):
    """A secret that a text holds: the variable or command that it comes from, and its form."""

    origin: str
    form: Form = Form.WHOLE

    def derived(self) -> Held:
        """What a filter makes of it."""
        return Held(self.origin, Form.DERIVED)


class Sources(msgspec.Struct, frozen=True):
    """Where secrets come from: variables by their names, commands that print one, filters that make it harmless."""

    is_secret: Callable[[str], bool]
    prints: Callable[[Command], str | None] = lambda command: None
    cleans: Callable[[Command, Held], bool] = lambda command, held: False


class Use(msgspec.Struct, frozen=True):
    """A place where the shell puts a secret in, or a command that prints one; a `traced` word is shown by `set -x`."""

    held: Held
    start: int
    end: int
    traced: bool = True


class Event(msgspec.Struct, frozen=True):
    """A command or an assignment of a script, with the secrets that the shell puts into it."""

    node: Command | Assignment
    uses: tuple[Use, ...]


class SecretFlow:
    """Follows the scripts of one job, one after another."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.files: dict[str, Held] = {}
        self._variables: dict[str, Held | None] = {}
        self._exported: dict[str, Held | None] = {}
        self._commands: tuple[Command, ...] = ()
        self._text = ""
        self._paths: frozenset[str] = frozenset()

    def follow(self, script: Script) -> Iterator[Event]:
        """The commands and assignments of a script in order; what is asked in between is answered as of then."""
        for node in self.walk(script):
            yield Event(node, tuple(self._uses(node)))

    def walk(self, script: Script) -> Iterator[Command | Assignment]:
        """As `follow`, for who does not ask which secrets are put into them."""
        self._variables = dict(self._exported)
        self._text, self._commands = script.text, script.commands
        self._paths = frozenset(_USED_AS_FILE.findall(script.text))
        nodes: list[Assignment | Command] = [*script.assignments, *script.commands]
        for node in sorted(nodes, key=lambda one: one.start):
            yield node
            if isinstance(node, Assignment):
                self._assign(node)
            elif may_write(node):
                self._write(node)

    def in_other_script(self, script: Script) -> list[Use]:
        """The secrets that another shell puts into a script which this one gives it."""
        other = SecretFlow(self.sources)
        return [use for event in other.follow(script) for use in event.uses if use.traced]

    def held_by(self, word: Word) -> Held | None:
        """The secret that a word holds."""
        return _worst([use.held for use in self._in_word(word)])

    def prints(self, command: Command) -> list[Use]:
        """The secrets that a command prints by itself, whatever it is given."""
        name = command.name or ""
        origin = self.sources.prints(command)
        if origin is not None:
            return [Use(Held(origin), command.start, command.end)]
        if _hides(command):
            return []
        if name in _PRINTING and not (name == "printf" and _literal(command, 1) == "-v"):
            return [use for word in command.words[1:] for use in self._in_word(word)]
        if name in _PASSING:
            return list(self._read_by(command))
        if name in _DERIVING:
            uses = [use for use in self._read_by(command) if not self.sources.cleans(command, use.held)]
            return [Use(use.held.derived(), use.start, use.end) for use in uses]
        return []

    def through(self, command: Command, held: Held | None) -> Held | None:
        """What a command prints of a secret that it is given."""
        if held is None or self.sources.cleans(command, held) or _hides(command):
            return None
        if command.name in _DERIVING or _decodes(command):
            return held.derived()
        return held if command.name in _PASSING else None

    def piped_into(self, command: Command) -> Held | None:
        """The secret that the commands before it in its pipeline hand to a command."""
        held: Held | None = None
        for one in self._commands if command.pipeline >= 0 else ():
            if one.pipeline == command.pipeline and one.start < command.start and _is_stage(one):
                held = self.output_of(one, held)
        return held

    def output_of(self, command: Command, given: Held | None) -> Held | None:
        """The secret in what a command prints, when it is given some input."""
        return _worst(
            [use.held for use in self.prints(command)] + [held for held in [self.through(command, given)] if held]
        )

    def writes(self, command: Command) -> Iterator[tuple[Word, Held]]:
        """The files that a command writes a secret into, by its redirections or in place."""
        if not may_write(command):
            return
        targets = written_words(command)
        if command.name in ("sed", "gsed", "perl", "yq") and _is_in_place(command):
            targets += command.words[-1:]
        if not targets:
            return
        held: Held | None = None
        if command.name in _EDITING:
            held = _worst([use.held for word in command.words[1:] for use in self._in_word(word)])
        held = held or self.output_of(command, self.piped_into(command))
        if held is not None:
            yield from [(target, held) for target in targets]

    # Following

    def _assign(self, assignment: Assignment) -> None:
        if assignment.value is None:
            return
        held = self.held_by(assignment.value)
        if held is not None:
            self._variables[assignment.name] = held
        elif _is_harmless(assignment):
            self._variables[assignment.name] = None
        else:
            self._variables.pop(assignment.name, None)

    def _write(self, command: Command) -> None:
        """Note the files that a command writes a secret into, and the variables that it exports to later steps."""
        for target in written_words(command):
            self.files.pop(file_of(target) or "", None)
        for target, held in self.writes(command):
            file = file_of(target)
            if [part.text for part in target.parts] == ["BASH_ENV"]:
                self._export(command, held)
            elif file is not None:
                self.files[file] = held

    def _export(self, command: Command, held: Held) -> None:
        for word in command.words[1:]:
            match = _EXPORTED.match(word.parts[0].text if word.parts else "")
            if match is not None:
                self._exported[match[1]] = held

    def _uses(self, node: Command | Assignment) -> Iterator[Use]:
        if isinstance(node, Command):
            return self._in_command(node)
        return self._in_word(node.value) if node.value is not None else iter(())

    def _in_word(self, word: Word, *, traced: bool = True) -> Iterator[Use]:
        for part in word.parts:
            held = self._of_part(part)
            if held is not None:
                yield Use(held, part.start, part.end, traced)

    def _in_command(self, command: Command) -> Iterator[Use]:
        for assignment in command.assignments:
            if assignment.value is not None:
                yield from self._in_word(assignment.value)
        for word in command.words:
            yield from self._in_word(word)
        yield from self._given_to(command)

    def _given_to(self, command: Command) -> Iterator[Use]:
        """The secrets in the here-strings and here-documents of a command."""
        for redirection in command.redirections:
            if redirection.operator == "<<<" and redirection.target is not None:
                yield from self._in_word(redirection.target, traced=False)
            document = redirection.document
            if document is not None and not document.quoted:
                for part in variables_in(document.text, document.start):
                    held = self._of_variable(part)
                    if held is not None:
                        yield Use(held, part.start, part.end, traced=False)

    def _read_by(self, command: Command) -> Iterator[Use]:
        """The secrets that a command reads from its here-strings, its here-documents and files."""
        yield from self._given_to(command)
        inputs = [one.target for one in command.redirections if one.operator == "<" and one.target is not None]
        for word in (*inputs, *(command.words[1:] if command.name != "tee" else ())):
            held = self.files.get(file_of(word) or "")
            if held is not None:
                yield Use(held, word.start, word.end)

    # What text is

    def _of_part(self, part: WordPart) -> Held | None:
        if part.kind is PartKind.VARIABLE:
            return self._of_variable(part)
        if part.kind is PartKind.SUBSTITUTION and part.text.startswith(("$(", "`")) and part.text[:3] != "$((":
            return self._of_substitution(part)
        return None

    def _of_variable(self, part: WordPart) -> Held | None:
        text = self._text[part.start : part.end]
        gives = given_by(text)
        if gives is Gives.NOTHING:
            return _worst([held for held in map(self._of_name, names_inside(text)) if held is not None])
        held = self._of_name(part.text)
        return held.derived() if held is not None and gives is Gives.DERIVED else held

    def _of_name(self, name: str) -> Held | None:
        if name in self._paths:
            return None
        if name in self._variables:
            return self._variables[name]
        return Held(name) if self.sources.is_secret(name) else None

    def _of_substitution(self, part: WordPart) -> Held | None:
        """What the commands inside print; `$(< file)` is the file."""
        read = _FILE_CALL.fullmatch(part.text)
        if read is not None:
            return self.files.get(read[1].strip("'\""))
        return _worst(
            [
                held
                for command in self._commands
                if part.start < command.start < part.end and _is_printed_in(command, part)
                for held in [self.output_of(command, self.piped_into(command))]
                if held is not None
            ]
        )


def _worst(held: list[Held]) -> Held | None:
    """Of the secrets in one text a derived one, which nothing masks."""
    return next((one for one in held if one.form is Form.DERIVED), held[0] if held else None)


def may_write(command: Command) -> bool:
    """Whether a command can write into a file at all, as most do not."""
    return bool(command.redirections) or command.name in _WRITING


def written_words(command: Command) -> list[Word]:
    """The words that name the files which a command writes its output into."""
    words = [one.target for one in command.redirections
             if one.writes and one.target is not None and one.descriptor in ("", "1")]  # fmt: skip
    if command.name == "tee":
        words += [word for word in command.words[1:] if not (word.literal or "").startswith("-")]
    return words


def _is_harmless(assignment: Assignment) -> bool:
    """Whether a variable is set to what the script itself says: a literal, a number, a name from `mktemp`."""
    value = assignment.value
    parts = value.parts if value is not None else ()
    return all(
        [
            part.kind is PartKind.LITERAL
            or (part.kind is PartKind.SUBSTITUTION and re.match(r"\$\(\(|(?:\$\(|`)\s*mktemp\b", part.text) is not None)
            for part in parts
        ]
    )


def _hides(command: Command) -> bool:
    """Whether `sed` puts one text in place of every character."""
    return command.name in ("sed", "gsed") and any(
        [_HIDES_ALL.fullmatch(word.literal or "") is not None for word in command.words[1:]]
    )


def file_of(word: Word) -> str | None:
    """A file as it is written, variables included, so that the same writing is the same file."""
    if not word.parts or any([part.kind is PartKind.SUBSTITUTION for part in word.parts]):
        return None
    text = "".join([f"${part.text}" if part.kind is PartKind.VARIABLE else part.text for part in word.parts])
    return text if text and text != "/dev/null" else None


def _literal(command: Command, index: int) -> str | None:
    return command.words[index].literal if len(command.words) > index else None


def _decodes(command: Command) -> bool:
    """Whether this is `openssl` taking something out of its encoding."""
    words = [word.literal for word in command.words]
    return words[:1] == ["openssl"] and (words[1:2] == ["base64"] or "-d" in words)


def _is_in_place(command: Command) -> bool:
    return any([(word.literal or "").startswith(("-i", "--in-place", "-pi")) for word in command.words[1:]])


def _is_stage(command: Command) -> bool:
    return bool(command.around) and command.around[-1].kind is EnclosureKind.PIPELINE


def _is_printed_in(command: Command, part: WordPart) -> bool:
    """Whether a substitution gives what a command prints: it stands in no inner one, and is the last of a pipeline."""
    inner = [one for one in command.around if one.start >= part.start and one.end <= part.end]
    if [one.kind for one in inner].count(EnclosureKind.SUBSTITUTION) != 1 or not is_shown(command.redirections):
        return False
    return all([one.last and is_shown(one.redirections) for one in inner])
