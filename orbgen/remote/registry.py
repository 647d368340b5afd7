"""CircleCI's orb registry, over GraphQL (circleci.md 7.7)."""

from __future__ import annotations

import msgspec

from orbgen.remote.client import Client
from orbgen.remote.exchange import Message, texts_of
from orbgen.remote.failures import GarbledError, RefusedError

_STATE = """\
query($name: String!, $namespace: String) {
  orb(name: $name) { id isPrivate versions(count: 1) { version } }
  registryNamespace(name: $namespace) { id }
}"""
_VERSION = "query($orbVersionRef: String!) { orbVersion(orbVersionRef: $orbVersionRef) { id version } }"
_SOURCE = "query($orbVersionRef: String!) { orbVersion(orbVersionRef: $orbVersionRef) { version source } }"
_PUBLISH = """\
mutation($config: String!, $orbName: String, $namespaceName: String, $version: String!) {
  publishOrb(orbName: $orbName, namespaceName: $namespaceName, orbYaml: $config, version: $version) {
    orb { version }
    errors { message }
  }
}"""


class _Id(msgspec.Struct):
    id: str


class _Version(msgspec.Struct):
    version: str


class _Orb(msgspec.Struct):
    id: str
    is_private: bool | None = msgspec.field(name="isPrivate", default=None)
    versions: list[_Version] | None = None


class _State(msgspec.Struct):
    orb: _Orb | None
    namespace: _Id | None = msgspec.field(name="registryNamespace")


class _VersionState(msgspec.Struct):
    version: _Id | None = msgspec.field(name="orbVersion")


class OrbSource(msgspec.Struct, frozen=True):
    """A published version and its source."""

    version: str
    source: str


class _VersionSource(msgspec.Struct):
    version: OrbSource | None = msgspec.field(name="orbVersion")


class _Publication(msgspec.Struct):
    orb: _Version | None = None
    errors: list[Message] | None = None


class _Published(msgspec.Struct):
    publication: _Publication | None = msgspec.field(name="publishOrb")


class OrbState(msgspec.Struct, frozen=True):
    """What the registry knows of an orb's name; `newest` is the newest production version, None for none."""

    namespace_exists: bool
    orb_exists: bool
    is_private: bool | None = None
    newest: str | None = None


class OrbRegistry:
    """Asks and changes the registry of one installation. Every method raises RemoteError."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def state(self, namespace: str, name: str) -> OrbState:
        """What the registry knows of `namespace/name`."""
        variables = {"name": f"{namespace}/{name}", "namespace": namespace}
        found = self._client.graphql(_STATE, variables, _State)
        if found.orb is None:
            return OrbState(found.namespace is not None, orb_exists=False)
        newest = self._client.said(found.orb.versions[0].version) if found.orb.versions else None
        return OrbState(True, True, found.orb.is_private, newest)

    def has_version(self, reference: str) -> bool:
        """Whether a version exists, given as `namespace/name@version`."""
        return self._client.graphql(_VERSION, {"orbVersionRef": reference}, _VersionState).version is not None

    def source(self, reference: str) -> OrbSource | None:
        """The source of a version, of which a part or `volatile` may be given; None where there is none."""
        return self._client.graphql(_SOURCE, {"orbVersionRef": reference}, _VersionSource).version

    def publish(self, namespace: str, name: str, version: str, source: str) -> None:
        """Publish a version. A production version can never be taken back."""
        variables = {"config": source, "orbName": name, "namespaceName": namespace, "version": version}
        found = self._client.graphql(_PUBLISH, variables, _Published, changes=True).publication
        host = self._client.settings.host
        if found is not None and found.errors:
            messages = self._client.said(*texts_of(found.errors))
            raise RefusedError(f"{host} does not publish it: {messages or 'it gives no reason'}", 200)
        if found is None or found.orb is None:
            raise GarbledError(f"{host} does not say whether it published the orb")
