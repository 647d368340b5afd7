"""What tbot refuses in a tbot.yaml of version v2, what it passes over, and what does not do what it seems to.

teleport.md 3.4. What depends on the version is in `tbot_file_versions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orbgen.source.names import nearest
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence
from orbgen.source.span import Span
from orbgen.teleport.durations import seconds_of
from orbgen.teleport.mistakes import Effect, Mistake
from orbgen.teleport.resources import is_filled_in, known, mapping
from orbgen.teleport.tbot import Service, destination_keys, file_keys, onboarding_keys, services
from orbgen.teleport.versions import table

_NAME_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_+")
_VERSION_1_KEYS = ("destinations",)
_LISTS = ("services", "outputs")
_MAPS = ("onboarding", "storage")
_SINGLE = ("proxy_server", "auth_server", "diag_addr", "oneshot", "debug", "insecure", "credential_ttl")


def invalid(root: Mapping) -> Iterator[Mistake]:
    """Every mistake in a tbot.yaml that is one in every version, in the order of the file's parts."""
    if is_version_1(root):
        return
    yield from _version(root)
    yield from _keys(root, file_keys(), "tbot.yaml")
    yield from _shapes(root)
    yield from _addresses(root)
    onboarding = mapping(root.get("onboarding"))
    if onboarding is not None:
        yield from _onboarding(root, onboarding)
    storage = mapping(root.get("storage"))
    if storage is not None:
        yield from _destination(storage, "the storage")
    yield from _lifetimes(root, oneshot=_is_true(root.get("oneshot")))
    entries = [item for key in ("services", "outputs") for item in _elements(root.get(key))]
    for entry in entries:
        if isinstance(entry, Mapping):
            yield from _service(entry)
    yield from _shared([entry for entry in entries if isinstance(entry, Mapping)])


def is_version_1(root: Mapping) -> bool:
    """Whether a file is of version v1, which says `destinations` and need not say its version."""
    given = known(root.get("version"))
    return given == "v1" or (given is None and any([key in root.fields for key in _VERSION_1_KEYS]))


def service_of(entry: Mapping) -> Service | None:
    """The service that an entry of `services` or `outputs` is; None where its type is not known."""
    type_ = known(entry.get("type"))
    return services().get(type_) if type_ is not None else None


def _version(root: Mapping) -> Iterator[Mistake]:
    given = root.get("version")
    text = known(given)
    if text is not None and given is not None and text != "v2":
        yield _refused("key", f"tbot.yaml has the version v1 or v2, not `{text}`", given.span, "write `version: v2`")
    elif given is None:
        for key in ("services", "outputs"):
            if key in root.fields:
                place = root.fields[key].key.span
                yield _refused("key", f"without `version: v2`, tbot takes a file with `{key}` for one of version v1",
                               place, "write `version: v2` at the top")  # fmt: skip


def _shapes(root: Mapping) -> Iterator[Mistake]:
    """Sections that are no lists or no maps where tbot reads such, and entries of lists that are no services."""
    for name, field in root.fields.items():
        node = field.value
        if (isinstance(node, Scalar) and node.value is None) or is_filled_in(node):
            continue
        wanted = "a list" if name in _LISTS else "a map" if name in _MAPS else "" if name in _SINGLE else None
        is_right = {"a list": type(node) is Sequence, "a map": type(node) is Mapping, "": isinstance(node, Scalar)}
        if wanted is not None and not is_right[wanted]:
            message = f"`{name}` has to be {wanted or 'a single value'}"
            yield _refused("key", message, field.key.span, "see `orbgen schema tbot` for what goes there")
        elif name in _LISTS:
            for item in _elements(node):
                if type(item) is not Mapping and not is_filled_in(item):
                    yield _refused("key", "a service is a map with a `type`", item.span, "write `- type: identity`")


def _addresses(root: Mapping) -> Iterator[Mistake]:
    if _is_given(root.get("auth_server")) and _is_given(root.get("proxy_server")):
        place = root.fields["auth_server"].key.span
        yield _refused("conflict", "tbot takes `auth_server` or `proxy_server`, not both", place,
                       "keep `proxy_server`, and the proxy's address in it")  # fmt: skip


def _onboarding(root: Mapping, onboarding: Mapping) -> Iterator[Mistake]:
    yield from _keys(onboarding, onboarding_keys(), "`onboarding`")
    method = onboarding.get("join_method")
    name = known(method)
    methods = table("tokens")["join-methods"]
    if name and method is not None and name not in methods:
        guess = nearest(name, methods)
        help = f"did you mean `{guess}`?" if guess else "CircleCI's jobs join by `circleci`"
        yield _refused("key", f"there is no join method `{name}`", method.span, help, guess)
    pins, path = onboarding.get("ca_pins"), onboarding.get("ca_path")
    if _is_given(pins) and _is_given(path):
        place = onboarding.fields["ca_path"].key.span
        yield _refused("conflict", "tbot takes `ca_pins` or `ca_path`, not both", place, "keep `ca_pins`")
    if _is_true(root.get("insecure")) and (_is_given(pins) or _is_given(path)):
        place = root.fields["insecure"].key.span
        yield _refused("conflict", "`insecure` and a pinned certificate exclude each other", place, "drop `insecure`")


