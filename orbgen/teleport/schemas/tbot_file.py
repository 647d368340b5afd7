"""The JSON Schema of tbot.yaml, made of what the tables know of a version (teleport.md 3.4)."""

from __future__ import annotations

from typing import Any

from orbgen.teleport.tbot import Service, destination_keys, file_keys, onboarding_keys, services
from orbgen.teleport.versions import Gate, Version, VersionRange, gates, table

_DURATION = {"type": "string", "pattern": r"^[0-9.hmsuµn]+$"}
_BOOLEAN = {"type": "boolean"}
_TEXTS = {"type": "array", "items": {"type": "string"}}
_SHAPES: dict[str, dict[str, Any]] = {
    "credential_ttl": _DURATION,
    "certificate_ttl": _DURATION,
    "renewal_interval": _DURATION,
    "debug": _BOOLEAN,
    "oneshot": _BOOLEAN,
    "fips": _BOOLEAN,
    "insecure": _BOOLEAN,
    "allow_reissue": _BOOLEAN,
    "disable_exec_plugin": _BOOLEAN,
    "specific_tls_naming": _BOOLEAN,
    "enable_resumption": _BOOLEAN,
    "ca_pins": _TEXTS,
    "roles": _TEXTS,
    "audiences": _TEXTS,
    "principals": _TEXTS,
    "proxy_command": _TEXTS,
    "selectors": {"type": "array", "items": {"type": "object"}},
    "symlinks": {"enum": ["try-secure", "secure", "insecure"]},
    "acls": {"enum": ["try", "off", "required"]},
    "format": {"enum": ["tls", "mongo", "cockroach"]},
    "ssh_config": {"enum": ["on", "off", True, False]},
    "version": {"const": "v2"},
    "destination": {"$ref": "#/$defs/destination"},
    "storage": {"$ref": "#/$defs/destination"},
    "onboarding": {"$ref": "#/$defs/onboarding"},
    "services": {"type": "array", "items": {"$ref": "#/$defs/service"}},
    "outputs": {"type": "array", "items": {"$ref": "#/$defs/service"}},
}


def tbot_schema(version: Version) -> dict[str, Any]:
    """The schema of a tbot.yaml for a version of Teleport: of version v2 from 14 on, of version v1 before."""
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:orbgen:schema:tbot:{version.major}",
        "title": f"tbot.yaml for Teleport {version.major}",
        "type": "object",
    }
    if gates()["config-v2"].exists_in(version) is False:
        keys: dict[str, Any] = {key: {} for key in table("tbot")["file-v1"]}
        return {**head, "additionalProperties": False, "properties": keys}
    known = [one for one in services().values() if one.keys and one.gate.exists_in(version) is not False]
    return {
        **head,
        **_object(file_keys(), version, required=["version"]),
        "not": {"required": ["auth_server", "proxy_server"]},
        "$defs": {
            "onboarding": _onboarding(version),
            "destination": _by_type(
                {type_: _object(keys, version, required=["type"]) for type_, keys in destination_keys().items()}
            ),
            "service": _by_type({one.type: _service(one, version) for one in known}),
        },
    }


def _onboarding(version: Version) -> dict[str, Any]:
    found = _object(onboarding_keys(), version)
    found["properties"]["join_method"] = {"enum": table("tokens")["join-methods"]}
    return found


def _service(service: Service, version: Version) -> dict[str, Any]:
    found = _object(service.keys, version, required=["type"])
    return {key: value for key, value in found.items() if not (service.open and key == "additionalProperties")}


def _by_type(shapes: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A map whose `type` says what else may be in it."""
    return {
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"enum": list(shapes)}},
        "allOf": [
            {"if": {"properties": {"type": {"const": type_}}, "required": ["type"]}, "then": shape}
            for type_, shape in shapes.items()
        ],
    }


def _object(keys: dict[str, Gate], version: Version, required: list[str] | None = None) -> dict[str, Any]:
    """A map with the keys that a version has; those that are on their way out are marked."""
    words: dict[str, str] = table("tbot")["descriptions"]
    properties: dict[str, Any] = {}
    for name, gate in keys.items():
        if gate.exists_in(version) is False:
            continue
        shape = dict(_SHAPES.get(name, {}))
        if name in words:
            shape["description"] = words[name]
        if gate.deprecated_throughout(VersionRange.only(version)):
            shape["deprecated"] = True
        properties[name] = shape
    return {"additionalProperties": False, "properties": properties, **({"required": required} if required else {})}
