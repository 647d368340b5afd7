"""What CircleCI has removed, or replaced by something else."""

from __future__ import annotations

import time
from collections.abc import Iterator

from orbgen.lint.context import Context
from orbgen.lint.deprecations import Deprecated, old_filters, old_forms, old_images, old_values
from orbgen.lint.findings import Confidence, Finding, Persona, Rule, Sees, Severity

RULE = Rule(
    name="deprecated-feature",
    sees=Sees.CONFIG,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    since="0.1",
)


def check(context: Context) -> Iterator[Finding]:
    """Each use of an image, a value, a step or a form that is deprecated."""
    for run in context.pipeline.job_runs:
        for old in old_images(run):
            yield context.found(
                RULE, run, old.message, old.place, kind="image", path=f"image/{old.place.text}", help=old.help
            )
    today = time.strftime("%Y-%m-%d")
    for old in old_values(context, today):
        past = old.ended <= today
        yield _found(old, "value", Severity.MEDIUM if past else Severity.INFO)
    for old in old_forms(context):
        yield _found(old, "step", Severity.LOW)
    for old in old_filters(context):
        yield _found(old, "filters", Severity.INFO, Persona.PEDANTIC)


def _found(old: Deprecated, kind: str, severity: Severity, persona: Persona = Persona.DEFAULT) -> Finding:
    return RULE.finding(
        old.message,
        old.place,
        kind=kind,
        severity=severity,
        persona=persona,
        path=kind,
        help=old.help,
    )
