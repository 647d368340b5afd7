"""Pipeline parameters, and names that callers choose, that CircleCI pastes into code."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from orbgen.circleci.pipeline import JobRun
from orbgen.circleci.pipeline_values import Level
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Persona, Rule, Sees, Severity
from orbgen.lint.splices import found_splice, splices

RULE = Rule(
    name="parameter-injection",
    sees=Sees.JOB_RUN,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("pipeline",),
)


def check(run: JobRun, context: Context) -> Iterator[Finding]:
    """Each part of a text that is code which a caller chooses."""
    for splice in splices(run):
        if splice.value.level is Level.CALLER and not splice.source.startswith("parameters."):
            found = found_splice(RULE, run, splice, context)
            yield replace(found, persona=Persona.PEDANTIC) if context.facts.trusted_callers else found
