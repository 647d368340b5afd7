"""Conditions that cannot come out both ways."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.lint.conditions import suspects
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity

RULE = Rule(
    name="constant-condition",
    sees=Sees.CONFIG,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("when", "unless", "condition", "filters", "equal"),
)


def check(context: Context) -> Iterator[Finding]:
    """Each condition, as it is written, that does not depend on what it seems to depend on."""
    for suspect in suspects(context.document.root):
        yield RULE.finding(
            suspect.message,
            suspect.place,
            kind=suspect.kind,
            severity=Severity.LOW if suspect.kind == "ternary" else None,
            path=suspect.kind,
            help=suspect.help,
        )
