"""Showing text of files without the secrets in it (rules.md 2.4)."""

from __future__ import annotations

from collections.abc import Iterable

from orbgen.lint.analyses.credentials.secret_patterns import secrets_in
from orbgen.source.span import Source, Span

SHOWN = 4
MASK = "*"


def head_of(secret: str) -> str:
    """As much of a secret as may be shown: up to four characters, and no more than a quarter."""
    return secret[: min(SHOWN, len(secret) // 4)]


def masked(text: str, start: int, source: Source, hidden: Iterable[Span]) -> str:
    """A piece of a source from character `start` on, its secrets masked so that all else keeps its column.

    Besides what is to be hidden, what has the form of a secret is masked.
    """
    found = [(span.start - start, span.end - start) for span in hidden if span.source is source]
    found += [(secret.start, secret.end) for secret in secrets_in(text)]
    for first, last in found:
        begin, end = max(first, 0), min(last, len(text))
        if begin < end:
            # Of a secret over several lines only the first shows its head.
            begin += len(head_of(text[begin:end])) if first >= 0 else 0
            text = text[:begin] + "".join([_mask(character) for character in text[begin:end]]) + text[end:]
    return text


def _mask(character: str) -> str:
    return character if character in " \t\r\n" else MASK
