"""CircleCI's orb registry, over GraphQL (circleci.md 7.7)."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from orbgen.remote.client import Client
from orbgen.remote.exchange import Message, texts_of
from orbgen.remote.failures import GarbledError, RefusedError

_STATE = """\
query($name: String!, $namespace: String) {
  orb(name: $name) { id isPrivate versions(count: 1) { version } }
  registryNamespace(name: $namespace) { id }
}"""
_SOURCE = "query($orbVersionRef: String!) { orbVersion(orbVersionRef: $orbVersionRef) { version source } }"
_PUBLISH = """\
mutation($config: String!, $orbName: String, $namespaceName: String, $version: String!) {
  publishOrb(orbName: $orbName, namespaceName: $namespaceName, orbYaml: $config, version: $version) {
    orb { version }
    errors { message }
  }
}"""
_PROMOTE = """\
mutation($orbName: String, $namespaceName: String, $devVersion: String!, $semanticVersion: String!) {
  promoteOrb(
    orbName: $orbName, namespaceName: $namespaceName, devVersion: $devVersion, semanticVersion: $semanticVersion
  ) {
    orb { version }
    errors { message }
  }
}"""
_CREATE = """\
mutation($name: String!, $registryNamespaceId: UUID!, $isPrivate: Boolean!) {
  createOrb(name: $name, registryNamespaceId: $registryNamespaceId, isPrivate: $isPrivate) {
    orb { id }
    errors { message type }
  }
}"""
_NAMESPACE = "query($name: String!) { registryNamespace(name: $name) { id } }"
_CREATE_NAMESPACE = """\
mutation($name: String!, $organizationId: UUID!) {
  createNamespace(name: $name, organizationId: $organizationId) {
    namespace { id }
    errors { message type }
  }
}"""
_ORGANIZATION = """\
query($orgName: String!, $vcsType: VCSType!) {
  organization(name: $orgName, vcsType: $vcsType) { id name }
}"""


_VALIDATE = """\
query ValidateOrb($config: String!) {
  orbConfig(orbYaml: $config) { valid errors { message } }
}"""
# Older installations know no owner, so it is only named where there is one.
_VALIDATE_FOR = """\
query ValidateOrb($config: String!, $owner: UUID) {
  orbConfig(orbYaml: $config, ownerId: $owner) { valid errors { message } }
}"""
_NOTHING = msgspec.Raw(b"null")


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


class OrbSource(msgspec.Struct, frozen=True):
    """A published version and its source."""

    version: str
    source: str


class _VersionSource(msgspec.Struct):
    version: OrbSource | None = msgspec.field(name="orbVersion")


class _Outcome(msgspec.Struct):
    """What a mutation of any name answers: what it made, or why it made nothing."""

    orb: msgspec.Raw = _NOTHING
    namespace: msgspec.Raw = _NOTHING
    errors: list[Message] | None = None

    @property
    def made(self) -> bool:
        """Whether it says that something was made."""
        return any([bytes(one) != bytes(_NOTHING) for one in (self.orb, self.namespace)])


class _Verdict(msgspec.Struct):
    valid: bool
    errors: list[Message] | None = None


class _Validation(msgspec.Struct):
    verdict: _Verdict = msgspec.field(name="orbConfig")


class _NamespaceState(msgspec.Struct):
    namespace: _Id | None = msgspec.field(name="registryNamespace")


class Organization(msgspec.Struct, frozen=True):
    """An organization that a namespace may belong to."""

    id: str
    name: str | None = None


class _OrganizationState(msgspec.Struct):
    organization: Organization | None


class OrbState(msgspec.Struct, frozen=True):
    """What the registry knows of an orb's name; `newest` is the newest production version, None for none."""

    namespace_exists: bool
    orb_exists: bool
    is_private: bool | None = None
    newest: str | None = None


class OrbRegistry:
    """Asks and changes the registry of one installation. Every method raises RemoteError.

    What changes it says so by an error, or it is done.
    """

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

    def source(self, reference: str) -> OrbSource | None:
        """The source of a version, of which a part or `volatile` may be given; None where there is none."""
        return self._client.graphql(_SOURCE, {"orbVersionRef": reference}, _VersionSource).version

    def refusals(self, source: str, owner: str | None = None) -> tuple[str, ...]:
        """Why CircleCI would not take an orb, none if it would.

        `owner` is the id of the organization whose private orbs it may use.
        """
        query, variables = _VALIDATE, {"config": source}
        if owner is not None:
            query, variables = _VALIDATE_FOR, {"config": source, "owner": owner}
        verdict = self._client.graphql(query, variables, _Validation).verdict
        reasons = [self._client.said(text) for text in texts_of(verdict.errors)]
        return tuple(reasons) or (() if verdict.valid else ("it gives no reason",))

    def publish(self, namespace: str, name: str, version: str, source: str) -> None:
        """Publish a version. A production version can never be taken back."""
        variables = {"config": source, "orbName": name, "namespaceName": namespace, "version": version}
        self._change(_PUBLISH, variables, "publishOrb", "publish it")

    def promote(self, namespace: str, name: str, label: str, version: str) -> None:
        """Publish what a development version holds, such as `dev:alpha`, as a production version."""
        variables = {
            "orbName": name, "namespaceName": namespace, "devVersion": label, "semanticVersion": version
        }  # fmt: skip
        self._change(_PROMOTE, variables, "promoteOrb", "promote it")

    def create_orb(self, namespace_id: str, name: str, *, private: bool) -> None:
        """Create an orb without versions. It stays private, or public, for ever."""
        variables = {"name": name, "registryNamespaceId": namespace_id, "isPrivate": private}
        self._change(_CREATE, variables, "createOrb", "create it")

    def namespace_id(self, name: str) -> str | None:
        """The id of a namespace; None where there is none."""
        found = self._client.graphql(_NAMESPACE, {"name": name}, _NamespaceState).namespace
        return found.id if found is not None else None

    def create_namespace(self, name: str, organization_id: str) -> None:
        """Claim a namespace for an organization, which can have only one."""
        variables = {"name": name, "organizationId": organization_id}
        self._change(_CREATE_NAMESPACE, variables, "createNamespace", "create it")

    def organization_of(self, system: str, name: str) -> Organization | None:
        """The organization of a name on GITHUB or BITBUCKET; None where the token sees none."""
        variables = {"orgName": name, "vcsType": system}
        return self._client.graphql(_ORGANIZATION, variables, _OrganizationState).organization

    def _change(self, mutation: str, variables: Mapping[str, object], answer: str, what: str) -> None:
        """Raises RefusedError where the answer says why nothing was changed, GarbledError where it says nothing."""
        outcomes = self._client.graphql(mutation, variables, dict[str, _Outcome | None], changes=True)
        outcome, host = outcomes.get(answer), self._client.settings.host
        if outcome is not None and outcome.errors:
            messages = self._client.said(*texts_of(outcome.errors))
            raise RefusedError(f"{host} does not {what}: {messages or 'it gives no reason'}", 200)
        if outcome is None or not outcome.made:
            raise GarbledError(f"{host} does not say whether it did {what}")
