"""Contexts and cloud roles that every branch can reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.access.gates import Result
from orbgen.access.openness import ONLY_A_RESTRICTION, held_note, opening_of
from orbgen.circleci.pipeline import JobRun
from orbgen.circleci.text import value_of
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.source.nodes import Scalar
from orbgen.source.problems import Note

if TYPE_CHECKING:
    from orbgen.lint.analyses.contexts.cloud_roles import CloudRole
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="ungated-credentials",
    sees=Sees.JOB_RUN,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=(
        "context",
        "role_arn",
        "workload_identity_provider",
        "workload_identity_pool_provider_id",
        "use_oidc",
        "aws",
        "gcloud",
        "az",
        "vault",
    ),
)
# What is taken by CircleCI's OIDC token.
_OF_ROLES = RULE.needs[1:]


def check(run: JobRun, context: Context) -> Iterator[Finding]:
    """What a job run holds that any branch, tag or schedule can start."""
    if run.type != "build":
        return
    roles = _roles(run, context) if context.vocabulary.may_hold(_OF_ROLES) else []
    if not (run.contexts or roles) or context.gates.result(run) is not Result.OPEN:
        return
    opening = opening_of(run, context.gates)
    open_to = f"runs for every {opening.everything}: {opening.reason}"
    related = (Note(opening.place, opening.reason),)
    held = _exposed(run, context)
    if held:
        names = ", ".join([f"'{name}'" for name in dict.fromkeys(item.text for item in held)])
        noun = "the context" if len(held) == 1 else "the contexts"
        gated = _gated_elsewhere(held, context)
        sensitive = any([context.facts.is_sensitive(item.text) for item in held])
        yield context.found(
            RULE,
            run,
            f"'{run.name}' holds {noun} {names}, and {open_to}",
            held[0].span,
            kind="context",
            severity=Severity.HIGH if sensitive or gated else None,
            path="context",
            label=f"every {opening.everything} can use it",
            related=(*related, *gated),
            help=f'keep the job to a branch, as in `filters: pipeline.git.branch == "main"`; {ONLY_A_RESTRICTION}',
        )
    for role in roles:
        yield context.found(
            RULE,
            run,
            f"'{run.name}' takes a role in a cloud by CircleCI's OIDC token, and {open_to}",
            role.span,
            call=role.call,
            kind="cloud-role",
            severity=Severity.HIGH,
            confidence=Confidence.MEDIUM if role.presumed else None,
            path=f"steps/{role.step}/cloud-role",
            label=f"every {opening.everything} can take the role, unless its trust policy checks more",
            related=related,
            help="keep the job to a branch, and let the role's trust policy demand the project and a context",
        )


def _roles(run: JobRun, context: Context) -> list[CloudRole]:
    from orbgen.lint.analyses.contexts.cloud_roles import cloud_roles  # Most configurations hold contexts alone.

    return list(cloud_roles(run, context))


def _exposed(run: JobRun, context: Context) -> list[Scalar]:
    """The items of `context` that the run holds when a stranger's branch starts it."""
    held = context.gates.contexts_in(run)
    found = []
    for item in run.contexts:
        names = {item.text} if isinstance(value_of(item), str) else held
        facts = [context.facts.context(name) for name in names & held]
        if facts and not all([fact.closed or fact.sensitive is False for fact in facts]):
            found.append(item)
    return found


def _gated_elsewhere(held: list[Scalar], context: Context) -> tuple[Note, ...]:
    """A job run that holds one of the contexts behind a gate: somebody meant the context to be guarded."""
    names = {item.text for item in held}
    for run in context.pipeline.job_runs:
        for item in run.contexts:
            if item.text in names and context.gates.of(run).reasons:
                return (held_note(item, run),)
    return ()


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """The entry gets a filter for the default branch, if it has none and the plan or git says which that is."""
    from orbgen.lint.mending.branch_filters import to_default_branch

    return to_default_branch(finding, mender)
