"""What CircleCI's compiler refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Given, Rule, Sees, Severity
from orbgen.lint.problems import finding_from, renamed
from orbgen.source.nodes import Scalar, walk
from orbgen.source.span import Span

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="compile-error",
    sees=Sees.CONFIG,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("event.github.pull_request", "event.github.comment"),
    given=Given.PROBLEMS,
)

# What more specific rules speak of.
ELSEWHERE = frozenset(("unknown-key", "misplaced-key", "ignored-key", "duplicate-key", "reserved-name"))


_OF_SOME_EVENTS = ("event.github.pull_request.", "event.github.comment.")


def check(context: Context) -> Iterator[Finding]:
    """Each problem of the compiler, its code as the kind; and what is refused for some events alone."""
    for problem in context.problems:
        if problem.code not in ELSEWHERE:
            yield finding_from(RULE, problem, context, problem.code)
    if any([word in context.document.source.text for word in _OF_SOME_EVENTS]):
        yield from _unguarded(context)


def _unguarded(context: Context) -> Iterator[Finding]:
    """Conditions that read a value of pull requests or comments also when somebody pushes."""
    from orbgen.access.scenarios import PUSHES

    gates = context.gates
    for workflow in context.pipeline.workflows:
        found = [(condition, gates.missing_read(condition)) for condition in workflow.conditions]
        for run in workflow.job_runs:
            if run.filter_condition is not None and gates.workflow_in(run, PUSHES[:1]) is not False:
                found.append((run.filter_condition, gates.missing_read(run.filter_condition)))
        for condition, name in found:
            if name is not None:
                yield RULE.finding(
                    f"a push cannot start a pipeline: it brings no `{name}`, which this reads",
                    condition.span,
                    kind="unguarded-event",
                    severity=Severity.MEDIUM,
                    confidence=Confidence.MEDIUM,
                    path=f"{workflow.name}/{name}",
                    help='write `pipeline.event.name == "pull_request" and` before it, unless no push triggers this',
                )


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """A name with one or two wrong letters is written as it is meant; `<<` that begins no tag is escaped."""
    if finding.kind == "unclosed-tag":
        return _escaped(finding, mender)
    return renamed(finding, mender, limit=2)


def _escaped(finding: Finding, mender: Mender) -> Fix | None:
    place = finding.primary
    around = [node for node in walk(mender.document.root) if isinstance(node, Scalar)]
    scalar = next((node for node in around if node.start <= place.start < node.end), None)
    if scalar is None or not place.text.startswith("<<"):
        return None
    start = mender.offset_in(scalar, Span(place.source, place.start, place.start + 2))
    if start is None:
        return None
    edits = mender.replace_text(scalar, start, start + 2, "\\<<")
    return mender.fix("escape the `<<`", edits, changes=mender.runs_around(scalar), completes=True)
