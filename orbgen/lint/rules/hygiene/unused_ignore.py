"""Ignore comments that cover nothing, that name no rule, or that are none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.lint.file_context import FileContext
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.lint.ignores import Name
from orbgen.source.names import nearest

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="unused-ignore",
    sees=Sees.IGNORES,
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    since="0.1",
)


def check(unused: tuple[Name, ...], known: tuple[str, ...], context: FileContext) -> Iterator[Finding]:
    """Each name of an ignore that covered nothing in a run which could have found it, and each that is no rule's."""
    for name in unused:
        if name.rule in known:
            yield RULE.finding(
                f"the ignore of `{name.span.text}` covers nothing: there is no such finding here any more",
                name.span,
                kind="unused",
                label="not needed",
                help="take it out, so that it hides nothing new",
            )
        else:
            guess = nearest(name.rule, known)
            yield RULE.finding(
                f"there is no rule `{name.rule}`, so this ignores nothing",
                name.span,
                kind="unknown-rule",
                label="no rule of this name",
                help=f"did you mean `{guess}`?" if guess else "`orbgen rules` lists all rules",
            )
    for span in context.ignores.malformed:
        yield RULE.finding(
            "this comment is meant for orbgen, but cannot be read",
            span,
            kind="malformed",
            label="no ignore",
            help="write `# orbgen: ignore[RULE] reason`, or `# orbgen: ignore-file[RULE] reason` before the first key",
        )


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """The name is deleted, with its ignore if it is the last one, and with the comment if that holds nothing else."""
    from orbgen.lint.mending.ignore_deletion import without_name

    if finding.kind == "malformed":
        return None
    edits, changes = without_name(finding.primary, mender)
    return mender.fix("delete the ignore", edits, changes=changes, safe=finding.kind == "unused")
