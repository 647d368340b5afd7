"""Finding the files to lint: those named, and CircleCI's and Teleport's in folders, as far as git ignores none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fnmatch import fnmatchcase

import msgspec

from orbgen.project.continuing import continued_by
from orbgen.project.files import MANIFEST
from orbgen.project.ignored import Ignored
from orbgen.project.teleport_kinds import looks_like_teleports
from orbgen.source.problems import Problem
from orbgen.source.span import Source, Span

_YAML = (".yml", ".yaml")
_NEVER_ENTERED = frozenset(("node_modules", "vendor", "venv", "__pycache__"))
_PARTS_OF_AN_ORB = frozenset(("commands", "executors", "jobs", "examples", "scripts"))
# What a file outside of `.circleci` is called that may be one of CircleCI's; its content decides.
_LIKELY_NAMES = ("orb.yml", "orb.yaml", "circle.yml")
_LIKELY_ENDINGS = tuple([f"{mark}orb{ending}" for mark in "-_." for ending in _YAML])


class Found(msgspec.Struct, frozen=True):
    """A file to look at. `named` ones were given themselves; with a `problem` there is nothing that could be read.

    The path of an orb that is a `tree` of files is that of its `@orb.yml`. A `likely` one may be none of CircleCI's,
    and a `teleport` one is Teleport's or none, as its bytes say.
    """

    path: str
    named: bool = False
    problem: Problem | None = None
    tree: bool = False
    likely: bool = False
    teleport: bool = False


def find_files(paths: tuple[str, ...]) -> list[Found]:
    """What to lint, each file once and in order of their paths: those given, and those in the given folders.

    A path that is not there may be a pattern, in which `**` stands for folders at any depth.
    """
    found: dict[str, Found] = {}
    for path in paths:
        for file in _found_at(path):
            key = os.path.realpath(file.path) if file.path != "-" else file.path
            known = found.get(key)
            if known is None or (file.named and not known.named) or (known.teleport and not file.teleport):
                found[key] = file
    return sorted(found.values(), key=lambda file: file.path.split(os.sep))


def _found_at(path: str) -> Iterator[Found]:
    if path == "-" or (os.path.exists(path) and not os.path.isdir(path)):
        yield _part_of_tree(path) or Found(path, named=True)
    elif os.path.isdir(path):
        below = list(_below(path, Ignored(path)))
        if not below:
            tree = _part_of_tree(path)
            below = [
                tree
                or Found(
                    path,
                    problem=_problem(
                        path, "there is neither a CircleCI configuration nor a file of Teleport in this folder"
                    ),
                )
            ]
        yield from below
    elif os.path.lexists(path) or not _is_pattern(path):
        yield Found(path, problem=_problem(path, _why_absent(path)))
    else:
        yield from _matching(path)


def _why_absent(path: str) -> str:
    try:
        os.stat(path)
    except FileNotFoundError:
        link = os.path.islink(path)
        return "this link leads to nothing that is there" if link else "there is no such file or folder"
    except OSError as error:
        return f"cannot read the file: {error.strerror}"
    return "it was not there a moment ago"


def _part_of_tree(path: str) -> Found | None:
    """The orb whose source a file or folder is a part of."""
    if os.path.basename(path) == MANIFEST:
        return Found(path, named=True, tree=True)
    above, name = os.path.split(os.path.abspath(path))
    if name not in _PARTS_OF_AN_ORB and not _PARTS_OF_AN_ORB.intersection(above.split(os.sep)):
        return None
    while True:
        if name in _PARTS_OF_AN_ORB and os.path.isfile(os.path.join(above, MANIFEST)):
            manifest = os.path.join(above, MANIFEST)
            return Found(manifest if os.path.isabs(path) else os.path.relpath(manifest), named=True, tree=True)
        if not name:
            return None
        above, name = os.path.split(above)


# In folders


def _below(folder: str, ignored: Ignored, *, start: bool = True) -> Iterator[Found]:
    """CircleCI's files at or below a folder, the orbs that are folders, and the folders that cannot be listed."""
    unlisted: list[OSError] = []
    inside = ".circleci" in os.path.abspath(folder).split(os.sep)
    for directory, folders, files in os.walk(folder, onerror=unlisted.append):
        if directory != folder and (".git" in folders or ".git" in files):
            # A checkout in the checkout has its own ignore files.
            folders.clear()
            yield from _below(directory, Ignored(directory), start=False)
            continue
        linked = not inside and ".circleci" in folders and os.path.islink(os.path.join(directory, ".circleci"))
        stored = os.path.basename(os.path.dirname(directory)) == "orbs"
        folders[:] = [name for name in folders if _entered(name) and not (stored and "@" in name)]
        folders[:] = [name for name in folders if not ignored.covers(os.path.join(directory, name), is_folder=True)]
        if linked:
            yield from _below(os.path.join(directory, ".circleci"), ignored, start=False)
        circleci = inside or ".circleci" in directory.split(os.sep)
        for name in _tellable(files, folders, circleci=circleci, stored=stored):
            path = os.path.normpath(os.path.join(directory, name))
            # Whoever names the folder of a configuration means the configuration.
            meant = start and directory == folder and name == "config.yml"
            if meant or not ignored.covers(path):
                yield _regular(path, tree=name == MANIFEST, likely=not circleci)
                if circleci:
                    yield from [Found(other, likely=True) for other in continued_by(path)]
        if not circleci and MANIFEST not in files:
            yield from _of_teleport(directory, files, ignored)
    for error in unlisted:
        path = os.path.normpath(str(error.filename))
        yield Found(path, problem=_problem(path, f"cannot list the folder: {error.strerror}"))


