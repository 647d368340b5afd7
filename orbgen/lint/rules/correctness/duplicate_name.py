"""Names that stand twice, so that one of them is lost."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.lint.problems import finding_from

RULE = Rule(
    name="duplicate-name",
    sees=Sees.CONFIG,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    since="0.1",
)


def check(context: Context) -> Iterator[Finding]:
    """The same key twice in one mapping, and job parameters that bear the name of a key of workflow entries."""
    for problem in context.problems:
        if problem.code == "duplicate-key":
            yield finding_from(RULE, problem, context, "key", Severity.MEDIUM)
        elif problem.code == "reserved-name":
            yield finding_from(RULE, problem, context, "reserved", Severity.MEDIUM)
