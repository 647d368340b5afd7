"""Secrets that are known by their form: tokens of vendors, private keys, passwords in addresses (rules.md 2.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from orbgen.lint.analyses.credentials.secret_literals import (
    entropy,
    is_hexadecimal,
    is_likely_secret,
    is_local,
    is_placeholder,
)
from orbgen.lint.tables import read_table
from orbgen.lint.vocabulary import Vocabulary

_LEAST_ENTROPY = 2.5
# Of base64.
_BESIDE_ENTROPY = 4.0
_SHORTEST_KEY = 48


class Secret(msgspec.Struct, frozen=True):
    """What was found, and from where to where the secret itself stands. `head` is how a token of its kind begins."""

    what: str
    start: int
    end: int
    head: str = ""


class _Pattern(msgspec.Struct, frozen=True):
    name: str
    anchors: tuple[str, ...]
    pattern: str


class _Table(msgspec.Struct, frozen=True):
    source: str
    date: str
    patterns: tuple[_Pattern, ...]
    beside_aws_key_id: str


@lru_cache(maxsize=1)
def _table() -> _Table:
    return read_table("secret-patterns", _Table)


def secrets_in(text: str, vocabulary: Vocabulary | None = None) -> Iterator[Secret]:
    """The secrets in a text, but for those that only stand for one; it is faster with the words that the text holds."""
    for pattern in _table().patterns:
        anchors = pattern.anchors
        if vocabulary is not None:
            anchors = tuple([anchor for anchor in anchors if vocabulary.may_show(anchor)])
        if any([anchor in text for anchor in anchors]):
            for match in re.finditer(pattern.pattern, text):
                secret = _secret(pattern, match)
                if secret is not None:
                    yield secret


def aws_keys_in(text: str) -> Iterator[Secret]:
    """The texts of the form of an AWS secret access key; it means one only beside an access key id."""
    for match in re.finditer(_table().beside_aws_key_id, text):
        key = match[0]
        if not is_hexadecimal(key) and not is_placeholder(key) and entropy(key) >= _BESIDE_ENTROPY:
            yield Secret("AWS secret access key", match.start(), match.end(), key[:4])


def _secret(pattern: _Pattern, match: re.Match[str]) -> Secret | None:
    groups = match.groupdict()
    if "password" in groups:
        likely = is_likely_secret(match["password"]) and not is_local(match["host"])
        return Secret(pattern.name, *match.span("password")) if likely and not is_placeholder(match[0]) else None
    if "key" in groups:
        key = re.sub(r"\\[nr]|[^A-Za-z0-9+/=]", "", match["key"])
        real = len(key) >= _SHORTEST_KEY and entropy(key[:1000]) >= _BESIDE_ENTROPY
        end = match.start("key") + len(match["key"].rstrip(" \t\r\n'\",>|#"))
        return Secret(pattern.name, match.start("key"), end) if real else None
    if "jwt" in groups and not _is_signed(match[0]):
        return None
    part = "secret" if "secret" in groups else 0
    if is_placeholder(match[0]) or entropy(match[part]) < _LEAST_ENTROPY:
        return None
    return Secret(pattern.name, *match.span(part), match[part][:4])


def _is_signed(token: str) -> bool:
    """Whether a token begins with the header of a JSON web token, and its payload is not that of an example."""
    header, payload = [_decoded(part) for part in token.split(".")[:2]]
    if header is None or payload is None:
        return False
    try:
        fields = msgspec.json.decode(header)
    except msgspec.DecodeError:
        return False
    demonstration = any([word in payload.lower() for word in ("demo", "john doe", '"sub":"1234567890"')])
    return isinstance(fields, dict) and "alg" in fields and not is_placeholder(payload) and not demonstration


def _decoded(part: str) -> str | None:
    import base64
    import binascii

    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
