"""One client for CircleCI's GraphQL and REST: it waits only so long, repeats only what is safe, and follows nowhere.

The token is sent to the configured addresses alone and never over an open connection.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import TypeVar
from urllib.parse import quote

import msgspec

from orbgen.remote.exchange import Exchange, Message, Request, texts_of
from orbgen.remote.failures import GarbledError, RefusedError, RemoteError, SettingsError, UnreachableError
from orbgen.remote.settings import Settings, is_safe, origin_of

_Answer = TypeVar("_Answer")


class _GraphQLAnswer(msgspec.Struct):
    data: msgspec.Raw = msgspec.Raw(b"null")
    errors: list[Message] | None = None


class _Page(msgspec.Struct):
    items: msgspec.Raw
    next_page_token: str | None = None


class Client:
    """Speaks to one installation; used as a context manager, which closes its connections in the end."""

    def __init__(self, settings: Settings, pauses: tuple[float, ...] = (0.3, 1.0)) -> None:
        """`pauses` are the seconds to wait before each repetition. Raises SettingsError."""
        for address in (settings.graphql, settings.rest):
            if settings.token is not None and not is_safe(address):
                raise SettingsError(f"the token is not sent to {address} without encryption; use an https address")
        self.settings = settings
        self.pauses = pauses
        self._exchange = Exchange(settings)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, type_: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exchange.close()

    def graphql(
        self, query: str, variables: Mapping[str, object], answer: type[_Answer], *, changes: bool = False
    ) -> _Answer:
        """The answer to a query, or to a mutation if it `changes` something. Raises RemoteError."""
        body = msgspec.json.encode({"query": query, "variables": variables})
        data = self._send(Request("POST", self.settings.graphql, "Authorization", body), changes=changes)
        host = origin_of(self.settings.graphql)
        found = _decoded(data, _GraphQLAnswer, host)
        if found.errors:
            messages = self.said(*texts_of(found.errors))
            raise RefusedError(f"{host} refuses: {messages or 'it gives no reason'}", 200)
        return _decoded(bytes(found.data), answer, host)

    def get(self, path: tuple[str, ...], answer: type[_Answer], parameters: Mapping[str, str] | None = None) -> _Answer:
        """The answer of the REST API under a path, whose parts are escaped. Raises RemoteError."""
        request = Request("GET", self._address(path), "Circle-Token", None, dict(parameters or {}))
        return _decoded(self._send(request), answer, origin_of(request.address))

    def post(self, path: tuple[str, ...], body: object, answer: type[_Answer]) -> _Answer:
        """The answer of the REST API to something that changes it. Raises RemoteError."""
        request = Request("POST", self._address(path), "Circle-Token", msgspec.json.encode(body))
        return _decoded(self._send(request, changes=True), answer, origin_of(request.address))

    def pages(
        self, path: tuple[str, ...], item: type[_Answer], parameters: Mapping[str, str] | None = None
    ) -> Iterator[_Answer]:
        """Every item of a list that comes in pages. Raises RemoteError, also where the pages go in a circle."""
        asked: set[str] = set()
        host = origin_of(self.settings.rest)
        query = dict(parameters or {})
        while True:
            page = self.get(path, _Page, query)
            yield from _decoded(bytes(page.items), list[item], host)  # type: ignore[valid-type]  # a type at run time
            if not page.next_page_token:
                return
            if page.next_page_token in asked:
                raise GarbledError(f"the pages of a list of {host} go in a circle")
            asked.add(page.next_page_token)
            query["page-token"] = page.next_page_token

    def said(self, *messages: str) -> str:
        """What the remote says, fit to be shown."""
        return self._exchange.said(*messages)

    def _address(self, path: tuple[str, ...]) -> str:
        return self.settings.rest + "/".join([quote(part, safe="") for part in path])

    def _send(self, request: Request, *, changes: bool = False) -> bytes:
        """The body of the answer. What changes something is repeated only where no connection was made."""
        failure: RemoteError
        for pause in (*self.pauses, None):
            try:
                return self._exchange.send(request)
            except RemoteError as error:
                failure = error
            repeatable = isinstance(failure, UnreachableError) if changes else failure.passing
            if pause is None or not repeatable:
                break
            time.sleep(pause)
        raise failure


def _decoded(data: bytes, answer: type[_Answer], host: str) -> _Answer:
    """Raises GarbledError for an answer of another form; it says which, and quotes nothing."""
    try:
        return msgspec.json.decode(data, type=answer)
    except msgspec.ValidationError:
        problem = f"the answer of {host} is not of the form that CircleCI documents"
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        start = data.lstrip()[:1]
        what = "empty" if not start else "a page for browsers" if start == b"<" else "no JSON, or is cut off"
        problem = f"the answer of {host} is {what}"
    raise GarbledError(f"{problem}; is this CircleCI's address?")
