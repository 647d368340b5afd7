"""Bots that Teleport refuses when they are created."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.lint.analyses.resources.filling import is_patch
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.lint.teleport_context import TeleportContext
from orbgen.teleport.bot_checks import refused
from orbgen.teleport.resources import Bot

RULE = Rule(
    name="bot-rejected",
    sees=Sees.BOT,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
)


def check(bot: Bot, context: TeleportContext) -> Iterator[Finding]:
    """Each reason for which the server refuses the bot."""
    for mistake in refused(bot):
        # A patch of kustomize may leave the spec to the file that it is put into.
        if mistake.kind == "spec" and is_patch(mistake.span.source, context):
            continue
        yield context.found_in(
            RULE, bot, mistake.message, mistake.span, kind=mistake.kind, help=mistake.help, effect=mistake.effect
        )
