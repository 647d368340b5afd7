"""Which finding speaks where several rules see the same thing: the more specific one (rules.md 1, 8)."""

from __future__ import annotations

from collections.abc import Iterable

from orbgen.lint.findings import Confidence, Finding, Persona

# In each row the rules before silence those behind them in the same job run.
_IN_A_JOB_RUN = (
    ("access-open-to-any-branch", "teleport-ungated-join", "approval-bypass", "weak-gate", "ungated-credentials"),
    ("constant-condition", "unreachable-job"),
)
# In each row the rules before silence those behind them where their places overlap.
_IN_A_PLACE = (
    ("teleport-persisted-credentials", "persisted-credentials"),
    ("teleport-static-token", "hardcoded-secret"),
    ("exposed-oidc-token", "printed-secret"),
    ("teleport-exposed-identity", "printed-secret"),
    ("teleport-unverified-install", "piped-script"),
    ("teleport-unverified-install", "unverified-download"),
    ("pipeline-value-injection", "parameter-injection"),
    ("deferred-injection", "reparsed-variable"),
    ("forbidden-reference", "untrusted-orb"),
    ("forbidden-reference", "unpinned-orb"),
    ("token-static-secret", "token-rejected"),
)
# A key in a place that is wrong as a whole is another matter, so these have to be at the same place.
_AT_A_PLACE = (("unknown-key", "compile-error"),)


def prevailing(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that no more specific one silences."""
    found = list(findings)
    by_rule: dict[str, list[Finding]] = {}
    for finding in found:
        by_rule.setdefault(finding.rule, []).append(finding)
    if len(by_rule) < 2:
        return found
    silenced: set[int] = set()
    for row in _IN_A_JOB_RUN:
        taken: set[str] = set()
        for rule in row:
            speaking = by_rule.get(rule, ())
            silenced.update([id(finding) for finding in speaking if taken & set(finding.job_runs)])
            taken.update([run for finding in speaking if _is_sure(finding) for run in finding.job_runs])
    for winner, loser in _IN_A_PLACE:
        for finding in by_rule.get(loser, ()):
            if any([_overlap(finding, other) and _is_heard(other, finding) for other in by_rule.get(winner, ())]):
                silenced.add(id(finding))
    for winner, loser in _AT_A_PLACE:
        taken_places = {finding.primary for finding in by_rule.get(winner, ())}
        silenced.update([id(finding) for finding in by_rule.get(loser, ()) if finding.primary in taken_places])
    return [finding for finding in found if id(finding) not in silenced]


def _is_sure(finding: Finding) -> bool:
    """Whether a finding is more than a guess, which most people do not see."""
    return finding.confidence is not Confidence.LOW and finding.persona is Persona.DEFAULT


def _is_heard(winner: Finding, loser: Finding) -> bool:
    """Whether everybody who would see a finding sees the one that silences it."""
    sure = winner.confidence is not Confidence.LOW or loser.confidence is Confidence.LOW
    return sure and winner.persona.rank <= loser.persona.rank


def _overlap(first: Finding, second: Finding) -> bool:
    one, other = first.primary, second.primary
    return one.source is other.source and one.start < other.end and other.start < one.end
