"""Which jobs of the repository join with a token, or as a bot (rules.md 2.6)."""

from __future__ import annotations

from orbgen.access.join import Join, Program
from orbgen.lint.file_context import FileContext
from orbgen.lint.teleport_context import TeleportContext
from orbgen.teleport.resources import Bot, Token, known


def joins_with(token: Token, context: TeleportContext) -> tuple[Join, ...]:
    """The joins in the repository's pipelines that name a token."""
    name = known(token.name)
    joins = [join for pipeline in context.repository.pipelines for _, join in pipeline.run_joins()]
    return tuple([join for join in joins if name is not None and join.token == name])


def is_elsewhere(token: Token, context: FileContext) -> bool:
    """Whether the plan says that a token's bot joins from elsewhere than CI."""
    return context.facts.bot_uses.get(known(token.bot_name) or "") == "elsewhere"


def only_terraform_joins(bot: Bot, context: TeleportContext) -> bool:
    """Whether Terraform alone joins as a bot: the plan says so, or the repository's joins with its tokens."""
    name = known(bot.name)
    if name is None:
        return False
    if context.facts.bot_uses.get(name) == "terraform":
        return True
    tokens = [token for token in context.repository.tokens if known(token.bot_name) == name]
    programs = {join.program for token in tokens for join in joins_with(token, context)}
    return programs == {Program.TERRAFORM}
