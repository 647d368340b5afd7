"""Which files are Teleport's: tokens, bots and roles, and tbot.yaml, known by what they hold, wherever they lie."""

from __future__ import annotations

import os
import re

from orbgen.project.files import FileKind
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.nodes import Content, Document, Mapping, Scalar
from orbgen.source.reader import read_documents
from orbgen.source.span import Source

# A resource says its kind, and a tbot.yaml how it joins or whom it speaks to.
_RESOURCE = lazy_pattern(rb"\bkind[\"']?[ \t]*:[ \t]*[\"']?(?:token|bot|role|Teleport(?:ProvisionToken|Bot|Role)\w*)\b")
_TBOT = lazy_pattern(rb"(?:^|\{[ \t]*|,[ \t]*)[\"']?(?:onboarding|auth_server|proxy_server)[\"']?[ \t]*:", re.MULTILINE)
_TBOT_NAMES = ("tbot.yaml", "tbot.yml")
_ADDRESSES = ("auth_server", "proxy_server")
_SECTIONS = ("services", "outputs", "destinations", "storage", "oneshot", "credential_ttl", "certificate_ttl")
_ONBOARDING = ("join_method", "token", "ca_pins", "ca_path", "registration_secret", "bound_keypair")
_JOINING = (b"tbot", b"teleport", b"terraform", b"tofu", b"machine-id")
_LARGEST = 1024 * 1024
_TEMPLATED = (b"{{", b"{%", b"<%")
# What has these is CircleCI's, whatever else it has.
_CIRCLECI = ("jobs", "workflows", "commands")


def may_be_teleports(data: bytes, path: str = "") -> bool:
    """Whether a file's bytes look as if it were one of Teleport's, before anybody reads them."""
    if b"kind" in data and (b"spec" in data or b"metadata" in data) and _RESOURCE.search(data):
        return True
    named = b"onboarding" in data or b"_server" in data
    return os.path.basename(path) in _TBOT_NAMES or (named and _TBOT.search(data) is not None)


def may_join(data: bytes) -> bool:
    """Whether a configuration's bytes name a program or an orb that may join Teleport."""
    return any([word in data for word in _JOINING])


def looks_like_teleports(path: str) -> bool:
    """Whether a file that nobody has opened yet looks as if it were one of Teleport's. What is very large does not."""
    return may_be_teleports(_beginning(path), path)


def file_may_join(path: str) -> bool:
    """Whether a configuration that nobody has opened yet names a program or an orb that may join Teleport."""
    return may_join(_beginning(path))


def _beginning(path: str) -> bytes:
    """The bytes of a file; none of one that is very large or cannot be read."""
    try:
        if not os.path.isfile(path):
            return b""
        with open(path, "rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError:
        return b""
    return data if len(data) <= _LARGEST else b""


def is_templated(data: bytes) -> bool:
    """Whether a tool such as Helm or Jinja makes YAML of a file, which need not be YAML before."""
    return any([mark in data for mark in _TEMPLATED])


def teleport_documents(source: Source) -> tuple[Document, ...]:
    """The documents of a file, of which Teleport's have several. Raises UnreadableError."""
    documents = tuple(read_documents(source))
    if documents:
        documents[-1].end = len(source.text)
    return documents


def teleport_kind(documents: tuple[Document, ...], path: str = "") -> FileKind | None:
    """What a file is to Teleport; None where it is none of its files."""
    from orbgen.teleport.resources import resource_of

    if any([resource_of(document) is not None for document in documents]):
        return FileKind.TELEPORT
    if len(documents) == 1 and is_tbot_file(documents[0].root, os.path.basename(path)):
        return FileKind.TBOT
    return None


def is_tbot_file(root: Content, name: str = "") -> bool:
    """Whether a document is a tbot.yaml: it says how it joins, or whom it speaks to and for what."""
    if type(root) is not Mapping or any([key in root.fields for key in _CIRCLECI]):
        return False
    onboarding = root.get("onboarding")
    if type(onboarding) is Mapping and any([key in onboarding.fields for key in _ONBOARDING]):
        return True
    speaks = any([key in root.fields for key in _ADDRESSES]) or "onboarding" in root.fields
    gives = any([key in root.fields for key in _SECTIONS]) or _is_version(root.get("version"))
    return (speaks and gives) or (name in _TBOT_NAMES and (speaks or gives))


def _is_version(node: Content | None) -> bool:
    return isinstance(node, Scalar) and node.text in ("v1", "v2")
