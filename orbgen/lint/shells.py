"""Which shell runs a step."""

from __future__ import annotations

from orbgen.circleci.pipeline import JobRun, Step
from orbgen.circleci.text import is_known
from orbgen.source.nodes import Content, Scalar, Sequence

_POSIX = frozenset(("sh", "bash", "dash", "zsh", "ksh", "ash"))
_POWERSHELL = frozenset(("pwsh", "powershell"))


def shell_of(run: JobRun, step: Step) -> Content | None:
    """The `shell` of a step, else that of its job; None where CircleCI's own default runs it."""
    own = step.argument("shell")
    return own if own is not None else (run.body or {}).get("shell")


def is_posix(shell: Content | None) -> bool:
    """Whether a shell reads its scripts as bash does. One that is not known is taken not to."""
    return shell is None or program_of(shell) in _POSIX


def is_powershell(shell: Content | None) -> bool:
    """Whether a shell is known to be PowerShell."""
    return shell is not None and program_of(shell) in _POWERSHELL


def program_of(shell: Content) -> str | None:
    """The name of a shell's program, where it is known."""
    first = shell.elements[0] if type(shell) is Sequence and shell.items else shell
    if not isinstance(first, Scalar) or not is_known(first):
        return None
    words = [word.rpartition("/")[2].removesuffix(".exe") for word in first.text.split()]
    if words[:1] == ["env"]:
        words = [word for word in words[1:] if not word.startswith("-")]
    return words[0] if words else None


def shell_words(run: JobRun, step: Step) -> list[str]:
    """The words that start a step's shell; none where it is CircleCI's own default, or not known."""
    shell = shell_of(run, step)
    items = shell.elements if type(shell) is Sequence else [shell]
    return [word for item in items if isinstance(item, Scalar) and is_known(item) for word in item.text.split()]
