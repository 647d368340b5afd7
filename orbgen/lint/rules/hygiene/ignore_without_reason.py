"""Ignore comments that do not say why."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.lint.file_context import FileContext
from orbgen.lint.findings import Confidence, Finding, Persona, Rule, Sees, Severity

RULE = Rule(
    name="ignore-without-reason",
    sees=Sees.FILE,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    since="0.1",
    persona=Persona.PEDANTIC,
    needs=("orbgen",),
)


def check(context: FileContext) -> Iterator[Finding]:
    """Each ignore with fewer than three letters behind its bracket; by default if the plan requires reasons."""
    required = context.facts.require_reason
    for ignore in context.ignores.found:
        if not ignore.reasoned:
            names = ", ".join([name.span.text for name in ignore.names])
            yield RULE.finding(
                f"`{names}` is ignored here, and nobody knows why",
                ignore.span,
                severity=Severity.LOW if required else None,
                persona=Persona.DEFAULT if required else None,
                label="no reason behind the bracket",
                help="say why behind the bracket, so that somebody can tell when it no longer holds",
            )
