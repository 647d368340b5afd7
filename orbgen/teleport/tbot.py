"""What tbot can be told, by version: its services, their flags on the command line and their keys in tbot.yaml.

teleport.md 3.3 and 3.4. A service whose list is not known to be whole is `open`: of what is not in it nothing is said.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec

from orbgen.teleport.versions import Gate, VersionRange, gates, read_gate, table

# `tbot start` without a service, which version 17 named.
LEGACY = "legacy"
_VERSIONS = ("since", "perhaps-since", "until", "perhaps-until", "deprecated")


class Flag(msgspec.Struct, frozen=True):
    """A flag of `tbot start` by its long name; a `switch` takes no value. It exists as its gate says."""

    name: str
    gate: Gate
    switch: bool = False
    short: str | None = None


class Service(msgspec.Struct, frozen=True):
    """A type of service.

    `output` says that it writes credentials and is done, `daemon` that it lives only as long as tbot. One that is
    `file_only` has no subcommand of `tbot start`.
    """

    type: str
    gate: Gate
    flags: dict[str, Flag]
    keys: dict[str, Gate]
    aliases: tuple[str, ...] = ()
    output: bool = False
    daemon: bool = False
    file_only: bool = False
    open: bool = False

    def starts(self, versions: VersionRange) -> bool | None:
        """Whether `tbot start` with its name works in every version of a range, in none, or not known."""
        named = True if self.type == LEGACY else gates()["start-services"].exists_throughout(versions)
        own = self.gate.exists_throughout(versions)
        return False if False in (named, own) else None if None in (named, own) else True

    def takes(self, flag: str, versions: VersionRange) -> bool | None:
        """Whether its subcommand takes a flag in every version of a range, in none (False), or not known (None)."""
        known = self.flags.get(flag)
        if known is None:
            return None if self.open else False
        return known.gate.exists_throughout(versions)

    def has_key(self, key: str, versions: VersionRange) -> bool | None:
        """The same for a key in tbot.yaml."""
        gate = self.keys.get(key)
        if gate is None:
            return None if self.open else False
        return gate.exists_throughout(versions)


@lru_cache(maxsize=1)
def services() -> dict[str, Service]:
    """Every service by its type, with `legacy` for `tbot start` alone."""
    data = table("tbot")
    everywhere = {**_flags(data["global"]), **_flags(data["start"])}
    shared = {**everywhere, **_flags(data["service"])}
    output = _flags(data["output"])
    keys = _gates(data["service-keys"])
    found = {LEGACY: Service(LEGACY, Gate("tbot start", "tbot start"), {**everywhere, **_flags(data["legacy"])}, {})}
    for type_, row in data["services"].items():
        writes = row.get("output", False)
        found[type_] = Service(
            type_,
            _gate(f"the service {type_}", row),
            {**shared, **(output if writes else {}), **_flags(row.get("flags", {}))},
            {**keys, **_gates(row.get("keys", {}))},
            tuple(row.get("aliases", ())),
            writes,
            row.get("daemon", False),
            row.get("file-only", False),
            row.get("open", False),
        )
    return found


@lru_cache(maxsize=1)
def subcommands() -> dict[str, Service]:
    """What may stand behind `tbot start`, by each of its names."""
    return {name: one for one in services().values() if not one.file_only for name in (one.type, *one.aliases)}


@lru_cache(maxsize=1)
def start_flags() -> dict[str, Flag]:
    """Every flag of every form of `tbot start`, by its long name."""
    return {name: flag for service in services().values() for name, flag in service.flags.items()}


@lru_cache(maxsize=1)
def file_keys() -> dict[str, Gate]:
    """The keys at the top of a tbot.yaml of version v2."""
    return _gates(table("tbot")["file"])


@lru_cache(maxsize=1)
def onboarding_keys() -> dict[str, Gate]:
    """The keys of `onboarding`."""
    return _gates(table("tbot")["onboarding"])


@lru_cache(maxsize=1)
def destination_keys() -> dict[str, dict[str, Gate]]:
    """The keys of a destination and of the storage, by its type."""
    return {type_: _gates(keys) for type_, keys in table("tbot")["destination"].items()}


def _flags(rows: dict[str, Any]) -> dict[str, Flag]:
    return {
        name: Flag(name, _gate(f"--{name}", row), row.get("switch", False), row.get("short"))
        for name, row in rows.items()
    }


def _gates(rows: dict[str, Any]) -> dict[str, Gate]:
    return {name: _gate(name, row) for name, row in rows.items()}


def _gate(name: str, row: dict[str, Any]) -> Gate:
    """The gate that a row names, or the one that stands in the row itself."""
    if "gate" in row:
        return gates()[row["gate"]]
    return read_gate({"feature": name, "summary": name, **{key: row[key] for key in _VERSIONS if key in row}})
