"""What a repository deploys with, told from its files' names, and where those do not tell from what they hold."""

from __future__ import annotations

import os
import re
import shlex
from fnmatch import fnmatchcase

import msgspec

from orbgen.source.files import read_bytes
from orbgen.source.problems import UnreadableError


class Tool(msgspec.Struct, frozen=True):
    """A tool that reaches something: its name, the kind of access that it needs, and the command that runs it here.

    `path` is the file that shows it. No `kind` or `command` where its files do not tell.
    """

    name: str
    kind: str | None
    path: str
    command: str | None = None


class _Sign(msgspec.Struct, frozen=True):
    """A file's name, perhaps with that of the folder that it lies in, and what it is a sign of.

    In a command `{file}` and `{folder}` stand for where it lies, `{name}` for the folder's name. A file without what it
    has to hold is no sign.
    """

    pattern: str
    tool: str
    kind: str | None
    command: str | None = None
    parent: str = "*"
    holds: re.Pattern[bytes] | None = None


# In order of what says most of how a repository is deployed.
_SIGNS = (
    _Sign("ansible.cfg", "Ansible", "ansible"),
    _Sign("helmfile.yaml", "Helmfile", "kubernetes", "helmfile --file {file} apply"),
    _Sign("Chart.yaml", "Helm", "kubernetes", "helm upgrade --install {name} {folder}"),
    _Sign("kustomization.yaml", "Kustomize", "kubernetes", "kubectl apply -k {folder}"),
    _Sign("kustomization.yml", "Kustomize", "kubernetes", "kubectl apply -k {folder}"),
    _Sign("skaffold.yaml", "Skaffold", "kubernetes", "skaffold run --filename {file}"),
    _Sign(
        "*.tf", "Terraform for Teleport", "terraform", holds=re.compile(rb'^\s*(?:provider|resource)\s+"teleport', re.M)
    ),
    _Sign("alembic.ini", "Alembic", "database", "alembic --config {file} upgrade head"),
    _Sign("flyway.toml", "Flyway", "database", "flyway migrate"),
    _Sign("flyway.conf", "Flyway", "database", "flyway migrate"),
    _Sign("liquibase.properties", "Liquibase", "database", "liquibase update"),
    _Sign("schema.prisma", "Prisma", "database", "npx prisma migrate deploy --schema {file}"),
    _Sign("schema.rb", "Rails", "database", "bin/rails db:migrate", parent="db"),
    _Sign("Capfile", "Capistrano", "ssh"),
    _Sign("fabfile.py", "Fabric", "ssh"),
    _Sign("*.tf", "Terraform", None),
    _Sign("Dockerfile", "Docker", None),
)
_PLAYBOOKS = tuple(
    [f"{name}{ending}" for name in ("site", "playbook", "deploy", "main") for ending in (".yml", ".yaml")]
)
_INVENTORY = re.compile(rb"^\s*inventory\s*=\s*([\w./-]+)\s*$", re.MULTILINE)
_LANGUAGES = {
    "go.mod": "Go",
    "package.json": "Node.js",
    "pyproject.toml": "Python",
    "requirements.txt": "Python",
    "setup.py": "Python",
    "Gemfile": "Ruby",
    "Cargo.toml": "Rust",
    "pom.xml": "Java",
    "build.gradle": "Java",
    "build.gradle.kts": "Kotlin",
    "composer.json": "PHP",
    "mix.exs": "Elixir",
}


def tools_of(root: str, paths: list[str]) -> tuple[Tool, ...]:
    """The tools that files below a folder are signs of; what says most comes first, of each the file nearest to it."""
    near = sorted(paths, key=lambda path: (path.count(os.sep), path))
    found: dict[str, Tool] = {}
    for sign in _SIGNS:
        if sign.tool not in found:
            path = next((path for path in near if _is_sign(sign, root, path)), None)
            if path is not None:
                found[sign.tool] = _tool(sign, root, path)
    return tuple(found.values())


def languages_of(paths: list[str]) -> tuple[str, ...]:
    """The languages of what is built at the repository's root."""
    return tuple(dict.fromkeys([_LANGUAGES[path] for path in sorted(paths) if path in _LANGUAGES]))


def playbook_of(root: str, tool: Tool) -> str | None:
    """The playbook beside Ansible's settings, or in `playbooks` there; None where none has a usual name."""
    folder = os.path.dirname(tool.path)
    candidates = [os.path.join(folder, below, name) for below in ("", "playbooks") for name in _PLAYBOOKS]
    return next((path for path in candidates if os.path.isfile(os.path.join(root, path))), None)


def inventory_of(root: str, tool: Tool) -> str | None:
    """The inventory that Ansible's settings name, if it is there."""
    match = _INVENTORY.search(_held(root, tool.path))
    if match is None:
        return None
    path = os.path.normpath(os.path.join(os.path.dirname(tool.path), match[1].decode()))
    return path if os.path.exists(os.path.join(root, path)) else None


def _is_sign(sign: _Sign, root: str, path: str) -> bool:
    folder, name = os.path.split(path)
    named = fnmatchcase(name, sign.pattern) and fnmatchcase(os.path.basename(folder), sign.parent)
    return named and (sign.holds is None or sign.holds.search(_held(root, path)) is not None)


def _held(root: str, path: str) -> bytes:
    try:
        return read_bytes(os.path.join(root, path))
    except UnreadableError:
        return b""


def _tool(sign: _Sign, root: str, path: str) -> Tool:
    folder = os.path.dirname(path) or os.curdir
    name = os.path.basename(os.path.abspath(os.path.join(root, folder)))
    words = {"file": shlex.quote(path), "folder": shlex.quote(folder), "name": shlex.quote(name)}
    return Tool(sign.tool, sign.kind, path, sign.command and sign.command.format(**words))
