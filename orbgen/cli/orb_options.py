"""The option that says where orbs are, and the places where they are looked for without it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from orbgen.cli import declare
from orbgen.cli.exits import UsageProblem
from orbgen.project.user_cache import cache_folder

if TYPE_CHECKING:
    from orbgen.circleci.orbs import OrbSource, OrbStore
    from orbgen.source.nodes import Document

DEFAULT_FOLDER = os.path.join(".circleci", "orbs")

orb_option = declare.option(
    "--orb",
    "orbs",
    multiple=True,
    metavar="NAME[@VERSION]=PATH",
    help="The source of an orb: a packed file or an unpacked folder; may be given again.",
)


def read_orbs(given: tuple[str, ...]) -> tuple[OrbSource, ...]:
    """The orbs of `--orb NAME[@VERSION]=PATH`. Raises UsageProblem."""
    from orbgen.circleci.orbs import OrbSource

    sources = []
    for text in given:
        name, separator, path = text.rpartition("=")
        if not separator or not name or not path:
            raise UsageProblem(f"--orb takes NAME[@VERSION]=PATH, such as circleci/node@5.2.0=node.yml, not '{text}'")
        if not os.path.exists(path):
            raise UsageProblem(f"--orb {text}: there is no file or folder {path}")
        short, at, version = (name, "", "") if name.startswith("https://") else name.partition("@")
        sources.append(OrbSource(short, version if at else None, path))
    return tuple(sources)


def store_for(
    given: tuple[OrbSource, ...],
    folder: str,
    planned: str | None = None,
    documents: dict[str, Document] | None = None,
) -> OrbStore:
    """The orbs at hand for a configuration in `folder`: those given, the plan's, those beside it, the user's.

    Stores that share `documents` read each orb once.
    """
    from orbgen.circleci.orbs import OrbStore

    cache = os.path.join(cache_folder(), "orbs")
    folders = (planned, os.path.join(folder, "orbs"), DEFAULT_FOLDER, cache)
    return OrbStore(given, tuple([path for path in dict.fromkeys(folders) if path is not None]), documents)
