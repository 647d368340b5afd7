"""Fixes as something to offer: what reports tell of them, to programs that make them when the user says so."""

from __future__ import annotations

from msgspec.structs import replace

from orbgen.lint.masking import masked
from orbgen.lint.mending.fixes import Fix
from orbgen.lint.mending.fixing import Fixer
from orbgen.lint.result import FileResult, Offer, Replacement
from orbgen.lint.run import Linter
from orbgen.source.edits import Edit
from orbgen.source.encoding import encode
from orbgen.source.span import Source, Span


def with_offers(linter: Linter, result: FileResult, path: str, *, named: bool = False) -> FileResult:
    """The result of a file with the fixes of its findings that would stay if they were made (`fixing`)."""
    fixable = {loaded.rule.name for loaded in linter.rules if _is_found(loaded.rule.name, result) and loaded.fix}
    # What lies in another file is mended there.
    own = [one for one in result.findings if one.rule in fixable and one.primary.source.name == result.name]
    if not own:
        return result
    source = own[0].primary.source
    secrets = {span.text for finding in result.findings for span in finding.redact}
    found = Fixer(linter, unsafe=True).offers(encode(source, source.text), path, named=named)
    offers = [
        Offer(finding.fingerprint, fix.title, fix.safe, tuple([_moved(edit, source) for edit in fix.edits]))
        for finding, fix in found
        if not _shows_secret(fix, secrets)
    ]
    return replace(result, offers=tuple(offers))


def _moved(edit: Edit, source: Source) -> Replacement:
    """An edit in the result's own source, which has the same text as the one that it was made for."""
    return Replacement(Span(source, edit.span.start, edit.span.end), edit.text)


def _is_found(rule: str, result: FileResult) -> bool:
    return any([finding.rule == rule for finding in result.findings])


def _shows_secret(fix: Fix, secrets: set[str]) -> bool:
    """Whether the new text holds a secret of the old one; then only `--fix` may make it."""
    for edit in fix.edits:
        if masked(edit.text, 0, edit.span.source, ()) != edit.text or any([secret in edit.text for secret in secrets]):
            return True
    return False
