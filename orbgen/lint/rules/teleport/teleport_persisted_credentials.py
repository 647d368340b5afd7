"""Credentials of tbot that leave the job in a workspace, a cache or an artifact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.access.paths import Cover, cover
from orbgen.access.storing import StoredPath, stored_paths
from orbgen.access.writing import Written
from orbgen.circleci.pipeline import JobRun
from orbgen.lint.analyses.credentials.persisting import READERS, attaching, without_path
from orbgen.lint.context import Context, path_of
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.source.problems import Note

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="teleport-persisted-credentials",
    sees=Sees.JOB_RUN,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("tbot", "terraform", "tofu", "identity", "tlscert"),
)

SETS_OF_TBOT = (
    {"ssh_config", "known_hosts", "identity"},
    {"kubeconfig.yaml", "identity"},
    {"tlscert", "key"},
)
ABSOLUTE = "`ssh_config` and `kubeconfig.yaml` hold absolute paths and would not work elsewhere anyway"


def check(run: JobRun, context: Context) -> Iterator[Finding]:
    """Each stored path that covers what a join of the run wrote before and has not removed."""
    joins = context.joins(run)
    stored = stored_paths(run)
    for path in stored:
        for written in [written for join in joins for written in join.written]:
            if written.there(path.step):
                how = cover(path.path, written.folder, written.names, wildcards=path.wildcards)
                if how is not None:
                    yield _finding(run, path, written, how, context)
                    break
    if not joins:
        yield from _by_names(run, stored, context)


def _finding(run: JobRun, path: StoredPath, written: Written, how: Cover, context: Context) -> Finding:
    call = run.steps[path.step].call
    confidence = Confidence.HIGH if how is Cover.EXACT else Confidence.MEDIUM
    if path.kind == "store_test_results":
        confidence = Confidence.LOW
    primary, label, elsewhere = context.placed(path.span, call, "this covers them")
    return RULE.finding(
        f"`{path.kind}` takes tbot's credentials in {written.folder} with it: {READERS[path.kind]}",
        primary,
        confidence=confidence,
        path=f"{path_of(run)}/steps/{path.step}",
        label=label,
        related=(
            *elsewhere,
            Note(written.span, f"tbot writes into {written.folder} here"),
            *attaching(run, path, context),
        ),
        chain=context.chain(call),
        hidden=(*context.hidden(call), run.steps[path.step].span),
        help=f"join again in the job that needs them, and store only what you mean to; {ABSOLUTE}",
        job_runs=(path_of(run),),
    )


def _by_names(run: JobRun, stored: tuple[StoredPath, ...], context: Context) -> Iterator[Finding]:
    """Stored files that bear names which only tbot writes together, in a job without a join that is seen."""
    for step in sorted({path.step for path in stored}):
        paths = [path for path in stored if path.step == step]
        names = {path.path.rpartition("/")[2] for path in paths}
        if any([together <= names for together in SETS_OF_TBOT]):
            call = run.steps[step].call
            yield RULE.finding(
                f"`{paths[0].kind}` stores files with the names of tbot's credentials: {READERS[paths[0].kind]}",
                context.place_for(paths[0].span, call),
                severity=Severity.MEDIUM,
                confidence=Confidence.MEDIUM,
                path=f"{path_of(run)}/steps/{step}",
                chain=context.chain(call),
                hidden=context.hidden(call),
                help="join again in the job that needs them",
                job_runs=(path_of(run),),
            )


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """The path is deleted from its list, unless it is the last there."""
    return without_path(finding, mender)
