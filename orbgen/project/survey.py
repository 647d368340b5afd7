"""A look at a repository before anything is asked: what it is called, what it holds, and what it deploys with."""

from __future__ import annotations

import os
import re

import msgspec

from orbgen.project.deploy_tools import Tool, languages_of, tools_of
from orbgen.project.files import config_in
from orbgen.project.git import GitFacts, default_branch, git_facts
from orbgen.project.ignored import Ignored
from orbgen.project.teleport_files import TeleportFiles, read_teleport_files
from orbgen.source.files import read_bytes
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence
from orbgen.source.problems import UnreadableError
from orbgen.source.reader import read

# Looking at more takes seconds, and what a repository is deployed with lies near its root.
MOST_FILES = 20_000
_YAML = (".yml", ".yaml")
_NEVER_ENTERED = frozenset(("node_modules", "vendor", "venv", "__pycache__", ".git", ".terraform"))
_PROXY = re.compile(
    r"(?:--proxy(?:-server)?[= ]|(?:TELEPORT|TBOT)_PROXY(?:_SERVER)?[:=][ \t]*)[\"']?"
    r"([A-Za-z0-9][A-Za-z0-9.-]*:[0-9]{2,5})\b"
)


class Configuration(msgspec.Struct, frozen=True):
    """A CircleCI configuration: the contexts and jobs that it names, and the Teleport proxies in it."""

    path: str
    contexts: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()


class Survey(msgspec.Struct, frozen=True, eq=False):
    """What a look at a repository found.

    `branch` is the default branch as far as git can tell. `complete` says that all files were looked at.
    """

    root: str
    git: GitFacts
    branch: str
    config: Configuration | None
    teleport: TeleportFiles
    tools: tuple[Tool, ...]
    languages: tuple[str, ...]
    complete: bool

    @property
    def name(self) -> str:
        """What the repository is called: by its remote, else by its folder."""
        return self.git.repository or os.path.basename(os.path.abspath(self.root))


def root_of(folder: str) -> str:
    """The root of the checkout that a folder lies in; the folder itself outside of one."""
    above = os.path.abspath(folder)
    while not os.path.exists(os.path.join(above, ".git")):
        parent = os.path.dirname(above)
        if parent == above:
            return folder
        above = parent
    return os.path.relpath(above, folder)


def survey(root: str) -> Survey:
    """Look at the repository whose root a folder is, as far as git does not ignore it."""
    paths = _paths(root)
    looked_at = paths[:MOST_FILES]
    config = config_in(root)
    return Survey(
        root,
        git_facts(root),
        default_branch(root),
        _configuration(root, os.path.relpath(config, root)) if config is not None else None,
        read_teleport_files(root, [path for path in looked_at if path.endswith(_YAML)]),
        tools_of(root, looked_at),
        languages_of(looked_at),
        complete=len(paths) <= MOST_FILES,
    )


def _paths(root: str) -> list[str]:
    """The files below a folder by their paths from it, some more than are looked at where there are too many."""
    ignored = Ignored(root)
    found: list[str] = []
    for directory, folders, files in os.walk(root):
        if directory != root and (".git" in folders or ".git" in files):
            folders.clear()
            continue
        folders[:] = sorted([name for name in folders if name not in _NEVER_ENTERED])
        folders[:] = [name for name in folders if not ignored.covers(os.path.join(directory, name), is_folder=True)]
        for name in sorted(files):
            path = os.path.join(directory, name)
            if os.path.isfile(path) and not ignored.covers(path):
                found.append(os.path.relpath(path, root))
        if len(found) > MOST_FILES:
            break
    return found


def _configuration(root: str, path: str) -> Configuration:
    """What a configuration names; nothing where it cannot be read."""
    try:
        document = read(read_bytes(os.path.join(root, path)), path)
    except UnreadableError:
        return Configuration(path)
    if type(document.root) is not Mapping:
        return Configuration(path)
    contexts: dict[str, None] = {}
    for workflow in _values(document.root.get("workflows")):
        jobs = workflow.get("jobs") if type(workflow) is Mapping else None
        for entry in jobs.elements if type(jobs) is Sequence else ():
            for settings in _values(entry):
                contexts.update(dict.fromkeys(_names(settings.get("context") if type(settings) is Mapping else None)))
    jobs = document.root.get("jobs")
    named = tuple(jobs.fields) if type(jobs) is Mapping else ()
    return Configuration(path, tuple(contexts), named, tuple(dict.fromkeys(_PROXY.findall(document.source.text))))


def _values(node: Content | None) -> list[Content]:
    return [field.value for field in node.fields.values()] if type(node) is Mapping else []


def _names(node: Content | None) -> list[str]:
    named = node.elements if type(node) is Sequence else [node]
    return [one.text for one in named if isinstance(one, Scalar) and one.text and "<<" not in one.text]
