"""What git knows about a checkout, read by git itself and only where it is asked for."""

from __future__ import annotations

import os

import msgspec


class GitFacts(msgspec.Struct, frozen=True):
    """The branch, tag and revision of a checkout and its remote's address; empty where git knows none."""

    branch: str = ""
    tag: str = ""
    revision: str = ""
    remote: str = ""


def git_facts(folder: str) -> GitFacts:
    """The facts of the checkout that a folder lies in; all empty outside one or without git."""
    branch = _git(folder, "symbolic-ref", "--quiet", "--short", "HEAD")
    return GitFacts(
        branch=branch,
        tag="" if branch else _git(folder, "describe", "--tags", "--exact-match"),
        revision=_git(folder, "rev-parse", "HEAD"),
        remote=_without_credentials(_git(folder, "config", "--get", "remote.origin.url")),
    )


def _git(folder: str, *arguments: str) -> str:
    import subprocess

    try:
        done = subprocess.run(
            ["git", "-C", folder or os.curdir, *arguments], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _without_credentials(address: str) -> str:
    """An address without the user and password that some checkouts keep in it."""
    scheme, separator, rest = address.partition("://")
    if not separator or "@" not in rest.partition("/")[0]:
        return address
    return f"{scheme}://{rest.partition('@')[2]}"
