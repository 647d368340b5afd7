"""Mending what a check of Teleport's files suggests another name for."""

from __future__ import annotations

from collections.abc import Iterable

from orbgen.lint.findings import Finding
from orbgen.lint.mending.fixes import Fix, Mender
from orbgen.source.nodes import Scalar
from orbgen.source.sentences import shortened
from orbgen.teleport.mistakes import Mistake


def with_suggestion(finding: Finding, mistakes: Iterable[Mistake], mender: Mender) -> Fix | None:
    """The fix that writes what the mistake of a finding suggests; None where it suggests nothing."""
    suggested = {
        mistake.suggestion
        for mistake in mistakes
        if mistake.span == finding.primary and shortened(mistake.message) == finding.message
    }
    node = mender.node_at(finding.primary)
    name = suggested.pop() if len(suggested) == 1 else None
    if name is None or not isinstance(node, Scalar):
        return None
    edits = mender.replace_text(node, 0, len(node.text), name)
    holders = mender.holders(node)
    changes = mender.way_to(holders[0]) if holders else ()
    # What Teleport did not read before is looked at now, and may be found to be too open.
    return mender.fix(f"write `{name}`", edits, changes=changes, completes=True)
