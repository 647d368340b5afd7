"""Which CircleCI to speak to, and with which token: CircleCI's own variables, then its CLI's file (circleci.md 7.8)."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping as Variables
from urllib.parse import SplitResult, urljoin, urlsplit

import msgspec

from orbgen.remote.failures import SettingsError
from orbgen.remote.token import Token
from orbgen.source.nodes import Mapping, Scalar
from orbgen.source.problems import UnreadableError
from orbgen.source.reader import read

CLOUD = "https://circleci.com"
DEFAULT_TIMEOUT = 60.0  # seconds
_GRAPHQL = "graphql-unstable"
_REST = "api/v2"
_KEYS = ("host", "endpoint", "rest_endpoint", "token")
_LARGEST_FILE = 1024 * 1024
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?|\.[0-9]+)(ns|us|µs|ms|s|m|h)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


class Settings(msgspec.Struct, frozen=True):
    """An installation of CircleCI: its host, its APIs' addresses, the token, and how many seconds to wait for it."""

    host: str
    graphql: str
    rest: str
    token: Token | None
    timeout: float

    @property
    def is_cloud(self) -> bool:
        """Whether this is circleci.com and not an installation of CircleCI Server."""
        return urlsplit(self.host).hostname == urlsplit(CLOUD).hostname


def read_settings(environment: Variables[str, str], timeout: float | None = None) -> Settings:
    """The settings of this user; variables win over the file. Raises SettingsError."""
    path = os.path.join(environment.get("HOME") or os.path.expanduser("~"), ".circleci", "cli.yml")
    found = {name: (value, path) for name, value in _file(path).items()}
    for name in _KEYS:
        variable = f"CIRCLECI_CLI_{name.upper()}"
        value = environment.get(variable, "").strip()
        if value:
            found[name] = (value, variable)
    host, origin = found.get("host", (CLOUD, ""))
    _check_address(host, origin)
    graphql = _joined(host, *found.get("endpoint", (_GRAPHQL, "")))
    rest = _joined(host, *found.get("rest_endpoint", (_REST, ""))).rstrip("/") + "/"
    token = _token(*found["token"]) if "token" in found else None
    return Settings(host.rstrip("/"), graphql, rest, token, timeout or _timeout(environment))


def origin_of(address: str) -> str:
    """The server of an address, without its path: what messages name."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def is_safe(address: str) -> bool:
    """Whether a secret may be sent to an address: it is encrypted, or stays on this machine."""
    return is_encrypted(address) or is_loopback(address)


def is_encrypted(address: str) -> bool:
    """Whether what is sent to an address can be read by nobody on the way."""
    return urlsplit(address).scheme == "https"


def is_loopback(address: str) -> bool:
    """Whether an address is this machine's own."""
    name = urlsplit(address).hostname or ""
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _file(path: str) -> dict[str, str]:
    """The settings in the file of CircleCI's CLI; none where it does not exist. No message quotes the file."""
    try:
        with open(path, "rb") as file:
            data = file.read(_LARGEST_FILE + 1)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"cannot read the settings of CircleCI's CLI in {path}: {error.strerror}") from None
    if len(data) > _LARGEST_FILE:
        raise SettingsError(f"the settings of CircleCI's CLI in {path} have more than {_LARGEST_FILE:,} bytes")
    line = None
    try:
        document = read(data, path)
        if document.problems:
            line = document.problems[0].span.line
    except UnreadableError as error:
        line = error.problem.span.line
    if line is not None:
        raise SettingsError(f"the settings of CircleCI's CLI in {path} are no YAML at line {line}")
    if type(document.root) is not Mapping:
        return {}
    values = {name: document.root.get(name) for name in _KEYS}
    return {
        name: value.text.strip()
        for name, value in values.items()
        if isinstance(value, Scalar) and value.value is not None and value.text.strip()
    }


def _token(secret: str, origin: str) -> Token:
    if not Token.is_well_formed(secret):
        raise SettingsError(f"the token in {origin} is none of CircleCI's: it is too short, or holds blanks or letters "
                            "beyond ASCII")  # fmt: skip
    return Token(secret, origin)


def _joined(host: str, endpoint: str, origin: str) -> str:
    """An API's address; an endpoint may be a path on the host, or a whole address."""
    try:
        address = urljoin(f"{host.rstrip('/')}/", endpoint)
    except ValueError:
        raise SettingsError(f"the endpoint in {origin} is no path and no address") from None
    _check_address(address, origin)
    return address


def _check_address(address: str, origin: str) -> None:
    """Raises SettingsError for what is no address of a web server, and for one that holds a secret."""
    where = f" in {origin}" if origin else ""
    parts: SplitResult | None
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        parts, usable = None, False
    if parts is None or not usable or not address.isprintable() or " " in address:
        raise SettingsError(f"the host{where} must be an address such as {CLOUD}")
    if parts.username is not None or parts.password is not None:
        raise SettingsError(f"the host{where} must not hold a user name or password; the token is enough")


def _timeout(environment: Variables[str, str]) -> float:
    """The seconds that `CIRCLECI_CLI_TIMEOUT` gives, a duration as Go writes it, such as `30s` or `1m30s`."""
    text = environment.get("CIRCLECI_CLI_TIMEOUT", "").strip()
    if not text:
        return DEFAULT_TIMEOUT
    pieces = _DURATION.findall(text)
    seconds = sum([float(number) * _SECONDS[unit] for number, unit in pieces])
    if "".join([number + unit for number, unit in pieces]) != text or seconds <= 0:
        raise SettingsError("CIRCLECI_CLI_TIMEOUT must be a duration such as 30s or 1m30s")
    return seconds
