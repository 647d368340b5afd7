"""A Teleport cluster, as its proxy tells of it to everybody (teleport.md 5.3)."""

from __future__ import annotations

from http import HTTPStatus

import msgspec

from orbgen.remote.exchange import Exchange, Request
from orbgen.remote.failures import GarbledError, RefusedError
from orbgen.remote.settings import Settings
from orbgen.teleport.versions import Version

DEFAULT_TIMEOUT = 15.0  # seconds
_ENTERPRISE = "ent"
_LONGEST_NAME = 255


class Cluster(msgspec.Struct, frozen=True):
    """A cluster: its version as the proxy writes it, the one that it wants its users' tools to have, and its kind."""

    name: str
    version: str
    tools: str = ""
    enterprise: bool = False
    fips: bool = False

    @property
    def release(self) -> Version | None:
        """The release that tbot and tsh are to have; None where the proxy runs something that was not released.

        A cluster may keep its users' tools back, but never by more than the one major version that can still connect.
        """
        own, wanted = Version.parse(self.version), Version.parse(self.tools)
        if own is None or wanted is None:
            return own
        return wanted if own.major - 1 <= wanted.major <= own.major else own


class _AutoUpdate(msgspec.Struct):
    tools_version: str = ""


class _Ping(msgspec.Struct):
    server_version: str
    cluster_name: str = ""
    edition: str = ""
    fips: bool = False
    auto_update: _AutoUpdate | None = None


def ask_cluster(proxy: str, timeout: float = DEFAULT_TIMEOUT, *, scheme: str = "https") -> Cluster:
    """What the proxy at `host:port` says of its cluster. Raises RemoteError and SettingsError.

    Nothing secret is sent. `scheme` is for servers of tests, which have no certificate.
    """
    host = f"{scheme}://{proxy}"
    exchange = Exchange(Settings(host, host, host, None, timeout))
    try:
        answer = exchange.send(Request("GET", f"{host}/webapi/ping", "Authorization"))
        found = _decoded(answer, host)
        name, version = exchange.said(found.cluster_name), exchange.said(found.server_version)
    except RefusedError as error:
        raise RefusedError(_refusal(host, error.status), error.status) from None
    finally:
        exchange.close()
    tools = found.auto_update.tools_version if found.auto_update is not None else ""
    return Cluster(name[:_LONGEST_NAME], version, tools, found.edition == _ENTERPRISE, found.fips)


def _decoded(answer: bytes, host: str) -> _Ping:
    try:
        return msgspec.json.decode(answer, type=_Ping)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    raise GarbledError(f"the answer of {host} is not a Teleport proxy's; is this its web address?")


def _refusal(host: str, status: int) -> str:
    try:
        named = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        named = str(status)
    if status < 400:
        return f"{host} redirects elsewhere ({named}); is this the proxy's own address?"
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return f"{host} does not tell strangers which Teleport it is ({named})"
    if status == HTTPStatus.NOT_FOUND:
        return f"{host} is no Teleport proxy ({named})"
    return f"{host} failed ({named})"
