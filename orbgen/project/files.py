"""CircleCI's files in a repository: where the configuration is, and what a YAML file is to CircleCI."""

from __future__ import annotations

import enum
import os

from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.nodes import Content, Mapping, Scalar

CONFIG_NAMES = ("config.yml", "config.yaml")
MANIFEST = "@orb.yml"
_ELEMENTS = frozenset(("commands", "executors", "jobs"))
_ORB_KEYS = frozenset(("version", "description", "orbs", *_ELEMENTS))
_WORDS = lazy_pattern(r"[^a-z]+")


class FileKind(enum.Enum):
    """What a YAML file is to CircleCI, or to Teleport. A fragment is joined with others before CircleCI reads it."""

    CONFIG = "configuration"
    ORB = "orb"
    FRAGMENT = "fragment"
    TELEPORT = "Teleport resources"
    TBOT = "tbot.yaml"


class NoConfigurationError(Exception):
    """There is no CircleCI configuration where one was looked for."""


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
    candidates = [os.path.join(folder, below, name) for name in CONFIG_NAMES]
    return next((candidate for candidate in candidates if os.path.isfile(candidate)), None)


def kind_of(root: Content, path: str, *, named: bool = False) -> FileKind:
    """What a file is. `config.yml`, and a file that the user named, is a configuration unless it looks like an orb."""
    base = os.path.basename(path)
    if type(root) is not Mapping:
        return FileKind.CONFIG if named or base in CONFIG_NAMES else FileKind.FRAGMENT
    keys = root.fields.keys()
    jobs = root.get("jobs")
    if base == MANIFEST or ("workflows" not in keys and _is_offered(root, base)):
        return FileKind.ORB
    complete = "workflows" in keys or (type(jobs) is Mapping and "build" in jobs.fields)
    if complete and (_is_version(root.get("version")) or {"jobs", "workflows"} <= keys or "orbs" in keys):
        return FileKind.CONFIG
    if base in CONFIG_NAMES:
        return FileKind.CONFIG
    if named:
        return FileKind.CONFIG if complete or not _describes_itself(root) else FileKind.ORB
    return FileKind.FRAGMENT


def _is_offered(root: Mapping, base: str) -> bool:
    """Whether a file without workflows says that it is an orb: by what only orbs have, or by its name."""
    keys = root.fields.keys()
    if keys & {"display", "examples"}:
        return True
    return "orb" in _WORDS.split(base.lower()) and bool(keys & _ELEMENTS) and keys <= _ORB_KEYS


def _describes_itself(root: Mapping) -> bool:
    """Whether the elements of a file without workflows are there for others to use.

    It may be a configuration whose author has yet to write the workflows: that has jobs, and describes nothing.
    """
    keys = root.fields.keys()
    if not keys & _ELEMENTS or not keys <= _ORB_KEYS:
        return False
    sections = [root.get(name) for name in _ELEMENTS]
    elements = [field.value for section in sections if type(section) is Mapping for field in section.fields.values()]
    described = any([type(element) is Mapping and "description" in element.fields for element in elements])
    return described or "description" in keys or "jobs" not in keys


def _is_version(node: Content | None) -> bool:
    return isinstance(node, Scalar) and node.text in ("2", "2.0", "2.1")
