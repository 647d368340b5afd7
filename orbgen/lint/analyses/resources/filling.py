"""Whether a tool writes into one of Teleport's files before Teleport sees it (rules.md 2.10)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from orbgen.lint.teleport_context import TeleportContext
from orbgen.source.span import Source

# What makes a folder one of a tool's.
_OF_TOOLS = ("kustomization.yaml", "kustomization.yml", "Kustomization", "Chart.yaml")
_FILLING = re.compile(r"(?<![\w-])(?:envsubst|sed|yq|helm|kustomize)(?![\w-])")


def is_filled_in_later(source: Source, context: TeleportContext) -> bool:
    """Whether a file lies in a folder of Helm or kustomize, or a script of the repository has a tool write into it."""
    path = os.path.relpath(os.path.realpath(source.name), os.path.realpath(context.checkout.root))
    if path.startswith(os.pardir):
        return False
    return any(_are_of_tools(path, context)) or any([_writes_into(text, path) for text in _scripts(context)])


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
