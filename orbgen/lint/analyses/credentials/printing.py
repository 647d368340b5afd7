"""Secrets that a script prints into the log: plainly, through a filter, or by `set -x` (rules.md 3.2)."""

from __future__ import annotations

import enum
from collections.abc import Iterator

import msgspec

from orbgen.lint.analyses.credentials.secret_flow import Form, Held, SecretFlow, Use
from orbgen.lint.analyses.injection.reparsers import SHELLS
from orbgen.lint.context import StepScript
from orbgen.lint.shells import shell_of
from orbgen.shell.outputs import way_to_log
from orbgen.shell.script import Script, read_script
from orbgen.shell.words import Command, EnclosureKind
from orbgen.source.problems import Note
from orbgen.source.span import Span

_SHELLS_OF_THEIR_OWN = (
    EnclosureKind.SUBSHELL,
    EnclosureKind.SUBSTITUTION,
    EnclosureKind.PIPELINE,
    EnclosureKind.FUNCTION,
)


class PrintKind(enum.Enum):
    """How a secret gets into the log."""

    PLAIN = "plain"
    DERIVED = "derived"
    XTRACE = "xtrace"


class Printed(msgspec.Struct, frozen=True):
    """A secret in the log: characters `start` to `end` of the script are where it is put in, or what prints it.

    `trace` is where tracing is switched on; for a shell that begins with it, the start of the script.
    """

    kind: PrintKind
    held: Held
    start: int
    end: int
    trace: tuple[int, int] = (0, 0)


class _Trace(msgspec.Struct, frozen=True):
    """A stretch of a script that runs with `set -x`, and where that stands."""

    place: tuple[int, int]
    start: int
    end: int


def printed_secrets(script: Script, flow: SecretFlow, *, traced: bool = False) -> Iterator[Printed]:
    """What a script prints of the secrets that a flow follows, each trace once; its shell may have it `traced`."""
    traces = list(_traces(script, traced=traced))
    shown: set[_Trace] = set()
    for event in flow.follow(script):
        node = event.node
        if isinstance(node, Command):
            for use in flow.prints(node):
                held = _in_log(script, flow, node, use.held)
                if held is not None:
                    kind = PrintKind.DERIVED if held.form is Form.DERIVED else PrintKind.PLAIN
                    yield Printed(kind, held, use.start, use.end)
            yield from _traced_shell(node, flow)
        uses = [use for use in event.uses if use.traced]
        for trace in traces if uses else ():
            if trace.start <= node.start < trace.end and trace not in shown:
                shown.add(trace)
                yield Printed(PrintKind.XTRACE, uses[0].held, uses[0].start, uses[0].end, trace.place)


def place_of(printed: Printed, script: StepScript) -> tuple[Span, tuple[Note, ...]]:
    """The place that the author would change, and of a trace the place at which it shows the secret."""
    place = script.place(printed.start, printed.end)
    if printed.kind is not PrintKind.XTRACE:
        return place, ()
    shell = shell_of(script.at.run, script.at.step)
    from_shell = printed.trace == (0, 0) and shell is not None
    trace = shell.span if from_shell and shell is not None else script.place(*printed.trace)
    return trace, (Note(place, f"`{printed.held.origin}` is put in here"),)


def _in_log(script: Script, flow: SecretFlow, command: Command, held: Held) -> Held | None:
    """What of a secret that a command prints is left when it reaches the log."""
    way = way_to_log(script, command)
    if way is None:
        return None
    found: Held | None = held
    for passed in way:
        found = flow.through(passed, found)
    return found


# Tracing


def _traces(script: Script, *, traced: bool) -> Iterator[_Trace]:
    switches = [(command, on) for command in script.commands for on in [_switches_tracing(command)] if on is not None]
    if traced:
        off = [command.start for command, on in switches if not on and _shell_of(command) is None]
        yield _Trace((0, 0), 0, min(off, default=len(script.text)))
    for command, on in switches:
        if on:
            shell = _shell_of(command)
            end = len(script.text) if shell is None else shell[1]
            off = [one.start for one, other in switches
                   if not other and one.start > command.start and _shell_of(one) == shell]  # fmt: skip
            yield _Trace((command.start, command.end), command.end, min([end, *off]))


def _shell_of(command: Command) -> tuple[int, int] | None:
    """The subshell or function that a command stands in; what it sets ends there."""
    for enclosure in reversed(command.around):
        if enclosure.kind in _SHELLS_OF_THEIR_OWN:
            return enclosure.start, enclosure.end
    return None


def _switches_tracing(command: Command) -> bool | None:
    """Whether `set` switches tracing on or off; None where it does neither."""
    if command.name != "set":
        return None
    found: bool | None = None
    words = [word.literal or "" for word in command.words[1:]]
    for index, word in enumerate(words):
        if word == "--":
            break
        if word[:1] in ("-", "+") and _is_xtrace(word, words[index + 1 : index + 2]):
            found = word[0] == "-"
    return found


def _is_xtrace(option: str, following: list[str]) -> bool:
    return "x" in option[1:] or (option.endswith("o") and following == ["xtrace"])


def starts_traced(words: list[str]) -> bool:
    """Whether a shell that is started by these words traces what it runs."""
    options = [word for word in words[1:] if word.startswith("-") and not word.startswith("--")]
    return any([_is_xtrace(word, words[words.index(word) + 1 :][:1]) for word in options])


def _traced_shell(command: Command, flow: SecretFlow) -> Iterator[Printed]:
    """`bash -x` with a script of its own in which a secret is put in."""
    if command.name not in SHELLS:
        return
    words = [word.literal or "" for word in command.words]
    options = [word for word in words[1:] if word.startswith("-")]
    if not starts_traced([words[0], *options]):
        return
    texts = [one.document.text for one in command.redirections if one.document is not None]
    if any(["c" in option[1:] and not option.startswith("--") for option in options]):
        texts += [word for word in words[1:] if word and not word.startswith("-")][:1]
    for text in texts:
        uses: list[Use] = flow.in_other_script(read_script(text))
        if uses:
            yield Printed(PrintKind.XTRACE, uses[0].held, command.start, command.end, (command.start, command.end))
            return
