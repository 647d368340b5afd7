"""Untrusted pipeline values that CircleCI pastes into code."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.circleci.pipeline import JobRun
from orbgen.circleci.pipeline_values import Level
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.lint.splices import found_splice, splices

RULE = Rule(
    name="pipeline-value-injection",
    sees=Sees.JOB_RUN,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("pipeline",),
)


def check(run: JobRun, context: Context) -> Iterator[Finding]:
    """Each part of a text that is code which an outsider or pusher chooses."""
    for splice in splices(run):
        if splice.value.level in (Level.OUTSIDER, Level.PUSHER):
            yield found_splice(RULE, run, splice, context)
