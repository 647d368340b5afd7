"""Files of Teleport's in a repository, known by what they hold: tokens, bots and roles, and tbot.yaml."""

from __future__ import annotations

import os

import msgspec

from orbgen.project.teleport_kinds import is_tbot_file, may_be_teleports
from orbgen.source.encoding import decode
from orbgen.source.files import read_bytes
from orbgen.source.nodes import Document, Mapping
from orbgen.source.problems import UnreadableError
from orbgen.source.reader import read_documents
from orbgen.teleport.resources import Bot, Resource, Role, Token, known, resource_of


class TbotFile(msgspec.Struct, frozen=True, eq=False):
    """A tbot.yaml, as far as it says where tbot joins and as what; None for what it does not say."""

    path: str
    proxy: str | None
    token: str | None


class TeleportFiles(msgspec.Struct, frozen=True, eq=False):
    """What Teleport's files hold, each resource with its file's path."""

    tokens: tuple[tuple[str, Token], ...] = ()
    bots: tuple[tuple[str, Bot], ...] = ()
    roles: tuple[tuple[str, Role], ...] = ()
    tbot_files: tuple[TbotFile, ...] = ()


def read_teleport_files(root: str, paths: list[str]) -> TeleportFiles:
    """What those of some YAML files below a folder hold that are Teleport's; what cannot be read is none of them."""
    resources: list[tuple[str, Resource]] = []
    tbot_files = []
    for path in paths:
        for document in _documents(os.path.join(root, path)):
            resource = resource_of(document)
            if resource is not None:
                resources.append((path, resource))
            elif type(document.root) is Mapping and is_tbot_file(document.root, os.path.basename(path)):
                tbot_files.append(_tbot_file(path, document.root))
    return TeleportFiles(
        tuple([(path, one) for path, one in resources if isinstance(one, Token)]),
        tuple([(path, one) for path, one in resources if isinstance(one, Bot)]),
        tuple([(path, one) for path, one in resources if isinstance(one, Role)]),
        tuple(tbot_files),
    )


def _documents(path: str) -> list[Document]:
    try:
        data = read_bytes(path)
        if not may_be_teleports(data, path):
            return []
        return list(read_documents(decode(data, path)))
    except UnreadableError:
        return []


def _tbot_file(path: str, root: Mapping) -> TbotFile:
    onboarding = root.get("onboarding")
    token = known(onboarding.get("token")) if type(onboarding) is Mapping else None
    return TbotFile(path, known(root.get("proxy_server")), token)
