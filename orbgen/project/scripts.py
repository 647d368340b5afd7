"""The shell scripts and makefiles of a checkout, known by their names."""

from __future__ import annotations

import os
from collections.abc import Iterator

from orbgen.project.ignored import Ignored

_ENDINGS = (".sh", ".bash", ".mk")
_NAMES = ("makefile", "gnumakefile", "justfile")
_NEVER_ENTERED = frozenset(("node_modules", "vendor", "venv", "__pycache__"))
_MOST = 2000


def scripts_below(folder: str) -> Iterator[str]:
    """The paths, relative to a folder, of the scripts at and below it that git does not ignore; not too many."""
    ignored = Ignored(folder)
    count = 0
    for directory, folders, files in os.walk(folder):
        folders[:] = [
            name
            for name in sorted(folders)
            if name not in _NEVER_ENTERED
            and not (name.startswith(".") and name != ".circleci")
            and not ignored.covers(os.path.join(directory, name), is_folder=True)
        ]
        for name in sorted(files):
            path = os.path.join(directory, name)
            if (name.endswith(_ENDINGS) or name.lower() in _NAMES) and not ignored.covers(path):
                count += 1
                if count > _MOST:
                    return
                yield os.path.relpath(path, folder)
