"""Where orbgen keeps what can be had again, in the user's cache folder."""

from __future__ import annotations

import os


def cache_folder() -> str:
    """The folder of orbgen's caches, which may not exist: `$XDG_CACHE_HOME/orbgen` or `~/.cache/orbgen`."""
    return os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "orbgen")
