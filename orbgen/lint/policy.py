"""How findings are chosen and judged in one repository: flags first, then the plan, then orbgen's own way."""

from __future__ import annotations

import os
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import msgspec

from orbgen.lint.engine import LoadedRule
from orbgen.lint.findings import Confidence, Finding, Persona, Severity
from orbgen.lint.run import Thresholds
from orbgen.lint.selection import Pattern, Selection, read_patterns
from orbgen.project.facts import Look
from orbgen.project.settings import Settings

if TYPE_CHECKING:
    from orbgen.lint.baseline import Baseline

OFF = "off"


class BaselineError(Exception):
    """A file is no baseline that can be used: one sentence that says why."""


class Flags(msgspec.Struct, frozen=True):
    """What the command line asks for; None and empty where it does not."""

    persona: str | None = None
    minimum_severity: str | None = None
    minimum_confidence: str | None = None
    fail_on: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    baseline: str | None = None
    without_baseline: bool = False


class Planned(msgspec.Struct, frozen=True):
    """An ignore of the plan: what it covers, and in which files and job."""

    pattern: Pattern
    path: str | None
    job: str | None


class Policy(msgspec.Struct, frozen=True):
    """Thresholds, selection, the plan's ignores and severities, and from which severity on a run fails."""

    thresholds: Thresholds
    selection: Selection
    fail_on: Severity
    planned: tuple[Planned, ...] = ()
    severities: tuple[tuple[Pattern, Severity], ...] = ()
    base: str = ""
    baseline: Baseline | None = None

    @property
    def judging(self) -> bool:
        """Whether `judge` changes anything."""
        return bool(self.planned or self.severities)

    def judge(self, findings: list[Finding], path: str) -> list[Finding]:
        """The findings of a file that the plan leaves, with the severities that it sets."""
        name = os.path.relpath(path, self.base or os.curdir) if path != "-" else path
        kept = [finding for finding in findings if not any([_covers(one, finding, name) for one in self.planned])]
        return [self._weighed(finding) for finding in kept]

    def _weighed(self, finding: Finding) -> Finding:
        for pattern, severity in self.severities:
            if pattern.covers(finding):
                return msgspec.structs.replace(finding, severity=severity)
        return finding


def policy_for(flags: Flags, settings: Settings, rules: tuple[LoadedRule, ...]) -> Policy:
    """The policy of a repository. Raises UnknownRuleError for a rule that does not exist, and BaselineError."""
    look = settings.look
    names = tuple([loaded.rule.name for loaded in rules])

    def patterns(texts: tuple[str, ...]) -> tuple[Pattern, ...]:
        return read_patterns(texts, names, lambda name: _page(rules[names.index(name)]))

    switched_off = tuple([name for name, severity in look.severities.items() if severity == OFF])
    thresholds = Thresholds(
        Severity(flags.minimum_severity or look.minimum_severity or "info"),
        Confidence(flags.minimum_confidence or look.minimum_confidence or "medium"),
        Persona(flags.persona or look.persona or "default"),
    )
    return Policy(
        thresholds,
        Selection(patterns(flags.select or look.select), patterns((*flags.ignore, *switched_off))),
        Severity(flags.fail_on or look.fail_on or "low"),
        tuple([Planned(patterns((one.rule,))[0], one.path, one.job) for one in look.ignore]),
        _severities(look, patterns),
        os.path.dirname(settings.path) if settings.path is not None else "",
        _baseline(flags, settings),
    )


def _baseline(flags: Flags, settings: Settings) -> Baseline | None:
    """The baseline that the command line names, else the plan. Raises BaselineError."""
    path = flags.baseline
    if path is None and settings.look.baseline is not None:
        path = os.path.join(os.path.dirname(settings.path or ""), settings.look.baseline)
    if path is None or flags.without_baseline:
        return None
    from orbgen.lint.baseline import read_baseline

    return read_baseline(path)


def _severities(
    look: Look, patterns: Callable[[tuple[str, ...]], tuple[Pattern, ...]]
) -> tuple[tuple[Pattern, Severity], ...]:
    found = []
    for name, severity in look.severities.items():
        if severity != OFF:
            (pattern,) = patterns((name,))
            found.append((pattern, Severity(severity)))
    # A kind that is named counts before the rule as a whole.
    return tuple(sorted(found, key=lambda pair: not pair[0].kind))


def _page(loaded: LoadedRule) -> str:
    with open(loaded.page, encoding="utf-8") as file:
        return file.read()


def _covers(planned: Planned, finding: Finding, path: str) -> bool:
    if not planned.pattern.covers(finding):
        return False
    if planned.path is not None and not fnmatchcase(path, planned.path):
        return False
    if planned.job is None:
        return True
    return bool(finding.job_runs) and all([run.rpartition("/")[2] == planned.job for run in finding.job_runs])
