"""tbot.yaml, as far as it says how tbot joins and what it gives to others (teleport.md 3.4)."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from orbgen.source.nodes import Content, Mapping, Scalar, Sequence
from orbgen.source.problems import UnreadableError
from orbgen.source.reader import read_documents
from orbgen.source.span import Source
from orbgen.teleport.resources import known, mapping

MEMORY = "memory://"
_SECRET = "kubernetes-secret:///"
# Keys that the command line has another name for; all others are its flags with `_` for `-`.
_TOP_FLAGS = {"credential_ttl": "certificate-ttl"}
_ONBOARDING_FLAGS = {"ca_pins": "ca-pin"}
_KEYPAIR_FLAGS = {"static_private_key_path": "static-key-path"}
_SERVICE_FLAGS = {
    "app_name": "app",
    "credential_ttl": "certificate-ttl",
    "specific_tls_naming": "specific-tls-extensions",
}
# What tells the type of a destination of version v1.
_TYPES_OF_VERSION_1 = {"kubernetes_cluster": "kubernetes", "database": "database", "app": "application"}


class FileSetting(msgspec.Struct, frozen=True):
    """One thing that a tbot.yaml says: the flag that says the same, the way to it by keys, its text and its node.

    `value` is None where a tool fills something in, or where it is no text.
    """

    flag: str
    key: str
    value: str | None
    node: Content


class FileService(msgspec.Struct, frozen=True):
    """One output or service: its type, None where it is not known, its part of the file, and what it says."""

    type: str | None
    entry: Mapping
    settings: tuple[FileSetting, ...]


class TbotFile(msgspec.Struct, frozen=True, eq=False):
    """A tbot.yaml. Its nodes lie in the files of its author, also where a script writes it."""

    root: Mapping

    @property
    def settings(self) -> tuple[FileSetting, ...]:
        """How tbot joins, without what it gives to others."""
        return tuple(_settings(self.root))

    @property
    def services(self) -> tuple[FileService, ...]:
        """What tbot gives to others."""
        return tuple(_services(self.root))


def read_tbot_file(text: str, name: str) -> TbotFile | None:
    """The tbot.yaml that a text is; None where it is none."""
    try:
        document = next(read_documents(Source(name, text)), None)
    except UnreadableError:
        return None
    root = document.root if document is not None else None
    return TbotFile(root) if type(root) is Mapping else None


def _settings(root: Mapping) -> Iterator[FileSetting]:
    for name, field in root.fields.items():
        if name == "storage":
            yield FileSetting(name, name, place_of(field.value), _node_of_place(field.value))
        elif name == "onboarding":
            onboarding = mapping(field.value)
            if onboarding is not None:
                yield from _onboarding(onboarding)
        elif name not in ("version", "services", "outputs", "destinations"):
            yield _plain(_TOP_FLAGS, name, "", field.value)


def _onboarding(onboarding: Mapping) -> Iterator[FileSetting]:
    for name, field in onboarding.fields.items():
        inner = mapping(field.value)
        if inner is None:
            yield _plain(_ONBOARDING_FLAGS, name, "onboarding.", field.value)
        elif name == "bound_keypair":
            for part, value in inner.fields.items():
                yield _plain(_KEYPAIR_FLAGS, part, "onboarding.bound_keypair.", value.value)


def _services(root: Mapping) -> Iterator[FileService]:
    for section in ("services", "outputs", "destinations"):
        listed = root.get(section)
        for entry in listed.elements if type(listed) is Sequence else ():
            if type(entry) is not Mapping:
                continue
            if section == "destinations":
                yield _of_version_1(entry)
            else:
                yield FileService(known(entry.get("type")), entry, tuple(_of_service(entry)))


def _of_service(entry: Mapping) -> Iterator[FileSetting]:
    for name, field in entry.fields.items():
        if name == "destination":
            yield FileSetting(name, name, place_of(field.value), _node_of_place(field.value))
        elif name != "type":
            yield _plain(_SERVICE_FLAGS, name, "", field.value)


def _of_version_1(entry: Mapping) -> FileService:
    type_ = next((named for key, named in _TYPES_OF_VERSION_1.items() if key in entry.fields), "identity")
    where = next((key for key in ("directory", "memory") if key in entry.fields), None)
    node = _node_of_place(entry) if where == "directory" else entry
    settings = [FileSetting("destination", where, place_of(entry), node)] if where is not None else []
    settings += [_plain({}, key, "", entry.fields[key].value) for key in ("cluster", "app") if key in entry.fields]
    return FileService(type_, entry, tuple(settings))


def _plain(flags: dict[str, str], name: str, before: str, node: Content) -> FileSetting:
    return FileSetting(flags.get(name, name.replace("_", "-")), before + name, _text(node), node)


def _text(node: Content) -> str | None:
    """A text, or the texts of a list with commas; empty for a null."""
    if isinstance(node, Scalar):
        value = node.value
        if value is None:
            return ""
        return ("true" if value else "false") if isinstance(value, bool) else known(node)
    texts = [known(item) for item in node.elements] if type(node) is Sequence else [None]
    found = [text for text in texts if text is not None]
    return ",".join(found) if len(found) == len(texts) else None


def place_of(node: Content | None) -> str | None:
    """Where a destination or the storage is: a folder, `memory://` or a secret of Kubernetes; None if not known.

    It is written as a bare path, as `{type: directory, path: P}`, or in version v1 as `{directory: {path: P}}`.
    """
    if isinstance(node, Scalar):
        return known(node)
    if type(node) is not Mapping:
        return None
    if "type" not in node.fields and "memory" in node.fields:
        return MEMORY
    if "type" not in node.fields and "directory" in node.fields:
        directory = node.get("directory")
        return known(directory.get("path")) if type(directory) is Mapping else known(directory)
    kind = known(node.get("type"))
    if kind == "memory":
        return MEMORY
    if kind == "kubernetes_secret":
        return _SECRET + (known(node.get("name")) or "")
    return known(node.get("path"))


def _node_of_place(node: Content) -> Content:
    """What of a destination or the storage says where it is: the path, where it has one."""
    if type(node) is not Mapping:
        return node
    directory = node.get("directory")
    if isinstance(directory, Scalar):
        return directory
    path = (directory if type(directory) is Mapping else node).get("path")
    return path if isinstance(path, Scalar) else node
