"""Which CircleCI a command that speaks to one means, and with which token."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from orbgen.cli import declare
from orbgen.cli.exits import UsageProblem

if TYPE_CHECKING:
    from orbgen.remote.settings import Settings

timeout_option = declare.option("--timeout", type=float, metavar="SECONDS", help="How long to wait for an answer.")


def settings_with_token(timeout: float | None, *, needed: bool = True) -> Settings:
    """The user's settings, with a token where one is `needed`. Raises SettingsError and UsageProblem."""
    from orbgen.remote.settings import read_settings

    if timeout is not None and not 0 < timeout <= 3600:
        raise UsageProblem("--timeout takes seconds, from more than 0 to 3600")
    settings = read_settings(os.environ, timeout)
    if settings.token is None and needed:
        raise UsageProblem("there is no token; set CIRCLECI_CLI_TOKEN, or run `circleci setup`, which keeps one")
    return settings
