"""Conditions that cannot come out both ways."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.lint.conditions import suspects
from orbgen.lint.context import Context, path_of
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.source.span import Span

RULE = Rule(
    name="constant-condition",
    sees=Sees.CONFIG,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("when", "unless", "condition", "filters", "equal"),
)


_BY_LITERALS = ("always", "never")


def check(context: Context) -> Iterator[Finding]:
    """Each condition, as it is written, that does not depend on what it seems to depend on."""
    for suspect in suspects(context.document.root, context.written.mappings):
        constant = suspect.kind in _BY_LITERALS
        yield RULE.finding(
            suspect.message,
            suspect.place,
            kind=suspect.kind,
            severity=Severity.LOW if constant or suspect.kind == "ternary" else None,
            confidence=Confidence.MEDIUM if constant else None,
            path=suspect.kind,
            help=suspect.help,
            job_runs=tuple(_decided_by(suspect.place, context)),
        )


def _decided_by(place: Span, context: Context) -> Iterator[str]:
    """The job runs whose workflow or filter has the condition at a place."""
    for workflow in context.pipeline.workflows:
        whole = any([_inside(place, condition.span) for condition in workflow.conditions])
        for run in workflow.job_runs:
            own = run.filter_condition
            if whole or (own is not None and _inside(place, own.span)):
                yield path_of(run)


def _inside(place: Span, whole: Span) -> bool:
    return place.source is whole.source and whole.start <= place.start and place.end <= whole.end