def _service(entry: Mapping) -> Iterator[Mistake]:
    type_node = entry.get("type")
    type_ = known(type_node)
    if type_node is None:
        yield _refused("key", "a service has to say its type", entry.span, "write `type: identity` or another type")
        return
    if type_ is None:
        return
    service = services().get(type_)
    if service is None:
        names = [one.type for one in services().values() if one.keys]
        guess = nearest(type_, names)
        help = f"did you mean `{guess}`?" if guess else f"the types are {', '.join(sorted(names))}"
        yield _refused("key", f"there is no type of service `{type_}`", type_node.span, help, guess)
        return
    yield from _ignored_keys(entry, service)
    yield from _name(entry.get("name"))
    destination = mapping(entry.get("destination"))
    if destination is not None:
        yield from _destination(destination, "the destination")
    ttl, renewal = entry.fields.get("credential_ttl"), entry.fields.get("renewal_interval")
    if (ttl is None) != (renewal is None):
        there, missing = ("credential_ttl", "renewal_interval") if ttl else ("renewal_interval", "credential_ttl")
        place = entry.fields[there].key.span
        yield _refused(
            "conflict", f"a service that sets `{there}` has to set `{missing}` too", place, f"set `{missing}`"
        )


def _ignored_keys(entry: Mapping, service: Service) -> Iterator[Mistake]:
    """Keys that the service does not have: tbot drops them without a word."""
    if service.open:
        return
    for name, field in entry.fields.items():
        if name not in service.keys and not is_filled_in(field.key):
            guess = nearest(name, service.keys) or nearest(name.replace("-", "_"), service.keys)
            own = [key for key in service.keys if key != "roles"]
            help = f"did you mean `{guess}`?" if guess else f"its keys are {', '.join(own)}"
            message = f"the service {service.type} has no key `{name}`, and tbot passes over it without a word"
            yield Mistake("ignored-key", message, field.key.span, Effect.FAILS, help, guess)


def _name(node: Content | None) -> Iterator[Mistake]:
    name = known(node)
    if name and node is not None and not set(name) <= _NAME_LETTERS:
        yield _refused("key", f"a service cannot be called `{name}`", node.span,
                       "use lower-case letters, digits, `-`, `_` and `+`")  # fmt: skip


def _destination(node: Mapping, what: str) -> Iterator[Mistake]:
    kinds = destination_keys()
    type_node = node.get("type")
    type_ = known(type_node)
    if type_ is None or type_node is None:
        return
    if type_ not in kinds:
        guess = nearest(type_, kinds)
        help = f"did you mean `{guess}`?" if guess else f"the types are {', '.join(kinds)}"
        yield _refused("key", f"{what} cannot be of type `{type_}`", type_node.span, help, guess)
    else:
        yield from _keys(node, kinds[type_], f"{what} of type `{type_}`")


def _keys(node: Mapping, keys: Iterable[str], what: str) -> Iterator[Mistake]:
    """Keys where tbot refuses what it does not know."""
    names = list(keys)
    for name, field in node.fields.items():
        if name not in names and not is_filled_in(field.key):
            guess = nearest(name, names) or nearest(name.replace("-", "_"), names)
            help = f"did you mean `{guess}`?" if guess else f"the keys here are {', '.join(names)}"
            yield _refused("key", f"{what} has no key `{name}`", field.key.span, help, guess)


def _lifetimes(root: Mapping, *, oneshot: bool) -> Iterator[Mistake]:
    """Certificates that end before they are renewed, which matters to a tbot that goes on."""
    if oneshot:
        return
    ttl = _duration(root.get("credential_ttl") or root.get("certificate_ttl"))
    renewal_node = root.get("renewal_interval")
    renewal = _duration(renewal_node)
    if ttl is not None and renewal is not None and renewal_node is not None and ttl < renewal:
        message = "certificates end before they are renewed, so that there are none in between"
        yield Mistake("renewal", message, renewal_node.span, Effect.FAILS, "renew them in half of their lifetime")


def _shared(entries: list[Mapping]) -> Iterator[Mistake]:
    """What two services have both, although only one can."""
    seen: dict[tuple[str, str], Span] = {}
    for entry in entries:
        folder = mapping(entry.get("destination"))
        parts = {
            "name": entry.get("name"),
            "destination": folder.get("path") if folder is not None else None,
            "address": entry.get("listen"),
        }
        for what, node in parts.items():
            text = known(node)
            if not text or node is None:
                continue
            if (what, text) not in seen:
                seen[what, text] = node.span
                continue
            effect = Effect.REFUSED if what == "name" else Effect.FAILS
            line = seen[what, text].line
            yield Mistake("duplicate", f"the service in line {line} has the {what} `{text}` as well", node.span, effect,
                          f"give each service a {what} of its own")  # fmt: skip


def _duration(node: Content | None) -> float | None:
    text = known(node)
    return seconds_of(text) if text is not None else None


def _elements(node: Content | None) -> list[Content]:
    return node.elements if type(node) is Sequence else []


def _is_given(node: Content | None) -> bool:
    if isinstance(node, Scalar):
        return node.value not in (None, "")
    return node is not None and not (isinstance(node, Sequence) and not node.elements)


def _is_true(node: Content | None) -> bool:
    return isinstance(node, Scalar) and node.value is True


def _refused(kind: str, message: str, span: Span, help: str | None = None, suggestion: str | None = None) -> Mistake:
    return Mistake(kind, message, span, Effect.REFUSED, help, suggestion)
