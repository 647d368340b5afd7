"""Tokens that admit more than they seem to (teleport.md 1.2): by rules that leave an id out, by further roles."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.source.span import Span
from orbgen.teleport.mistakes import Effect, Mistake
from orbgen.teleport.resources import AllowRule, Token, known
from orbgen.teleport.versions import table

_BRANCHES = "any branch and any SSH re-run, and of forks' builds if they get secrets"


def too_broad(token: Token) -> Iterator[Mistake]:
    """What makes a `circleci` token for a bot too broad; nothing for other tokens."""
    if token.method != "circleci" or not token.is_for_bots:
        return
    yield from _further_roles(token)
    rules = [rule for rule in token.rules if rule.project is not None or rule.context is not None]
    for index, rule in enumerate(rules):
        broader = broader_rule(rule, rules[:index], rules[index + 1 :])
        if broader is not None:
            message = "this rule decides nothing: whatever fits it also fits a broader rule of the token"
            if _ids(broader) == _ids(rule):
                message = "this rule decides nothing: it stands in the token once more"
            yield _open("shadowed", message, rule.node.span, "delete it, or what makes the other one broader")
        elif rule.context is None and rule.project is not None:
            message = f"every job of the project can join by this rule, of {_BRANCHES}, as it demands no context"
            help = "add `context_id`, and restrict that context in CircleCI"
            yield _open("any-context", message, rule.project.span, help)
        elif rule.project is None and rule.context is not None:
            message = "every project of the organization that may use the context can join by this rule"
            yield _open("any-project", message, rule.context.span, "add `project_id`")


def broader_rule(rule: AllowRule, earlier: list[AllowRule], later: list[AllowRule]) -> AllowRule | None:
    """The rule that admits all that this one admits: another with fewer ids, or an earlier one with the same."""
    ids = _ids(rule)
    return next((other for other in earlier if _ids(other) <= ids), None) or next(
        (other for other in later if _ids(other) < ids), None
    )


def _ids(rule: AllowRule) -> frozenset[tuple[str, str]]:
    named = {"project": rule.project, "context": rule.context}
    return frozenset([(name, node.text) for name, node in named.items() if node is not None])


def _further_roles(token: Token) -> Iterator[Mistake]:
    system = {name.lower() for name in table("tokens")["system-roles"]}
    for role in token.roles:
        name = known(role)
        if name is not None and name.lower() != "bot" and name.lower() in system:
            message = f"whoever joins with this token may also join as `{name}`, a service of the cluster"
            yield _open("extra-role", message, role.span, "write `roles: [Bot]`")


def _open(kind: str, message: str, span: Span, help: str) -> Mistake:
    return Mistake(kind, message, span, Effect.OPEN, help)
