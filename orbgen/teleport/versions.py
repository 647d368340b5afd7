"""Teleport's versions: what each brought or took away, and which have known holes (teleport.md 3.1, 8.2).

Some changes are known only roughly, as "some 14.x release". Between the first version that may have a feature and the
first that surely has it nothing is said, and the same where it was taken away.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

import msgspec

from orbgen.source.lazy_patterns import lazy_pattern

_VERSION = lazy_pattern(r"v?(\d{1,3})\.(\d{1,4})\.(\d{1,4})")
_ANY = 9_999
_DATA = os.path.join(os.path.dirname(__file__), "data")


class Version(msgspec.Struct, frozen=True, order=True):
    """A release of Teleport."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Version | None:
        """The version that a text such as `18.2.0` or `v18.2.0` names; None for anything else."""
        match = _VERSION.fullmatch(text)
        return cls(*[int(group) for group in match.groups()]) if match else None

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


class VersionRange(msgspec.Struct, frozen=True):
    """The versions from `lowest` to `highest`, both included, one of which runs."""

    lowest: Version
    highest: Version

    @classmethod
    def only(cls, version: Version) -> VersionRange:
        """The range of one version."""
        return cls(version, version)

    @classmethod
    def line(cls, major: int, minor: int | None = None) -> VersionRange:
        """The range of all releases that begin with a number or two, as `17` and `17.2` do."""
        if minor is None:
            return cls(Version(major, 0, 0), Version(major, _ANY, _ANY))
        return cls(Version(major, minor, 0), Version(major, minor, _ANY))

    def __str__(self) -> str:
        low, high = self.lowest, self.highest
        if low == high:
            return str(low)
        if low.major == high.major and high.minor == _ANY:
            return f"{low.major}.x"
        if (low.major, low.minor) == (high.major, high.minor):
            return f"{low.major}.{low.minor}.x"
        return f"{low} to {high}"


class Gate(msgspec.Struct, frozen=True):
    """A feature, with the versions that have it.

    It is surely there from `since` on, and may be from `perhaps_since` on; it is surely gone from `until` on, and may
    be from `perhaps_until` on. From `deprecated` on it works, but Teleport advises against it.
    """

    feature: str
    summary: str
    since: Version | None = None
    perhaps_since: Version | None = None
    until: Version | None = None
    perhaps_until: Version | None = None
    deprecated: Version | None = None
    instead: str | None = None

    def exists_in(self, version: Version) -> bool | None:
        """Whether a version has the feature; None where that is not known."""
        return self.exists_throughout(VersionRange.only(version))

    def exists_throughout(self, versions: VersionRange) -> bool | None:
        """True if every version of a range has the feature, False if none has it, None for all else."""
        first, last = self.perhaps_since or self.since, self.perhaps_until or self.until
        if (first is not None and versions.highest < first) or (
            self.until is not None and versions.lowest >= self.until
        ):
            return False
        if (self.since is None or versions.lowest >= self.since) and (last is None or versions.highest < last):
            return True
        return None

    def deprecated_throughout(self, versions: VersionRange) -> bool:
        """Whether every version of a range has the feature and advises against it."""
        advised = self.deprecated is not None and versions.lowest >= self.deprecated
        return advised and self.exists_throughout(versions) is True


class Advisory(msgspec.Struct, frozen=True):
    """A known hole, with the first version of each major line that is without it."""

    name: str
    summary: str
    fixed: tuple[Version, ...]

    def concerns(self, version: Version) -> bool:
        """Whether a version has the hole: it is older than its line's fix, or its line is older than any with one."""
        own = next((fix for fix in self.fixed if fix.major == version.major), None)
        return version < own if own is not None else version < min(self.fixed)

    def fix_for(self, version: Version) -> Version:
        """The first version without the hole in the same line, or in the oldest line that has a fix."""
        return next((fix for fix in sorted(self.fixed) if fix.major >= version.major), max(self.fixed))


@lru_cache(maxsize=1)
def gates() -> dict[str, Gate]:
    """Every gate by its feature, as `data/gates.json` lists them."""
    return {row["feature"]: read_gate(row) for row in table("gates")["gates"]}


@lru_cache(maxsize=1)
def advisories() -> tuple[Advisory, ...]:
    """The known holes, as `data/advisories.json` lists them."""
    rows = table("advisories")["advisories"]
    return tuple([Advisory(row["name"], row["summary"], tuple(map(_version, row["fixed"]))) for row in rows])


def newest_major() -> int:
    """The newest major version that is released, as `data/releases.json` says."""
    return int(table("releases")["newest-major"])


def newest_of(major: int) -> Version | None:
    """The newest release seen of a major version."""
    text = table("releases")["newest"].get(str(major))
    return Version.parse(text) if text is not None else None


@lru_cache(maxsize=1)
def known_versions() -> VersionRange:
    """From the oldest version that orbgen knows to the newest: what may run where nothing says which."""
    bounds = table("gates")
    return VersionRange(_version(bounds["oldest"]), _version(bounds["newest"]))


def has(feature: str, version: Version) -> bool:
    """Whether a version surely has a feature. Raises KeyError for a feature that no gate names."""
    return gates()[feature].exists_in(version) is True


def is_compatible(client: Version, cluster: Version) -> bool:
    """Whether Teleport supports a client with a cluster: of the same major version, or one older (teleport.md 5.3)."""
    return client.major in (cluster.major, cluster.major - 1)


def read_gate(row: dict[str, str]) -> Gate:
    """The gate that a row of a table describes."""
    texts = ("feature", "summary", "instead")
    fields: dict[str, Any] = {
        key.replace("-", "_"): value if key in texts else _version(value) for key, value in row.items()
    }
    return Gate(**fields)


@lru_cache(maxsize=16)
def table(name: str) -> dict[str, Any]:
    """A table of what is known about Teleport, by its file's name in `data/`."""
    with open(os.path.join(_DATA, f"{name}.json"), "rb") as file:
        found: dict[str, Any] = msgspec.json.decode(file.read())
    return found


def _version(text: str) -> Version:
    version = Version.parse(text)
    assert version is not None, text
    return version
