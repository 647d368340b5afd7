"""Credentials that outlive the job by far."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.lint.file_context import FileContext, RunJoin
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.teleport.durations import seconds_of
from orbgen.teleport.mistakes import Effect
from orbgen.teleport.versions import Version

if TYPE_CHECKING:
    from orbgen.access.join import Join, Setting
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="teleport-long-ttl",
    sees=Sees.TBOT,
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    since="0.1",
)

_HOUR = 3600
_HALF_A_DAY = 12 * _HOUR
# What the cluster cuts every lifetime to: a day, and since 17.4 a week (teleport.md 3.1).
_DAY = 24 * _HOUR
_WEEK = 168 * _HOUR
_FIRST_WITH_A_WEEK = Version(17, 4, 0)


def check(at: RunJoin, context: FileContext) -> Iterator[Finding]:
    """Each lifetime over the plan's bound, of the whole join and of single services."""
    join = at.join
    bound = context.facts.max_ttl
    for setting in _lifetimes(join):
        seconds = seconds_of(setting.value or "")
        if seconds is None or seconds <= bound:
            continue
        yield context.found_at(
            RULE,
            at,
            f"the credentials live for {setting.value}, where {_shown(bound)} is the most{_cut(seconds, join)}",
            setting.span,
            severity=_severity(seconds, join),
            label="whoever gets hold of them can use them until then",
            effect=Effect.OPEN,
            help=f"set it to what the job needs, {_shown(bound)} at most; `max-ttl` in the plan says how much that is",
        )


def _lifetimes(join: Join) -> Iterator[Setting]:
    for settings in (join.settings, *[service.settings for service in join.services]):
        if "certificate-ttl" in settings:
            yield settings["certificate-ttl"]


def _severity(seconds: float, join: Join) -> Severity:
    if seconds > _WEEK or (seconds > _DAY and join.versions.highest < _FIRST_WITH_A_WEEK):
        return Severity.HIGH
    return Severity.MEDIUM if seconds > _HALF_A_DAY else Severity.LOW


def _cut(seconds: float, join: Join) -> str:
    if join.versions.highest < _FIRST_WITH_A_WEEK and seconds > _DAY:
        return "; Teleport cuts it to 24h in silence"
    return "; Teleport cuts it to 168h in silence" if seconds > _WEEK else ""


def _shown(seconds: int) -> str:
    hours, minutes = divmod(seconds // 60, 60)
    return "".join([f"{hours}h" if hours else "", f"{minutes}m" if minutes else ""]) or f"{seconds}s"


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """The lifetime becomes the longest that the plan allows."""
    from orbgen.lint.mending.tbot_settings import with_value

    return with_value(finding, mender, _shown(mender.file.facts.max_ttl))
