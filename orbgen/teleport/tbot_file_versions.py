"""What a tbot.yaml asks for that the tbot that runs it does not have yet, or no more (teleport.md 3.1, 3.5)."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.source.nodes import Content, Mapping, Scalar, Sequence
from orbgen.source.span import Span
from orbgen.teleport.mistakes import Effect, Mistake
from orbgen.teleport.resources import known, mapping
from orbgen.teleport.tbot import destination_keys, file_keys, onboarding_keys
from orbgen.teleport.tbot_file_checks import is_version_1, service_of
from orbgen.teleport.versions import Gate, VersionRange, gates

# The ports that a proxy listens on; Auth itself has 3025.
_PROXY_PORTS = ("443", "3080")


def mismatched(root: Mapping, versions: VersionRange) -> Iterator[Mistake]:
    """Every setting that no version of a range has, and those that all of them advise against."""
    if is_version_1(root):
        yield from judged("tbot.yaml of version v1", gates()["config-v1"], root.span, versions)
        return
    field = root.fields.get("version")
    if field is not None:
        yield from judged("tbot.yaml of version v2", gates()["config-v2"], field.value.span, versions)
    yield from _keys(root, file_keys(), versions)
    yield from _auth_server(root, versions)
    for node, keys in _parts(root):
        yield from _keys(node, keys, versions)
    for section in ("services", "outputs"):
        listed = root.get(section)
        for entry in listed.elements if type(listed) is Sequence else ():
            if isinstance(entry, Mapping):
                yield from _service(entry, versions)


def _parts(root: Mapping) -> Iterator[tuple[Mapping, dict[str, Gate]]]:
    onboarding, storage = mapping(root.get("onboarding")), mapping(root.get("storage"))
    if onboarding is not None:
        yield onboarding, onboarding_keys()
    if storage is not None:
        yield storage, destination_keys().get(known(storage.get("type")) or "", {})


def _service(entry: Mapping, versions: VersionRange) -> Iterator[Mistake]:
    service = service_of(entry)
    if service is None:
        return
    yield from judged(f"the service {service.type}", service.gate, entry.fields["type"].value.span, versions)
    keys = {key: gate for key, gate in service.keys.items() if key != "roles"}
    yield from _keys(entry, keys, versions)
    roles = entry.get("roles")
    if type(roles) is Sequence and roles.elements:
        yield from judged("`roles` of a service", service.keys["roles"], entry.fields["roles"].key.span, versions)


def _keys(node: Mapping, keys: dict[str, Gate], versions: VersionRange) -> Iterator[Mistake]:
    for name, field in node.fields.items():
        gate = keys.get(name)
        if gate is not None:
            yield from judged(f"`{name}`", gate, field.key.span, versions)


def _auth_server(root: Mapping, versions: VersionRange) -> Iterator[Mistake]:
    node = root.get("auth_server")
    if node is not None and names_proxy(node):
        gate = gates()["proxy-as-auth-server"]
        help = "write it as `proxy_server`"
        if gate.exists_throughout(versions) is False:
            message = f"`auth_server` holds the address of a proxy, which tbot refuses from {gate.until} on"
            yield Mistake("proxy-as-auth-server", message, node.span, Effect.REFUSED, help)
        elif gate.deprecated_throughout(versions):
            message = f"`auth_server` holds the address of a proxy, which tbot warns of from {gate.deprecated} on"
            yield Mistake("proxy-as-auth-server", message, node.span, Effect.WARNS, help)


def names_proxy(node: Content) -> bool:
    """Whether an address is that of a proxy: by its port, since Auth has another."""
    return isinstance(node, Scalar) and (known(node) or "").rpartition(":")[2] in _PROXY_PORTS


def judged(what: str, gate: Gate, place: Span, versions: VersionRange) -> Iterator[Mistake]:
    """The mistake that using something is in a range of versions, if it is one."""
    help = f"use {gate.instead}" if gate.instead else None
    if gate.exists_throughout(versions) is False:
        if gate.until is not None and versions.lowest >= gate.until:
            yield Mistake("removed", f"{what} is gone from Teleport {gate.until} on", place, Effect.REFUSED, help)
        else:
            since = gate.perhaps_since or gate.since
            yield Mistake("too-new", f"{what} came with Teleport {since}, and this runs {_shown(versions)}", place,
                          Effect.REFUSED, help or f"install {since} or a later version")  # fmt: skip
    elif gate.deprecated_throughout(versions):
        message = f"{what} is advised against from Teleport {gate.deprecated} on"
        yield Mistake("deprecated", message, place, Effect.WARNS, help)


def _shown(versions: VersionRange) -> str:
    low, high = versions.lowest, versions.highest
    return str(versions) if low.major == high.major else f"{high} at most"
