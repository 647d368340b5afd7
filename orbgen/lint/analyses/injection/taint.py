"""Taint: the shell variables of a job run that hold text which somebody outside chose (rules.md 2.2, 2.3).

A script is followed in the order of its text. What is not known to be tainted is taken for clean: no guess.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from functools import lru_cache

import msgspec

from orbgen.circleci.jobs import environment_of
from orbgen.circleci.pipeline import JobRun
from orbgen.circleci.pipeline_values import PIPELINE_VALUES, Level, TextClass, trust_of
from orbgen.circleci.text import parts_of
from orbgen.lint.analyses.injection.cleaners import cleans, is_clean_expansion, quotes_for_the_shell
from orbgen.lint.analyses.injection.git_texts import git_text
from orbgen.lint.context import Context, StepScript
from orbgen.shell.expansions import variables_in
from orbgen.shell.guards import Guard
from orbgen.shell.words import Assignment, Command, PartKind, Word, WordPart, written_files
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.nodes import Content, Scalar
from orbgen.source.nodes import Mapping as Map
from orbgen.source.span import Span

_RANKS = {Level.NONE: 0, Level.CALLER: 1, Level.PUSHER: 2, Level.OUTSIDER: 3}
# Commands whose output is their input, or their words, more or less.
_PASSING = frozenset(
    (
        "cat",
        "tr",
        "sed",
        "cut",
        "head",
        "tail",
        "awk",
        "grep",
        "sort",
        "uniq",
        "tee",
        "xargs",
        "jq",
        "rev",
        "tac",
        "fold",
    )
)
_PRINTING = frozenset(("echo", "printf", "basename", "dirname", "realpath"))
_BASH_ENV = lazy_pattern(r"(?:^|\n)\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=")


class Taint(msgspec.Struct, frozen=True):
    """Text from outside: its source, who chooses it, what it can be, and where it enters the configuration."""

    source: str
    level: Level
    text: TextClass
    span: Span | None = None


class Use(msgspec.Struct, frozen=True):
    """One place in a command at which a tainted text is put in. `word` is None in a here-document."""

    command: Command
    word: Word | None
    part: WordPart
    taint: Taint


class TaintedScript(msgspec.Struct, frozen=True):
    """The script of a step, with the uses of tainted text in its commands and what it hands on by `$BASH_ENV`."""

    script: StepScript
    uses: tuple[Use, ...]
    exported: dict[str, Taint]


def worse(first: Taint | None, second: Taint | None) -> Taint | None:
    """The taint of two of which both flow into one text."""
    if first is None or second is None:
        return first or second
    return second if _RANKS[second.level] > _RANKS[first.level] else first


def tainted_scripts(run: JobRun, context: Context) -> list[TaintedScript]:
    """The scripts of a job run, followed one after another; none where nothing from outside can be in them."""
    return context.once(run, _followed)


def _followed(run: JobRun, context: Context) -> list[TaintedScript]:
    if not _may_be_tainted(run, context):
        return []
    scripts = _in_order(run, context, frozenset())
    if not any([one.uses or one.exported for one in scripts]):
        return scripts  # What the gate bounds could only make it less.
    bounded = context.bounded(run)
    return _in_order(run, context, bounded) if bounded else scripts


def _in_order(run: JobRun, context: Context, bounded: frozenset[str]) -> list[TaintedScript]:
    scripts = []
    inherited = {**twins(bounded), **_from_environment(environment_of(run), bounded)}
    for script in context.scripts(run):
        own = script.at.step.argument("environment")
        fields = {name: field.value for name, field in own.fields.items()} if type(own) is Map else {}
        tainted = {**inherited, **_from_environment(fields, bounded)}
        text = script.script.text
        if not _may_take_in(text) and not any([name in text for name in tainted]):
            scripts.append(TaintedScript(script, (), {}))
            continue
        found = _Following(script, tainted, bounded).follow()
        inherited.update(found.exported)
        scripts.append(found)
    return scripts


def _may_be_tainted(run: JobRun, context: Context) -> bool:
    """Whether text from outside can be in a script at all: cheap, and for most job runs the answer is no."""
    nothing: frozenset[str] = frozenset()
    if _from_environment(environment_of(run), nothing):
        return True
    for script in context.scripts(run):
        if _may_take_in(script.script.text):
            return True
        if script.at.step.substituted and script.at.step.argument("environment") is not None:
            return True
    return False


def _prints_from_git(text: str) -> bool:
    """Whether a script may put what git prints into a word, or into another command."""
    return "git " in text and any([sign in text for sign in ("$(", "`", "<(", "|")])


@lru_cache(maxsize=1024)
def _may_take_in(text: str) -> bool:
    """Whether a script can put in one of CircleCI's own variables, or what git prints."""
    return _prints_from_git(text) or any([name in text for name in twins(frozenset())])


