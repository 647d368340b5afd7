"""Texts that are likely to be a secret, and those that only stand for one (rules.md 2.4)."""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache

import msgspec

from orbgen.lint.tables import read_table
from orbgen.source.lazy_patterns import lazy_pattern

_FILLED_IN = lazy_pattern(r"<<|\$\w|\$[{(]|\{\{")
_BOOLEANS = frozenset(("true", "false", "yes", "no", "on", "off", "null", "~", "none"))
_NUMBER = lazy_pattern(r"[-+]?[0-9][0-9_.,]*")
_REFERENCE = lazy_pattern(
    r"(?:env:|op://|vault:|ssm:|secretsmanager:|arn:|gcp:|azure:|ref\+|awssm:)|projects/[^/]+/secrets/"
)
_ADDRESS = lazy_pattern(r"[A-Za-z][A-Za-z0-9+.-]*://")
_FILE = lazy_pattern(r"[\w@ .-]+\.(?:[A-Za-z][A-Za-z0-9]{0,4}|[a-z]{6,10})")
_UUID = lazy_pattern(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DIGEST = lazy_pattern(r"(?:sha(?:1|256|384|512)|md5)[:-].+", re.IGNORECASE)
_SSH_FINGERPRINT = lazy_pattern(r"(?:SHA256:[A-Za-z0-9+/=]{20,}|(?:MD5:)?[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){15,})")
_PUBLIC_KEY = lazy_pattern(
    r"(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\S+|age1|-----BEGIN (?:[A-Z ]*PUBLIC KEY|CERTIFICATE))"
)
_SEPARATORS = lazy_pattern(r"[-_./:@]+")
_WORD = lazy_pattern(r"(?:[a-z]*|[A-Z]*|(?:[A-Z]?[a-z]{2,})+)[0-9]{0,3}")
_RUN = lazy_pattern(r"(.)\1{4}")
_LOCAL = lazy_pattern(r"localhost|127\.[0-9.]+|0\.0\.0\.0|::1|\[::1\]|host\.docker\.internal|[^.]*")
_USER_AND_PASSWORD = lazy_pattern(
    r"(?:[A-Za-z][A-Za-z0-9+.-]*://)?[^\s:/@]*(?::(?P<password>[^@/]+))?@(?P<host>.*)", re.DOTALL
)
_SETTINGS = lazy_pattern(r"[\w ]+=[^;]*;")
_PASSWORD_SETTING = lazy_pattern(
    r"(?:^|;)\s*(?:password|pwd|accountkey|sharedaccesskey)\s*=(?P<password>[^;]+)", re.IGNORECASE
)
_HOST_SETTING = lazy_pattern(
    r"(?:^|;)\s*(?:server|data source|host|addr(?:ess)?)\s*=(?:tcp:)?(?P<host>[^;,:]+)", re.IGNORECASE
)
_HEXADECIMAL = lazy_pattern(r"[0-9a-fA-F]+")
_CLASSES = (re.compile(r"[a-z]"), re.compile(r"[A-Z]"), re.compile(r"[0-9]"), re.compile(r"[^A-Za-z0-9]"))


class _Placeholders(msgspec.Struct, frozen=True):
    source: str
    date: str
    contained: tuple[str, ...]
    words: frozenset[str]


@lru_cache(maxsize=1)
def _placeholders() -> _Placeholders:
    return read_table("placeholders", _Placeholders)


def is_literal(text: str) -> bool:
    """Whether a text is a value of its own: nothing is filled in, and it is no number, path, address or reference."""
    stripped = text.strip()
    if not stripped or _FILLED_IN.search(text) or stripped.lower() in _BOOLEANS or _NUMBER.fullmatch(stripped):
        return False
    if stripped.startswith(("/", "./", "../", "~/")) or _REFERENCE.match(stripped) or _FILE.fullmatch(stripped):
        return False
    return not (_ADDRESS.match(stripped) and "@" not in stripped)


def is_placeholder(text: str) -> bool:
    """Whether a text only stands for a secret, as `changeme` does."""
    lower = text.strip().lower()
    table = _placeholders()
    if len(set(lower)) < 2 or lower in table.words or _RUN.search(lower):
        return True
    return any([word in lower for word in table.contained]) or re.search(r"<[^<>]*>", lower) is not None


def is_public(text: str) -> bool:
    """Whether a text has the form of what may be known: a UUID, a digest, a fingerprint, a public key."""
    stripped = text.strip()
    if any([form.fullmatch(stripped) for form in (_UUID, _DIGEST, _SSH_FINGERPRINT)]):
        return True
    return _PUBLIC_KEY.match(stripped) is not None


def is_hexadecimal(text: str) -> bool:
    """Whether a text could be a digest or a revision."""
    return _HEXADECIMAL.fullmatch(text) is not None


def is_name(text: str) -> bool:
    """Whether a text is made of words as names are: of a variable, such as `DEPLOY_TOKEN`, of a resource, a host."""
    pieces = _SEPARATORS.split(text)
    if len(pieces) == 1 and not text.isupper():
        return False
    return all([_WORD.fullmatch(piece) is not None for piece in pieces])


def is_local(host: str) -> bool:
    """Whether a host is this machine, or one that only a network of containers knows."""
    return _LOCAL.fullmatch(host.lower()) is not None


def secret_part(text: str) -> tuple[int, int] | None:
    """From where to where the secret stands in a value: all of it, or the password of an address or of settings.

    None where an address or settings have no password, or where they are those of this machine.
    """
    if _SETTINGS.match(text):
        match, host = _PASSWORD_SETTING.search(text), _HOST_SETTING.search(text)
        return None if match is None or (host and is_local(host["host"].strip())) else match.span("password")
    address = _USER_AND_PASSWORD.fullmatch(text)
    if address is None:
        return 0, len(text)
    host_name = re.split(r"[:/?),]", address["host"].rpartition("(")[2])[0]
    if _ADDRESS.match(text) is None and address["password"] is None:
        return 0, len(text)
    return None if address["password"] is None or is_local(host_name) else address.span("password")


def entropy(text: str) -> float:
    """Shannon's entropy of a text in bits per character."""
    total = len(text)
    return -sum([count / total * math.log2(count / total) for count in Counter(text).values()])


def is_likely_secret(text: str, *, password: bool = False) -> bool:
    """Whether a text is random enough for a secret; of a `password` less is asked."""
    length, bits = (8, 3.0) if password else (12, 3.2)
    if len(text) < length or any([character.isspace() for character in text]):
        return False
    if sum([found.search(text) is not None for found in _CLASSES]) < 2 or entropy(text) < bits:
        return False
    return is_literal(text) and not is_placeholder(text) and not is_public(text) and not is_name(text)
