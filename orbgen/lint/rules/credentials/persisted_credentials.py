"""Credentials that leave the job in a workspace, a cache or an artifact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.access.paths import Cover
from orbgen.circleci.pipeline import JobRun
from orbgen.lint.analyses.credentials.persisting import (
    READERS,
    Stored,
    attaching,
    confidence_of,
    stored_credentials,
    without_path,
)
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.source.problems import Note

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="persisted-credentials",
    sees=Sees.JOB_RUN,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("persist_to_workspace", "save_cache", "store_artifacts", "store_test_results"),
)


def check(run: JobRun, context: Context) -> Iterator[Finding]:
    """Each stored path that covers a file with credentials, or bears the name of one."""
    for stored in stored_credentials(run, context):
        if not stored.token:
            yield _found(run, context, stored)


def _found(run: JobRun, context: Context, stored: Stored) -> Finding:
    path, event = stored.path, stored.event
    related = (Note(event.span, "they are written here"),) if event is not None else ()
    return context.found(
        RULE,
        run,
        f"`{path.kind}` takes {_what(stored)} with it: {READERS[path.kind]}",
        path.span,
        path=f"steps/{path.step}",
        call=run.steps[path.step].call,
        severity=Severity.MEDIUM if stored.how is Cover.BROAD else None,
        confidence=confidence_of(stored, run),
        label="this covers them",
        related=(*related, *attaching(run, path, context)),
        help="store only what the later jobs need, and log in again where a credential is needed",
    )


def _what(stored: Stored) -> str:
    event = stored.event
    if event is None:
        return f"the credentials in {stored.known.name if stored.known is not None else stored.path.path}"
    place = event.folder if event.own else f"{event.folder.rstrip('/')}/{event.names[0]}"
    if event.by.startswith("$"):
        return f"{place}, which holds `{event.by[1:]}`,"
    return f"the credentials of `{event.by}` in {place}"


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """The path is deleted from its list, unless it is the last there."""
    return without_path(finding, mender)
