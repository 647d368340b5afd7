"""A token of the test's own, and clients of servers on this machine."""

from __future__ import annotations

import secrets
import traceback
from collections.abc import Callable, Iterator

import pytest

from orbgen.remote.client import Client
from orbgen.remote.settings import Settings
from orbgen.remote.token import Token


@pytest.fixture
def secret() -> str:
    """A token that no other test has."""
    return f"CCIPAT_{secrets.token_hex(20)}"


@pytest.fixture
def client(secret: str) -> Iterator[Callable[..., Client]]:
    """Makes clients of a host, which repeat at once and do not wait long."""
    opened: list[Client] = []

    def connect(host: str, *, timeout: float = 5.0, pauses: tuple[float, ...] = (0.0, 0.0)) -> Client:
        host = host.rstrip("/")
        token = Token(secret, "CIRCLECI_CLI_TOKEN")
        settings = Settings(host, f"{host}/graphql-unstable", f"{host}/api/v2/", token, timeout)
        opened.append(Client(settings, pauses))
        return opened[-1]

    yield connect
    for made in opened:
        made.__exit__(None, None, None)


@pytest.fixture
def all_said(secret: str) -> Callable[[BaseException], str]:
    """Everything that an error and those that led to it could show; fails where that holds the token."""

    def collect(error: BaseException) -> str:
        seen: list[BaseException] = []
        waiting: list[BaseException | None] = [error]
        while waiting:
            found = waiting.pop()
            if found is not None and found not in seen:
                seen.append(found)
                waiting += [found.__cause__, found.__context__]
        texts = [text for found in seen for text in (str(found), repr(found), repr(found.args), repr(vars(found)))]
        text = "\n".join([*texts, *traceback.format_exception(error)])
        assert secret not in text
        assert secret[8:24] not in text
        return text

    return collect
