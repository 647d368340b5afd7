"""What became of a file, or of the files of an orb, by fixes."""

from __future__ import annotations

import msgspec

from orbgen.lint.findings import Finding
from orbgen.lint.mending.fixes import Fix
from orbgen.lint.result import FileResult


class Refused(msgspec.Struct, frozen=True):
    """A finding that could not be mended, and why."""

    finding: Finding
    reason: str


class Rewritten(msgspec.Struct, frozen=True):
    """The bytes of one file before and after its fixes."""

    path: str
    before: bytes
    after: bytes


class Mended(msgspec.Struct, frozen=True):
    """A file, or an orb of several, before and after its fixes: bytes, results, what was made and what could not be.

    `unsafe` is how many findings are left that only unsafe fixes would mend.
    """

    files: tuple[Rewritten, ...]
    first: FileResult
    last: FileResult
    made: tuple[tuple[Finding, Fix], ...] = ()
    refused: tuple[Refused, ...] = ()
    unsafe: int = 0

    @property
    def before(self) -> bytes:
        """The bytes of the only file, or the first, as it was."""
        return self.files[0].before

    @property
    def after(self) -> bytes:
        """The bytes of the only file, or the first, as it is now."""
        return self.files[0].after

    @property
    def changed(self) -> tuple[Rewritten, ...]:
        """The files that are not as they were."""
        return tuple([file for file in self.files if file.before != file.after])
