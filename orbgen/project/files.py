"""Finding CircleCI's files in a repository, and telling configurations from what lies beside them."""

from __future__ import annotations

import enum
import os
import re
from collections.abc import Iterator

import msgspec

from orbgen.source.nodes import Content, Mapping, Scalar
from orbgen.source.problems import Problem
from orbgen.source.span import Source, Span

_YAML = (".yml", ".yaml")
_CONFIG_NAMES = ("config.yml", "config.yaml")
_SETUP = re.compile(r"^setup:[ \t]*true[ \t]*(?:#.*)?$", re.MULTILINE)
_MOST_READ = 1_000_000
_NEVER_ENTERED = frozenset(("node_modules", "vendor", "venv", "__pycache__"))


class FileKind(enum.Enum):
    """What a YAML file is to CircleCI. A fragment is joined with others before CircleCI reads it."""

    CONFIG = "configuration"
    ORB = "orb"
    FRAGMENT = "fragment"


class NoConfigurationError(Exception):
    """There is no CircleCI configuration where one was looked for."""


class Found(msgspec.Struct, frozen=True):
    """A file to look at. `named` ones were given themselves; with a `problem` there is nothing that could be read."""

    path: str
    named: bool = False
    problem: Problem | None = None


def find_config(start: str) -> str:
    """The `.circleci/config.yml` of the nearest folder from `start` up to the repository's root.

    Raises NoConfigurationError where there is none.
    """
    folder = os.path.abspath(start)
    while True:
        inside = config_in(folder)
        if inside is not None:
            return os.path.relpath(inside)
        parent = os.path.dirname(folder)
        if parent == folder or os.path.exists(os.path.join(folder, ".git")):
            raise NoConfigurationError(f"there is no .circleci/config.yml in {os.path.abspath(start)} or above it")
        folder = parent


def config_in(folder: str) -> str | None:
    """The configuration of a folder, which may be the `.circleci` folder itself."""
    below = "" if os.path.basename(os.path.abspath(folder)) == ".circleci" else ".circleci"
    candidates = [os.path.join(folder, below, name) for name in _CONFIG_NAMES]
    return next((candidate for candidate in candidates if os.path.isfile(candidate)), None)


def is_continuation(path: str) -> bool:
    """Whether a configuration is one that the setup configuration beside it continues with, or one above it may."""
    directory, base = os.path.split(os.path.abspath(path))
    if base in _CONFIG_NAMES and os.path.basename(directory) == ".circleci":
        return False
    while os.path.basename(directory) != ".circleci":
        directory, name = os.path.split(directory)
        if not name:
            return False
    config = config_in(directory)
    return config is not None and _is_setup(config)


def _is_setup(path: str) -> bool:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return _SETUP.search(file.read(_MOST_READ)) is not None
    except OSError:
        return False


def find_files(paths: tuple[str, ...]) -> list[Found]:
    """The files to lint, each once and in order of their paths: those given, and those in the given folders."""
    found: dict[str, Found] = {}
    for path in paths:
        for file in _found_at(path):
            key = os.path.realpath(file.path) if len(paths) > 1 and file.path != "-" else file.path
            known = found.get(key)
            if known is None or (file.named and not known.named):
                found[key] = file
    return sorted(found.values(), key=lambda file: file.path.split(os.sep))


def _found_at(path: str) -> Iterator[Found]:
    if path == "-" or (os.path.exists(path) and not os.path.isdir(path)):
        yield Found(path, named=True)
    elif os.path.isdir(path):
        below = list(_below(path))
        yield from below
        if not below:
            yield Found(path, problem=_problem(path, "there is no CircleCI configuration in this folder"))
    else:
        yield Found(path, problem=_problem(path, "there is no such file or folder"))


def _below(folder: str) -> Iterator[Found]:
    """The YAML files in every `.circleci` folder at or below a folder, and the folders that cannot be listed."""
    unlisted: list[OSError] = []
    inside = ".circleci" in os.path.abspath(folder).split(os.sep)
    for directory, folders, files in os.walk(folder, onerror=unlisted.append):
        folders[:] = [name for name in folders if name == ".circleci" or _entered(name)]
        # Orbs kept here to compile with, as `orbs/ns/name@version.yml`, are others' and not the user's to mend.
        stored = os.path.basename(os.path.dirname(directory)) == "orbs"
        if stored:
            folders[:] = [name for name in folders if "@" not in name]
        if not inside and ".circleci" in folders and os.path.islink(os.path.join(directory, ".circleci")):
            yield from _below(os.path.join(directory, ".circleci"))
        if inside or ".circleci" in directory.split(os.sep):
            for name in files:
                if name.endswith(_YAML) and not (stored and "@" in name[1:]):
                    yield _regular(os.path.normpath(os.path.join(directory, name)))
    for error in unlisted:
        path = os.path.normpath(str(error.filename))
        yield Found(path, problem=_problem(path, f"cannot list the folder: {error.strerror}"))


def _regular(path: str) -> Found:
    """A file that was found, not named: reading a pipe or a device could last for ever."""
    if os.path.isfile(path) or os.path.islink(path):
        return Found(path)
    return Found(path, problem=_problem(path, "this is not a regular file"))


def _entered(name: str) -> bool:
    return not name.startswith(".") and name not in _NEVER_ENTERED


def _problem(path: str, message: str) -> Problem:
    return Problem("file", message, Span(Source(path, ""), 0, 0))


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
