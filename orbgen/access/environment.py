"""The environment of a job run's programs: what the job, its image, the step and earlier steps set (rules.md 2.6)."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from functools import lru_cache

import msgspec

from orbgen.access.written_texts import PLACEHOLDER, WrittenText
from orbgen.circleci.jobs import environment_of, image_environment_of
from orbgen.circleci.pipeline import JobRun
from orbgen.circleci.text import is_known, parts_of
from orbgen.shell.branches import has_run
from orbgen.shell.script import Script, read_script
from orbgen.shell.words import Command, Word
from orbgen.shell.wrappers import Unwrapped
from orbgen.source.nodes import Content, Scalar
from orbgen.source.span import Span


class Variable(msgspec.Struct, frozen=True):
    """A variable: its value, None where that is not known, and where it is set.

    Programs see it if it is `exported`. It is not `certain` where it may be that it is not set at all.
    """

    value: str | None
    span: Span
    exported: bool = True
    certain: bool = True


class _Change(msgspec.Struct, frozen=True):
    """What a script does to a variable: `value` is None where it is only named, as by `export NAME`."""

    name: str
    start: int
    end: int
    value: Word | None = None
    exported: bool = False
    unset: bool = False
    branches: tuple[tuple[int, int], ...] = ()


def variables_of(run: JobRun) -> dict[str, Variable]:
    """The variables that a job run's first image and its own `environment` set."""
    return variables_in({**image_environment_of(run), **environment_of(run)})


def variables_in(environment: Mapping[str, Content]) -> dict[str, Variable]:
    """The variables of an `environment`; what CircleCI or a shell fills in is not known."""
    return {
        name: Variable(
            node.text if isinstance(node, Scalar) and is_known(node) and "$" not in node.text else None, _written(node)
        )
        for name, node in environment.items()
    }


def _written(node: Content) -> Span:
    """Where a value is written: where a parameter is given, if it is nothing else."""
    parts = parts_of(node) if isinstance(node, Scalar) else ()
    return parts[0].written if len(parts) == 1 and parts[0].via and parts[0].known else node.span


def seen_by(
    names: Container[str],
    command: Command,
    found: Unwrapped | None,
    script: Script,
    before: Mapping[str, Variable],
    values: Mapping[str, str],
    place: Callable[[int, int], Span],
) -> dict[str, Variable]:
    """What the program that a command starts finds in its environment, of the variables with some names.

    `before` are the variables that are there when the script begins, `values` those whose value is known, and `place`
    says where characters of the script stand.
    """
    environment = {name: variable for name, variable in before.items() if name in names}
    exports_all = _exporting_all(script)
    for change in _changes(script):
        if change.end > command.start:
            break
        if change.name not in names:
            continue
        there = environment.get(change.name)
        certain = has_run(change.branches, command.start)
        if change.unset:
            environment.pop(change.name, None)
            if there is not None and not certain:
                environment[change.name] = msgspec.structs.replace(there, certain=False)
            continue
        exported = change.exported or exports_all <= change.start or (there is not None and there.exported)
        if change.value is None and there is not None:
            environment[change.name] = msgspec.structs.replace(there, exported=exported)
            continue
        value = values.get(change.name) if certain else None
        certain = certain or (there is not None and there.certain)
        environment[change.name] = Variable(value, place(change.start, change.end), exported, certain)
    if found is not None:
        environment = {} if found.cleared else environment
        for name in found.unset:
            environment.pop(name, None)
        prefix = place(command.start if command.assignments == () else command.assignments[0].start, found.start)
        own = found.environment.items()
        environment.update({name: Variable(value, prefix) for name, value in own if name in names})
    return {name: variable for name, variable in environment.items() if variable.exported}


def exports_in(text: WrittenText, known: Mapping[str, str]) -> dict[str, Variable | None]:
    """What a text that goes into `$BASH_ENV` sets for later steps; None for what it unsets."""
    script = read_script(text.text)
    found: dict[str, Variable | None] = {}
    for change in _changes(script):
        if change.unset:
            found[change.name] = None
            continue
        value = change.value.expand(known) if change.value is not None else known.get(change.name)
        if value is not None and (PLACEHOLDER in value or change.name in found):
            value = None
        stretch = text.stretch(change.start, change.end)
        span = stretch[0].place(stretch[1], stretch[2]) if stretch is not None else text.pieces[0].span
        found[change.name] = Variable(value, span, change.exported)
    return found


@lru_cache(maxsize=8)
def _changes(script: Script) -> list[_Change]:
    """What a script does to variables, in the order of the text."""
    found = [
        _Change(one.name, one.start, one.end, one.value, one.exported, branches=one.branches)
        for one in script.assignments
    ]
    for command in script.commands:
        if command.name == "unset":
            found += [_Change(word.literal, word.start, word.end, unset=True, branches=command.branches)
                      for word in command.words[1:] if word.literal and not word.literal.startswith("-")]  # fmt: skip
    found.sort(key=lambda one: one.end)
    return found


@lru_cache(maxsize=8)
def _exporting_all(script: Script) -> int:
    """From which character on `set -a` exports what is assigned; behind the end where it does not."""
    for command in script.commands:
        if command.name == "set" and [word.literal for word in command.words[1:]] in (["-a"], ["-o", "allexport"]):
            return command.end
    return len(script.text) + 1
