"""Versions of Teleport's software that a job should not use: with known holes, too old, not for the cluster."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.access.join_versions import stated_versions
from orbgen.access.version_statements import StatedVersion
from orbgen.circleci.pipeline import JobRun
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Persona, Rule, Sees, Severity
from orbgen.teleport.mistakes import Effect
from orbgen.teleport.versions import Version, advisories, is_compatible, newest_major, newest_of

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="teleport-unsuitable-version",
    sees=Sees.JOB_RUN,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("teleport", "tbot", "tsh", "tctl", "TELEPORT_VERSION"),
)

# Teleport supports its three newest major versions (teleport.md 8.2).
SUPPORTED = 3
_VERSION = re.compile(r"\d{1,3}\.\d{1,4}\.\d{1,4}")


def check(run: JobRun, context: Context) -> Iterator[Finding]:
    """Each version that a job run states, for the weightiest reason alone."""
    for stated in stated_versions(run):
        found = _reason(stated, context)
        if found is None:
            continue
        kind, message, help = found
        call = run.steps[stated.step].call if stated.step >= 0 else run.call
        yield context.found(
            RULE,
            run,
            message,
            stated.span,
            call=call,
            kind=kind,
            severity={"unsupported": Severity.MEDIUM, "floating": Severity.LOW}.get(kind),
            confidence=Confidence.MEDIUM if kind == "unsupported" else None,
            persona=Persona.PEDANTIC if kind == "floating" else None,
            path=f"steps/{stated.step}/version",
            label=f"{stated.by.value} says so",
            effect=Effect.FAILS if kind == "incompatible" else Effect.OPEN,
            help=help,
        )


def _reason(stated: StatedVersion, context: Context) -> tuple[str, str, str] | None:
    """The kind, the message and the remedy; None where nothing is wrong with a version."""
    version, cluster = stated.version, context.facts.teleport_version
    if version is None:
        return _floating(stated)
    if cluster is not None and not is_compatible(version, cluster):
        message = (
            f"Teleport {version} is not for a cluster of {cluster}: the major version has to be the same or one less"
        )
        return "incompatible", message, f"install {cluster}"
    for advisory in advisories():
        if advisory.concerns(version):
            message = f"Teleport {version} has a known hole: {advisory.name}, by which {advisory.summary}"
            return "vulnerable", message, f"install {safe_version(version)} or later"
    if version.major <= newest_major() - SUPPORTED:
        message = f"Teleport {version.major} gets no more security fixes: {newest_major()} is the newest"
        return "unsupported", message, f"move the cluster, then the jobs, to {newest_major() - SUPPORTED + 1} or later"
    return None


def _floating(stated: StatedVersion) -> tuple[str, str, str] | None:
    if not stated.floating:
        return None
    what = f"`{stated.text}`" if stated.text else "no version"
    return "floating", f"{what} means another Teleport from day to day", "state the exact release"


def safe_version(version: Version) -> Version:
    """The release to install in the place of one with a hole: the newest seen of its line, or the first without."""
    fixed = max([advisory.fix_for(version) for advisory in advisories() if advisory.concerns(version)])
    newest = newest_of(version.major)
    return newest if newest is not None and newest >= fixed else fixed


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """The newest release of the same line that is known."""
    from orbgen.lint.mending.tbot_settings import with_text

    if finding.kind != "vulnerable":
        return None
    version = _VERSION.search(finding.primary.text)
    stated = Version.parse(version[0]) if version is not None else None
    if stated is None or safe_version(stated).major != stated.major:
        return None
    return with_text(finding, mender, _VERSION, str(safe_version(stated)))
