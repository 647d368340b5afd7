"""Conditions that cannot come out both ways."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.lint.analyses.correctness.conditions import suspects
from orbgen.lint.context import Context, path_of
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.source.nodes import Scalar, Sequence
from orbgen.source.span import Span

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="constant-condition",
    sees=Sees.CONFIG,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("when", "unless", "condition", "filters", "equal"),
)


_BY_LITERALS = ("always", "never")
_NOT = re.compile(r"(not |!)\s*")
_LITERAL = re.compile(r"true|false|null|-?[0-9]+")
_QUOTED = re.compile(r"\"(true|false|-?[0-9]+)\"")


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


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """The comparison behind a `not` gets parentheses, and a value of another type loses its quotes."""
    if finding.kind == "type":
        return _unquoted(finding, mender)
    match = _NOT.match(finding.primary.text) if finding.kind == "not" else None
    return match and _changed(finding, mender, f"{match[1]}({finding.primary.text[match.end() :]})", "put parentheses")


def _unquoted(finding: Finding, mender: Mender) -> Fix | None:
    node = mender.node_at(finding.primary)
    if isinstance(node, Sequence):
        literal = [item for item in node.items if isinstance(item, Scalar) and _LITERAL.fullmatch(item.text)]
        quoted = [item for item in literal if item.style]
        node = quoted[0] if len(quoted) == 1 else None
    if isinstance(node, Scalar) and node.style in ("'", '"') and _LITERAL.fullmatch(node.text.strip()):
        edits = mender.replace(node, node.text.strip())
        return mender.fix("take the quotes away", edits, changes=mender.runs_around(node), completes=True)
    text = finding.primary.text
    found = list(_QUOTED.finditer(text))
    if len(found) != 1:
        return None
    new = text[: found[0].start()] + found[0][1] + text[found[0].end() :]
    return _changed(finding, mender, new, "take the quotes away")


def _changed(finding: Finding, mender: Mender, new: str, title: str) -> Fix | None:
    """The fix that puts another text in the finding's place."""
    place = finding.primary
    scalar = next((one for one in mender.context.written.scalars if one.start <= place.start < one.end), None)
    start = mender.offset_in(scalar, place) if scalar is not None else None
    if scalar is None or start is None:
        return None
    edits = mender.replace_text(scalar, start, start + len(place.text), new)
    return mender.fix(title, edits, changes=mender.runs_around(scalar), completes=True)
