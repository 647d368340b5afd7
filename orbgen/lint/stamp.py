"""What tells one orbgen from another: its version, its files, Python, and the parsers that it is built upon."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys

from orbgen import __version__

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_PARSERS = ("yaml", "tree_sitter", "tree_sitter_bash", "msgspec")


def code_stamp() -> bytes:
    """A digest that differs where another orbgen could find something else, also after a change in a checkout of it.

    Files are told apart by size and time: reading them all would take longer than linting some.
    """
    hasher = hashlib.sha256(repr((__version__, sys.version, sys.platform)).encode())
    folders = [_PACKAGE]
    for name in _PARSERS:
        spec = importlib.util.find_spec(name)
        folders += spec.submodule_search_locations or [] if spec is not None else []
    for folder in folders:
        for directory, inner, files in os.walk(folder):
            inner.sort()
            for name in sorted(files):
                if name.endswith((".py", ".json", ".so", ".pyd")):
                    path = os.path.join(directory, name)
                    status = os.stat(path)
                    hasher.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
    return hasher.digest()
