"""Secrets that stand in the configuration."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.lint.analyses.credentials.written_secrets import Kind, WrittenSecret, written_secrets
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.lint.masking import head_of

RULE = Rule(
    name="hardcoded-secret",
    sees=Sees.CONFIG,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
)
_READERS = "everyone who can read the repository, now or in its history, can use it"
_HELP = "revoke it first, then keep the new one in a context and use it as a variable"


def check(context: Context) -> Iterator[Finding]:
    """Each secret in the file, also in comments and in definitions that nothing uses."""
    for secret in written_secrets(context):
        hidden = () if secret.owner is None else (secret.owner.span,)
        yield RULE.finding(
            f"{_what(secret)}: {_READERS}",
            secret.span,
            kind=secret.kind.value,
            confidence=Confidence.MEDIUM if secret.kind is Kind.NAMED else None,
            path=f"{secret.owner.text if secret.owner is not None else ''}/{secret.what}",
            label="masked here",
            hidden=hidden,
            help=_HELP,
            redact=(secret.span,),
        )


def _what(secret: WrittenSecret) -> str:
    head = head_of(secret.head) if secret.kind is not Kind.PATTERN else secret.head
    shown = f" (`{head}…`)" if head else ""
    if secret.kind is Kind.PATTERN:
        return f"{_article(secret.what)} {secret.what}{shown} stands in the file"
    if secret.kind is Kind.REGISTRY:
        return f"`{secret.what}` holds a password{shown}"
    return f"`{secret.what}` is set to what looks like a secret{shown}"


def _article(word: str) -> str:
    return "an" if word[0] in "AEIOaeio" or word.startswith("npm") else "a"
