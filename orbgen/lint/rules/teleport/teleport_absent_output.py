"""What a later step wants of tbot and does not find: a tunnel that is closed, files that were never written."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.lint.analyses.teleport.readiness import used_too_early
from orbgen.lint.file_context import FileContext, RunJoin
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.source.problems import Note
from orbgen.teleport.mistakes import Effect
from orbgen.teleport.tbot import services

RULE = Rule(
    name="teleport-absent-output",
    sees=Sees.TBOT,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
)

_MEMORY = "memory"


def check(at: RunJoin, context: FileContext) -> Iterator[Finding]:
    """What ends too early, what is written nowhere, and what is used before it is there."""
    if at.join.oneshot:
        yield from _gone(at, context)
    elif at.join.background and at.run is not None:
        yield from _early(at, context)


def _gone(at: RunJoin, context: FileContext) -> Iterator[Finding]:
    written = [one for one in at.join.services if not (one.value("destination") or _MEMORY).startswith(_MEMORY)]
    for one in at.join.services:
        service = services().get(one.type or "")
        destination = one.settings.get("destination")
        if service is not None and service.daemon:
            yield context.found_at(
                RULE,
                at,
                f"the {service.type} lives only as long as tbot, which ends at once with `oneshot`",
                one.span,
                kind="tunnel",
                label="nobody listens there when a step wants it",
                effect=Effect.FAILS,
                help="drop `oneshot`, run tbot in a step with `background: true`, and wait for it with `tbot wait`",
            )
        elif destination is not None and (destination.value or "").startswith(_MEMORY) and not written:
            yield context.found_at(
                RULE,
                at,
                "the credentials are kept in memory, and tbot ends at once with `oneshot`: nobody ever sees them",
                destination.span,
                kind="memory",
                effect=Effect.FAILS,
                help='give a folder, as in `--destination="file://$(mktemp -d)"`; memory is for the storage',
            )


def _early(at: RunJoin, context: FileContext) -> Iterator[Finding]:
    assert at.run is not None
    used = used_too_early(at.run, at.join)
    if used is not None:
        yield context.found_at(
            RULE,
            at,
            "this needs what tbot gives in the background, and nothing waits until it is there",
            used,
            kind="not-awaited",
            severity=Severity.MEDIUM,
            confidence=Confidence.MEDIUM,
            related=(Note(at.join.span, "tbot starts here"),),
            effect=Effect.FAILS,
            help="wait first: `tbot wait --diag-addr=ADDRESS` from Teleport 18.6.4 on, or ask its port in a loop",
        )
