"""What git knows about a checkout, read by git itself and only where it is asked for."""

from __future__ import annotations

import os
import re

import msgspec

_FIELDS = ("%H", "%an", "%ae", "%s", "%b")
_OWNER_AND_NAME = re.compile(r"[/:]([^/:]+)/([^/:]+?)(?:\.git)?/?$")


class GitFacts(msgspec.Struct, frozen=True):
    """A checkout's branch, tag, commit and remote; empty where git knows none.

    `owner` and `repository` are the last two parts of the remote's address.
    """

    branch: str = ""
    default_branch: str = ""
    tag: str = ""
    revision: str = ""
    author_name: str = ""
    author_email: str = ""
    subject: str = ""
    body: str = ""
    remote: str = ""
    owner: str = ""
    repository: str = ""


def git_facts(folder: str) -> GitFacts:
    """The facts of the checkout that a folder lies in; all empty outside one or without git."""
    branch = _git(folder, "symbolic-ref", "--quiet", "--short", "HEAD")
    commit = _git(folder, "log", "-1", f"--format={'%x00'.join(_FIELDS)}").split("\0")
    revision, author_name, author_email, subject, body = commit if len(commit) == len(_FIELDS) else [""] * len(_FIELDS)
    remote = _without_credentials(_git(folder, "config", "--get", "remote.origin.url"))
    parts = _OWNER_AND_NAME.search(remote)
    return GitFacts(
        branch=branch,
        default_branch=_git(folder, "symbolic-ref", "--quiet", "refs/remotes/origin/HEAD").removeprefix(
            "refs/remotes/origin/"
        ),
        tag="" if branch else _git(folder, "describe", "--tags", "--exact-match"),
        revision=revision,
        author_name=author_name,
        author_email=author_email,
        subject=subject,
        body=body.strip(),
        remote=remote,
        owner=parts[1] if parts else "",
        repository=parts[2] if parts else "",
    )


def _git(folder: str, *arguments: str) -> str:
    """What git prints; empty where it fails. Bytes that are not UTF-8 become U+FFFD."""
    import subprocess

    try:
        done = subprocess.run(
            ["git", "-C", folder or os.curdir, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip("\n") if done.returncode == 0 else ""


def _without_credentials(address: str) -> str:
    """An address without the user and password that some checkouts keep in it."""
    scheme, separator, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    if not separator or "@" not in host:
        return address
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def default_branch(folder: str) -> str:
    """The branch that the remote calls its default, else the one that is checked out, else `main`."""
    remote = _git(folder, "symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD")
    return remote.removeprefix("origin/") or _git(folder, "symbolic-ref", "--quiet", "--short", "HEAD") or "main"


def branches(folder: str) -> tuple[str, ...]:
    """The branches of the checkout that a folder lies in, and those of its remote."""
    names = _git(
        folder, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads", "refs/remotes/origin"
    ).splitlines()
    return tuple(sorted({name.removeprefix("origin/") for name in names} - {"HEAD"}))
