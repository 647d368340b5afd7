"""Tokens that Teleport takes, and by which no job of CircleCI can join."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.lint.analyses.resources.filling import is_filled_in_later
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.lint.teleport_context import TeleportContext
from orbgen.source.nodes import Scalar
from orbgen.teleport.resources import Token
from orbgen.teleport.unmatchable import unmatchable

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="token-unmatchable-rule",
    sees=Sees.TOKEN,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
)

# What stands for an id until a tool writes the id there.
_REPLACED = ("placeholder", "not-uuid")


def check(token: Token, context: TeleportContext) -> Iterator[Finding]:
    """Each id, claim or date for which no job matches, unless a tool writes the ids before Teleport sees them."""
    for mistake in unmatchable(token, context.today):
        if mistake.kind in _REPLACED and is_filled_in_later(mistake.span.source, context):
            continue
        unsure = mistake.kind == "swapped"
        yield context.found_in(
            RULE,
            token,
            mistake.message,
            mistake.span,
            kind=mistake.kind,
            severity=Severity.MEDIUM if unsure else None,
            confidence=Confidence.MEDIUM if unsure else None,
            help=mistake.help,
            effect=mistake.effect,
        )


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """An id with capital letters is written as CircleCI sends it."""
    node = mender.node_at(finding.primary)
    if finding.kind != "case" or not isinstance(node, Scalar):
        return None
    edits = mender.replace_text(node, 0, len(node.text), node.text.lower())
    return mender.fix("write the id in lower case", edits, changes=mender.way_to(node))
