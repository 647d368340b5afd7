"""Entries for sudo, as a role's `host_sudoers` lists them."""

from __future__ import annotations

import re

_AS_WHOM = re.compile(r"\([^)]*\)|\b[A-Z_]+:")


def permits_everything(entry: str) -> bool:
    """Whether an entry permits every command, as `ALL=(ALL) NOPASSWD: ALL` does, and not only on every host."""
    _, separator, commands = entry.partition("=")
    listed = _AS_WHOM.sub(" ", commands if separator else entry)
    return "ALL" in [command.strip() for command in listed.split(",")]
