"""The files of another revision of a checkout, written out by git."""

from __future__ import annotations

import os


class RevisionError(Exception):
    """A revision that git does not have, or no git."""


def write_revision(root: str, revision: str, folder: str) -> None:
    """Write the files of a revision into an empty folder, with a git folder so that it is a checkout of its own.

    Raises RevisionError.
    """
    import io
    import subprocess
    import tarfile

    if revision.startswith("-"):
        raise RevisionError(f"'{revision}' is no revision")
    try:
        done = subprocess.run(
            ["git", "-C", root, "archive", "--format=tar", revision],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RevisionError(f"git cannot be asked for {revision}: {error}") from None
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise RevisionError(f"git has no revision {revision} here: {words[0] if words else 'it does not say why'}")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        for member in archive:
            opened = archive.extractfile(member) if member.isreg() else None
            if opened is not None:
                _write(folder, member.name, opened.read())
    os.makedirs(os.path.join(folder, ".git"), exist_ok=True)


def _write(folder: str, name: str, data: bytes) -> None:
    """Write one file, unless its name leads out of the folder. Links are not written, so none leads out either."""
    path = os.path.normpath(os.path.join(folder, name))
    if path.startswith(folder + os.sep):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
