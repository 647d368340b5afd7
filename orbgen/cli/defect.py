"""The report of a defect of orbgen itself, short enough to paste."""

from __future__ import annotations

import sys

from orbgen import __version__


def report(error: BaseException) -> None:
    """Write what is needed to find the defect to standard error; no values of variables, which may be secret."""
    import platform
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    lines = [
        "orbgen: this is a defect of orbgen; please report it with the lines below",
        f"  orbgen {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}",
        f"  {type(error).__name__} in:",
    ]
    lines += [f"    {_module(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames[-12:]]
    print("\n".join(lines), file=sys.stderr)


def _module(path: str) -> str:
    """The file's path from its package on, without the folders of this machine."""
    normal = path.replace("\\", "/")
    for package in ("/site-packages/", "/orbgen/"):
        _, found, after = normal.rpartition(package)
        if found:
            return (package.strip("/") + "/" if package == "/orbgen/" else "") + after
    return normal.rpartition("/")[2]
