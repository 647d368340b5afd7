"""The registry of orbs as the commands reach it: the user's settings, and errors in their words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from orbgen.cli import declare
from orbgen.cli.exits import UsageProblem

if TYPE_CHECKING:
    from orbgen.remote.registry import OrbRegistry
    from orbgen.remote.settings import Settings

timeout_option = declare.option("--timeout", type=float, metavar="SECONDS", help="How long to wait for an answer.")


def settings_for_registry(timeout: float | None, *, needs_token: bool = True) -> Settings:
    """The user's settings. Raises UsageProblem."""
    from orbgen.remote.failures import SettingsError
    from orbgen.remote.settings import read_settings

    if timeout is not None and not 0 < timeout <= 3600:
        raise UsageProblem("--timeout takes seconds, from more than 0 to 3600")
    try:
        settings = read_settings(os.environ, timeout)
    except SettingsError as error:
        raise UsageProblem(str(error)) from None
    if settings.token is None and needs_token:
        raise UsageProblem("there is no token; set CIRCLECI_CLI_TOKEN, or run `circleci setup`, which keeps one")
    return settings


@contextmanager
def open_registry(timeout: float | None, *, needs_token: bool = True) -> Iterator[OrbRegistry]:
    """The registry that the user's settings name. Raises UsageProblem; what is asked of it raises RemoteError."""
    with registry_of(settings_for_registry(timeout, needs_token=needs_token)) as registry:
        yield registry


@contextmanager
def registry_of(settings: Settings) -> Iterator[OrbRegistry]:
    """The registry of an installation. Raises UsageProblem."""
    from orbgen.remote.client import Client
    from orbgen.remote.failures import SettingsError
    from orbgen.remote.registry import OrbRegistry

    try:
        client = Client(settings)
    except SettingsError as error:
        raise UsageProblem(str(error)) from None
    with client:
        yield OrbRegistry(client)
