"""Joins that every branch can start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.access.gates import Result
from orbgen.access.openness import opening_of
from orbgen.circleci.pipeline import JobRun
from orbgen.circleci.text import is_known
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.source.problems import Note

if TYPE_CHECKING:
    from orbgen.access.join import Join
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="teleport-ungated-join",
    sees=Sees.JOB_RUN,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("tbot", "terraform", "tofu"),
)

BLIND = "Teleport sees neither the branch nor whether somebody runs the job again with SSH"
_WEAK = {
    Result.WEAK_TEXT: "a text that outsiders may choose starts it",
    Result.WEAK_CALLER: "whoever starts a pipeline by the API starts it",
}


def check(run: JobRun, context: Context) -> Iterator[Finding]:
    """The first join of a job run that nobody guards, with the conditions of its step."""
    for join in context.joins(run):
        step = run.steps[join.step]
        result = context.gates.result(run, step)
        if result in (Result.GATED, Result.UNKNOWN) or _is_guarded_elsewhere(run, join, context):
            continue
        opening = opening_of(run, context.gates) if result is Result.OPEN else None
        reason = f"it runs for every {opening.everything}: {opening.reason}" if opening is not None else _WEAK[result]
        yield context.found(
            RULE,
            run,
            f"'{run.name}' joins Teleport, and {reason}",
            opening.place if opening is not None else run.call.span,
            severity=None if opening is not None else Severity.MEDIUM,
            confidence=None if opening is not None else Confidence.MEDIUM,
            path="join",
            label="nothing here keeps it to a branch",
            related=(Note(join.span, "it joins here"),),
            help=f'keep the job to a branch, as in `filters: pipeline.git.branch == "main"`; {BLIND}',
        )
        return


def _is_guarded_elsewhere(run: JobRun, join: Join, context: Context) -> bool:
    """Whether CircleCI restricts every context that the run holds, the token looks at the branch, or nothing is won."""
    if [service.type for service in join.services] == ["noop"]:
        return True
    if run.contexts and all([is_known(item) and context.facts.context(item.text).closed for item in run.contexts]):
        return True
    if join.method != "generic_oidc":
        return False
    from orbgen.access.grants import binds_ref
    from orbgen.teleport.resources import known

    tokens = [token for token in context.repository.tokens if known(token.name) == join.token]
    return bool(tokens) and all([binds_ref(token) for token in tokens])


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """The entry gets a filter for the default branch, if it has none and the plan or git says which that is."""
    from orbgen.lint.mending.branch_filters import to_default_branch

    return to_default_branch(finding, mender)
