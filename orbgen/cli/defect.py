"""The report of a defect of orbgen itself, short enough to paste."""

from __future__ import annotations

import os
import sys

from orbgen import __version__

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_FRAMES = 12


def report(error: BaseException) -> None:
    """Write what is needed to find the defect to standard error.

    Neither the error's message nor values, arguments or lines of files are shown: any of them may hold a secret.
    """
    import platform
    import traceback

    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    lines = [
        "error: this is a defect of orbgen; please report it with the lines below, which hold nothing of your files",
        f"  orbgen {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}",
        f"  {type(error).__name__} in:",
        *[f"    {_module(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames],
    ]
    sys.stderr.write("\n".join(lines) + "\n")


def _module(path: str) -> str:
    """The file's path from its package on, without the folders of this machine."""
    if path.startswith(_PACKAGE + os.sep):
        return "orbgen" + path[len(_PACKAGE) :]
    _, found, after = path.rpartition(f"{os.sep}site-packages{os.sep}")
    return after if found else os.path.basename(path)
