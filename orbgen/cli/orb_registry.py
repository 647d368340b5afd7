"""The registry of orbs as the commands reach it: the user's settings, and errors in their words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from orbgen.cli.exits import UsageProblem
from orbgen.cli.remote_settings import settings_with_token

if TYPE_CHECKING:
    from orbgen.remote.client import Client
    from orbgen.remote.orb_catalogue import OrbCatalogue
    from orbgen.remote.registry import OrbRegistry
    from orbgen.remote.settings import Settings

REFERENCE = re.compile(r"[a-z][a-z0-9_-]+/[a-z][a-z0-9_-]+(?:@[.a-zA-Z0-9_/:-]+)?", re.ASCII)


def settings_for_registry(timeout: float | None, *, needs_token: bool = True) -> Settings:
    """The user's settings. Raises UsageProblem."""
    from orbgen.remote.failures import SettingsError

    try:
        return settings_with_token(timeout, needed=needs_token)
    except SettingsError as error:
        raise UsageProblem(str(error)) from None


@contextmanager
def open_registry(timeout: float | None, *, needs_token: bool = True) -> Iterator[OrbRegistry]:
    """The registry that the user's settings name. Raises UsageProblem; what is asked of it raises RemoteError."""
    with registry_of(settings_for_registry(timeout, needs_token=needs_token)) as registry:
        yield registry


@contextmanager
def registry_of(settings: Settings) -> Iterator[OrbRegistry]:
    """The registry of an installation. Raises UsageProblem."""
    from orbgen.remote.registry import OrbRegistry

    with _client(settings) as client:
        yield OrbRegistry(client)


@contextmanager
def open_catalogue(timeout: float | None, *, needs_token: bool = False) -> Iterator[OrbCatalogue]:
    """The catalogue that the user's settings name. Raises UsageProblem; what is asked of it raises RemoteError."""
    from orbgen.remote.orb_catalogue import OrbCatalogue

    with _client(settings_for_registry(timeout, needs_token=needs_token)) as client:
        yield OrbCatalogue(client)


def reference_to_ask(text: str) -> str:
    """What to ask the registry for by NAMESPACE/ORB[@VERSION]; the newest version without one. Raises UsageProblem."""
    if REFERENCE.fullmatch(text) is None:
        raise UsageProblem(f"'{text}' is no orb; write NAMESPACE/ORB or NAMESPACE/ORB@1.2.3")
    return text if "@" in text else f"{text}@volatile"


def _client(settings: Settings) -> Client:
    from orbgen.remote.client import Client
    from orbgen.remote.failures import SettingsError

    try:
        return Client(settings)
    except SettingsError as error:
        raise UsageProblem(str(error)) from None
