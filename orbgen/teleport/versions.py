"""Teleport's versions, and what each of them brought or took away (teleport.md 3.1)."""

from __future__ import annotations

import os
import re
from functools import lru_cache

import msgspec

_VERSION = re.compile(r"v?(\d{1,3})\.(\d{1,4})\.(\d{1,4})")
_GATES = os.path.join(os.path.dirname(__file__), "data", "gates.json")


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


class Gate(msgspec.Struct, frozen=True):
    """A feature with the first version that has it and the first that has it no more."""

    feature: str
    summary: str
    since: Version | None = None
    until: Version | None = None
    instead: str | None = None

    def exists_in(self, version: Version) -> bool:
        """Whether a version has the feature."""
        return (self.since is None or version >= self.since) and (self.until is None or version < self.until)


@lru_cache(maxsize=1)
def gates() -> dict[str, Gate]:
    """Every gate by its feature, as `data/gates.json` lists them."""
    with open(_GATES, "rb") as file:
        table = msgspec.json.decode(file.read())
    return {row["feature"]: _gate(row) for row in table["gates"]}


def _gate(row: dict[str, str]) -> Gate:
    since, until = (Version.parse(row[key]) if key in row else None for key in ("since", "until"))
    return Gate(row["feature"], row["summary"], since, until, row.get("instead"))


def has(feature: str, version: Version) -> bool:
    """Whether a version has a feature. Raises KeyError for a feature that no gate names."""
    return gates()[feature].exists_in(version)
