"""Names of variables and parameters that say that they hold a secret (rules.md 2.4)."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from orbgen.lint.tables import read_table
from orbgen.lint.vocabulary import Vocabulary
from orbgen.project.facts import Facts
from orbgen.source.lazy_patterns import lazy_pattern

TOKENS = ("CIRCLE_OIDC_TOKEN", "CIRCLE_OIDC_TOKEN_V2")
_WORDS = lazy_pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


class _Table(msgspec.Struct, frozen=True):
    source: str
    date: str
    words: frozenset[str]
    sequences: tuple[tuple[str, ...], ...]
    last_words: frozenset[str]
    names: frozenset[str]
    harmless_last_words: frozenset[str]
    harmless_first_words: frozenset[str]
    harmless_sequences: tuple[tuple[str, ...], ...]
    harmless_names: frozenset[str]
    fixture_words: frozenset[str]
    self_made_words: frozenset[str]
    digest_words: frozenset[str]


@lru_cache(maxsize=1)
def _table() -> _Table:
    return read_table("secret-words", _Table)


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in lower case, split at `_`, `-` and where the case changes."""
    found = []
    for piece in re.split(r"[^A-Za-z0-9]+", name):
        found += [word.lower() for word in _split(piece)]
    return tuple(found)


def _split(piece: str) -> list[str]:
    """The words of a piece; digits belong to the word before them, as in `sha256`."""
    found: list[str] = []
    for word in _WORDS.findall(piece):
        if word.isdigit() and found:
            found[-1] += word
        else:
            found.append(word)
    return found


@lru_cache(maxsize=4096)
def is_secret_word(name: str) -> bool:
    """Whether a name, by itself, says that it holds a secret."""
    table = _table()
    upper = name.upper()
    if upper in table.harmless_names or upper.endswith("_ENV_VAR"):
        return False
    if upper in table.names:
        return True
    words = _bare(name)
    if not words or words[0] in table.harmless_first_words or _holds(words, table.harmless_sequences):
        return False
    if words[-1] in table.harmless_last_words and words[-2:] != ("webhook", "url"):
        return False
    if words[-1] in table.last_words or not table.words.isdisjoint(words):
        return True
    return _holds(words, table.sequences)


def _holds(words: tuple[str, ...], sequences: tuple[tuple[str, ...], ...]) -> bool:
    pairs = {words[index : index + 2] for index in range(len(words) - 1)}
    return any([sequence in pairs for sequence in sequences])


def is_secret_name(name: str, facts: Facts) -> bool:
    """Whether a variable or parameter holds a secret: the plan says so, or its name does."""
    if name in facts.not_secret_names:
        return False
    return name in facts.secret_names or is_secret_word(name)


def may_name_secrets(vocabulary: Vocabulary, facts: Facts) -> bool:
    """Whether a name that is made of some words, one of which may end in another, can be that of a secret."""
    table = _table()
    if not vocabulary.complete or vocabulary.may_hold((*facts.secret_names, *table.names)):
        return True
    if any([vocabulary.may_show(word) for word in table.words]) or vocabulary.ends(_last_words()):
        return True
    return any([all([vocabulary.may_show(word) for word in sequence]) for sequence in table.sequences])


@lru_cache(maxsize=1)
def _last_words() -> re.Pattern[bytes]:
    return re.compile(rf"(?:{'|'.join(sorted(_table().last_words))})[0-9]* ".encode())


def _bare(name: str) -> tuple[str, ...]:
    """The words of a name without the numbers at their ends."""
    return tuple([word.rstrip("0123456789") or word for word in words_of(name)])


def is_fixture(text: str) -> bool:
    """Whether a name or value says that it is for tests or a developer's machine."""
    return not _table().fixture_words.isdisjoint(_bare(text))


def is_self_made(name: str) -> bool:
    """Whether a name is that of a secret which an application is given at will, such as the key of its sessions."""
    return not _table().self_made_words.isdisjoint(_bare(name))


def is_digest_name(name: str) -> bool:
    """Whether a name says that its value is a digest or a revision of something."""
    return not _table().digest_words.isdisjoint(words_of(name))
