"""Keys that CircleCI refuses, or accepts and drops."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Given, Rule, Sees, Severity
from orbgen.lint.problems import finding_from, renamed

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="unknown-key",
    sees=Sees.CONFIG,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
    given=Given.PROBLEMS,
)


def check(context: Context) -> Iterator[Finding]:
    """Unknown and misplaced keys of closed maps as `refused`, dropped keys of steps as `ignored`."""
    for problem in context.problems:
        if problem.code in ("unknown-key", "misplaced-key"):
            yield finding_from(RULE, problem, context, "refused")
        elif problem.code == "ignored-key":
            yield finding_from(RULE, problem, context, "ignored", Severity.MEDIUM)


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """A key with one wrong letter is written as it is meant."""
    return renamed(finding, mender, limit=1)
