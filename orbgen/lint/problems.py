"""Findings from what the compiler found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Rule, Severity
from orbgen.source.names import slips
from orbgen.source.nodes import Scalar
from orbgen.source.problems import Note, Problem
from orbgen.source.sentences import shortened
from orbgen.source.span import Span

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

NOT_LOOKED_AT = "CircleCI does not look here as long as nothing uses it, or a condition switches it off"


def finding_from(
    rule: Rule, problem: Problem, context: Context, kind: str, severity: Severity | None = None
) -> Finding:
    """A finding of a rule for a compiler's problem, at a place that the author can change."""
    primary = _own_place(problem, context)
    help = problem.help
    if problem.dormant:
        severity = Severity.MEDIUM if severity is None or severity.rank > Severity.MEDIUM.rank else severity
        help = f"{help}; {NOT_LOOKED_AT}" if help else NOT_LOOKED_AT
    related = problem.related
    if primary is not problem.span:
        related = (*related, Note(problem.span, "it is written here"))
    return rule.finding(
        problem.message,
        primary,
        kind=kind,
        severity=severity,
        confidence=Confidence.HIGH,
        path="/".join([note.text for note in problem.calls]),
        related=related,
        chain=problem.calls,
        hidden=tuple([note.span for note in problem.calls if context.is_own(note.span)]),
        help=help,
    )


def _own_place(problem: Problem, context: Context) -> Span:
    if context.is_own(problem.span):
        return problem.span
    return next((note.span for note in reversed(problem.calls) if context.is_own(note.span)), problem.span)


def renamed(finding: Finding, mender: Mender, limit: int) -> Fix | None:
    """The fix that writes the name which a compiler's problem suggests, if that is as near as `limit` slips."""
    suggested = {
        problem.suggestion
        for problem in mender.context.problems
        if problem.span == finding.primary and shortened(problem.message) == finding.message
    }
    node = mender.node_at(finding.primary)
    name = suggested.pop() if len(suggested) == 1 else None
    if name is None or not isinstance(node, Scalar) or node.templated or slips(node.text, name, limit + 1) > limit:
        return None
    edits = mender.replace_text(node, 0, len(node.text), name)
    return mender.fix(f"write `{name}`", edits, changes=mender.runs_around(node), completes=True)
