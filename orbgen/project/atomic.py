"""Writing a file so that it is either the old one or the new one, whatever happens."""

from __future__ import annotations

import os


def write_atomically(path: str, data: bytes) -> None:
    """Write a file by way of a temporary one beside it, which is renamed; the mode of an existing file is kept."""
    import tempfile

    real = os.path.realpath(path)
    handle, temporary = tempfile.mkstemp(prefix=f".{os.path.basename(real)}.", dir=os.path.dirname(real))
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _mode(real))
        os.replace(temporary, real)
    except BaseException:  # An interrupt too must not leave the temporary file; it goes on from here.
        os.unlink(temporary)
        raise


def write_private(path: str, data: bytes) -> None:
    """Write a file that only the user may read, whole or not at all; after a crash of the system it may be broken."""
    temporary = f"{path}.{os.getpid()}"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException:  # An interrupt too must not leave the temporary file; it goes on from here.
        os.unlink(temporary)
        raise


def _mode(path: str) -> int:
    try:
        return os.stat(path).st_mode & 0o7777
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
