"""`orbgen lint --fix`: shows what the fixes change as a diff, or writes it, and says what became of each."""

from __future__ import annotations

import sys
from collections import Counter

from orbgen.cli.exits import UsageProblem
from orbgen.cli.notes import note
from orbgen.cli.problem_report import show_problems
from orbgen.cli.streams import write_exactly
from orbgen.cli.terminal import say, style_for
from orbgen.lint.mending.fixing import Fixer
from orbgen.lint.mending.mended import Mended, Refused
from orbgen.lint.reports.concise import report_file
from orbgen.lint.reports.frames import where
from orbgen.lint.reports.summary import counted
from orbgen.lint.result import FileResult
from orbgen.lint.run import Linter, name_of, unread
from orbgen.project.search import Found
from orbgen.source.files import read_bytes
from orbgen.source.problems import UnreadableError

_NAMED_REFUSALS = 10


def fixing_for(paths: tuple[str, ...], *, safe: bool, unsafe: bool, write: bool, color: bool | None) -> Fixing | None:
    """What mends the files; None where that is not asked for. Raises UsageProblem."""
    if safe or unsafe:
        return Fixing(unsafe=unsafe, write=write, piped="-" in paths, color=color)
    if write:
        raise UsageProblem("--write goes with --fix or --unsafe-fixes")
    return None


class Fixing:
    """Mends the files of one run: writes them where `write` says so, else prints the diff of each.

    What is `piped` in is written to standard output.
    """

    def __init__(self, *, unsafe: bool, write: bool, piped: bool, color: bool | None) -> None:
        self.unsafe = unsafe
        self.write = write
        self.piped = piped
        self.color = color
        self.made: Counter[str] = Counter()
        self.files = 0
        self.unsafe_left = 0
        self.refused: list[Refused] = []

    def lint(self, linter: Linter, found: Found) -> FileResult:
        """The result for a file or an orb: of what was written, or of the file as it is where nothing was.

        Raises UsageProblem where the file cannot be written.
        """
        path, named, tree = found.path, found.named, found.tree
        if found.teleport:
            # It may be none of Teleport's files, or a template of one, which nobody can mend.
            first = linter.lint(path, teleport=True)
            if first.skipped:
                return first
        fixer = Fixer(linter, unsafe=self.unsafe)
        try:
            data = b"" if tree else read_bytes(path)
            mended = fixer.mend_tree(path) if tree else fixer.mend(data, path, named=named)
        except UnreadableError as error:
            if not self.reports:
                show_problems([error.problem])
            return unread(name_of(path), error.problem)
        if mended is None:
            if self.write and path == "-":
                _give(data)
            return FileResult(name_of(path), skipped=True, foreign=found.likely)
        self._count(mended)
        if self.write:
            self._write(path, mended)
            if mended.made:
                # What other files make of this one has to be found anew.
                linter.repositories.clear()
            return mended.last
        self._show(fixer, mended, path, named=named, tree=tree)
        return mended.first

    def ordered(self, files: list[Found]) -> list[Found]:
        """The files in the order in which they are mended: those of Teleport's first, which configurations read."""
        from orbgen.project.teleport_kinds import looks_like_teleports

        return sorted(files, key=lambda file: not (file.teleport or looks_like_teleports(file.path)))

    @property
    def reports(self) -> bool:
        """Whether findings go to standard output, which otherwise holds the diff or the mended standard input."""
        return self.write and not self.piped

    @property
    def pending(self) -> bool:
        """Whether there is something that was not written."""
        return bool(self.made) and not self.write

    def close(self) -> None:
        """Say what was mended, what not and why, and what more there is to mend."""
        for one in self.refused[:_NAMED_REFUSALS]:
            say(f"{where(one.finding.primary)}: {one.finding.name} is not fixed: {one.reason}", "note")
        if len(self.refused) > _NAMED_REFUSALS:
            say(f"{len(self.refused) - _NAMED_REFUSALS} more were not fixed", "note")
        total = sum(self.made.values())
        parts = []
        if total:
            names = ", ".join([f"{number} {name}" for name, number in sorted(self.made.items(), key=_order)])
            verb = "fixed" if self.write else "would fix"
            parts.append(f"{verb} {counted(total, 'finding')} ({names}) in {counted(self.files, 'file')}")
        else:
            parts.append("nothing to fix")
        if self.unsafe_left:
            parts.append(f"{self.unsafe_left} more with --unsafe-fixes")
        if total and not self.write:
            parts.append("--write makes the changes")
        note("; ".join(parts))

    def _count(self, mended: Mended) -> None:
        self.made.update([finding.name for finding, _ in mended.made])
        self.files += len(mended.changed)
        self.unsafe_left += mended.unsafe
        self.refused += mended.refused

    def _write(self, path: str, mended: Mended) -> None:
        if path == "-":
            _give(mended.after)
            for line in report_file(mended.last, style_for(sys.stderr, self.color)):
                note(line)
            return
        from orbgen.project.atomic import write_atomically

        for file in mended.changed:
            if read_bytes(file.path) != file.before:
                raise UsageProblem(f"{file.path} has changed while it was mended, so it was left as it is now")
        for file in mended.changed:
            try:
                write_atomically(file.path, file.after)
            except OSError as error:
                raise UsageProblem(f"cannot write {file.path}: {error.strerror}") from None

    def _show(self, fixer: Fixer, mended: Mended, path: str, *, named: bool, tree: bool) -> None:
        show_problems(mended.first.problems)
        if mended.made:
            from orbgen.lint.reports.diff import diff_lines

            style = style_for(sys.stdout, self.color)
            for name, before, after in fixer.shown(mended, path, named=named, tree=tree):
                write_exactly("".join(diff_lines(name, before, after, style)))


def _give(data: bytes) -> None:
    write_exactly(data.decode("utf-8", "surrogateescape"))


def _order(item: tuple[str, int]) -> tuple[int, str]:
    """The most frequent first."""
    return -item[1], item[0]
