"""Where a file is, as services see it that know the repository and not this machine."""

from __future__ import annotations

import os
from functools import lru_cache

from orbgen.lint.reports.columns import printable

_NO_FILE = ("<stdin>", "-")


def repository_path(name: str) -> str:
    """A file's path from the root of its git checkout, with `/` between its parts.

    Outside a checkout the root is the current folder; a file outside that keeps its whole path.
    """
    if name in _NO_FILE:
        return name
    path = os.path.abspath(name)
    root = _root_of(os.path.dirname(path), os.getcwd())
    inside = path.startswith(root.rstrip(os.sep) + os.sep)
    return slashed(os.path.relpath(path, root) if inside else path)


def slashed(path: str, separator: str = os.sep) -> str:
    """A path of this system with `/` between its parts."""
    return path.replace(separator, "/") if separator != "/" else path


@lru_cache(maxsize=256)
def _root_of(folder: str, otherwise: str) -> str:
    here = folder
    while not os.path.exists(os.path.join(here, ".git")):
        above = os.path.dirname(here)
        if above == here:
            return otherwise
        here = above
    return here


def uri_of(path: str, *, windows: bool = os.sep == "\\") -> str:
    """The reference to a path that `repository_path` gives: relative where it is, else an address of this machine."""
    from urllib.parse import quote

    drive = path[:2] if windows and path[1:2] == ":" else ""
    rest = path[len(drive) :]
    encoded = quote(os.fsencode(rest) if _is_plain(rest) else printable(rest))
    if drive:
        return f"file:///{drive}{encoded}"
    if rest.startswith("//"):  # A share of another machine.
        return f"file:{encoded}"
    return f"file://{encoded}" if rest.startswith("/") else encoded


def _is_plain(path: str) -> bool:
    """Whether a path has bytes; a name that came from elsewhere may hold any surrogate."""
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return False
    return True
