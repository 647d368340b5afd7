"""Untrusted pipeline values that CircleCI pastes into code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.circleci.pipeline_values import Level
from orbgen.lint.analyses.injection.injection import CHOOSERS, severity_of
from orbgen.lint.analyses.injection.opaque_arguments import Handed, handed_on
from orbgen.lint.analyses.injection.splices import found_alone, found_splice, splices
from orbgen.lint.analyses.supply_chain.orb_references import is_orb_source
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Persona, Rule, Sees, Severity

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="pipeline-value-injection",
    sees=Sees.CONFIG,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("pipeline",),
)
_LEVELS = (Level.OUTSIDER, Level.PUSHER)


def check(context: Context) -> Iterator[Finding]:
    """Each part of a text that is code which an outsider or pusher chooses, or that an unknown orb may make code of."""
    for run in context.pipeline.job_runs:
        for splice in splices(run):
            if splice.value.level in _LEVELS:
                yield found_splice(RULE, run, splice, context)
        for handed in handed_on(run, _LEVELS):
            if handed.source not in context.bounded(run):
                yield _handed(handed, context)
    published = bool(context.pipeline.elements) and is_orb_source(context)
    for element in context.pipeline.elements:
        for splice in splices(element):
            level = splice.value.level
            if level in _LEVELS:
                # An orb's elements are there to be used; what no workflow of a configuration reaches does no harm yet.
                severity = severity_of(level, element, context) if published else Severity.LOW
                persona = Persona.DEFAULT if published else Persona.PEDANTIC
                yield found_alone(RULE, element, splice, context, severity=severity, persona=persona)


def _handed(handed: Handed, context: Context) -> Finding:
    return context.found(
        RULE,
        handed.run,
        f"`{handed.source}` is handed to '{handed.element}', whose source is not at hand: if that pastes it into a "
        f"script, {CHOOSERS[handed.level]} can put commands into it",
        handed.place,
        kind="opaque",
        severity=Severity.INFO,
        confidence=Confidence.LOW,
        persona=Persona.AUDITOR,
        path=handed.path,
        call=handed.call,
        help="read the orb's source, or put it into the folder of orbs so that it is looked at",
    )


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """The value is handed to the script by the step's environment, and the script uses the quoted variable."""
    from orbgen.lint.mending.unpasting import unpasted

    return unpasted(finding, mender) if not finding.kind else None
