"""Setup configurations: which files they name to continue with, and whether they put an orb into one (circleci.md 7.6).

A setup configuration names the file in an orb's argument or in a script, so any path that stands in it counts.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from orbgen.project.files import CONFIG_NAMES, config_in
from orbgen.source.lazy_patterns import lazy_pattern

_SETUP = lazy_pattern(r"^setup:[ \t]*(?:true|yes|on)\b", re.MULTILINE | re.IGNORECASE)
_PATH = lazy_pattern(r"(?<![\w./@~$}-])(?:\./)?(?:[\w@-][\w.@-]*/)*[\w@-][\w.@-]*\.ya?ml\b")
_LARGEST = 1024 * 1024
_CONTINUES = lazy_pattern(r"^\s*-\s+orb-tools/continue\b", re.MULTILINE)


def continued_by(path: str) -> Iterator[str]:
    """The files outside of `.circleci` that a configuration continues with, where it is a setup configuration."""
    text = setup_text(path)
    if text is None:
        return
    above, _, _ = os.path.normpath(path).rpartition(".circleci" + os.sep)
    for name in dict.fromkeys(_PATH.findall(text)):
        other = os.path.normpath(os.path.join(above, name))
        if ".circleci" not in other.split(os.sep) and os.path.isfile(other):
            yield other


def injects_orb(path: str) -> bool:
    """Whether orb-tools adds the packed orb to a configuration before CircleCI reads it.

    It does for `test-deploy.yml`, and for any file that the setup configuration beside it continues with.
    """
    base = os.path.basename(path)
    if base.startswith("test-deploy"):
        return True
    if base == "config.yml" or path == "-":
        return False
    text = setup_text(os.path.join(os.path.dirname(path), "config.yml"))
    return text is not None and base in text and _CONTINUES.search(text) is not None


def setup_text(path: str) -> str | None:
    """The text of a file that is a setup configuration; None for any other."""
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > _LARGEST:
            return None
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:
        return None
    return text if "setup:" in text and _SETUP.search(text) else None


def setup_files(path: str) -> tuple[str, ...]:
    """The files that may be setup configurations for one: what this module says of it depends on them."""
    beside = os.path.join(os.path.dirname(os.path.abspath(path)), "config.yml")
    folder = _circleci_folder(path)
    folders = [folder] if folder is not None else [os.path.join(above, ".circleci") for above in _checkout_above(path)]
    return tuple(dict.fromkeys((beside, *[os.path.join(one, name) for one in folders for name in CONFIG_NAMES])))


def is_continuation(path: str) -> bool:
    """Whether a setup configuration may continue with a configuration: one above it, or outside one that names it."""
    return setup_of(path) is not None


def setup_of(path: str) -> str | None:
    """The text of the setup configuration that may continue with a configuration; None where there is none."""
    directory, base = os.path.split(os.path.abspath(path))
    if base in CONFIG_NAMES and os.path.basename(directory) == ".circleci":
        return None
    folder = _circleci_folder(path)
    if folder is not None:
        config = config_in(folder)
        return setup_text(config) if config is not None else None
    for above in _checkout_above(path):
        config = config_in(above)
        if config is not None and os.path.abspath(path) in [os.path.abspath(other) for other in continued_by(config)]:
            return setup_text(config)
    return None


def _circleci_folder(path: str) -> str | None:
    """The `.circleci` folder that a file lies in, at any depth."""
    directory = os.path.dirname(os.path.abspath(path))
    while os.path.basename(directory) != ".circleci":
        directory, name = os.path.split(directory)
        if not name:
            return None
    return directory


def _checkout_above(path: str) -> Iterator[str]:
    """The folders that a file lies in, up to the root of its checkout; none outside of one."""
    folders = []
    directory = os.path.dirname(os.path.abspath(path))
    while True:
        folders.append(directory)
        if os.path.exists(os.path.join(directory, ".git")):
            yield from folders
            return
        directory, name = os.path.split(directory)
        if not name:
            return
