"""Tokens that admit jobs, projects or services which they need not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.lint.analyses.resources.joining import joins_with
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.lint.teleport_context import TeleportContext
from orbgen.source.nodes import Mapping
from orbgen.teleport.breadth import too_broad
from orbgen.teleport.resources import Token, known

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="token-broad-grant",
    sees=Sees.TOKEN,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
)

_SEVERITIES = {"any-project": Severity.MEDIUM, "shadowed": Severity.LOW}


def check(token: Token, context: TeleportContext) -> Iterator[Finding]:
    """Each rule that leaves an id out or decides nothing, and each role of a service."""
    for mistake in too_broad(token):
        if not _is_meant(mistake.kind, token, context):
            yield context.found_in(
                RULE,
                token,
                mistake.message,
                mistake.span,
                kind=mistake.kind,
                severity=_SEVERITIES.get(mistake.kind),
                help=mistake.help,
                effect=mistake.effect,
            )


def _is_meant(kind: str, token: Token, context: TeleportContext) -> bool:
    """Whether the plan says that a token is for many projects, or for tests as long as no job joins with it."""
    name, facts = known(token.name), context.facts
    if kind == "any-project":
        return name in facts.shared_tokens
    return kind == "any-context" and name in facts.test_tokens and not joins_with(token, context)


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """The id that is missing is the plan's; a rule that decides nothing is deleted."""
    node = mender.node_at(finding.primary)
    if node is None:
        return None
    holder = mender.holders(node)[0]
    if finding.kind == "shadowed":
        return mender.fix("delete the rule", mender.delete(node), changes=mender.way_to(holder), safe=True)
    facts = mender.file.facts
    ids = {"any-context": ("context_id", facts.teleport_context_id), "any-project": ("project_id", facts.project_id)}
    key, id_ = ids.get(finding.kind, ("", None))
    if id_ is None or not isinstance(holder, Mapping):
        return None
    edits = (
        mender.replace(holder.fields[key].written, id_)
        if key in holder.fields
        else mender.append(holder, f"{key}: {id_}")
    )
    return mender.fix(f"add the `{key}` of the plan", edits, changes=mender.way_to(holder, key))
