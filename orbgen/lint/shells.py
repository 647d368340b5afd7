"""Which shell runs a step, and its script as that shell is given it."""

from __future__ import annotations

from orbgen.circleci.pipeline import JobRun, Step
from orbgen.circleci.text import is_known, parts_of
from orbgen.source.nodes import Content, Scalar, Sequence

_POSIX = frozenset(("sh", "bash", "dash", "zsh", "ksh", "ash"))


def shell_of(run: JobRun, step: Step) -> Content | None:
    """The `shell` of a step, else that of its job; None where CircleCI's own default runs it."""
    own = step.argument("shell")
    return own if own is not None else (run.body or {}).get("shell")


def is_posix(shell: Content | None) -> bool:
    """Whether a shell reads its scripts as bash does. One that is not known is taken not to."""
    first = shell.elements[0] if type(shell) is Sequence and shell.items else shell
    if first is None:
        return True
    if not isinstance(first, Scalar) or not is_known(first):
        return False
    words = [word.rpartition("/")[2].removesuffix(".exe") for word in first.text.split()]
    if words[:1] == ["env"]:
        words = [word for word in words[1:] if not word.startswith("-")]
    return bool(words) and words[0] in _POSIX


def code_of(text: Scalar) -> str:
    """A script with each part that only CircleCI can fill in as a word of the same length, so that offsets stay."""
    return "".join([part.text if part.unknown is None else "x" * len(part.text) for part in parts_of(text)])
