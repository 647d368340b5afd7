"""JSON Schemas of what Teleport and tbot read, for a version of Teleport (teleport.md 1, 2, 3.4)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import msgspec

from orbgen.teleport.schemas.tbot_file import tbot_schema
from orbgen.teleport.versions import Version, gates, table

_FOLDER = os.path.dirname(__file__)
NAMES = ("token", "bot", "role", "tbot")


def schema_of(name: str, version: Version) -> dict[str, Any]:
    """The schema of a token, a bot, a role or a `tbot` configuration. Raises KeyError for any other name."""
    if name == "tbot":
        return tbot_schema(version)
    if name not in NAMES:
        raise KeyError(name)
    with open(os.path.join(_FOLDER, f"{name}.json"), "rb") as file:
        schema: dict[str, Any] = msgspec.json.decode(file.read())
    if name == "token":
        _complete_token(schema["properties"]["spec"]["properties"], version)
    elif name == "bot" and gates()["bot-session-ttl"].exists_in(version) is False:
        del schema["properties"]["spec"]["properties"]["max_session_ttl"]
    return schema


def _complete_token(spec: dict[str, Any], version: Version) -> None:
    """Add what the tables know: the join methods, the roles, and the keys of other methods."""
    lists: Mapping[str, list[str]] = table("tokens")
    missing = {
        gate.removesuffix("-join").replace("-", "_")
        for gate in ("circleci-join", "bound-keypair-join", "generic-oidc-join")
        if gates()[gate].exists_in(version) is False
    }
    spec["join_method"]["enum"] = [method for method in lists["join-methods"] if method not in missing]
    for key in lists["spec-keys"]:
        spec.setdefault(key, {})
    for method in missing:
        spec.pop(method, None)
