"""Mending a file: making the fixes of its findings, each held by what it does to the compiled pipeline.

After each change the file is read, compiled and linted again. The change stays if the findings that it was for are
gone, none has come, and the pipeline differs in nothing but what the fixes say; else it is taken back. Changes that do
not touch are tried together, rule by rule, and where that fails, fewer at once, so that one bad fix keeps no other from
being made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from orbgen.lint.findings import Finding
from orbgen.lint.masking import masked
from orbgen.lint.mending.compiled import differences, leaves_of
from orbgen.lint.mending.fixes import Fix, Mender
from orbgen.lint.mending.mended import Mended, Refused, Rewritten
from orbgen.lint.run import Inspected, Linter, name_of
from orbgen.source.edits import Edit, apply
from orbgen.source.encoding import encode
from orbgen.source.problems import EditError, UnreadableError
from orbgen.source.reader import read_documents
from orbgen.source.span import Source

# A file in which so many attempts fail is not worth more of them.
_MOST_FAILURES = 60
# For a report, which is to be quick, it is worth fewer.
_MOST_FAILED_OFFERS = 20
# What a mended finding may leave behind: a comment that ignored others, a definition that was used there alone.
_MAY_COME = ("unused-ignore", "unused-definition")
_BROKEN = ("compile-error", "unknown-key", "duplicate-name")


class _Files(msgspec.Struct, frozen=True, eq=False):
    """What is mended: one file, or an orb that is a `tree` of files, of which `path` is the manifest."""

    path: str
    named: bool = False
    tree: bool = False

    def inspect(self, linter: Linter, files: dict[str, bytes]) -> Inspected | None:
        """What a linter finds in these bytes. Raises UnreadableError."""
        if self.tree:
            return linter.inspect_tree(self.path, files)
        return linter.inspect(files[name_of(self.path)], self.path, named=self.named)


class _Offer(msgspec.Struct, frozen=True, eq=False):
    """A fix for a finding, and from where to where it changes the text."""

    finding: Finding
    fix: Fix
    start: int
    end: int

    def touches(self, other: _Offer) -> bool:
        """Whether both change one place of one file."""
        same = self.finding.primary.source is other.finding.primary.source
        return same and self.start <= other.end and other.start <= self.end


class Fixer:
    """Makes the fixes of one linter's findings: safe ones only, unless `unsafe` ones are wanted too.

    `watching` sees what comes of them: a linter with all rules, whichever the user looks at.
    """

    def __init__(self, linter: Linter, *, unsafe: bool, watching: Linter | None = None) -> None:
        self.linter = linter
        self.watching = watching or linter.unselective()
        self.rules = {loaded.rule.name: loaded for loaded in linter.rules}
        self.unsafe = unsafe

    def mend(self, data: bytes, path: str, *, named: bool = False) -> Mended | None:
        """A file with its fixes made, until there is none left to make; None if it is a part of a configuration.

        Raises UnreadableError.
        """
        files = _Files(path, named)
        inspected = files.inspect(self.linter, {name_of(path): data})
        return None if inspected is None else _Mending(self, files, inspected).done()

    def mend_tree(self, path: str) -> Mended:
        """The files of the orb that a manifest is the head of, with their fixes made. Raises UnreadableError."""
        return _Mending(self, _Files(path, tree=True), self.linter.inspect_tree(path)).done()

    def offers(self, data: bytes, path: str, *, named: bool = False) -> list[tuple[Finding, Fix]]:
        """The fixes that could be made now, with their findings, of which none was made. Raises UnreadableError."""
        files = _Files(path, named)
        inspected = files.inspect(self.linter, {name_of(path): data})
        if inspected is None:
            return []
        mending = _Mending(self, files, inspected)
        return [(offer.finding, offer.fix) for offer in mending.lasting()]

    def shown(
        self, mended: Mended, path: str, *, named: bool = False, tree: bool = False
    ) -> list[tuple[str, str, str]]:
        """Name and text before and after of each file that was changed, with the secrets in it masked."""
        files = _Files(path, named, tree)
        before = self._masked(files, {file.path: file.before for file in mended.files})
        after = self._masked(files, {file.path: file.after for file in mended.files})
        return [(file.path, before[file.path], after[file.path]) for file in mended.changed]

    def _masked(self, files: _Files, data: dict[str, bytes]) -> dict[str, str]:
        inspected = files.inspect(self.watching, data)
        assert inspected is not None
        hidden = {span for finding in inspected.findings for span in finding.redact}
        sources = [part.source for part in inspected.context.parts]
        return {
            source.name: masked(source.text, 0, source, {span for span in hidden if span.source is source})
            for source in sources
        }


class _Mending:
    """One file, or one orb, while it is mended."""

    def __init__(self, fixer: Fixer, files: _Files, inspected: Inspected) -> None:
        self.fixer = fixer
        self.files = files
        sources = [part.source for part in inspected.context.parts]
        self.first = self.data = {source.name: encode(source, source.text) for source in sources}
        self.inspected = inspected
        self.result = fixer.linter.result(inspected)
        self.made: list[tuple[Finding, Fix]] = []
        self.refused: dict[str, Refused] = {}
        self.unsafe = 0
        self.failures = 0
        self.leaves = leaves_of(inspected.context)

    def done(self) -> Mended:
        """Make what can be made; what could not be is tried again once something else was made."""
        first = self.result
        made = -1
        while made < len(self.made) and self.failures < _MOST_FAILURES:
            made = len(self.made)
            self.refused.clear()
            self._pass()
        refused = tuple(self.refused.values())
        files = tuple([Rewritten(path, data, self.data[path]) for path, data in self.first.items()])
        return Mended(files, first, self.result, tuple(self.made), refused, self.unsafe)

    def lasting(self) -> Iterator[_Offer]:
        """The fixes that would stay if they were made; none is."""
        rest = self._offers()
        while rest:
            batch = self._apart([offer for offer in rest if offer.finding.name == rest[0].finding.name])
            yield from self._lasting(batch)
            chosen = {id(offer) for offer in batch}
            rest = [offer for offer in rest if id(offer) not in chosen]

    def _lasting(self, batch: list[_Offer]) -> Iterator[_Offer]:
        if self.failures >= _MOST_FAILED_OFFERS:
            return
        if self._try(batch, keep=False) is None:
            yield from batch
            return
        self.failures += 1
        if len(batch) > 1:
            yield from self._lasting(batch[: len(batch) // 2])
            yield from self._lasting(batch[len(batch) // 2 :])

    def _pass(self) -> None:
        """Make the fixes rule by rule: many at once as long as that goes well, else fewer."""
        size = len(self.result.findings) + 1
        while offers := self._offers():
            batch = self._apart([offer for offer in offers if offer.finding.name == offers[0].finding.name])[:size]
            reason = self._try(batch) if self.failures < _MOST_FAILURES else "too many other fixes of this file failed"
            if reason is None:
                size *= 2
                continue
            self.failures += 1
            if len(batch) == 1 or self.failures > _MOST_FAILURES:
                self._refuse([offer.finding for offer in batch], reason)
            else:
                size = len(batch) // 2

    def _refuse(self, findings: Iterable[Finding], reason: str) -> None:
        for finding in findings:
            self.refused[finding.fingerprint] = Refused(finding, reason)

    def _offers(self) -> list[_Offer]:
        """The fixes that are wanted and have not failed, in the order of their findings."""
        offers = []
        self.unsafe = 0
        menders: dict[int, Mender | None] = {}
        for finding in self.result.findings:
            fix_of = self.fixer.rules[finding.rule].fix
            if fix_of is None or finding.fingerprint in self.refused:
                continue
            source = finding.primary.source
            mender = menders[id(source)] if id(source) in menders else self._mender(source)
            menders[id(source)] = mender
            if mender is None:
                continue
            try:
                fix = fix_of(finding, mender)
            except EditError as error:
                self._refuse([finding], error.problem.message)
                continue
            if fix is None:
                continue
            if not fix.safe and not self.fixer.unsafe:
                self.unsafe += 1
                continue
            places = [edit.span for edit in fix.edits]
            offers.append(_Offer(finding, fix, min(p.start for p in places), max(p.end for p in places)))
        return offers

    def _mender(self, source: Source) -> Mender | None:
        """What changes a file; None for a file of others, or for a script, which is no document."""
        context = self.inspected.context
        part = next((part for part in context.parts if part.source is source), None)
        if part is None:
            return None
        if not self.files.tree:
            return Mender(context)
        # What is included stands in its place in the orb, but not in the file.
        return Mender(context, next(iter(read_documents(source)), part))

    def _apart(self, offers: list[_Offer]) -> list[_Offer]:
        """The fixes that touch none before them; the others wait until those are made."""
        chosen: list[_Offer] = []
        for offer in offers:
            if not any([offer.touches(other) for other in chosen]):
                chosen.append(offer)
        return chosen

    def _try(self, batch: list[_Offer], *, keep: bool = True) -> str | None:
        """Make some fixes at once; why they were taken back, None if they were not, or would not have been."""
        fixer = self.fixer
        edits = [edit for offer in batch for edit in offer.fix.edits]
        try:
            data = {**self.data, **_applied(edits)}
            after = self.files.inspect(fixer.linter, data)
        except EditError as error:
            return error.problem.message
        except UnreadableError as error:
            return f"the file could not be read any more: {error.problem.message}"
        if after is None:
            return "the file would be no such file any more"
        compiled = leaves_of(after.context)
        reason = self._objection(batch, after, compiled, data)
        if reason is None and keep:
            self.leaves = compiled
            self.data, self.inspected, self.result = data, after, fixer.linter.result(after)
            self.made += [(offer.finding, offer.fix) for offer in batch]
        return reason

    def _objection(
        self, batch: list[_Offer], after: Inspected, compiled: dict[str, object], data: dict[str, bytes]
    ) -> str | None:
        """What speaks against a change: findings that stay or come, a pipeline that differs in more than was said."""
        fixed = Counter([offer.finding.name for offer in batch])
        names = Counter([finding.name for finding in self.inspected.findings])
        now = Counter([finding.name for finding in after.findings])
        for name, number in fixed.items():
            if now[name] > names[name] - number:
                return f"it would not mend {name}"
        unlike = self._unlike([offer.fix for offer in batch], compiled)
        if unlike is not None:
            return f"it would change `{unlike}` of the compiled pipeline too"
        before, seen = self.inspected, after
        if self.fixer.watching is not self.fixer.linter:
            watched = [self.files.inspect(self.fixer.watching, one) for one in (self.data, data)]
            assert watched[0] is not None and watched[1] is not None
            before, seen = watched[0], watched[1]
        came = Counter([f.name for f in seen.findings]) - Counter([f.name for f in before.findings])
        # What compiles now was not looked at before.
        completes = all([offer.fix.completes for offer in batch])
        new = [name for name in came if name.startswith(_BROKEN) or not (completes or name.startswith(_MAY_COME))]
        return f"it would bring {new[0]}" if new else None

    def _unlike(self, fixes: list[Fix], now: dict[str, object]) -> str | None:
        """Where the pipeline differs although no fix said so."""
        may_change = [f"{path}/" for fix in fixes for path in fix.changes]
        completes = any([fix.completes for fix in fixes])
        for path in differences(self.leaves, now):
            if not (completes and path not in self.leaves) and not f"{path}/".startswith(tuple(may_change)):
                return path
        return None


def _applied(edits: list[Edit]) -> dict[str, bytes]:
    """The bytes of each file that some edits are for, with them made. Raises EditError."""
    sources = {id(edit.span.source): edit.span.source for edit in edits}
    return {
        source.name: apply(source, [edit for edit in edits if edit.span.source is source])
        for source in sources.values()
    }
