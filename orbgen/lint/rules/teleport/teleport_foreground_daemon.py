"""A tbot that never ends, in a step that waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.lint.file_context import FileContext, RunJoin
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.teleport.mistakes import Effect
from orbgen.teleport.tbot import services

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="teleport-foreground-daemon",
    sees=Sees.TBOT,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
)

FOR_WHAT_STAYS = "set `background: true` on the step, and let the next one begin with `tbot wait`"
FOR_THE_REST = "add `--oneshot`, so that tbot ends when it has written the credentials"


def check(at: RunJoin, context: FileContext) -> Iterator[Finding]:
    """A join in the foreground of which it is known that it is not for once."""
    join = at.join
    if at.run is None or join.background or join.limited or join.oneshot is not False:
        return
    stays = any([_is_daemon(service.type) for service in join.services])
    yield context.found_at(
        RULE,
        at,
        "tbot runs in the foreground until somebody stops it, so the step never ends and the job is killed",
        join.span,
        label="this never returns",
        effect=Effect.FAILS,
        help=FOR_WHAT_STAYS if stays else FOR_THE_REST,
    )


def _is_daemon(type_: str | None) -> bool:
    service = services().get(type_ or "")
    return service is not None and service.daemon


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """The command gets `--oneshot`, unless it is for something that has to stay."""
    from orbgen.lint.mending.tbot_settings import with_flag

    return with_flag(finding, mender, "--oneshot") if finding.help == FOR_THE_REST else None
