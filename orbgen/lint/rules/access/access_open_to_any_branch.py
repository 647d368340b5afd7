"""Ways from a push to any branch to what Teleport guards, with both sides in sight."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.access.openness import opening_of
from orbgen.circleci.pipeline import JobRun
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.source.problems import Note

if TYPE_CHECKING:
    from orbgen.access.grants import Admission, Grant
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="access-open-to-any-branch",
    sees=Sees.JOB_RUN,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("tbot", "terraform", "tofu"),
)

MOST_REACHED = 3
ONLY_CIRCLECI = "let the token rule name a context that CircleCI restricts to it, since Teleport sees no branch"


def check(run: JobRun, context: Context) -> Iterator[Finding]:
    """The first grant of a job run that anybody's push starts, that a token at hand admits, and that gets somewhere."""
    for grant in context.grants(run):
        admission = grant.open_admission
        if admission is None or not admission.lets_in or grant.is_guarded(context.facts):
            continue
        reaching = [role for role in grant.roles if role.reaches_something]
        if not reaching:
            continue
        opening = opening_of(run, context.gates)
        yield context.found(
            RULE,
            run,
            f"a push to any {opening.everything} gets into Teleport: {_chain(grant, admission)}",
            opening.place,
            confidence=_confidence(admission),
            path="access",
            label=opening.reason,
            related=(
                Note(grant.join.span, "it joins here"),
                _admitting(admission),
                Note(reaching[0].written.span, "the bot gets this role"),
            ),
            help=f'keep the job to a branch, as in `filters: pipeline.git.branch == "main"`; {ONLY_CIRCLECI}',
        )
        return


def _confidence(admission: Admission) -> Confidence:
    """Sure where nothing on either side can know the branch; a context may be restricted in CircleCI."""
    return Confidence.HIGH if admission.rule is not None and admission.rule.context is None else Confidence.MEDIUM


def _chain(grant: Grant, admission: Admission) -> str:
    """From the job to what it reaches, in words."""
    run = grant.run
    contexts = f" with the context {' and '.join(sorted(grant.contexts))}" if grant.contexts else ""
    token = admission.token.name.text if admission.token.name is not None else "?"
    roles = ", ".join(dict.fromkeys([role.written.text for role in grant.roles]))
    steps = [f"workflow '{run.workflow}', job '{run.name}'{contexts}", f"token '{token}'", f"bot '{grant.bot_name}'"]
    return " > ".join([*steps, f"role {roles}", _reached(grant)])


def _reached(grant: Grant) -> str:
    found = []
    for role in grant.roles:
        if role.role is None and role.preset is not None:
            found.append(role.preset.gives)
        found += [reach.words for reach in role.reach if reach.usable]
    found = list(dict.fromkeys(found))
    more = len(found) - MOST_REACHED
    return "; ".join([*found[:MOST_REACHED], *([f"and {more} more"] if more > 0 else [])])


def _admitting(admission: Admission) -> Note:
    """The rule that lets the job in, or the token."""
    rule = admission.rule
    if rule is None:
        return Note(admission.token.place, "this token lets it in")
    whom = "job of the project" if rule.context is None else "job that holds the context"
    return Note(rule.node.span, f"this rule lets in every {whom}")


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """The entry gets a filter for the default branch, if it has none and the plan or git says which that is."""
    from orbgen.lint.mending.branch_filters import to_default_branch

    return to_default_branch(finding, mender)
