"""Keeping the secrets of a file out of all its findings, whichever rule found them."""

from __future__ import annotations

from bisect import bisect_left

from msgspec.structs import replace

from orbgen.lint.findings import Finding
from orbgen.source.problems import Note
from orbgen.source.span import Span

# A shorter secret stands in other words too.
_SHORTEST = 6


def concealed(findings: list[Finding]) -> list[Finding]:
    """The findings of one file, none of which shows the secret that another one is about."""
    by_source: dict[int, dict[tuple[int, int], Span]] = {}
    for finding in findings:
        for span in finding.redact:
            by_source.setdefault(id(span.source), {})[span.start, span.end] = span
    if not by_source:
        return findings
    ordered = {source: _outermost(list(spans.values())) for source, spans in by_source.items()}
    return [_concealed(finding, ordered) for finding in findings]


def _concealed(finding: Finding, ordered: dict[int, list[Span]]) -> Finding:
    hidden: dict[tuple[int, int, int], Span] = {}
    for span in (finding.primary, *[note.span for note in finding.related], *finding.redact):
        for secret in _in_lines_of(span, ordered.get(id(span.source), [])):
            hidden[id(secret.source), secret.start, secret.end] = secret
    if not hidden:
        return finding
    from orbgen.lint.masking import head_of

    secrets = sorted([span.text for span in hidden.values() if len(span.text) >= _SHORTEST], key=len, reverse=True)

    def without(text: str) -> str:
        for secret in secrets:
            text = text.replace(secret, f"{head_of(secret)}…")
        return text

    return replace(
        finding,
        message=without(finding.message),
        label=without(finding.label),
        help=finding.help and without(finding.help),
        related=tuple([Note(note.span, without(note.text)) for note in finding.related]),
        redact=tuple(hidden.values()),
    )


def _outermost(spans: list[Span]) -> list[Span]:
    """The spans in order, without those that lie in another."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if not found or span.end > found[-1].end:
            found.append(span)
    return found


def _in_lines_of(span: Span, secrets: list[Span]) -> list[Span]:
    """The secrets in the lines that a span touches."""
    if not secrets:
        return []
    start, end = _lines(span)
    first, last = bisect_left(secrets, start, key=_start), bisect_left(secrets, end, key=_start)
    while first > 0 and secrets[first - 1].end > start:
        first -= 1
    return secrets[first:last]


def _start(span: Span) -> int:
    return span.start


def _lines(span: Span) -> tuple[int, int]:
    """From where to where the lines of a span go."""
    source = span.source
    return source.line_start(span.line), source.line_start(span.end_line) + len(source.line_text(span.end_line))
