"""Write events: files with credentials that a job run leaves in a folder, until it removes them (rules.md 2.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from orbgen.access.paths import cover
from orbgen.shell.script import read_script
from orbgen.shell.wrappers import unwrap
from orbgen.source.span import Span

if TYPE_CHECKING:
    from orbgen.access.following import RunCommand


class Written(msgspec.Struct, frozen=True):
    """Files with credentials in a folder, from a step of the run on; `span` is what wrote them, `by` its name.

    The folder is their `own` where nothing else lies in it. `removed` is the step that removes them. A `doubtful` event
    is one of which it is not known that a credential is written, and a `token` is CircleCI's own OIDC token.
    """

    folder: str
    names: tuple[str, ...]
    step: int
    span: Span
    removed: int | None = None
    by: str = "tbot"
    own: bool = True
    doubtful: bool = False
    token: bool = False

    def without(self, removed: tuple[str, ...], step: int) -> Written:
        """The event once the paths are removed in a step."""
        if self.removed is not None:
            return self
        left = tuple([
            name for name in self.names
            if not any([cover(path, self.folder, (name,), wildcards=True) for path in removed])
        ])  # fmt: skip
        if len(left) == len(self.names):
            return self
        return msgspec.structs.replace(self, removed=step) if not left else msgspec.structs.replace(self, names=left)

    def ended(self, step: int) -> Written:
        """The event once all its files are removed in a step."""
        return self if self.removed is not None else msgspec.structs.replace(self, removed=step)

    def there(self, step: int) -> bool:
        """Whether the files are there when a later step runs."""
        return self.step < step and not (self.removed is not None and self.removed < step)


class Removals:
    """What the commands of a job run remove, in order; what a trap removes is gone when its step is over.

    `paths` are the removed paths, each with the step.
    """

    def __init__(self) -> None:
        self.paths: list[tuple[int, str]] = []
        self._at_exit: list[tuple[int, tuple[str, ...]]] = []

    def apply(self, at: RunCommand, events: list[Written]) -> None:
        """End what a command removes."""
        found = at.found
        if found is None:
            return
        if found.name == "trap" and found.arguments:
            self._at_exit.append((at.step, _removed_at_exit(at, found.arguments[0].literal or "")))
        elif found.name in _REMOVERS:
            paths = tuple([path for path in map(at.path_of, found.arguments) if path is not None])
            self.paths += [(at.step, path) for path in paths]
            _end(events, paths, at.step)

    def finish(self, events: list[Written]) -> None:
        """End what traps remove."""
        for step, paths in self._at_exit:
            self.paths += [(step, path) for path in paths]
            _end(events, paths, step)


_REMOVERS = ("rm", "shred", "srm", "wipe")


def _end(events: list[Written], removed: tuple[str, ...], step: int) -> None:
    for position, event in enumerate(events if removed else ()):
        if event.step <= step:
            events[position] = event.without(removed, step)


def _removed_at_exit(at: RunCommand, code: str) -> tuple[str, ...]:
    paths = []
    for command in read_script(code).commands if "rm" in code or "shred" in code else ():
        found = unwrap(command, at.variables)
        if found is not None and found.name in _REMOVERS:
            paths += [at.path(word.expand(at.variables)) for word in found.arguments]
    return tuple([path for path in paths if path is not None])
