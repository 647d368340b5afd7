"""What the registry tells of published orbs: lists of them, and all about one (circleci.md 7.7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from orbgen.remote.client import Client
from orbgen.remote.failures import GarbledError

_NODE = """\
      edges {
        cursor
        node {
          name
          statistics { last30DaysBuildCount last30DaysProjectCount last30DaysOrganizationCount }
          versions(count: 1) { version }
        }
      }
      pageInfo { hasNextPage }"""
_LIST = f"""\
query ListOrbs($after: String!, $certifiedOnly: Boolean!) {{
  orbs(first: 20, after: $after, certifiedOnly: $certifiedOnly) {{
{_NODE}
  }}
}}"""
_NAMESPACE_LIST = f"""\
query namespaceOrbs($namespace: String, $after: String!, $view: OrbListViewType) {{
  registryNamespace(name: $namespace) {{
    orbs(first: 20, after: $after, view: $view) {{
{_NODE}
    }}
  }}
}}"""
_INFO = """\
query($orbVersionRef: String!) {
  orbVersion(orbVersionRef: $orbVersionRef) {
    version
    source
    createdAt
    orb {
      name
      createdAt
      categories { name }
      statistics { last30DaysBuildCount last30DaysProjectCount last30DaysOrganizationCount }
      versions(count: 200) { version createdAt }
    }
  }
}"""


class Statistics(msgspec.Struct, frozen=True):
    """How much an orb was used in thirty days."""

    builds: int | None = msgspec.field(name="last30DaysBuildCount", default=None)
    projects: int | None = msgspec.field(name="last30DaysProjectCount", default=None)
    organizations: int | None = msgspec.field(name="last30DaysOrganizationCount", default=None)


class Version(msgspec.Struct, frozen=True):
    """A version, and when it was made."""

    version: str
    created: str | None = msgspec.field(name="createdAt", default=None)


class ListedOrb(msgspec.Struct, frozen=True):
    """An orb of a list, with its newest version if it has one."""

    name: str
    statistics: Statistics | None = None
    versions: list[Version] = []


class Category(msgspec.Struct, frozen=True):
    """A category of the public list."""

    name: str


class Orb(msgspec.Struct, frozen=True):
    """An orb with its versions, the newest first."""

    name: str
    created: str | None = msgspec.field(name="createdAt", default=None)
    categories: list[Category] | None = None
    statistics: Statistics | None = None
    versions: list[Version] = []


class OrbInfo(msgspec.Struct, frozen=True):
    """One version of an orb with its source, and the orb."""

    version: str
    source: str
    orb: Orb
    created: str | None = msgspec.field(name="createdAt", default=None)


class _Edge(msgspec.Struct):
    cursor: str
    node: ListedOrb


class _PageInfo(msgspec.Struct):
    more: bool = msgspec.field(name="hasNextPage")


class _Orbs(msgspec.Struct):
    edges: list[_Edge]
    page: _PageInfo = msgspec.field(name="pageInfo")


class _Listed(msgspec.Struct):
    orbs: _Orbs


class _ListedInNamespace(msgspec.Struct):
    namespace: _Listed | None = msgspec.field(name="registryNamespace")


class _Info(msgspec.Struct):
    version: OrbInfo | None = msgspec.field(name="orbVersion")


class OrbCatalogue:
    """Asks the registry of one installation. Every method raises RemoteError."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def all(self, *, certified: bool) -> Iterator[ListedOrb]:
        """Every public orb, or the certified ones alone."""
        yield from self._pages(_LIST, {"certifiedOnly": certified}, _Listed)

    def of_namespace(self, namespace: str, *, private: bool) -> Iterator[ListedOrb] | None:
        """The public or the private orbs of a namespace; None where there is no such namespace."""
        variables = {"namespace": namespace, "view": "PRIVATE_ONLY" if private else "PUBLIC_ONLY"}
        first = self._client.graphql(_NAMESPACE_LIST, {**variables, "after": ""}, _ListedInNamespace)
        return self._pages(_NAMESPACE_LIST, variables, _ListedInNamespace) if first.namespace is not None else None

    def info(self, reference: str) -> OrbInfo | None:
        """All about a version, of which a part or `volatile` may be given; None where there is none."""
        return self._client.graphql(_INFO, {"orbVersionRef": reference}, _Info).version

    def _pages(
        self, query: str, variables: Mapping[str, object], answer: type[_Listed] | type[_ListedInNamespace]
    ) -> Iterator[ListedOrb]:
        after = ""
        asked: set[str] = set()
        while True:
            asked.add(after)
            found = self._client.graphql(query, {**variables, "after": after}, answer)
            page = found if isinstance(found, _Listed) else found.namespace
            if page is None:
                return
            yield from [edge.node for edge in page.orbs.edges]
            if not page.orbs.page.more or not page.orbs.edges:
                return
            after = page.orbs.edges[-1].cursor
            if after in asked:
                raise GarbledError(f"the pages of a list of {self._client.settings.host} go in a circle")
