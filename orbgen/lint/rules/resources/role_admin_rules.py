"""Roles of bots that may write what decides who may do what in Teleport."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.lint.analyses.resources.holding import as_held, is_for_terraform
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.lint.teleport_context import TeleportContext
from orbgen.teleport.mistakes import Effect
from orbgen.teleport.resources import Role, is_blank, known, mapping
from orbgen.teleport.role_rules import ANY, RoleRule, rules_of
from orbgen.teleport.versions import table

RULE = Rule(
    name="role-admin-rules",
    sees=Sees.ROLE,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
)

_WRITING = ("create", "update", "delete", ANY)


def check(role: Role, context: TeleportContext) -> Iterator[Finding]:
    """Each rule by which a bot's role may make itself more than it is; Teleport makes roles for bots of its own."""
    if role.name is None or not role.name.text.startswith("bot-"):
        yield from as_held(_found(role, context), role, context)


def _found(role: Role, context: TeleportContext) -> Iterator[Finding]:
    denying = rules_of(role.deny)
    for rule in rules_of(role.allow):
        for node in rule.resources:
            name = known(node)
            verbs = _verbs(rule, name, denying) if name is not None else []
            if verbs and (name == ANY or name in table("roles")["powerful-resources"]):
                what = "all of Teleport's resources" if name == ANY else f"`{name}` resources"
                yield context.found_in(
                    RULE,
                    role,
                    f"with `{'`, `'.join(verbs)}` on {what} a job can make itself as powerful as an administrator",
                    node.span,
                    kind="rules",
                    severity=Severity.MEDIUM if is_for_terraform(role, context) else None,
                    confidence=Confidence.MEDIUM if rule.conditional else None,
                    help="leave the job `read` and `list`, or nothing: whoever makes a bot's token is the bot",
                    effect=Effect.OPEN,
                )
                break
    yield from _impersonation(role, context)


def _verbs(rule: RoleRule, resource: str, denying: tuple[RoleRule, ...]) -> list[str]:
    """The verbs by which a rule writes a kind of resource, but for those that the same role denies."""
    return [
        verb
        for verb in _WRITING
        if verb in rule.verbs and not any([other.permits(verb, resource) for other in denying])
    ]


def _impersonation(role: Role, context: TeleportContext) -> Iterator[Finding]:
    given = mapping(role.allow.get("impersonate")) if role.allow is not None else None
    for name in ("users", "roles"):
        if given is not None and not is_blank(given.get(name)):
            yield context.found_in(
                RULE,
                role,
                f"`impersonate` lets a job have certificates of other {name}",
                given.fields[name].key.span,
                kind="impersonate",
                severity=Severity.MEDIUM if is_for_terraform(role, context) else None,
                confidence=None if is_blank(given.get("where")) else Confidence.MEDIUM,
                help="take it away: a bot lists the roles that it needs itself, and Teleport lets it have those",
                effect=Effect.OPEN,
            )
