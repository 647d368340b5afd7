"""What git ignores: known from git itself, or where git cannot be asked from the `.gitignore` files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_LISTING = ("ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z")
# A checkout may set a program to run at each look at its files, and may be anybody's.
_NO_PROGRAMS = ("-c", "core.fsmonitor=false")
# A hook is run with these set for its own checkout, which need not be the one that is searched.
_OF_A_HOOK = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY")
_SECONDS = 60


class Ignored:
    """What git ignores at and below a folder; looked up when it is first asked for. What git tracks is not ignored."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._listed: frozenset[bytes] | None = None
        self._patterns: _Patterns | None = None

    def covers(self, path: str, *, is_folder: bool = False) -> bool:
        """Whether a path below the folder, in no folder that is ignored itself, is ignored."""
        if self._listed is None and self._patterns is None:
            self._listed = _listed(self.folder)
            if self._listed is None:
                self._patterns = _Patterns(self.folder)
        if self._patterns is not None:
            return self._patterns.covers(path, is_folder=is_folder)
        name = os.fsencode(os.path.relpath(path, self.folder))
        return self._listed is not None and (name + b"/" if is_folder else name) in self._listed


def _listed(folder: str) -> frozenset[bytes] | None:
    """The files and folders below a folder that git ignores; None where git is absent or knows nothing of the folder.

    Where the folder itself is ignored nothing in it is: whoever names it means what it holds.
    """
    import subprocess  # Only where a folder is searched.

    environment = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK}
    try:
        done = subprocess.run(
            ["git", "-C", folder or os.curdir, *_NO_PROGRAMS, *_LISTING],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode != 0:
        return None
    found = frozenset(done.stdout.split(b"\0"))
    return frozenset() if b"./" in found else found


class _Patterns:
    """The patterns of the `.gitignore` files from a checkout's root, or from the folder where there is none."""

    def __init__(self, folder: str) -> None:
        self.start = os.path.abspath(folder)
        self.root = _root_of(self.start)
        self._specs: dict[str, GitIgnoreSpec | None] = {}
        self._start_ignored = self._is_start_ignored()

    def covers(self, path: str, *, is_folder: bool) -> bool:
        return not self._start_ignored and self._matches(os.path.abspath(path), is_folder=is_folder)

    def _is_start_ignored(self) -> bool:
        """Whether the folder that is searched lies in one that is ignored."""
        folder = self.start
        while folder != self.root:
            if self._matches(folder, is_folder=True):
                return True
            folder = os.path.dirname(folder)
        return False

    def _matches(self, path: str, *, is_folder: bool) -> bool:
        """Ask the nearest patterns first: the last that match decide."""
        folder = path
        while folder != self.root:
            folder = os.path.dirname(folder)
            for file in (".gitignore", ".git/info/exclude") if folder == self.root else (".gitignore",):
                spec = self._spec(os.path.join(folder, file))
                if spec is not None:
                    name = os.path.relpath(path, folder).replace(os.sep, "/")
                    decided = spec.check_file(f"{name}/" if is_folder else name).include
                    if decided is not None:
                        return decided
        return False

    def _spec(self, path: str) -> GitIgnoreSpec | None:
        if path not in self._specs:
            self._specs[path] = _read(path)
        return self._specs[path]


def _read(path: str) -> GitIgnoreSpec | None:
    """The patterns in a file, without those that are none; None where there is no file."""
    try:
        with open(path, "rb") as file:
            lines = os.fsdecode(file.read()).splitlines()
    except OSError:
        return None
    from pathspec import GitIgnoreSpec  # Only where git cannot be asked.

    def is_pattern(line: str) -> bool:
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:
            return False
        return True

    return GitIgnoreSpec.from_lines([line for line in lines if is_pattern(line)])


def _root_of(start: str) -> str:
    folder = start
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return start
        folder = parent
    return folder