def _tellable(files: list[str], folders: list[str], *, circleci: bool, stored: bool) -> list[str]:
    """The files of a folder that may be CircleCI's. The parts of an orb are its manifest's business."""
    if MANIFEST in files:
        folders[:] = [name for name in folders if name not in _PARTS_OF_AN_ORB]
        return [MANIFEST]
    if circleci:
        # Orbs kept here to compile with, as `orbs/ns/name@version.yml`, are others' and not the user's to mend.
        return [name for name in files if name.endswith(_YAML) and not (stored and "@" in name[1:])]
    return [name for name in files if name in _LIKELY_NAMES or name.endswith(_LIKELY_ENDINGS)]


def _of_teleport(directory: str, files: list[str], ignored: Ignored) -> Iterator[Found]:
    """The files of a folder that look like Teleport's."""
    for name in files:
        path = os.path.normpath(os.path.join(directory, name))
        if name.endswith(_YAML) and not ignored.covers(path) and looks_like_teleports(path):
            yield Found(path, teleport=True)


def _regular(path: str, *, tree: bool = False, likely: bool = False) -> Found:
    """A file that was found, not named: reading a pipe or a device could last for ever."""
    if os.path.isfile(path) or not os.path.exists(path):
        return Found(path, tree=tree, likely=likely)
    return Found(path, problem=_problem(path, "this is not a regular file"))


def _entered(name: str) -> bool:
    return name == ".circleci" or not (name.startswith(".") or name in _NEVER_ENTERED)


# By patterns


def _is_pattern(text: str) -> bool:
    return any([mark in text for mark in "*?["])


def _matching(pattern: str) -> Iterator[Found]:
    """What a pattern matches, of the files those that are YAML unless the pattern asks for another ending."""
    segments = [segment for segment in pattern.split(os.sep) if segment]
    if segments[-1] == "**":
        segments.append("*")
    fixed = next(index for index, segment in enumerate(segments) if _is_pattern(segment))
    start = os.sep.join([*([""] if pattern.startswith(os.sep) else []), *segments[:fixed]])
    start = start or (os.sep if pattern.startswith(os.sep) else os.curdir)
    ignored = Ignored(start)
    any_ending = not segments[-1].endswith("*")
    unlisted: list[OSError] = []
    found = False
    for path in dict.fromkeys(map(os.path.normpath, _expand(start, segments[fixed:], ignored, unlisted))):
        if not os.path.isdir(path):
            if any_ending or path.endswith(_YAML):
                found = True
                yield _part_of_tree(path) or _regular(path)
        elif segments[-2:] != ["**", "*"]:
            below = list(_below(path, ignored, start=False))
            found = found or bool(below)
            yield from below
    for error in unlisted:
        path = os.path.normpath(str(error.filename))
        yield Found(path, problem=_problem(path, f"cannot list the folder: {error.strerror}"))
    if not found and not unlisted:
        yield Found(pattern, problem=_problem(pattern, "no file of CircleCI's matches this pattern"))


def _expand(folder: str, segments: list[str], ignored: Ignored, unlisted: list[OSError]) -> Iterator[str]:
    """The paths below a folder that the segments of a pattern match, in order, and those git ignores left out."""
    if not segments:
        yield folder
        return
    head, *rest = segments
    if not _is_pattern(head):
        path = os.path.join(folder, head)
        if os.path.lexists(path):
            yield from _expand(path, rest, ignored, unlisted)
        return
    if head == "**":
        yield from _expand(folder, rest, ignored, unlisted)
    if not os.path.isdir(folder):
        return
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        unlisted.append(error)
        return
    for name in names:
        path = os.path.join(folder, name)
        is_folder = os.path.isdir(path)
        if head == "**":
            deeper = is_folder and not os.path.islink(path) and _entered(name)
        else:
            hidden = name.startswith(".") and not head.startswith(".") and name != ".circleci"
            deeper = fnmatchcase(name, head) and not hidden
        if deeper and not ignored.covers(path, is_folder=is_folder and not os.path.islink(path)):
            yield from _expand(path, segments if head == "**" else rest, ignored, unlisted)


def _problem(path: str, message: str) -> Problem:
    return Problem("file", message, Span(Source(path, ""), 0, 0))
