"""Finding CircleCI's files in a repository, and telling configurations from what lies beside them."""

from __future__ import annotations

import enum
import os
from collections.abc import Iterator

from orbgen.source.nodes import Content, Mapping, Scalar

_YAML = (".yml", ".yaml")
_CONFIG_NAMES = ("config.yml", "config.yaml")
_NEVER_ENTERED = frozenset(("node_modules", "vendor", "venv", "__pycache__"))


class FileKind(enum.Enum):
    """What a YAML file is to CircleCI. A fragment is joined with others before CircleCI reads it."""

    CONFIG = "configuration"
    ORB = "orb"
    FRAGMENT = "fragment"


class NoConfigurationError(Exception):
    """There is no CircleCI configuration where one was looked for."""


def find_config(start: str) -> str:
    """The `.circleci/config.yml` of the nearest folder from `start` up to the repository's root.

    Raises NoConfigurationError where there is none.
    """
    folder = os.path.abspath(start)
    while True:
        for name in _CONFIG_NAMES:
            candidate = os.path.join(folder, ".circleci", name)
            if os.path.isfile(candidate):
                return os.path.relpath(candidate)
        parent = os.path.dirname(folder)
        if parent == folder or os.path.exists(os.path.join(folder, ".git")):
            raise NoConfigurationError(f"no .circleci/config.yml in {os.path.relpath(start)} or above it")
        folder = parent


def find_files(paths: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    """The files to lint, each with whether it was named itself. Raises NoConfigurationError for a path without any."""
    for path in paths:
        if os.path.isdir(path):
            found = sorted(_below(path))
            if not found:
                raise NoConfigurationError(f"no CircleCI configuration in {path}")
            for file in found:
                yield file, False
        elif os.path.exists(path) or path == "-":
            yield path, True
        else:
            raise NoConfigurationError(f"{path} does not exist")


def _below(folder: str) -> Iterator[str]:
    """The YAML files in every `.circleci` folder at or below a folder, links that lead nowhere among them, no pipes."""
    inside = ".circleci" in os.path.abspath(folder).split(os.sep)
    for directory, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name == ".circleci" or _entered(name)]
        if inside or ".circleci" in directory.split(os.sep):
            for name in files:
                path = os.path.normpath(os.path.join(directory, name))
                if name.endswith(_YAML) and (os.path.isfile(path) or not os.path.exists(path)):
                    yield path


def _entered(name: str) -> bool:
    return not name.startswith(".") and name not in _NEVER_ENTERED


def kind_of(root: Content, path: str, *, named: bool = False) -> FileKind:
    """What a file is. `config.yml`, and a file that the user named, is a configuration unless it is plainly an orb."""
    base = os.path.basename(path)
    if type(root) is not Mapping:
        return FileKind.CONFIG if named or base in _CONFIG_NAMES else FileKind.FRAGMENT
    keys = root.fields.keys()
    jobs = root.get("jobs")
    complete = "workflows" in keys or (type(jobs) is Mapping and "build" in jobs.fields)
    if complete and (_is_version(root.get("version")) or {"jobs", "workflows"} <= keys or "orbs" in keys):
        return FileKind.CONFIG
    if base in ("@orb.yml", "orb.yml") or (not complete and keys & {"display", "examples"}):
        return FileKind.ORB
    return FileKind.CONFIG if named or base in _CONFIG_NAMES else FileKind.FRAGMENT


def _is_version(node: Content | None) -> bool:
    return isinstance(node, Scalar) and node.text in ("2", "2.0", "2.1")
