"""Roles of bots that give the users who may do everything: root, system:masters, a database's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.lint.analyses.resources.holding import as_held, principals_given
from orbgen.lint.findings import Confidence, Finding, Persona, Rule, Sees, Severity
from orbgen.lint.teleport_context import TeleportContext
from orbgen.source.problems import Note
from orbgen.teleport.mistakes import Effect
from orbgen.teleport.resources import Role, is_blank, known_but_for_traits, scalars, switched
from orbgen.teleport.sudoers import permits_everything
from orbgen.teleport.versions import table

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="role-superuser-access",
    sees=Sees.ROLE,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
)

# What each field gives, by the finding's kind, and to whom that opens what.
_KINDS = {
    "logins": ("login", "a server"),
    "windows_desktop_logins": ("login", "a Windows desktop"),
    "kubernetes_groups": ("kube", "a Kubernetes cluster"),
    "kubernetes_users": ("kube", "a Kubernetes cluster"),
    "db_users": ("database", "a database"),
}
_FORWARDING = ("forward_agent", "port_forwarding")


def check(role: Role, context: TeleportContext) -> Iterator[Finding]:
    """Each user, login or group of a bot's role that is above all others, and what helps a job to get further."""
    yield from as_held(_found(role, context), role, context)


def _found(role: Role, context: TeleportContext) -> Iterator[Finding]:
    superusers = table("roles")["superusers"]
    for one in principals_given(role, context):
        if one.text is None or one.text.lower() not in [name.lower() for name in superusers.get(one.field, ())]:
            continue
        kind, where = _KINDS[one.field]
        yield context.found_in(
            RULE,
            role,
            f"`{one.text}` in `{one.field}` lets a job do everything on {where} that the role reaches",
            one.place,
            kind=kind,
            confidence=Confidence.MEDIUM if kind == "database" else None,
            related=(Note(one.given, "the bot's trait gives it"),) if one.given is not None else (),
            help="name a user that may do what the job needs and no more",
            effect=Effect.OPEN,
        )
    yield from _sudo(role, context)
    for name in _FORWARDING:
        option = role.options.get(name) if role.options is not None else None
        if option is not None and switched(option):
            yield context.found_in(
                RULE,
                role,
                f"`{name}` lets a job go on from the servers that the role reaches to others",
                option.span,
                kind="forwarding",
                severity=Severity.LOW,
                persona=Persona.PEDANTIC,
                help=f"write `{name}: false`",
                effect=Effect.OPEN,
            )


def _sudo(role: Role, context: TeleportContext) -> Iterator[Finding]:
    """Entries for sudo count where Teleport makes users on the servers, which only another role may say."""
    mode = role.options.get("create_host_user_mode") if role.options is not None else None
    if switched(mode) is False or role.allow is None:
        return
    denied = {one.text for one in scalars(role.deny.get("host_sudoers"))} if role.deny is not None else set()
    for entry in scalars(role.allow.get("host_sudoers")):
        text = known_but_for_traits(entry)
        if text is not None and permits_everything(text) and not denied & {text, "*"}:
            yield context.found_in(
                RULE,
                role,
                f"`{text}` lets a job run every command as another user on the servers that the role reaches",
                entry.span,
                kind="sudo",
                confidence=Confidence.MEDIUM if is_blank(mode) else None,
                help="list the commands that the job needs, or none",
                effect=Effect.OPEN,
            )


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """Forwarding is switched off."""
    node = mender.node_at(finding.primary)
    if finding.kind != "forwarding" or node is None:
        return None
    return mender.fix("switch the forwarding off", mender.replace(node, "false"), changes=mender.way_to(node))
