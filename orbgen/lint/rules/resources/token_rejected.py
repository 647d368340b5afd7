"""Tokens that Teleport refuses when they are created."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.lint.analyses.resources.filling import is_patch
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.lint.teleport_context import TeleportContext
from orbgen.teleport.resources import Token
from orbgen.teleport.token_checks import refused

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="token-rejected",
    sees=Sees.TOKEN,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
)

# What a patch of kustomize may leave to the file that it is put into.
_ABSENCES = ("roles", "bot-name", "block", "organization", "no-rule", "empty-rule")


def check(token: Token, context: TeleportContext) -> Iterator[Finding]:
    """Each reason for which the server refuses the token."""
    for mistake in refused(token):
        if mistake.kind in _ABSENCES and is_patch(mistake.span.source, context):
            continue
        yield context.found_in(
            RULE,
            token,
            mistake.message,
            mistake.span,
            kind=mistake.kind,
            help=mistake.help,
            effect=mistake.effect,
        )


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """A key, a role or a method that is nearly right is written as it is meant."""
    from orbgen.lint.mending.suggestions import with_suggestion

    assert isinstance(mender.file, TeleportContext)
    mistakes = [one for token in mender.file.resources if isinstance(token, Token) for one in refused(token)]
    return with_suggestion(finding, mistakes, mender)
