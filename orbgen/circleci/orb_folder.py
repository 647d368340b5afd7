"""The folder of an orb's source: reading the files in it, and no file outside it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping

import msgspec

from orbgen.source.encoding import decode
from orbgen.source.limits import MAXIMUM_BYTES
from orbgen.source.problems import Problem, UnreadableError
from orbgen.source.span import Source, Span

MAXIMUM_FOLDER_DEPTH = 32
YAML_ENDINGS = (".yml", ".yaml")


class Entry(msgspec.Struct, frozen=True):
    """One name in a folder: its path as people see it, and whether it is a folder."""

    name: str
    path: str
    is_folder: bool

    @property
    def is_yaml(self) -> bool:
        """Whether this is a fragment: a file that the packer reads."""
        return not self.is_folder and self.name.endswith(YAML_ENDINGS)

    @property
    def stem(self) -> str:
        """The name without its ending, under which a fragment is packed."""
        return self.name.rpartition(".")[0]


class OrbFolder:
    """One folder. `root` is its path as the user wrote it. Nothing outside is read, be it by `..` or by a link.

    `scripts` are the files that were included, by their paths. Files that are `instead` of those on the disk, by their
    paths too, are what a change would make of these.
    """

    def __init__(self, root: str, instead: Mapping[str, bytes] | None = None) -> None:
        self.root = root
        self._instead = instead or {}
        self._real = os.path.realpath(root)
        self.scripts: dict[str, Source] = {}

    def entries(self, folder: str) -> Iterator[Entry]:
        """What a folder holds, by name, without dot-files; like the packer it does not follow links to folders."""
        try:
            with os.scandir(folder) as found:
                listed = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            raise UnreadableError(problem_at(folder, f"cannot read the folder: {error.strerror}")) from None
        for entry in listed:
            if not entry.name.isprintable():
                message = f"the name {entry.name!a} in this folder holds characters that cannot be shown"
                raise UnreadableError(problem_at(folder, message, "rename it"))
            is_link = entry.is_symlink()
            if entry.name.startswith(".") or (is_link and os.path.isdir(entry.path)):
                continue
            yield Entry(entry.name, entry.path, not is_link and entry.is_dir())

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises UnreadableError for one outside the folder, a huge one, a pipe and the like."""
        if not self.holds(path):
            raise UnreadableError(problem_at(path, f"the file lies outside the orb's folder {self.root}"))
        try:
            status = os.stat(path)
            if not stat.S_ISREG(status.st_mode):
                raise UnreadableError(problem_at(path, "this is no regular file"))
            if status.st_size > MAXIMUM_BYTES:
                message = f"the file has {status.st_size:,} bytes; orbgen reads at most {MAXIMUM_BYTES:,}"
                raise UnreadableError(Problem("limit", message, Span(Source(path, ""), 0, 0)))
            if path in self._instead:
                return self._instead[path]
            with open(path, "rb") as file:
                return file.read()
        except OSError as error:
            raise UnreadableError(problem_at(path, f"cannot read the file: {error.strerror}")) from None

    def script(self, relative: str) -> Source | str:
        """The text of a file that an include names, or why there is none."""
        path = os.path.normpath(os.path.join(self.root, relative))
        if not self.holds(path):
            return f"the include `{relative}` leaves the orb's folder {self.root}"
        known = self.scripts.get(path)
        if known is not None:
            return known
        try:
            found = self.scripts[path] = decode(self.read(path), path)
            return found
        except UnreadableError as error:
            return f"could not open {path} for inclusion: {error.problem.message}"

    def holds(self, path: str) -> bool:
        """Whether a path, with every link in it followed, lies inside the folder."""
        return os.path.realpath(path).startswith(self._real.rstrip(os.sep) + os.sep)


def problem_at(path: str, message: str, help: str | None = None) -> Problem:
    """A problem with a whole file or folder."""
    return Problem("orb-source", message, Span(Source(path, ""), 0, 0), help)
