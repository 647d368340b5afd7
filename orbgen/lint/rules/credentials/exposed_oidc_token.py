"""OIDC tokens that get out of their job: into the log, into stored files, to strangers' hosts."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.access.writing import Written
from orbgen.circleci.pipeline import JobRun
from orbgen.lint.analyses.credentials.oidc_exposures import Exposure, Sent, oidc_exposures
from orbgen.lint.analyses.credentials.oidc_tokens import mentions_token
from orbgen.lint.analyses.credentials.persisting import READERS, Stored, attaching, confidence_of, stored_credentials
from orbgen.lint.analyses.credentials.printing import PrintKind, place_of
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.source.problems import Note

RULE = Rule(
    name="exposed-oidc-token",
    sees=Sees.JOB_RUN,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("oidc",),
)
_PRINTED = {
    PrintKind.PLAIN: "the job's OIDC token is printed into the log",
    PrintKind.DERIVED: "the job's OIDC token is printed into the log in another form, which is never masked",
    PrintKind.XTRACE: "`set -x` prints each command into the log, and the job's OIDC token in it",
}
_USABLE = "who has it passes for this job wherever CircleCI's tokens are taken, for up to an hour"


def check(run: JobRun, context: Context) -> Iterator[Finding]:
    """Each place where the token of a job, or a new one that it asks for, is printed, sent away or stored."""
    if not mentions_token(run):
        return
    for exposure in oidc_exposures(run, context):
        yield _exposed(run, context, exposure)
    for stored in stored_credentials(run, context):
        if stored.event is not None and stored.event.token:
            yield _stored(run, context, stored, stored.event)


def _exposed(run: JobRun, context: Context, exposure: Exposure) -> Finding:
    script, how = exposure.script, exposure.how
    related: tuple[Note, ...] = ()
    if isinstance(how, Sent):
        kind, confidence = "sent", Confidence.MEDIUM
        place = script.place(how.start, how.end)
        message = f"the job's OIDC token is sent to `{how.host}`, which is no known token service"
        help = "if it is one, list its host in `lint.oidc-hosts` of the plan"
    else:
        kind, confidence = "printed", Confidence.HIGH
        place, related = place_of(how, script)
        message, help = _PRINTED[how.kind], "do not print it; its claims alone are harmless: `cut -d. -f2`"
    return context.found(
        RULE,
        run,
        f"{message}: {_USABLE}",
        place,
        kind=kind,
        confidence=confidence,
        path=f"steps/{script.at.index}/command",
        call=script.at.step.call,
        related=related,
        help=help,
    )


def _stored(run: JobRun, context: Context, stored: Stored, event: Written) -> Finding:
    path = stored.path
    return context.found(
        RULE,
        run,
        f"`{path.kind}` takes a file with the job's OIDC token with it, and {READERS[path.kind]}: {_USABLE}",
        path.span,
        kind="stored",
        confidence=confidence_of(stored, run),
        path=f"steps/{path.step}",
        call=run.steps[path.step].call,
        label="this covers it",
        related=(Note(event.span, "it is written here"), *attaching(run, path, context)),
        help="write it to a folder of its own, outside of what is stored, and remove it when it has been used",
    )
