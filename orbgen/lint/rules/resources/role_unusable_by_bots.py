"""Roles of bots that Teleport takes, and that no bot can use."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.lint.analyses.resources.holding import as_held, finds_databases
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.lint.teleport_context import TeleportContext
from orbgen.source.nodes import Content
from orbgen.teleport.mistakes import Effect
from orbgen.teleport.resources import Role, known, switched

RULE = Rule(
    name="role-unusable-by-bots",
    sees=Sees.ROLE,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
)

# What each option asks of whoever holds the role, and what to write.
_OPTIONS = {
    "require_session_mfa": (
        "mfa",
        "the role asks for a second factor in each session, and a bot has none",
        "switch `require_session_mfa` off in the bot's role, and ask people for it in theirs",
    ),
    "device_trust_mode": (
        "device",
        "the role asks for a device that Teleport trusts, and a bot runs on none",
        "write `device_trust_mode: required-for-humans`, which lets bots pass",
    ),
    "pin_source_ip": (
        "source-ip",
        "the role binds certificates to the address that joined, and a job of CI may go out by another",
        "write `pin_source_ip: false`",
    ),
}
_DATABASES = ("db_labels", "db_labels_expression", "db_users")


def check(role: Role, context: TeleportContext) -> Iterator[Finding]:
    """Each option of a bot's role that no bot satisfies, and databases that tbot cannot find by it."""
    yield from as_held(_found(role, context), role, context)


def _found(role: Role, context: TeleportContext) -> Iterator[Finding]:
    for name, (kind, message, help) in _OPTIONS.items():
        option = role.options.get(name) if role.options is not None else None
        if option is not None and _is_demanded(name, option):
            unsure = kind == "source-ip"
            yield context.found_in(
                RULE,
                role,
                message,
                option.span,
                kind=kind,
                severity=Severity.MEDIUM if unsure else None,
                confidence=Confidence.MEDIUM if unsure else None,
                help=help,
                effect=Effect.FAILS,
            )
    given = [role.allow.fields[name] for name in _DATABASES if role.allow is not None and name in role.allow.fields]
    if given and not finds_databases(role, context):
        yield context.found_in(
            RULE,
            role,
            "tbot finds no database by the role, as no role of the bot lets it read and list `db` and `db_server`",
            given[0].key.span,
            kind="database",
            confidence=Confidence.MEDIUM,
            help="add the rule `{resources: [db, db_server], verbs: [read, list]}` to `allow`",
            effect=Effect.FAILS,
        )


def _is_demanded(name: str, option: Content) -> bool:
    return known(option) == "required" if name == "device_trust_mode" else bool(switched(option))
