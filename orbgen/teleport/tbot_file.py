"""tbot.yaml, as far as it says how tbot joins and where it writes (teleport.md 3.2)."""

from __future__ import annotations

import msgspec

from orbgen.source.nodes import Content, Mapping, Scalar, Sequence
from orbgen.source.problems import UnreadableError
from orbgen.source.reader import read_documents
from orbgen.source.span import Source


class Output(msgspec.Struct, frozen=True):
    """One output or service: its type, and the folder that it writes to, None where it writes to none that is known."""

    type: str
    folder: str | None


class TbotFile(msgspec.Struct, frozen=True):
    """How a tbot.yaml joins and what it writes."""

    join_method: str | None
    token: str | None
    oneshot: bool
    storage_folder: str | None
    outputs: tuple[Output, ...]


def read_tbot_file(text: str, name: str) -> TbotFile | None:
    """What a tbot.yaml says; None where it is no such file."""
    try:
        document = next(read_documents(Source(name, text)), None)
    except UnreadableError:
        return None
    root = document.root if document is not None else None
    if type(root) is not Mapping:
        return None
    onboarding = root.get("onboarding")
    oneshot = root.get("oneshot")
    method = _text(onboarding, "join_method")
    token = _text(onboarding, "token")
    return TbotFile(
        method or ("token" if token is not None else None),
        token,
        isinstance(oneshot, Scalar) and oneshot.value is True,
        _folder(root.get("storage")),
        (*_outputs(root, "outputs"), *_outputs(root, "services"), *_outputs(root, "destinations")),
    )


def _outputs(root: Mapping, key: str) -> list[Output]:
    section = root.get(key)
    found = []
    for item in section.elements if type(section) is Sequence else ():
        if type(item) is Mapping:
            destination = item if key == "destinations" else item.get("destination")
            found.append(Output(_text(item, "type") or "identity", _folder(destination)))
    return found


def _folder(node: Content | None) -> str | None:
    """The folder of a destination: a bare path, `{type: directory, path: P}`, or version 1's `directory: {path: P}`."""
    if isinstance(node, Scalar):
        return node.text or None
    if type(node) is not Mapping:
        return None
    kind = node.get("type")
    if isinstance(kind, Scalar) and kind.text != "directory" and "path" in node.fields:
        return None
    path = _text(node, "path")
    if path is not None:
        return path
    directory = node.get("directory")
    return directory.text if isinstance(directory, Scalar) else _text(directory, "path")


def _text(node: Content | None, key: str) -> str | None:
    value = node.get(key) if type(node) is Mapping else None
    return value.text if isinstance(value, Scalar) and isinstance(value.value, str) and value.text else None
