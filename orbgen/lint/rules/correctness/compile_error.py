"""What CircleCI's compiler refuses."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.lint.problems import finding_from

RULE = Rule(
    name="compile-error",
    sees=Sees.CONFIG,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
)

# What more specific rules speak of.
ELSEWHERE = frozenset(("unknown-key", "misplaced-key", "ignored-key", "duplicate-key", "reserved-name"))


def check(context: Context) -> Iterator[Finding]:
    """Each problem of the compiler, its code as the kind."""
    for problem in context.problems:
        if problem.code not in ELSEWHERE:
            yield finding_from(RULE, problem, context, problem.code)
