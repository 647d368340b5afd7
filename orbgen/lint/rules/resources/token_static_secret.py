"""Tokens by which a bot joins with a secret, although CircleCI vouches for its jobs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from orbgen.lint.analyses.resources.joining import is_elsewhere, joins_with
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.lint.teleport_context import TeleportContext
from orbgen.source.nodes import Mapping
from orbgen.source.problems import Note
from orbgen.teleport.mistakes import Effect
from orbgen.teleport.resources import Token, is_blank

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="token-static-secret",
    sees=Sees.TOKEN,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
)

_WRITTEN = "the join method `token` makes the token's name a secret: whoever knows it can join as the bot, once"
_DEFAULT = "without `join_method` the token's name is a secret: whoever knows it can join as the bot, once"
_IGNORED = f"{_DEFAULT}; the block `circleci` has no effect"


def check(token: Token, context: TeleportContext) -> Iterator[Finding]:
    """A bot's token with the method `token`, be it written or what Teleport takes where none is."""
    spec = token.spec
    if spec is None or not token.has_static_secret or is_elsewhere(token, context):
        return
    field = spec.fields.get("join_method")
    absent = field is None or is_blank(field.value)
    trapped = absent and token.circleci is not None
    joins = joins_with(token, context)
    finding = context.found_in(
        RULE,
        token,
        _IGNORED if trapped else _DEFAULT if absent else _WRITTEN,
        field.written.span if field is not None and not absent else token.root.fields["spec"].key.span,
        kind="default" if absent else "",
        severity=None if joins or token.circleci is not None else Severity.MEDIUM,
        related=tuple([Note(join.span, "a job joins with it here") for join in joins[:1]]),
        help="write `join_method: circleci` with a block `circleci`, which needs no secret",
        effect=Effect.OPEN,
    )
    secrets = [join.settings["token"].span for join in joins]
    if token.name is not None:
        secrets.append(token.name.span)
    yield msgspec.structs.replace(finding, redact=tuple(secrets))


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """The method is written that the block beside it is for."""
    key = mender.node_at(finding.primary)
    spec = mender.value_of(key) if key is not None else None
    if finding.kind != "default" or not isinstance(spec, Mapping) or "circleci" not in spec.fields:
        return None
    if "join_method" in spec.fields:
        edits = mender.replace(spec.fields["join_method"].written, "circleci")
    else:
        edits = mender.append(spec, "join_method: circleci")
    return mender.fix("join by `circleci`", edits, changes=mender.way_to(spec, "join_method"))
