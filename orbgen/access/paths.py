"""Paths of a job run in one form, and which of them a workspace, cache or artifact path covers (rules.md 2.5)."""

from __future__ import annotations

import enum
import posixpath
import re
from functools import lru_cache

from orbgen.source.lazy_patterns import lazy_pattern

DEFAULT_WORKING_DIRECTORY = "~/project"
_HOMES = ("/root", "/home/circleci", "/home/ubuntu", "/Users/distiller")
_EXPANDED = lazy_pattern(r"\$(?:\{HOME\}|HOME\b)")
_WORKING = lazy_pattern(r"\$(?:\{PWD\}|PWD\b|\{CIRCLE_WORKING_DIRECTORY\}|CIRCLE_WORKING_DIRECTORY\b)")


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
    if not path.startswith(("/", "~")):
        return None  # It leaves the home folder, and where that lies is not known.
    for home in _HOMES:
        if path == home or path.startswith(home + "/"):
            return "~" + path[len(home) :]
    return path


def expand_known(path: str, working_directory: str) -> str:
    """A shell word with the home folder and the working directory put in."""
    return _WORKING.sub(working_directory, _EXPANDED.sub("~", path))


def cover(pattern: str, folder: str, names: tuple[str, ...], *, wildcards: bool, own: bool = True) -> Cover | None:
    """How a normal path takes one of the files `names` of a normal folder with it, if it does.

    The folder is the files' `own` where nothing else lies in it, so that naming it is naming them.
    """
    wanted = pattern.rstrip("/").split("/")
    found: Cover | None = None
    for name in names:
        inner = folder.rstrip("/").split("/")
        file = [*inner, *name.split("/")]
        if len(wanted) <= len(file) and all(
            [_matches(part, piece) if wildcards else part == piece for part, piece in zip(wanted, file, strict=False)]
        ):
            # From here on a path means the files: from their own folder, or else from their own names.
            exact = len(inner) if own else len(file)
            whole = wildcards and not wanted[-1].strip("*?") and (len(wanted) == exact)
            if len(wanted) >= exact and not whole:
                return Cover.EXACT
            found = Cover.BROAD
    return found


def _matches(part: str, piece: str) -> bool:
    if not any([character in part for character in "*?[\\"]):
        return part == piece
    pattern = _pattern(part)
    return pattern is not None and pattern.fullmatch(piece) is not None


_PIECES = lazy_pattern(
    r"\\(?P<escaped>.)|(?P<any>\*)|(?P<one>\?)|\[(?P<set>\^?\]?[^\]]*)\]|(?P<plain>[^\\\[])", re.DOTALL
)


@lru_cache(maxsize=256)
def _pattern(part: str) -> re.Pattern[str] | None:
    """Go's `filepath.Match` for one component, in which `**` is no more than `*`; None where it is malformed."""
    translated, position = [], 0
    while position < len(part):
        match = _PIECES.match(part, position)
        if match is None:
            return None
        position = match.end()
        if match["any"]:
            translated.append(".*")
        elif match["one"]:
            translated.append(".")
        elif match["set"] is not None:
            inside = match["set"].removeprefix("^").replace("\\", "\\\\").replace("[", "\\[")
            translated.append(f"[{'^' if match['set'].startswith('^') else ''}{inside}]" if inside else "(?!)")
        else:
            translated.append(re.escape(match["escaped"] or match["plain"]))
    try:
        return re.compile("".join(translated), re.DOTALL)
    except re.error:
        return None
