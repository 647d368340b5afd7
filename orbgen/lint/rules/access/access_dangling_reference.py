"""Names that lead from one piece to the next and end nowhere: token, bot, role."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.lint.context import Context
from orbgen.lint.file_context import FileContext
from orbgen.lint.findings import Confidence, Finding, Persona, Rule, Sees, Severity
from orbgen.lint.teleport_context import TeleportContext
from orbgen.source.names import nearest
from orbgen.source.problems import Note
from orbgen.teleport.mistakes import Effect
from orbgen.teleport.reach import presets
from orbgen.teleport.resources import Bot, Token, known

RULE = Rule(
    name="access-dangling-reference",
    sees=Sees.FILE,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    since="0.1",
    needs=("tbot", "terraform", "tofu"),
)


def check(context: FileContext) -> Iterator[Finding]:
    """Each name in a file that no other file of the checkout explains, where there are others of its kind."""
    if isinstance(context, Context):
        yield from _tokens_of_joins(context)
    elif isinstance(context, TeleportContext):
        for resource in context.resources:
            if isinstance(resource, Token):
                yield from _bot_of(resource, context)
                yield from _unused(resource, context)
            elif isinstance(resource, Bot):
                yield from _roles_of(resource, context)
                yield from _powerless(resource, context)


def _tokens_of_joins(context: Context) -> Iterator[Finding]:
    for at in context.run_joins():
        given = at.join.settings.get("token")
        if at.join.method == "token" or given is None or given.value is None or _is_elsewhere("tokens", context):
            continue
        names = {known(token.name) for token in context.repository.tokens if _is_for_bots(token)}
        if names and None not in names and given.value not in names:
            guess = nearest(given.value, [name for name in names if name is not None])
            yield context.found_at(
                RULE,
                at,
                f"no token of the repository is called '{given.value}'",
                given.span,
                kind="token",
                effect=Effect.FAILS,
                help=f"did you mean '{guess}'?" if guess else _elsewhere("tokens"),
            )


def _bot_of(token: Token, context: TeleportContext) -> Iterator[Finding]:
    name = known(token.bot_name)
    if name is None or token.bot_name is None or _is_elsewhere("bots", context):
        return
    names = {known(bot.name) for bot in context.repository.bots}
    if names and None not in names and name not in names:
        guess = nearest(name, [other for other in names if other is not None])
        yield context.found_in(
            RULE,
            token,
            f"the token is for the bot '{name}', and no bot of the repository is called so",
            token.bot_name.span,
            kind="bot",
            effect=Effect.FAILS,
            help=f"did you mean '{guess}'?" if guess else _elsewhere("bots"),
        )


def _roles_of(bot: Bot, context: TeleportContext) -> Iterator[Finding]:
    if _is_elsewhere("roles", context) or not context.repository.roles:
        return
    names = {known(role.name) for role in context.repository.roles}
    for written in bot.roles:
        name = known(written)
        # A role without a name is `bot-rejected`'s.
        if not name or None in names or name in names or name in presets():
            continue
        guess = nearest(name, [*[other for other in names if other is not None], *presets()])
        yield context.found_in(
            RULE,
            bot,
            f"the bot has the role '{name}', which is neither in the repository nor one of Teleport's own",
            written.span,
            kind="role",
            effect=Effect.FAILS,
            help=f"did you mean '{guess}'?" if guess else _elsewhere("roles"),
        )


def _powerless(bot: Bot, context: TeleportContext) -> Iterator[Finding]:
    """A bot without a role whose joins write credentials, which then reach nothing."""
    if bot.spec is None or bot.roles or bot.spec.get("roles") is None:
        return
    tokens = [known(one.name) for one in context.repository.tokens if known(one.bot_name) == known(bot.name)]
    for configuration in context.repository.pipelines:
        for _, join in configuration.run_joins():
            if join.token in tokens and join.services:
                yield context.found_in(
                    RULE,
                    bot,
                    "the bot has no role, so the credentials that jobs get by it reach nothing",
                    bot.spec.fields["roles"].key.span,
                    kind="powerless",
                    confidence=Confidence.HIGH,
                    related=(Note(join.span, "it joins here"),),
                    effect=Effect.FAILS,
                    help="give it a role that reaches what the job needs, and nothing else",
                )
                return


def _unused(token: Token, context: TeleportContext) -> Iterator[Finding]:
    """A token for CircleCI's jobs that none of the repository's joins by, as far as all of them can be seen."""
    name = known(token.name)
    if token.method != "circleci" or name is None or token.name is None:
        return
    pipelines = context.repository.pipelines
    if not pipelines or any([one.used for pipeline in pipelines for one in pipeline.pipeline.missing_orbs]):
        return
    joins = [join for configuration in pipelines for _, join in configuration.run_joins()]
    if any([join.token in (name, None) for join in joins]):
        return
    yield context.found_in(
        RULE,
        token,
        f"no job of the repository joins by the token '{name}'",
        token.name.span,
        kind="unused-token",
        severity=Severity.INFO,
        persona=Persona.AUDITOR,
        effect=Effect.OPEN,
        help="remove it where no other repository uses it: what nobody uses nobody watches",
    )


def _is_for_bots(token: Token) -> bool:
    return any([role.text.lower() == "bot" for role in token.roles])


def _is_elsewhere(what: str, context: FileContext) -> bool:
    return what in context.facts.managed_elsewhere


def _elsewhere(what: str) -> str:
    return f"add it, or say in the plan that these are kept elsewhere: `managed-elsewhere: [{what}]`"
