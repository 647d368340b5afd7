"""Whether a tool writes into one of Teleport's files before Teleport sees it (rules.md 2.10)."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator

from orbgen.lint.teleport_context import TeleportContext
from orbgen.source.nodes import Mapping, Scalar, Sequence
from orbgen.source.problems import UnreadableError
from orbgen.source.reader import read
from orbgen.source.span import Source

# What makes a folder one of a tool's.
_OF_KUSTOMIZE = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_OF_TOOLS = (*_OF_KUSTOMIZE, "Chart.yaml")
_FILLING = re.compile(r"(?<![\w-])(?:envsubst|sed|yq|helm|kustomize)(?![\w-])")


def is_filled_in_later(source: Source, context: TeleportContext) -> bool:
    """Whether a file lies in a folder of Helm or kustomize, or a script of the repository has a tool write into it."""
    path = os.path.relpath(os.path.realpath(source.name), os.path.realpath(context.checkout.root))
    if path.startswith(os.pardir):
        return False
    return any(_are_of_tools(path, context)) or any([_writes_into(text, path) for text in _scripts(context)])


def is_patch(source: Source, context: TeleportContext) -> bool:
    """Whether a kustomization lists a file among its patches, which hold only what differs from the whole."""
    path = os.path.relpath(os.path.realpath(source.name), os.path.realpath(context.checkout.root))
    folder = path
    while folder and not path.startswith(os.pardir):
        folder = os.path.dirname(folder)
        for name in _OF_KUSTOMIZE:
            text = context.checkout.text(os.path.join(folder, name))
            if text is not None and os.path.relpath(path, folder or os.curdir) in _patches(text, name):
                return True
    return False


def _patches(text: str, name: str) -> list[str]:
    """The files that a kustomization takes for patches."""
    try:
        root = read(text.encode(), name).root
    except UnreadableError:
        return []
    if not isinstance(root, Mapping):
        return []
    listed = [root.get(key) for key in ("patches", "patchesStrategicMerge")]
    entries = [entry for one in listed if isinstance(one, Sequence) for entry in one.elements]
    paths = [entry.get("path") if isinstance(entry, Mapping) else entry for entry in entries]
    return [posixpath.normpath(path.text) for path in paths if isinstance(path, Scalar)]


def _are_of_tools(path: str, context: TeleportContext) -> Iterator[bool]:
    """For each folder around a file, whether it is a tool's."""
    folder = path
    while folder:
        folder = os.path.dirname(folder)
        yield any([context.checkout.text(os.path.join(folder, name)) is not None for name in _OF_TOOLS])


def _scripts(context: TeleportContext) -> Iterator[str]:
    """The texts of the repository's scripts, and of its configurations, whose steps are scripts too."""
    for path in context.checkout.scripts():
        text = context.checkout.text(path)
        if text is not None:
            yield text


def _writes_into(script: str, path: str) -> bool:
    """Whether a script names such a tool, and the file or all files of its folder."""
    folder, name = os.path.split(path)
    named = name in script or (folder != "" and f"{os.path.basename(folder)}/*" in script)
    return named and _FILLING.search(script) is not None
