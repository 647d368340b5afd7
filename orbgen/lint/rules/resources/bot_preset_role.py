"""Bots with a role that every cluster has, made for people who administer it or for trying it out."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.lint.analyses.resources.joining import only_terraform_joins
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.lint.teleport_context import TeleportContext
from orbgen.teleport.mistakes import Effect
from orbgen.teleport.reach import presets, reach_of
from orbgen.teleport.resources import Bot, known

RULE = Rule(
    name="bot-preset-role",
    sees=Sees.BOT,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
)

_TERRAFORM = "terraform-provider"


def check(bot: Bot, context: TeleportContext) -> Iterator[Finding]:
    """Each preset role of a bot, unless the plan calls the bot a demonstration or a narrower role has that name."""
    if context.facts.bot_uses.get(known(bot.name) or "") == "demo":
        return
    for role in bot.roles:
        preset = presets().get(known(role) or "")
        if preset is None or _is_narrowed(preset.name, context):
            continue
        severity, help = Severity(preset.severity), "write a role with the labels and users that the jobs need"
        if preset.name == _TERRAFORM and only_terraform_joins(bot, context):
            severity, help = Severity.MEDIUM, "write a role with rules for the resources that Terraform manages here"
        yield context.found_in(
            RULE,
            bot,
            f"with the preset role `{preset.name}` every job that joins {preset.gives}",
            role.span,
            severity=severity,
            help=help,
            effect=Effect.OPEN,
        )


def _is_narrowed(name: str, context: TeleportContext) -> bool:
    """Whether the repository has a role of this name that does not reach everything of a kind."""
    supplied = [role for role in context.repository.roles if known(role.name) == name]
    return bool(supplied) and not any([reach.everything for role in supplied for reach in reach_of(role)])
