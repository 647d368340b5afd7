"""Orbs whose content may change without a change of the configuration."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.circleci.library import Import
from orbgen.lint.analyses.supply_chain.orb_references import imported_orbs, is_orb_source
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Persona, Rule, Sees, Severity
from orbgen.project.facts import is_any
from orbgen.source.nodes import Content, Mapping, Scalar

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="unpinned-orb",
    sees=Sees.CONFIG,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("orbs",),
)
_PARTIAL = re.compile(r"[0-9]+(?:\.[0-9]+)?")
# A revision, a digest or an exact version as a part of an address.
_FIXED = re.compile(r"(?:^|[/@=:-])(?:[0-9a-f]{40}|[0-9a-f]{64}|v?[0-9]+\.[0-9]+\.[0-9]+[0-9A-Za-z.+-]*)(?=$|[/?&.])")
_PARAMETER = re.compile(r"<<\s*pipeline\.parameters\.([^\s.>]+)\s*>>")
_SAYS = {
    "volatile": "each release of the orb runs in the next pipeline, whatever it contains",
    "dev": "whoever may publish to its namespace can replace a development version, and it is gone after 90 days",
    "url": "the address names no fixed revision, so whoever writes there changes what the jobs run",
    "parameter": "whoever starts a pipeline with other parameters chooses the orb's version",
    "partial": "each new release in that range runs in the next pipeline",
}
_OF_THIS_REVISION = re.compile(r"dev:<<\s*pipeline\.git\.revision\s*>>")


def check(context: Context) -> Iterator[Finding]:
    """Each reference to an orb that does not name one fixed content."""
    publishing = is_orb_source(context)
    for orb, node in imported_orbs(context):
        kind = _kind(node, context)
        if kind is None or (publishing and kind in ("volatile", "partial")):
            continue  # Publishing an orb fixes what it imports.
        severity, persona = None, None
        name = node.text.partition("@")[0]
        if kind == "parameter":
            severity = Severity.MEDIUM
        elif kind == "partial":
            trusted = is_any(name, context.facts.trusted_orbs)
            severity, persona = (Severity.INFO, Persona.PEDANTIC) if trusted else (Severity.LOW, None)
        yield RULE.finding(
            f"the orb '{node.text}' is not pinned: {_SAYS[kind]}",
            node.span,
            kind=kind,
            severity=severity,
            persona=persona,
            path=f"orbs/{orb.alias}",
            hidden=(orb.key.span,),
            help=_help(kind, orb, name),
        )


def _kind(node: Scalar, context: Context) -> str | None:
    text = node.text
    version = text.rpartition("@")[2]
    if "<<" in text:
        return None if _OF_THIS_REVISION.fullmatch(version) or _is_own(text, context) else "parameter"
    if text.startswith(("https://", "http://")):
        fixed = text.startswith("https://") and _FIXED.search(text.partition("://")[2])
        return None if fixed or text.startswith(context.facts.immutable_url_prefixes) else "url"
    if version == "volatile":
        return "volatile"
    if version.startswith("dev:"):
        return None if _is_own(text, context) else "dev"
    return "partial" if _PARTIAL.fullmatch(version) else None


def _is_own(text: str, context: Context) -> bool:
    """Whether this is a development version of the repository's own orb, which its pipeline publishes and tests."""
    name, _, version = text.partition("@")
    if not _default(version, context).startswith("dev:"):
        return False
    if os.path.basename(context.document.source.name).startswith("test-deploy"):
        return True
    references = [orb.reference or "" for orb in context.pipeline.library.orbs.values()]
    if not any([reference.partition("@")[0].endswith("/orb-tools") for reference in references]):
        return False
    published = {
        argument.text.rpartition("/")[2]
        for run in context.pipeline.job_runs
        for key in ("orb_name", "orb-name")
        if isinstance(argument := run.arguments.get(key), Scalar)
    }
    return not published or name.rpartition("/")[2] in published


def _default(version: str, context: Context) -> str:
    """What a version is as long as nobody sets the parameter that it comes from."""
    node: Content | None = context.document.root
    parameter = _PARAMETER.fullmatch(version)
    for key in ("parameters", parameter[1], "default") if parameter else ():
        node = node.get(key) if type(node) is Mapping else None
    return node.text if parameter and isinstance(node, Scalar) else version


def _help(kind: str, orb: Import, name: str) -> str:
    if kind == "url":
        return "put the revision or an exact version into the address, or list it under `immutable-url-prefixes`"
    if kind == "dev":
        return f"publish a release of it, and write `{name}@` and that version"
    if kind in ("volatile", "partial") and orb.resolved is not None:
        return f"the source at hand is `{name}@{orb.resolved}`: write that"
    return f"write an exact version, as in `{name}@1.2.3`"


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """A range becomes the version whose source is at hand."""
    imports = [orb for orb, node in imported_orbs(mender.context) if node.span == finding.primary]
    node = mender.node_at(finding.primary)
    version = imports[0].resolved if imports else None
    if finding.kind not in ("volatile", "partial") or version is None or not isinstance(node, Scalar):
        return None
    edits = mender.replace_text(node, node.text.rindex("@") + 1, len(node.text), version)
    return mender.fix(f"write `{version}`", edits)
