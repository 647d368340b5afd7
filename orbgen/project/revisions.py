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
        archive.extractall(folder, filter="data")
    os.makedirs(os.path.join(folder, ".git"), exist_ok=True)
