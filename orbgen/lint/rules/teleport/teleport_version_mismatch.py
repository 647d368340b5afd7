"""What tbot is told, although the version that runs does not know it yet, or no more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.lint.analyses.teleport.command_mistakes import mismatched_command
from orbgen.lint.file_context import FileContext, RunJoin
from orbgen.lint.findings import Confidence, Finding, Persona, Rule, Sees, Severity
from orbgen.source.problems import Note
from orbgen.teleport.mistakes import Effect, Mistake
from orbgen.teleport.tbot_file_versions import mismatched
from orbgen.teleport.versions import gates

if TYPE_CHECKING:
    from orbgen.access.join import Join, Setting

RULE = Rule(
    name="teleport-version-mismatch",
    sees=Sees.TBOT,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
)

WIDER = "do not simply drop it: without it the output gets every role of the bot"
_PROXY = "proxy-as-auth-server"
# The ports that a proxy listens on; Auth itself has 3025.
_PROXY_PORTS = ("443", "3080")


def check(at: RunJoin, context: FileContext) -> Iterator[Finding]:
    """Each flag and key that no version of those that may run has, and those that all of them advise against."""
    join = at.join
    for mistake in mistakes_of(join, context.facts.proxy):
        advised = mistake.kind == "deprecated"
        yield context.found_at(
            RULE,
            at,
            mistake.message,
            mistake.span,
            kind=mistake.kind,
            severity=_severity(mistake, join),
            persona=Persona.PEDANTIC if advised else None,
            related=(Note(join.version.span, "this says which version runs"),) if join.version is not None else (),
            effect=mistake.effect,
            help=WIDER if "`roles`" in mistake.message else mistake.help,
        )


def mistakes_of(join: Join, proxy: str | None) -> Iterator[Mistake]:
    """The mistakes of a join that are some of its version."""
    yield from mismatched_command(join)
    if join.file is not None:
        for mistake in mismatched(join.file.root, join.versions):
            if mistake.kind != _PROXY:
                yield mistake
    address = join.settings.get("auth-server")
    # Where tbot knows no other way to name a proxy, this is the right one.
    other = gates()["proxy-server"].exists_throughout(join.versions)
    if address is not None and other is not False and _names_proxy(address, proxy):
        gate = gates()[_PROXY]
        refused = gate.exists_throughout(join.versions) is False
        words = f"which tbot refuses from {gate.until} on" if refused else "which a later tbot refuses"
        message = f"`{address.name}` gives the address of a proxy, {words}"
        help = "write it as `proxy_server`" if address.name.endswith("_server") else "write `--proxy-server`"
        yield Mistake(_PROXY, message, address.span, Effect.REFUSED if refused else Effect.WARNS, help)


def _names_proxy(address: Setting, proxy: str | None) -> bool:
    """Whether an address is that of a proxy: by its port, since Auth has another, or as the plan names it."""
    value = address.value or ""
    return value.rpartition(":")[2] in _PROXY_PORTS or (proxy is not None and value == proxy)


def _severity(mistake: Mistake, join: Join) -> Severity | None:
    if mistake.kind == "deprecated":
        return Severity.LOW
    if mistake.kind != _PROXY or mistake.effect is Effect.REFUSED:
        return None
    return Severity.MEDIUM if gates()[_PROXY].deprecated_throughout(join.versions) else Severity.LOW
