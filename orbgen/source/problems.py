"""Why a document cannot be read, compiled or changed."""

from __future__ import annotations

import msgspec

from orbgen.source.span import Span


class Note(msgspec.Struct, frozen=True):
    """A further place with a few words on what it has to do with the matter."""

    span: Span
    text: str


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong with a document: a stable code, one sentence, the place, and what to do.

    `calls` leads from the author's outermost call to the place; `related` are other places that matter. A
    `dormant` problem stands where CircleCI does not look yet: in a workflow that is switched off, in a definition that
    nothing uses.
    """

    code: str
    message: str
    span: Span
    help: str | None = None
    calls: tuple[Note, ...] = ()
    related: tuple[Note, ...] = ()
    suggestion: str | None = None
    dormant: bool = False

    def __str__(self) -> str:
        return f"{self.span}: {self.message}"


class UnreadableError(Exception):
    """The bytes are no document that CircleCI could read; `problem` says why and where."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class EditError(Exception):
    """A change of a file that cannot be made, or not without changing more than is meant; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem
