"""Releasing a version of an orb: what will happen is shown and asked, then it is done once, or said why not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from orbgen.cli.exits import CLEAN, FINDINGS, INTERRUPTED, REMOTE
from orbgen.cli.notes import note
from orbgen.cli.orb_registry import registry_of
from orbgen.cli.streams import write
from orbgen.cli.terminal import say, say_error

if TYPE_CHECKING:
    from orbgen.orb.difference import Bump
    from orbgen.orb.publish import OrbReference, Publication
    from orbgen.remote.registry import OrbRegistry
    from orbgen.remote.settings import Settings

_MOST_CHANGES = 10


class Release(msgspec.Struct, frozen=True, eq=False):
    """What is to be released: where, as which version or step, from what, and how.

    `source` fetches or knows the packed orb; it raises NotPublishableError. `send` makes the version. `facts` are lines
    about the source to show. `verb` and `past` say what is done, as "publish" and "published".
    """

    settings: Settings
    wanted: OrbReference
    source: Callable[[OrbRegistry], str]
    send: Callable[[OrbRegistry, OrbReference], None]
    facts: tuple[str, ...] = ()
    increment: Bump | None = None
    verb: str = "publish"
    past: str = "published"


def release(wanted: Release, *, ask: bool, allow_findings: bool) -> int:
    """Release a version; the exit code. Raises UsageProblem, and KeyboardInterrupt where it was interrupted."""
    from orbgen.orb.publish import NotPublishableError, prepare
    from orbgen.remote.failures import RemoteError

    nothing = f"nothing was {wanted.past}"
    sent: OrbReference | None = None
    source = ""
    with registry_of(wanted.settings) as registry:
        try:
            source = wanted.source(registry)
            publication = prepare(wanted.wanted, registry, source, wanted.increment)
            if publication.done:
                note(f"{publication.reference} is published already, with this source; {nothing}")
                _tell(publication.reference, wanted.settings)
                return CLEAN
            _show(publication, wanted)
            if publication.too_small and not allow_findings:
                say(f"{nothing}; publish {publication.proposed}, or add --allow-findings")
                return FINDINGS
            if ask and not confirmed(f"{wanted.verb.capitalize()} {publication.reference}?"):
                say(nothing)
                return INTERRUPTED
            sent = publication.reference
            wanted.send(registry, sent)
        except NotPublishableError as error:
            say_error(str(error))
            return REMOTE
        except RemoteError as error:
            if sent is None or not error.undecided:
                say_error(str(error))
                say(nothing, "note")
                return REMOTE
            if not _is_there(registry, sent, source):
                say_error(str(error))
                say(_outcome(sent, wanted), "note")
                return REMOTE
            say(f"{error}, but the version is there", "warning")
        except KeyboardInterrupt:
            note("")
            say(_outcome(sent, wanted) if sent is not None else nothing, "note")
            raise
    note(f"{wanted.past} {sent} on {wanted.settings.host}")
    _tell(sent, wanted.settings)
    return CLEAN


def confirmed(question: str) -> bool:
    """The answer of whoever sits at the terminal."""
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _is_there(registry: OrbRegistry, reference: OrbReference, source: str) -> bool:
    """Whether a version, of which no answer told, is there with this source. Production versions alone can tell."""
    from orbgen.remote.failures import RemoteError

    if reference.is_development:
        return False
    try:
        found = registry.source(str(reference))
    except RemoteError:
        return False
    return found is not None and found.source.strip() == source.strip()


def _show(publication: Publication, wanted: Release) -> None:
    """Say what will be done, before it is done."""
    reference = publication.reference
    visibility = "" if publication.is_private is None else ", private"
    if publication.is_private is False:
        visibility = ", public: everybody can read it"
    kind = "a production version, which can never be changed or deleted"
    if reference.is_development:
        replaced = "replaces what stands there" if publication.replaces else "new"
        kind = f"a development version, {replaced}, kept for 90 days"
    note(f"orb       {reference.orb}{visibility}")
    note(f"version   {reference.version}, {kind}")
    note(f"newest    {publication.newest or 'no production version yet'}")
    _show_changes(publication)
    for fact in wanted.facts:
        note(fact)
    note(f"host      {wanted.settings.host}")
    if publication.steps_back:
        say(f"{reference.version} is lower than the newest version, {publication.newest}", "warning")
    if publication.too_small:
        assert publication.difference is not None
        bump = publication.difference.bump.value
        say(
            f"{reference.version} is too small a step from {publication.newest}: what has changed for users is "
            f"{bump}, which leads to {publication.proposed}",
            "warning",
        )


def _show_changes(publication: Publication) -> None:
    from orbgen.orb.difference import Bump

    found = publication.difference
    if found is None:
        return
    if found.bump is Bump.NONE:
        note(f"changes   none since {publication.newest}")
        return
    note(f"changes   {found.bump.value} since {publication.newest}")
    felt = [change for change in found.changes if change.bump.rank > Bump.PATCH.rank]
    for change in felt[:_MOST_CHANGES]:
        note(f"          {change.bump.value}: {change.message}")
    if len(felt) > _MOST_CHANGES:
        note(f"          {len(felt) - _MOST_CHANGES} more; `orbgen orb diff` tells all")


def _outcome(reference: OrbReference, wanted: Release) -> str:
    """What to do where nobody can tell whether CircleCI has made the version."""
    from orbgen.orb.publish import page

    settings = wanted.settings
    where = f"look at {page(reference)}" if settings.is_cloud else f"look for {reference} on {settings.host}"
    return f"it may have been {wanted.past} all the same: {where} before you {wanted.verb} it again"


def _tell(reference: OrbReference, settings: Settings) -> None:
    from orbgen.orb.publish import page

    write([page(reference) if settings.is_cloud else str(reference)])
