"""Paths of a job run in one form, and which of them a workspace, cache or artifact path covers (rules.md 2.5)."""

from __future__ import annotations

import enum
import posixpath
import re
from functools import lru_cache

DEFAULT_WORKING_DIRECTORY = "~/project"
_HOMES = ("/root", "/home/circleci", "/home/ubuntu", "/Users/distiller")
_EXPANDED = re.compile(r"\$(?:\{HOME\}|HOME\b)")
_WORKING = re.compile(r"\$(?:\{PWD\}|PWD\b|\{CIRCLE_WORKING_DIRECTORY\}|CIRCLE_WORKING_DIRECTORY\b)")


class Cover(enum.Enum):
    """How a path covers a file: by naming it or its own folder, or from further up."""

    EXACT = "exact"
    BROAD = "broad"


def normal(path: str, working_directory: str = DEFAULT_WORKING_DIRECTORY) -> str | None:
    """A path with `~` for the home folder and no `.` or `..`; relative ones lie under the working directory."""
    if not path or "$" in path or "`" in path:
        return None
    if not path.startswith(("/", "~")):
        path = posixpath.join(working_directory, path)
    path = posixpath.normpath(path)
    for home in _HOMES:
        if path == home or path.startswith(home + "/"):
            return "~" + path[len(home) :]
    return path


def expand_known(path: str, working_directory: str) -> str:
    """A shell word with the home folder and the working directory put in."""
    return _WORKING.sub(working_directory, _EXPANDED.sub("~", path))


def cover(pattern: str, folder: str, names: tuple[str, ...], *, wildcards: bool) -> Cover | None:
    """Whether a normal path takes one of the files `names` of a normal folder with it."""
    wanted = pattern.split("/")
    for name in names:
        file = [*folder.split("/"), *name.split("/")]
        if len(wanted) <= len(file) and all(
            [_matches(part, piece) if wildcards else part == piece for part, piece in zip(wanted, file, strict=False)]
        ):
            own = len(folder.split("/"))
            if len(wanted) > own or pattern == folder or (len(wanted) == own and wanted[-1] not in ("*", "**", "?")):
                return Cover.EXACT
            return Cover.BROAD
    return None


def _matches(part: str, piece: str) -> bool:
    if not any([character in part for character in "*?["]):
        return part == piece
    return _pattern(part).fullmatch(piece) is not None


@lru_cache(maxsize=256)
def _pattern(part: str) -> re.Pattern[str]:
    """Go's `filepath.Match` for one component; `**` is no more than `*`."""
    translated = "".join(
        [".*" if character == "*" else "." if character == "?" else re.escape(character) for character in part]
    )
    return re.compile(translated, re.DOTALL)
