"""The options that say where orbs are."""

from __future__ import annotations

import os

from orbgen.circleci.orbs import OrbSource, OrbStore
from orbgen.cli.exits import UsageProblem

DEFAULT_FOLDER = os.path.join(".circleci", "orbs")


def store_from(given: tuple[str, ...], config_folder: str) -> OrbStore:
    """The orbs at hand: those of `--orb NAME[@VERSION]=PATH`, the project's folder, the user's cache."""
    sources = []
    for text in given:
        name, separator, path = text.rpartition("=")
        if not separator or not name or not path:
            raise UsageProblem(f"--orb takes NAME[@VERSION]=PATH, such as circleci/node@5.2.0=node.yml, not '{text}'")
        if not os.path.exists(path):
            raise UsageProblem(f"--orb {text}: {path} does not exist")
        short, at, version = (name, "", "") if name.startswith("https://") else name.partition("@")
        sources.append(OrbSource(short, version if at else None, path))
    cache = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "orbgen", "orbs")
    return OrbStore(tuple(sources), (os.path.join(config_folder, "orbs"), DEFAULT_FOLDER, cache))
