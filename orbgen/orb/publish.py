"""Publishing: what a version will be, and why it may not be published, before anything is changed."""

from __future__ import annotations

import re
from typing import Protocol

import msgspec

_NAME = r"[a-z][a-z0-9_-]+"
_REFERENCE = re.compile(
    rf"(?P<namespace>{_NAME})/(?P<name>{_NAME})@(?P<version>[0-9]+\.[0-9]+\.[0-9]+|dev:[.a-zA-Z0-9_/-]+)", re.ASCII
)
_NUMBERS = re.compile(r"([0-9]+)\.([0-9]+)\.([0-9]+)", re.ASCII)
_LONGEST_REFERENCE = 1024


class BadReferenceError(Exception):
    """A text that names no version that could be published: one sentence that says why."""


class NotPublishableError(Exception):
    """The registry's state does not allow the publication: one sentence that says why and what to do."""


class OrbReference(msgspec.Struct, frozen=True):
    """One version of one orb: `namespace/name@1.2.3`, or `namespace/name@dev:label`."""

    namespace: str
    name: str
    version: str

    @property
    def orb(self) -> str:
        """The orb's full name."""
        return f"{self.namespace}/{self.name}"

    @property
    def is_development(self) -> bool:
        """Whether the version can be replaced, and ends after 90 days."""
        return self.version.startswith("dev:")

    def __str__(self) -> str:
        return f"{self.orb}@{self.version}"


class RegistryState(Protocol):
    """What a registry knows of an orb's name."""

    @property
    def namespace_exists(self) -> bool: ...  # noqa: D102
    @property
    def orb_exists(self) -> bool: ...  # noqa: D102
    @property
    def is_private(self) -> bool | None: ...  # noqa: D102
    @property
    def newest(self) -> str | None: ...  # noqa: D102


class Registry(Protocol):
    """Where orbs are published. Its methods raise errors of their own."""

    def state(self, namespace: str, name: str) -> RegistryState:
        """What it knows of an orb's name."""

    def has_version(self, reference: str) -> bool:
        """Whether a version exists."""

    def publish(self, namespace: str, name: str, version: str, source: str) -> None:
        """Publish a version."""


class Publication(msgspec.Struct, frozen=True):
    """What publishing will do: to which orb, over which version, and the newest production version so far."""

    reference: OrbReference
    is_private: bool | None
    newest: str | None
    replaces: bool

    @property
    def steps_back(self) -> bool:
        """Whether the new production version is lower than the newest one."""
        if self.newest is None or self.reference.is_development:
            return False
        return _numbers(self.reference.version) < _numbers(self.newest)


def is_orb_name(text: str) -> bool:
    """Whether a text is the name of an orb with its namespace."""
    return re.fullmatch(rf"{_NAME}/{_NAME}", text, re.ASCII) is not None


def read_reference(text: str) -> OrbReference:
    """The version that a text names. Raises BadReferenceError."""
    match = _REFERENCE.fullmatch(text) if len(text) <= _LONGEST_REFERENCE else None
    if match is not None:
        return OrbReference(match["namespace"], match["name"], match["version"])
    orb, at, version = text.partition("@")
    if not is_orb_name(orb):
        raise BadReferenceError(f"'{text}' does not begin with an orb's name, such as acme/deploy@1.2.3")
    if not at:
        raise BadReferenceError(f"'{text}' names no version; add one, such as {orb}@1.2.3 or {orb}@dev:alpha")
    raise BadReferenceError(
        f"'{version}' is no version to publish; a production version has three numbers, as in {orb}@1.2.3, and a "
        f"development version a label, as in {orb}@dev:alpha"
    )


def prepare(reference: OrbReference, registry: Registry) -> Publication:
    """What publishing a version will do. Raises NotPublishableError, and what the registry raises."""
    state = registry.state(reference.namespace, reference.name)
    if not state.namespace_exists:
        raise NotPublishableError(
            f"there is no namespace '{reference.namespace}'; an organization admin claims it once with "
            f"`circleci namespace create {reference.namespace} --org-id ORGANIZATION_ID`"
        )
    if not state.orb_exists:
        raise NotPublishableError(
            f"there is no orb '{reference.orb}', or the token may not see it; an organization admin creates it once "
            f"with `circleci orb create {reference.orb}`, or with --private for an orb of this organization alone"
        )
    exists = registry.has_version(str(reference))
    if exists and not reference.is_development:
        raise NotPublishableError(
            f"{reference} exists already, and a production version can never be changed; publish "
            f"{_next(state.newest or reference.version)} or another new version"
        )
    return Publication(reference, state.is_private, state.newest, exists)


def page(reference: OrbReference) -> str:
    """The address of a version in the public registry."""
    return f"https://circleci.com/developer/orbs/orb/{reference.orb}?version={reference.version}"


def _numbers(version: str) -> tuple[int, ...]:
    match = _NUMBERS.fullmatch(version)
    return tuple([int(number) for number in match.groups()]) if match else ()


def _next(version: str) -> str:
    """The patch release after a version."""
    numbers = _numbers(version)
    return ".".join([str(number) for number in (*numbers[:2], numbers[2] + 1)]) if numbers else version
