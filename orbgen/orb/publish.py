"""Publishing: what a version will be, and why it may not be published, before anything is changed."""

from __future__ import annotations

import re
from typing import Protocol

import msgspec

from orbgen.orb.difference import Bump, Difference, difference, step_between
from orbgen.orb.sources import interface_in
from orbgen.source.problems import UnreadableError

_NAME = r"[a-z][a-z0-9_-]+"
_LABEL = r"dev:[.a-zA-Z0-9_/-]+"
_REFERENCE = re.compile(
    rf"(?P<namespace>{_NAME})/(?P<name>{_NAME})(?:@(?P<version>[0-9]+\.[0-9]+\.[0-9]+|{_LABEL}))?", re.ASCII
)
_VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+", re.ASCII)
_LONGEST_REFERENCE = 1024
_FIRST = "0.0.0"


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


class Published(Protocol):
    """A version that a registry has."""

    @property
    def source(self) -> str:
        """Its source, as it was published."""


class RegistryState(Protocol):
    """What a registry knows of an orb's name."""

    @property
    def namespace_exists(self) -> bool:
        """Whether the namespace is there."""

    @property
    def orb_exists(self) -> bool:
        """Whether the orb is there."""

    @property
    def is_private(self) -> bool | None:
        """Whether only its organization sees it; None where there is none."""

    @property
    def newest(self) -> str | None:
        """Its newest production version; None where there is none."""


class Registry(Protocol):
    """Where orbs are published. Its methods raise errors of their own."""

    def state(self, namespace: str, name: str) -> RegistryState:
        """What it knows of an orb's name."""

    def source(self, reference: str) -> Published | None:
        """A version with its source; None where there is none."""


class Publication(msgspec.Struct, frozen=True):
    """What publishing will do: to which orb, over which version, and the newest production version so far.

    `replaces` says that a development version stands there, `done` that the version is there with this very source.
    The `difference` is the one from the newest version; None where there is none to compare with.
    """

    reference: OrbReference
    is_private: bool | None
    newest: str | None
    replaces: bool = False
    done: bool = False
    difference: Difference | None = None

    @property
    def steps_back(self) -> bool:
        """Whether the new production version is lower than the newest one."""
        if self.newest is None or self.reference.is_development:
            return False
        return step_between(self.newest, self.reference.version) is None

    @property
    def too_small(self) -> bool:
        """Whether the version says less than what has changed for users; before 1.0.0 versions say nothing."""
        if self.newest is None or self.difference is None or self.newest.startswith("0."):
            return False
        step = step_between(self.newest, self.reference.version)
        return step is not None and step.rank < self.difference.bump.rank

    @property
    def proposed(self) -> str | None:
        """The version that follows from what has changed."""
        if self.newest is None or self.difference is None or not _VERSION.fullmatch(self.newest):
            return None
        return self.difference.bump.after(self.newest)


def is_orb_name(text: str) -> bool:
    """Whether a text is the name of an orb with its namespace."""
    return re.fullmatch(rf"{_NAME}/{_NAME}", text, re.ASCII) is not None


def is_namespace(text: str) -> bool:
    """Whether a text can be the name of a namespace."""
    return re.fullmatch(_NAME, text, re.ASCII) is not None


def read_reference(text: str, *, open_ended: bool = False) -> OrbReference:
    """The version that a text names; without one, where that is `open_ended`, its version is empty.

    Raises BadReferenceError.
    """
    match = _REFERENCE.fullmatch(text) if len(text) <= _LONGEST_REFERENCE else None
    if match is not None and (match["version"] or open_ended):
        return OrbReference(match["namespace"], match["name"], match["version"] or "")
    orb, at, version = text.partition("@")
    if not is_orb_name(orb):
        raise BadReferenceError(f"'{text}' does not begin with an orb's name, such as acme/deploy@1.2.3")
    if not at:
        raise BadReferenceError(f"'{text}' names no version; add one, such as {orb}@1.2.3 or {orb}@dev:alpha")
    raise BadReferenceError(
        f"'{version}' is no version to publish; a production version has three numbers, as in {orb}@1.2.3, and a "
        f"development version a label, as in {orb}@dev:alpha"
    )


def prepare(reference: OrbReference, registry: Registry, source: str, increment: Bump | None = None) -> Publication:
    """What publishing a source will do: as a version, or as the one that comes after the newest by an `increment`.

    Raises NotPublishableError, and what the registry raises.
    """
    state = registry.state(reference.namespace, reference.name)
    if not state.namespace_exists:
        raise NotPublishableError(
            f"there is no namespace '{reference.namespace}'; an organization admin claims it once with "
            f"`orbgen orb create-namespace {reference.namespace} --org-id ORGANIZATION_ID`"
        )
    if not state.orb_exists:
        raise NotPublishableError(
            f"there is no orb '{reference.orb}', or the token may not see it; an organization admin creates it once "
            f"with `orbgen orb create {reference.orb}`, or with --private for an orb of this organization alone"
        )
    newest = registry.source(f"{reference.orb}@{state.newest}") if state.newest is not None else None
    found = _compared(newest, source)
    if increment is not None:
        return _incremented(reference, increment, state, found, same=_is_same(newest, source))
    existing = newest if reference.version == state.newest else registry.source(str(reference))
    done = _is_same(existing, source) and not reference.is_development
    if existing is not None and not done and not reference.is_development:
        raise NotPublishableError(
            f"{reference} exists already with another source, and a production version can never be changed; publish "
            f"{_next(state.newest or reference.version)} or another new version"
        )
    return Publication(reference, state.is_private, state.newest, existing is not None, done, found)


def _incremented(
    reference: OrbReference, increment: Bump, state: RegistryState, found: Difference | None, *, same: bool
) -> Publication:
    if same and state.newest is not None:
        # Whoever repeats the command does not want another version of the same.
        there = OrbReference(reference.namespace, reference.name, state.newest)
        return Publication(there, state.is_private, state.newest, done=True, difference=found)
    try:
        version = increment.after(state.newest or _FIRST)
    except ValueError:
        message = f"the newest version of '{reference.orb}' is {state.newest}, to which nothing can be added; name one"
        raise NotPublishableError(message) from None
    new = OrbReference(reference.namespace, reference.name, version)
    return Publication(new, state.is_private, state.newest, difference=found)


def _is_same(published: Published | None, source: str) -> bool:
    return published is not None and published.source.strip() == source.strip()


def _compared(newest: Published | None, source: str) -> Difference | None:
    """What is new for users; None where there is nothing to compare with."""
    if newest is None:
        return None
    try:
        return difference(interface_in(newest.source, "the newest version"), interface_in(source, "this orb"))
    except UnreadableError:
        return None


def page(reference: OrbReference) -> str:
    """The address of a version in the public registry."""
    return f"https://circleci.com/developer/orbs/orb/{reference.orb}?version={reference.version}"


def _next(version: str) -> str:
    """The patch release after a version."""
    return Bump.PATCH.after(version) if _VERSION.fullmatch(version) else version
