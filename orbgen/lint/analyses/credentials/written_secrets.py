"""Secrets that stand in a configuration: by their form, by their name, as the password of a registry (rules.md 3.2)."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator

import msgspec

from orbgen.circleci.jobs import environment_of
from orbgen.circleci.text import Text, is_known
from orbgen.lint.analyses.credentials.named_values import NamedValue, secret_values, service_values
from orbgen.lint.analyses.credentials.secret_literals import (
    is_hexadecimal,
    is_likely_secret,
    is_literal,
    is_local,
    is_name,
    is_placeholder,
    is_public,
    secret_part,
)
from orbgen.lint.analyses.credentials.secret_names import (
    is_digest_name,
    is_fixture,
    is_secret_name,
    is_self_made,
    may_name_secrets,
    words_of,
)
from orbgen.lint.analyses.credentials.secret_patterns import Secret, aws_keys_in, secrets_in
from orbgen.lint.context import Context
from orbgen.lint.vocabulary import Vocabulary
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence
from orbgen.source.span import Source, Span

_STARTS_A_DATABASE = lazy_pattern(
    r"(?:docker|podman)(?:-compose| compose)?\s+(?:run|up|create)\b[^;&|]*(?:postgres|postgis|mysql|mariadb|percona|"
    r"mongo|redis|mssql|sql-?server|oracle|cassandra|elastic|rabbitmq|neo4j|couch|influx|minio|localstack|keycloak|vault)"
    r"|\b(?:initdb|mysqld(?:_safe)?|pg_ctl|pg_ctlcluster|createuser|mongod)\b"
    r"|(?:service|systemctl start|/etc/init\.d/)\s*(?:postgresql|mysql|mariadb)|CREATE\s+(?:USER|ROLE)\b",
    re.IGNORECASE,
)
_SUMS = lazy_pattern(r"\b(?:sha(?:1|224|256|384|512)sum|shasum|md5sum|cksum|b2sum)\b")
_REGISTRY_SECRETS = (("auth", "password"), ("aws_auth", "aws_secret_access_key"))
_REGISTRY_WORDS = tuple([key for _, key in _REGISTRY_SECRETS])
_PASSWORDS = ("password", "passwd", "passphrase", "pgpassword")


class Kind(enum.Enum):
    """How it is known to be a secret."""

    REGISTRY = "registry"
    PATTERN = "pattern"
    NAMED = "named"


class WrittenSecret(msgspec.Struct, frozen=True):
    """One secret: the name that it goes by or what it is, how it begins, and where it stands."""

    kind: Kind
    what: str
    head: str
    span: Span
    owner: Scalar | None = None


def written_secrets(context: Context) -> Iterator[WrittenSecret]:
    """The secrets in the linted file, each once."""
    seen: list[Span] = []
    registries = _of_registries(context.document.root) if context.vocabulary.may_hold(_REGISTRY_WORDS) else ()
    names = _of_name(context) if may_name_secrets(context.vocabulary, context.facts) else ()
    for secret in (*registries, *_of_form(context), *names):
        span = secret.span
        if not any([_overlap(span, other) for other in seen]):
            seen.append(span)
            yield secret


def _overlap(span: Span, other: Span) -> bool:
    return span.source is other.source and span.start < other.end and other.start < span.end


# By form


def _of_form(context: Context) -> Iterator[WrittenSecret]:
    roots = {id(part.source): part.root for part in context.parts}
    for source in context.sources:
        root = roots.get(id(source)) or Scalar(source, 0, len(source.text), 0, source.text)
        yield from _in_text(source, root, context.vocabulary)


def _in_text(source: Source, root: Content, vocabulary: Vocabulary) -> Iterator[WrittenSecret]:
    keys: list[Secret] = []
    for secret in secrets_in(source.text, vocabulary):
        yield WrittenSecret(Kind.PATTERN, secret.what, secret.head, Span(source, secret.start, secret.end))
        if secret.what.startswith("AWS"):
            keys.append(secret)
    regions = dict.fromkeys([_region(root, key, (0, 0)) or _lines(source.text, key) for key in keys])
    for start, end in regions:
        for secret in aws_keys_in(source.text[start:end]):
            place = Span(source, start + secret.start, start + secret.end)
            yield WrittenSecret(Kind.PATTERN, secret.what, secret.head, place)


def _region(node: Content, key: Secret, around: tuple[int, int]) -> tuple[int, int] | None:
    """From where to where the script or the innermost map around a key goes; None for a comment outside of all maps."""
    if not node.start <= key.start < node.end:
        return None
    if isinstance(node, Scalar):
        return (node.start, node.end) if "\n" in node.text else around
    if type(node) is Sequence:
        children = node.items
    else:
        around = (node.start, node.end)
        children = [child for entry in node.entries for child in entry]
    for child in children:
        if isinstance(child, (Scalar, Sequence, Mapping)):
            found = _region(child, key, around)
            if found is not None:
                return found
    return around if around[1] else None


def _lines(text: str, key: Secret, count: int = 3) -> tuple[int, int]:
    """The lines around a key."""
    start, end = key.start, key.end
    for _ in range(count + 1):
        start = max(text.rfind("\n", 0, start), 0)
        end = text.find("\n", end + 1) if text.find("\n", end + 1) >= 0 else len(text)
    return start, end


# Passwords of registries


def _of_registries(node: Content) -> Iterator[WrittenSecret]:
    """The passwords with which images are pulled."""
    if type(node) is Mapping:
        for key, value in node.entries:
            if isinstance(key, Scalar) and isinstance(value, (Scalar, Sequence, Mapping)):
                if key.text == "docker" and type(value) is Sequence:
                    for container in value.elements:
                        yield from _of_container(container)
                elif not isinstance(value, Scalar):
                    yield from _of_registries(value)
    elif type(node) is Sequence:
        for item in node.items:
            if isinstance(item, (Sequence, Mapping)):
                yield from _of_registries(item)


def _of_container(container: Content) -> Iterator[WrittenSecret]:
    for section, key in _REGISTRY_SECRETS:
        auth = container.get(section) if type(container) is Mapping else None
        value = auth.get(key) if type(auth) is Mapping else None
        if isinstance(value, Scalar) and is_literal(value.text) and not is_placeholder(value.text):
            text = value.text
            if not (text.isupper() and is_name(text)):
                yield WrittenSecret(Kind.REGISTRY, f"{section}.{key}", text, value.place(0, len(text)))


# By name


def _of_name(context: Context) -> Iterator[WrittenSecret]:
    values = [*secret_values(context.document.root, context.facts), *_handed_on(context)]
    if not values:
        return
    fixtures = service_values(context.document.root)
    delegated: set[str | None] | None = None
    for value in values:
        part = _likely(value, fixtures)
        if part is None:
            continue
        if delegated is None:
            joins = [join for run in context.pipeline.job_runs for join in context.joins(run)]
            delegated = {join.token for join in joins if join.method not in ("token", None)}
        if value.text not in delegated:
            span = _origin(value, *part)
            if context.is_own(span):
                yield WrittenSecret(Kind.NAMED, value.name, value.text[slice(*part)], span, value.owner)


def _handed_on(context: Context) -> Iterator[NamedValue]:
    """The variables of job runs and steps that are set from an argument or a parameter's default."""
    for run in context.pipeline.job_runs:
        maps = [environment_of(run)]
        for step in run.steps:
            own = step.argument("environment") if step.substituted and not step.opaque else None
            if type(own) is Mapping:
                maps.append({name: field.value for name, field in own.fields.items()})
        for variables in maps:
            for name, node in variables.items():
                if isinstance(node, Text) and is_known(node) and is_secret_name(name, context.facts):
                    beside = {key: value.text for key, value in variables.items() if isinstance(value, Scalar)}
                    yield NamedValue(name, node.text, node, 0, beside)


