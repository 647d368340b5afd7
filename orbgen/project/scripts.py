"""What holds scripts in a checkout, known by its name: shell scripts, makefiles, configurations of CircleCI."""

from __future__ import annotations

import os
from collections.abc import Iterator

from orbgen.project.ignored import Ignored

_ENDINGS = (".sh", ".bash", ".mk")
_YAML = (".yml", ".yaml")
_CIRCLECI = ".circleci"
_NAMES = ("makefile", "gnumakefile", "justfile")
_NEVER_ENTERED = frozenset(("node_modules", "vendor", "venv", "__pycache__"))
_MOST = 2000


def scripts_below(folder: str) -> Iterator[str]:
    """The paths, relative to a folder, of what holds scripts at and below it and git does not ignore; not too many."""
    ignored = Ignored(folder)
    count = 0
    for directory, folders, files in os.walk(folder):
        folders[:] = [
            name
            for name in sorted(folders)
            if name not in _NEVER_ENTERED
            and (name == _CIRCLECI or not name.startswith("."))
            and not ignored.covers(os.path.join(directory, name), is_folder=True)
        ]
        endings = (*_ENDINGS, *_YAML) if _CIRCLECI in directory.split(os.sep) else _ENDINGS
        for name in sorted(files):
            path = os.path.join(directory, name)
            if (name.endswith(endings) or name.lower() in _NAMES) and not ignored.covers(path):
                count += 1
                if count > _MOST:
                    return
                yield os.path.relpath(path, folder)