@lru_cache(maxsize=64)
def twins(bounded: frozenset[str]) -> Mapping[str, Taint]:
    """The variables of CircleCI's own that hold text from outside."""
    return {
        twin: Taint(name, value.level, value.text)
        for name, value in PIPELINE_VALUES.items()
        if value.level is not Level.NONE and name not in bounded and value.text not in (TextClass.ID, TextClass.WORD)
        for twin in value.twins
        if twin.isidentifier()
    }


def _from_environment(variables: Mapping[str, Content], bounded: frozenset[str]) -> dict[str, Taint]:
    """What an `environment` map sets from a pipeline value or parameter."""
    found = {}
    for name, node in variables.items():
        taint = _of_scalar(node, bounded) if isinstance(node, Scalar) else None
        if taint is not None:
            found[name] = taint
    return found


def _of_scalar(scalar: Scalar, bounded: frozenset[str]) -> Taint | None:
    taint: Taint | None = None
    for part in parts_of(scalar):
        for source in part.unknown.sources if part.unknown is not None else ():
            trust = trust_of(source)
            if trust.level is not Level.NONE and source not in bounded and trust.text is not TextClass.ID:
                taint = worse(taint, Taint(source, trust.level, trust.text, part.written))
    return taint


class _Following:
    """One script with the variables that are tainted so far."""

    def __init__(self, script: StepScript, tainted: dict[str, Taint], bounded: frozenset[str]) -> None:
        self.script = script
        self.tainted = tainted
        self.bounded = bounded
        self.exported: dict[str, Taint] = {}
        self.uses: list[Use] = []
        self.guards: tuple[Guard, ...] = ()
        self.commands: tuple[Command, ...] = ()
        self.starts: list[int] = []

    def follow(self) -> TaintedScript:
        """Go through the script."""
        if self.script.script.parsed:
            self.commands = tuple(sorted(self.script.script.commands, key=_start))
            self.starts = [command.start for command in self.commands]
            self.guards = self.script.script.guards
            events: list[Assignment | Command] = [*self.script.script.assignments, *self.commands]
            for event in sorted(events, key=_start):
                if isinstance(event, Assignment):
                    self._assign(event)
                else:
                    self._command(event)
        return TaintedScript(self.script, tuple(self.uses), self.exported)

    def _assign(self, assignment: Assignment) -> None:
        if assignment.value is None:
            return
        taint = self.of_word(assignment.value)
        if taint is not None:
            self.tainted[assignment.name] = taint
        elif not assignment.loop:
            self.tainted.pop(assignment.name, None)

    def _command(self, command: Command) -> None:
        for word in command.words:
            self._use(command, word)
        for redirection in command.redirections:
            if redirection.target is not None and redirection.operator == "<<<":
                self._use(command, redirection.target)
            document = redirection.document
            if document is not None and not document.quoted:
                for part in variables_in(document.text, document.start):
                    taint = self._of_variable(part)
                    if taint is not None:
                        self.uses.append(Use(command, None, part, taint))
        if command.name == "read":
            self._read(command)
        self._export(command)

    def _use(self, command: Command, word: Word) -> None:
        for part in word.parts:
            taint = self._of_part(part)
            if taint is not None:
                self.uses.append(Use(command, word, part, taint))

    def _read(self, command: Command) -> None:
        """`read NAME` takes what is piped or given to it."""
        taint: Taint | None = None
        for redirection in command.redirections:
            if redirection.operator == "<<<" and redirection.target is not None:
                taint = worse(taint, self.of_word(redirection.target))
        if command.pipeline >= 0:
            before = [one for one in self.commands if one.pipeline == command.pipeline and one.start < command.start]
            taint = worse(taint, self._of_pipeline(before))
        for word in command.words[1:]:
            name = word.literal
            if taint is not None and name is not None and name.isidentifier():
                self.tainted[name] = taint

    def _export(self, command: Command) -> None:
        """A line for `$BASH_ENV` gives later steps the variable, with whatever is in it."""
        if "BASH_ENV" not in self.script.script.text:
            return
        behind = [one for one in self.commands if one.pipeline == command.pipeline >= 0 and one.start > command.start]
        targets = [word for one in (command, *behind) for word in written_files(one)]
        if not any([part.text == "BASH_ENV" for target in targets for part in target.parts]):
            return
        documents = [one.document.text for one in command.redirections if one.document is not None]
        texts = [*documents, *["".join([part.text for part in word.parts]) for word in command.words[1:]]]
        names = [match for text in texts for match in _BASH_ENV.findall(text)]
        taint: Taint | None = None
        for use in self.uses:
            if use.command is command:
                taint = worse(taint, use.taint)
        for name in names:
            if taint is not None:
                self.exported[name] = taint

    # What text is

    def of_word(self, word: Word) -> Taint | None:
        """The taint of a word."""
        taint: Taint | None = None
        for part in word.parts:
            taint = worse(taint, self._of_part(part))
        return taint

    def _of_part(self, part: WordPart) -> Taint | None:
        if part.kind is PartKind.VARIABLE:
            return self._of_variable(part)
        if part.kind is PartKind.SUBSTITUTION and part.text.startswith(("$(", "`", "<(")) and part.text[:3] != "$((":
            return self._of_substitution(part)
        return None

    def _of_variable(self, part: WordPart) -> Taint | None:
        taint = self.tainted.get(part.text)
        if taint is None or self._is_guarded(part):
            return None
        text = self.script.script.text[part.start : part.end]
        return None if is_clean_expansion(text) else taint

    def _is_guarded(self, part: WordPart) -> bool:
        return any([guard.name == part.text and guard.start <= part.start < guard.end for guard in self.guards])

    def _of_substitution(self, part: WordPart) -> Taint | None:
        """What the commands inside print."""
        inside = self.commands[bisect_right(self.starts, part.start) : bisect_left(self.starts, part.end)]
        taint: Taint | None = None
        piped: dict[int, list[Command]] = {}
        for command in inside:
            if command.pipeline < 0:
                taint = worse(taint, self._printed(command, None))
            else:
                piped.setdefault(command.pipeline, []).append(command)
        for commands in piped.values():
            taint = worse(taint, self._of_pipeline(commands))
        return taint

    def _of_pipeline(self, commands: list[Command]) -> Taint | None:
        taint: Taint | None = None
        for command in commands:
            taint = self._printed(command, taint)
        return taint

    def _printed(self, command: Command, given: Taint | None) -> Taint | None:
        """The taint of what a command prints when it is given some input."""
        name = command.name
        if name is None or cleans(command):
            return None
        if name == "git":
            text = git_text(command)
            return None if text is None or text.source in self.bounded else Taint(text.source, text.level, text.text)
        if name in _PRINTING and not quotes_for_the_shell(command):
            for word in command.words[1:]:
                given = worse(given, self.of_word(word))
            return given
        if name in _PASSING:
            for redirection in command.redirections:
                if redirection.operator == "<<<" and redirection.target is not None:
                    given = worse(given, self.of_word(redirection.target))
            return given
        return None


def _start(event: Assignment | Command) -> int:
    return event.start
