"""The report of a defect of orbgen itself, short enough to paste."""

from __future__ import annotations

import os
import sys

from orbgen import __version__

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_FRAMES = 12


class DefectElsewhere(Exception):
    """A defect that showed in another process, while that looked at a file: what it said, and its frames."""

    def __init__(self, path: str, said: str, frames: tuple[tuple[str, int, str], ...]) -> None:
        super().__init__(said)
        self.path = path
        self.said = said
        self.frames = frames


def report(error: BaseException) -> None:
    """Write what is needed to find the defect to standard error.

    Neither the error's message nor values, arguments or lines of files are shown: any of them may hold a secret.
    """
    import platform
    import traceback

    at = ""
    if isinstance(error, DefectElsewhere):
        from orbgen.lint.reports.columns import printable

        at = f" (at {printable(error.path)})"
        said, frames = error.said, error.frames
    else:
        traced = traceback.extract_tb(error.__traceback__)
        said, frames = type(error).__name__, tuple([(one.filename, one.lineno or 0, one.name) for one in traced])
    lines = [
        "error: this is a defect of orbgen; please report it with the lines below, which hold nothing of your files"
        f"{at}",
        f"  orbgen {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}",
        f"  {said}{' in:' if frames else ''}",
        *[f"    {_module(file)}:{line} {name}" for file, line, name in frames[-_FRAMES:]],
    ]
    sys.stderr.write("\n".join(lines) + "\n")


def _module(path: str) -> str:
    """The file's path from its package on, without the folders of this machine."""
    if path.startswith(_PACKAGE + os.sep):
        return "orbgen" + path[len(_PACKAGE) :]
    _, found, after = path.rpartition(f"{os.sep}site-packages{os.sep}")
    return after if found else os.path.basename(path)