def _origin(value: NamedValue, start: int, end: int) -> Span:
    """Where a value's author wrote it: for one that was pasted, where the argument or default stands."""
    scalar = value.scalar
    if isinstance(scalar, Text):
        offset = 0
        for part in scalar.parts:
            if offset <= value.start + start < offset + len(part.text) and part.via:
                return part.written
            offset += len(part.text)
    return value.place(start, end)


def _likely(value: NamedValue, fixtures: set[str]) -> tuple[int, int] | None:
    """From where to where a value is likely to be a secret; None where it is not."""
    if value.service or value.text in fixtures or is_public(value.text) or _is_fixture(value):
        return None
    part = secret_part(value.text)
    if part is None or not is_literal(value.text):
        return None
    text = value.text[slice(*part)]
    others = [other for name, other in value.beside.items() if name != value.name]
    if text in others or text in value.beside or _is_for_this_machine(value):
        return None
    if value.script is not None and _STARTS_A_DATABASE.search(value.script.text):
        return None
    sums = value.script is not None and _SUMS.search(value.script.text) is not None
    if is_hexadecimal(text) and (sums or is_digest_name(value.name)):
        return None
    words = words_of(value.name)
    password = any([word in _PASSWORDS for word in words])
    return part if is_likely_secret(text, password=password) else None


def _is_fixture(value: NamedValue) -> bool:
    """Whether a value is for tests: it says so, or the application that is given it does."""
    if is_fixture(value.name) or is_fixture(value.text):
        return True
    environments = [
        other for name, other in value.beside.items() if words_of(name)[-1:] in (("env",), ("environment",))
    ]
    return is_self_made(value.name) and any([is_fixture(other) for other in environments])


def _is_for_this_machine(value: NamedValue) -> bool:
    """Whether a variable beside it, with a name that begins alike, names this machine as the host."""
    for name, other in value.beside.items():
        words = words_of(name)
        if words and words[-1].endswith(("host", "url", "server", "address", "endpoint", "uri", "hostname")):
            host = re.sub(r"^[a-z+]+://(?:[^/@]*@)?", "", other.lower())
            host = re.split(r"[:/?]", host)[0]
            if host and is_local(host) and name[:2].upper() == value.name[:2].upper():
                return True
    return False
