"""Orbs whose names pass for others, and orbs of publishers that nobody vouched for."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.lint.analyses.supply_chain.orb_references import imported_orbs
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Persona, Rule, Sees, Severity
from orbgen.lint.tables import popular_orbs
from orbgen.project.facts import is_any
from orbgen.source.names import slips

RULE = Rule(
    name="untrusted-orb",
    sees=Sees.CONFIG,
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("orbs",),
)
# The namespace of CircleCI's images, which on an orb looks like CircleCI's own.
_OF_IMAGES = "cimg"
# Between shorter names a single letter means nothing.
_SHORTEST = 5


def check(context: Context) -> Iterator[Finding]:
    """Each orb of the registry whose source is not at hand, by its namespace."""
    for orb, node in imported_orbs(context):
        name, version, _ = (orb.reference or "").partition("@")
        if not version or name.count("/") != 1 or orb.library is not None or "<<" in name:
            continue
        namespace, _, short = name.partition("/")
        if is_any(name, context.facts.trusted_orbs):
            continue
        meant = None if namespace in popular_orbs().namespaces else _meant(namespace, short)
        if meant is not None:
            message = f"the namespace of '{name}' looks like '{meant}', and its orbs are not that publisher's"
            kind, severity, confidence, persona = "lookalike", Severity.HIGH, Confidence.MEDIUM, Persona.DEFAULT
            help = (
                f"write `{meant}/{short}`, or list `{namespace}/*` under `lint.trusted-orbs` if it is the right one "
                f"(publishers that many use, as of {popular_orbs().date})"
            )
        else:
            message = f"'{name}' is published by '{namespace}', which is not among the trusted publishers"
            kind, severity, confidence, persona = "community", Severity.LOW, Confidence.HIGH, Persona.AUDITOR
            help = f"read its source (`circleci orb source {node.text}`), and list it under `lint.trusted-orbs`"
        yield RULE.finding(
            message,
            node.place(0, len(namespace)),
            kind=kind,
            severity=severity,
            confidence=confidence,
            persona=persona,
            path=f"orbs/{orb.alias}",
            hidden=(orb.key.span,),
            help=help,
        )


def _meant(namespace: str, short: str) -> str | None:
    """The publisher that a namespace can be taken for; the table says which publishers many use."""
    if namespace == _OF_IMAGES:
        return "circleci"
    table = popular_orbs()
    for known in sorted(table.namespaces):
        same = _plain(namespace) == _plain(known)
        close = slips(namespace, known, 2) == 1 and (len(known) >= _SHORTEST or f"{known}/{short}" in table.names)
        if same or close:
            return known
    return None


def _plain(name: str) -> str:
    return name.replace("-", "").replace("_", "")
