"""Which credentials the later steps of a job store for others: workspaces, caches, artifacts (rules.md 2.5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from orbgen.access.paths import Cover, cover
from orbgen.access.storing import StoredPath, stored_paths
from orbgen.circleci.pipeline import JobRun
from orbgen.lint.analyses.credentials.credential_files import Known, known_credential
from orbgen.lint.analyses.credentials.write_signs import may_write, step_events
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding
from orbgen.source.nodes import Sequence
from orbgen.source.problems import Note

if TYPE_CHECKING:
    from orbgen.access.writing import Written
    from orbgen.lint.analyses.credentials.write_events import WriteEvents
    from orbgen.lint.mending.fixes import Fix, Mender

READERS = {
    "persist_to_workspace": "every later job of the workflow can read them",
    "save_cache": "jobs of every branch can read them",
    "store_artifacts": "everyone who can see the project can download them",
    "store_test_results": "everyone who can see the project can read them",
}


class Stored(msgspec.Struct, frozen=True):
    """A stored path that takes credentials with it: the event that wrote them and how it is covered, or their name."""

    path: StoredPath
    event: Written | None = None
    how: Cover = Cover.EXACT
    known: Known | None = None

    @property
    def token(self) -> bool:
        """Whether what is stored is CircleCI's OIDC token."""
        return self.event is not None and self.event.token


def stored_credentials(run: JobRun, context: Context) -> Iterator[Stored]:
    """The stored paths of a job run that take credentials with them, each with the surest event."""
    paths = stored_paths(run)
    if not paths:
        return
    names = [known_credential(path.path, wildcards=path.wildcards) for path in paths]
    if all([name is None for name in names]) and not may_write(run, context):
        steps = list(step_events(run))
        if not any([_covered(path, steps) for path in paths]):
            return
    from orbgen.lint.analyses.credentials.write_events import write_events

    events = write_events(run, context)
    for path, known in zip(paths, names, strict=True):
        found = _covered(path, events.written)
        certain = [one for one in found if one.event is not None and not one.event.doubtful]
        if certain:
            yield min(certain, key=lambda one: one.how is Cover.BROAD)
        elif known is not None and not _is_gone(path, events) and not _is_committed(path, context):
            yield Stored(path, known=known)
        elif found:
            yield found[0]


def _covered(path: StoredPath, events: Iterable[Written]) -> list[Stored]:
    """What a stored path takes with it of what was written before."""
    return [
        Stored(path, event, how)
        for event in events
        if event.there(path.step)
        for how in [cover(path.path, event.folder, event.names, wildcards=path.wildcards, own=event.own)]
        if how is not None
    ]


def _is_gone(path: StoredPath, events: WriteEvents) -> bool:
    """Whether what a path names was there, or could have been, and was removed before."""
    ended = [event for event in events.written if event.step < path.step and not event.there(path.step)]
    return events.is_removed(path.path, path.step) or any(
        [cover(path.path, one.folder, one.names, wildcards=path.wildcards, own=one.own) is not None for one in ended]
    )


def confidence_of(stored: Stored, run: JobRun) -> Confidence:
    """How sure it is that credentials are stored."""
    if stored.path.kind == "store_test_results":
        return Confidence.LOW  # CircleCI keeps XML only.
    if stored.event is None:
        return Confidence.LOW if stored.known is None or stored.known.doubtful else Confidence.MEDIUM
    between = run.steps[stored.event.step + 1 : stored.path.step]
    if stored.event.doubtful or any([step.opaque for step in between]):
        return Confidence.LOW
    return Confidence.HIGH if stored.how is Cover.EXACT else Confidence.MEDIUM


def attaching(run: JobRun, path: StoredPath, context: Context) -> tuple[Note, ...]:
    """Up to three jobs of the workflow that attach the workspace."""
    if path.kind != "persist_to_workspace":
        return ()
    others = [other for other in context.pipeline.job_runs if other.workflow == run.workflow and other is not run]
    found = [
        Note(step.span, f"job '{other.name}' attaches the workspace here")
        for other in others
        for step in other.steps
        if step.name == "attach_workspace"
    ]
    return tuple(found[:3])


def _is_committed(path: StoredPath, context: Context) -> bool:
    """Whether a file of that name lies in the repository, so that everyone who may read that knows it."""
    _, inside, below = path.path.partition("~/project/")
    return bool(inside) and context.checkout.text(below) is not None


def without_path(finding: Finding, mender: Mender) -> Fix | None:
    """The fix that takes a stored path out of its list. Raises EditError where nothing would be left in it."""
    path = mender.node_at(finding.primary)
    holder = mender.document.holder(path) if path is not None else None
    if path is None or not isinstance(holder, Sequence):
        return None
    if len(holder.items) == 1:
        raise mender.refusal("nothing else is stored there, so the step would have to go", finding.primary)
    return mender.fix("delete the path", mender.delete(path), changes=mender.steps_around(path))
