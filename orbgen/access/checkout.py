"""The work tree that a linted file lies in, whose other files it may name."""

from __future__ import annotations

import os

import msgspec

MAXIMUM_FILE = 256 * 1024
# Under this name there is no file, but the names of all scripts, one a line.
SCRIPTS = "//scripts"


def shown_path(path: str) -> str:
    """The path of a file as people know it: from where they are, if it lies below, else in full."""
    relative = os.path.relpath(path)
    return os.path.abspath(path) if relative.startswith(os.pardir) else relative


class Checkout(msgspec.Struct, frozen=True):
    """The work tree that a linted file belongs to."""

    root: str

    def text(self, path: str) -> str | None:
        """The text of a file, named relative to the checkout; None where there is none or it is too large.

        That of `SCRIPTS` are the names of the scripts, so that whoever takes down what was read takes down these too.
        """
        if path == SCRIPTS:
            from orbgen.project.scripts import scripts_below

            return "\n".join(scripts_below(self.root))
        real = os.path.realpath(os.path.join(self.root, path))
        if not real.startswith(os.path.realpath(self.root) + os.sep):
            return None
        try:
            if os.path.getsize(real) > MAXIMUM_FILE:
                return None
            with open(real, encoding="utf-8") as file:
                return file.read()
        except (OSError, UnicodeDecodeError):
            return None

    def scripts(self) -> tuple[str, ...]:
        """The paths, relative to the checkout, of its scripts, makefiles and configurations of CircleCI."""
        return tuple((self.text(SCRIPTS) or "").splitlines())
