"""One request and its answer over HTTP, with every way in which that can fail told in a sentence.

The errors of the HTTP library are never passed on or chained: they hold the request, and the request holds the token.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec

from orbgen import __version__
from orbgen.remote.failures import (
    BrokenError,
    GarbledError,
    RefusedError,
    RemoteError,
    SettingsError,
    UnreachableError,
)
from orbgen.remote.settings import Settings, is_encrypted, origin_of

if TYPE_CHECKING:
    import httpx

LARGEST_ANSWER = 32 * 1024 * 1024  # bytes
_LONGEST_QUOTE = 400  # characters


class Request(msgspec.Struct, frozen=True):
    """What is asked: `header` is the name of the header that carries the token."""

    method: str
    address: str
    header: str
    body: bytes | None = None
    parameters: dict[str, str] = {}


class Message(msgspec.Struct):
    """One error, as GraphQL and the error pages of REST tell it."""

    message: str | None = None


class _ErrorPage(msgspec.Struct):
    message: str | None = None
    errors: list[Message] | None = None


class Exchange:
    """Sends requests to one installation over kept connections."""

    def __init__(self, settings: Settings) -> None:
        """Raises SettingsError where the proxy or the certificates that the environment names cannot be used."""
        self.settings = settings
        self._http = _open(settings)

    def close(self) -> None:
        """End the connections."""
        self._http.close()

    def send(self, request: Request) -> bytes:
        """The body of a successful answer. Raises RemoteError, to which nothing is chained."""
        import httpx

        host = origin_of(request.address)
        failure: RemoteError
        try:
            return self._receive(request)
        except RemoteError as error:
            failure = error
        except (httpx.ConnectTimeout, httpx.PoolTimeout):
            failure = UnreachableError(f"cannot connect to {host} within {self.settings.timeout:g} seconds")
        except httpx.TimeoutException:
            failure = self._late(host)
        except httpx.ConnectError as error:
            failure = UnreachableError(f"cannot connect to {host}: {self.said(_reason(error))}{_advice(error)}")
        except httpx.ProxyError as error:
            failure = UnreachableError(f"the proxy does not connect to {host}: {self.said(str(error))}")
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError, httpx.CloseError):
            failure = BrokenError(f"{host} broke off before it had answered", passing=True)
        except httpx.DecodingError:
            failure = GarbledError(f"the answer of {host} is not encoded as it says")
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError):
            failure = UnreachableError(f"cannot send a request to {host}: its address cannot be used")
        except (httpx.HTTPError, httpx.StreamError) as error:
            failure = BrokenError(f"the exchange with {host} failed: {type(error).__name__}", passing=False)
        raise failure

    def said(self, *messages: str) -> str:
        """What the remote says, fit to be shown: without the token, on one line, and not too long."""
        text = "; ".join(dict.fromkeys([message.strip() for message in messages if message.strip()]))
        if self.settings.token is not None:
            text = self.settings.token.scrub(text)
        text = " ".join("".join([letter if letter.isprintable() else " " for letter in text]).split())
        return text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "…"

    def _receive(self, request: Request) -> bytes:
        headers = {"User-Agent": f"orbgen/{__version__}", "Accept": "application/json", "Accept-Encoding": "identity"}
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        deadline = time.monotonic() + self.settings.timeout
        with self._http.stream(
            request.method,
            request.address,
            content=request.body,
            params=request.parameters or None,
            headers=headers,
            auth=self._authorise(request.header),
        ) as response:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    raise GarbledError(
                        f"the answer of {origin_of(request.address)} has more than {LARGEST_ANSWER:,} bytes"
                    )
                if time.monotonic() > deadline:
                    raise self._late(origin_of(request.address))
            if not response.is_success:
                raise self._refusal(response, bytes(body))
            return bytes(body)

    def _authorise(self, header: str) -> Callable[[httpx.Request], httpx.Request]:
        """Puts the token into a request at the last moment."""

        def authorised(request: httpx.Request) -> httpx.Request:
            if self.settings.token is not None:
                request.headers[header] = self.settings.token.reveal()
            return request

        return authorised

    def _late(self, host: str) -> BrokenError:
        return BrokenError(f"{host} did not answer within {self.settings.timeout:g} seconds", passing=False)

    def _refusal(self, response: httpx.Response, body: bytes) -> RemoteError:
        host, status, token = origin_of(str(response.url)), response.status_code, self.settings.token
        named = self.said(f"{status} {response.reason_phrase}")
        if response.is_redirect or 300 <= status < 400:
            target = self.said(response.headers.get("location", "")) or "nowhere"
            message = f"{host} redirects to {target}; the token was not sent there"
            return RefusedError(f"{message}, so set the host to that address if it is the right one", status)
        if status == HTTPStatus.UNAUTHORIZED:
            if token is None:
                return RefusedError(f"{host} asks for a token ({named}); set CIRCLECI_CLI_TOKEN", status)
            return RefusedError(f"{host} does not accept the token in {token.origin} ({named})", status)
        if status == HTTPStatus.NOT_FOUND:
            message = f"{host} has no API at this address ({named}): {response.url.copy_with(query=None)}"
            return RefusedError(message, status)
        what = "does not allow this" if status == HTTPStatus.FORBIDDEN else "refuses" if status < 500 else "failed"
        reason = self.said(*_messages(body))
        return RefusedError(f"{host} {what} ({named})" + (f": {reason}" if reason else ""), status)


def _open(settings: Settings) -> httpx.Client:
    import httpx

    try:
        # What is not encrypted stays on this machine, so no proxy may see it: a transport of our own uses none.
        encrypted = [is_encrypted(address) for address in (settings.graphql, settings.rest)]
        # Reading the certificates takes a while, and where nothing is encrypted nobody would look at them.
        transport = None if all(encrypted) else httpx.HTTPTransport(verify=any(encrypted))
        return httpx.Client(timeout=settings.timeout, follow_redirects=False, transport=transport)
    except (OSError, ValueError, ImportError, httpx.InvalidURL):
        pass
    message = "the proxy or the certificates that the environment names cannot be used"
    raise SettingsError(f"{message}; look at HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR")


def _reason(error: Exception) -> str:
    """What the operating system says, without its numbers."""
    return str(error).rpartition("] ")[2].strip() or "no reason given"


def _advice(error: Exception) -> str:
    if "CERTIFICATE" not in str(error).upper():
        return ""
    return "; if the installation has a certificate authority of its own, name its file in SSL_CERT_FILE"


def _messages(body: bytes) -> list[str]:
    """The messages of an error answer; none where it is a page for a browser."""
    try:
        page = msgspec.json.decode(body, type=_ErrorPage)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return []
    return [page.message or "", *texts_of(page.errors)]


def texts_of(errors: list[Message] | None) -> list[str]:
    """The texts of errors, those without text left out."""
    return [error.message for error in errors or () if error.message]
