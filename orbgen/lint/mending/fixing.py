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
from orbgen.lint.result import FileResult
from orbgen.lint.run import Inspected, Linter
from orbgen.source.edits import apply
from orbgen.source.problems import EditError, UnreadableError

# A file in which so many attempts fail is not worth more of them.
_MOST_FAILURES = 60
# For a report, which is to be quick, it is worth fewer.
_MOST_FAILED_OFFERS = 20
# What a mended finding may leave behind: a comment that ignored others, a definition that was used there alone.
_MAY_COME = ("unused-ignore", "unused-definition")
_BROKEN = ("compile-error", "unknown-key", "duplicate-name")


class Refused(msgspec.Struct, frozen=True):
    """A finding that could not be mended, and why."""

    finding: Finding
    reason: str


class Mended(msgspec.Struct, frozen=True):
    """A file before and after its fixes: bytes, results, what was made and what could not be.

    `unsafe` is how many findings are left that only unsafe fixes would mend.
    """

    before: bytes
    after: bytes
    first: FileResult
    last: FileResult
    made: tuple[tuple[Finding, Fix], ...] = ()
    refused: tuple[Refused, ...] = ()
    unsafe: int = 0


class _Offer(msgspec.Struct, frozen=True, eq=False):
    """A fix for a finding, and from where to where it changes the text."""

    finding: Finding
    fix: Fix
    start: int
    end: int


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
        inspected = self.linter.inspect(data, path, named=named)
        return None if inspected is None else _Mending(self, data, path, inspected, named=named).done()

    def offers(self, data: bytes, path: str, *, named: bool = False) -> list[tuple[Finding, Fix]]:
        """The fixes that could be made now, with their findings, of which none was made. Raises UnreadableError."""
        inspected = self.linter.inspect(data, path, named=named)
        if inspected is None:
            return []
        mending = _Mending(self, data, path, inspected, named=named)
        return [(offer.finding, offer.fix) for offer in mending.lasting()]

    def shown(self, mended: Mended, path: str, *, named: bool = False) -> tuple[str, str]:
        """The text before and after, with the secrets in it masked."""
        return self._masked(mended.before, path, named=named), self._masked(mended.after, path, named=named)

    def _masked(self, data: bytes, path: str, *, named: bool) -> str:
        inspected = self.watching.inspect(data, path, named=named)
        assert inspected is not None
        source = inspected.context.document.source
        hidden = {span for finding in inspected.findings for span in finding.redact if span.source is source}
        return masked(source.text, 0, source, hidden)


class _Mending:
    """One file while it is mended."""

    def __init__(self, fixer: Fixer, data: bytes, path: str, inspected: Inspected, *, named: bool) -> None:
        self.fixer = fixer
        self.path = path
        self.named = named
        self.first = self.data = data
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
        return Mended(self.first, self.data, first, self.result, tuple(self.made), refused, self.unsafe)

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
        mender = Mender(self.inspected.context)
        for finding in self.result.findings:
            fix_of = self.fixer.rules[finding.rule].fix
            own = self.inspected.context.is_own(finding.primary)
            if fix_of is None or not own or finding.fingerprint in self.refused:
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

    def _apart(self, offers: list[_Offer]) -> list[_Offer]:
        """The fixes that touch none before them; the others wait until those are made."""
        chosen: list[_Offer] = []
        for offer in offers:
            if all([offer.end < other.start or other.end < offer.start for other in chosen]):
                chosen.append(offer)
        return chosen

    def _try(self, batch: list[_Offer], *, keep: bool = True) -> str | None:
        """Make some fixes at once; why they were taken back, None if they were not, or would not have been."""
        fixer, source = self.fixer, self.inspected.context.document.source
        try:
            data = apply(source, [edit for offer in batch for edit in offer.fix.edits])
            after = fixer.linter.inspect(data, self.path, named=self.named)
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

    def _objection(self, batch: list[_Offer], after: Inspected, compiled: dict[str, object], data: bytes) -> str | None:
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
            watched = [self.fixer.watching.inspect(one, self.path, named=self.named) for one in (self.data, data)]
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
