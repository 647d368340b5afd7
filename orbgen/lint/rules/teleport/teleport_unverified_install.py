"""Teleport's software, installed as it came over the network."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orbgen.circleci.pipeline import JobRun
from orbgen.lint.context import Context, StepScript
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.source.lazy_patterns import lazy_pattern

RULE = Rule(
    name="teleport-unverified-install",
    sees=Sees.JOB_RUN,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("teleport", "goteleport", "install"),
)

_SCRIPT = lazy_pattern(
    r"cdn\.teleport\.dev/install[^\s\"']*\.sh|goteleport\.com/static/install\.sh|get\.goteleport\.com"
    r"|://[^\s\"']*/scripts/install\.sh"
)
# What stands in the address of an archive.
_OF_ARCHIVES = ("teleport", "gravitational")
# Any other project may serve a script of this name; a proxy of Teleport's is known by its host.
_OF_A_PROXY = lazy_pattern(r"teleport|tbot|tele\b|\$\{?[A-Z_]*PROXY", re.IGNORECASE)


def check(run: JobRun, context: Context) -> Iterator[Finding]:
    """Scripts that install Teleport and go right into a shell, and archives that nothing checks before their use."""
    for script in context.scripts(run):
        if "install" in script.text.text and _SCRIPT.search(script.text.text) is not None:
            yield from _piped(run, script, context)
    if not context.vocabulary.may_hold(_OF_ARCHIVES):
        return
    from orbgen.lint.analyses.teleport.archives import unchecked_archives

    for archive in unchecked_archives(run):
        yield context.found(
            RULE,
            run,
            "Teleport's archive is used as it came: nothing checks it, so whoever changes it on the way runs code here",
            archive.span,
            call=run.steps[archive.step].call,
            kind="archive",
            confidence=Confidence.LOW if archive.unsure else None,
            path=f"steps/{archive.step}/archive",
            label="no digest is compared before it is used",
            help="fetch the `.sha256` beside it and check it with `sha256sum -c`, as the orb's `install` does",
        )


def _piped(run: JobRun, script: StepScript, context: Context) -> Iterator[Finding]:
    from orbgen.lint.analyses.supply_chain.fed_code import fed_code

    for fed in fed_code(script.script):
        text = script.text.text[fed.start : fed.end]
        match = _SCRIPT.search(text) if fed.kind == "remote" else None
        if match is None or ("/scripts/" in match[0] and _OF_A_PROXY.search(match[0]) is None):
            continue
        end = script.text.text.find("\n", fed.start)
        root = " as root" if "sudo" in text else ""
        yield context.found(
            RULE,
            run,
            f"`{fed.interpreter}` runs the script that installs Teleport{root}, unseen",
            script.place(fed.start, fed.end if end < 0 else min(fed.end, end)),
            call=script.at.step.call,
            kind="piped",
            path=f"steps/{script.at.index}/command",
            label="nothing checks it in between",
            help="fetch the archive of an exact release and check it with `sha256sum -c`, as the orb's `install` does",
        )
