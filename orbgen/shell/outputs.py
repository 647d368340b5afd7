"""Where what a command prints goes: into the log, through which other commands, or somewhere else."""

from __future__ import annotations

from orbgen.shell.script import Script
from orbgen.shell.words import Command, Enclosure, EnclosureKind, Redirection

_TERMINALS = frozenset(("/dev/stdout", "/dev/stderr", "/dev/tty", "/dev/fd/1", "/dev/fd/2", "1", "2"))


def way_to_log(script: Script, command: Command) -> tuple[Command, ...] | None:
    """The commands that a command's output is piped through on its way to the log; None where it does not get there.

    What goes into a loop or a group, into a file or into a variable does not get there. What a function prints goes
    where the function's calls print to.
    """
    return _way(script, command, frozenset())


def is_shown(redirections: tuple[Redirection, ...]) -> bool:
    """Whether standard output still goes where it went before these redirections, or to the terminal."""
    shown = True
    for redirection in redirections:
        if redirection.target is None or redirection.operator not in (">", ">>", ">|", "&>", "&>>", ">&"):
            continue
        if redirection.descriptor not in ("", "1"):
            continue
        shown = (redirection.target.literal or "") in _TERMINALS
    return shown


def next_stage(script: Script, stage: Enclosure) -> Command | None:
    """The single command that reads what a stage of a pipeline writes; None where that is several, or a compound."""
    found = [
        command
        for command in script.commands
        if command.pipeline == stage.pipeline
        and any([one.pipeline == stage.pipeline and one.index == stage.index + 1 for one in command.around])
    ]
    return found[0] if len(found) == 1 and found[0].around[-1].kind is EnclosureKind.PIPELINE else None


def _way(script: Script, command: Command, functions: frozenset[str]) -> tuple[Command, ...] | None:
    if not is_shown(command.redirections) or _is_sent_away(script, command):
        return None
    passed: list[Command] = []
    for enclosure in reversed(command.around):
        if enclosure.kind is EnclosureKind.SUBSTITUTION or not is_shown(enclosure.redirections):
            return None
        stage = enclosure
        while stage.kind is EnclosureKind.PIPELINE and not stage.last:
            reader = next_stage(script, stage)
            if reader is None or not is_shown(reader.redirections):
                return None
            passed.append(reader)
            stage = reader.around[-1]
        if enclosure.kind is EnclosureKind.FUNCTION:
            rest = _way_of_function(script, enclosure.name, functions)
            return None if rest is None else (*passed, *rest)
    return tuple(passed)


def _way_of_function(script: Script, name: str, functions: frozenset[str]) -> tuple[Command, ...] | None:
    """The way of the first call of a function whose output is shown."""
    if name in functions:
        return None
    for command in script.commands:
        if command.name == name:
            way = _way(script, command, functions | {name})
            if way is not None:
                return way
    return None


def _is_sent_away(script: Script, command: Command) -> bool:
    """Whether an `exec > file` before it sends all output of the script into a file."""
    return any(
        [
            other.start < command.start and other.name == "exec" and len(other.words) == 1
            and not is_shown(other.redirections) and not _goes_on(other.redirections)
            for other in script.commands
        ]
    )  # fmt: skip


def _goes_on(redirections: tuple[Redirection, ...]) -> bool:
    """Whether output goes into a process substitution, such as `> >(tee file)`."""
    targets = [redirection.target for redirection in redirections if redirection.target is not None]
    return any([bool(target.parts) and target.parts[0].text.startswith(">(") for target in targets])
