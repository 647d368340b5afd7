"""`orbgen orb promote`: a development version made a production version."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from orbgen.cli import declare
from orbgen.cli.exits import UsageProblem
from orbgen.cli.orb_publish_command import increment_option
from orbgen.cli.orb_registry import settings_for_registry
from orbgen.cli.remote_settings import timeout_option

if TYPE_CHECKING:
    from orbgen.orb.publish import OrbReference
    from orbgen.remote.registry import OrbRegistry


@declare.command(name="promote")
@declare.argument("reference", metavar="NAMESPACE/ORB@dev:LABEL")
@declare.argument("version", metavar="[VERSION]", required=False)
@increment_option
@declare.option("--yes", is_flag=True, help="Promote without asking.")
@declare.option(
    "--allow-findings", is_flag=True, help="Promote as a version that is too small a step for what has changed."
)
@timeout_option
def command(
    reference: str, version: str | None, increment: str | None, yes: bool, allow_findings: bool, timeout: float | None
) -> int:
    """Publish what a development version of an orb holds as the production VERSION, or as the next by --increment.

    What will happen is shown first, with what is new since the newest version, and asked on a terminal. A version that
    exists with the same source counts as promoted.

    Exit codes: 0 promoted, 1 too small a step for what has changed, 2 wrong usage, 3 CircleCI refused or failed.
    """
    from orbgen.cli.orb_release import Release, release
    from orbgen.orb.difference import Bump

    label, wanted = _wanted(reference, version, increment)
    settings = settings_for_registry(timeout)
    if not yes and not sys.stdin.isatty():
        raise UsageProblem("there is no terminal to ask on; add --yes to promote without a question")
    return release(
        Release(
            settings,
            wanted,
            lambda registry: _source(registry, reference),
            lambda registry, found: registry.promote(found.namespace, found.name, label, found.version),
            (f"source    {reference}",),
            Bump(increment) if increment is not None else None,
            "promote",
            "promoted",
        ),
        ask=not yes,
        allow_findings=allow_findings,
    )


def _wanted(reference: str, version: str | None, increment: str | None) -> tuple[str, OrbReference]:
    """The development version's label, and the version to make of it. Raises UsageProblem."""
    from orbgen.orb.publish import BadReferenceError, OrbReference, read_reference

    if (version is None) == (increment is None):
        raise UsageProblem("name the version to promote to, such as 1.2.3, or add --increment major, minor or patch")
    try:
        found = read_reference(reference)
        wanted = read_reference(f"{found.orb}@{version}") if version is not None else None
    except BadReferenceError as error:
        raise UsageProblem(str(error)) from None
    if not found.is_development:
        raise UsageProblem(f"{reference} is no development version; one is {found.orb}@dev:alpha")
    if wanted is not None and wanted.is_development:
        raise UsageProblem("a development version is promoted to a production version, such as 1.2.3")
    return found.version, wanted or OrbReference(found.namespace, found.name, "")


def _source(registry: OrbRegistry, reference: str) -> str:
    from orbgen.orb.publish import NotPublishableError

    found = registry.source(reference)
    if found is None:
        raise NotPublishableError(
            f"there is no {reference}, or the token may not see it; development versions end after 90 days"
        )
    return found.source
