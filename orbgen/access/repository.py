"""What stands beside a file in its checkout: Teleport's resources, wherever they lie, and the pipelines that join."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from orbgen.access.checkout import Checkout, shown_path
from orbgen.circleci.orbs import OrbStore
from orbgen.project.facts import Facts
from orbgen.project.files import FileKind, kind_of
from orbgen.project.search import Found, find_files
from orbgen.project.teleport_kinds import may_be_teleports, may_join, teleport_documents
from orbgen.source.encoding import decode
from orbgen.source.files import read_bytes
from orbgen.source.problems import UnreadableError
from orbgen.source.reader import read
from orbgen.teleport.resources import Bot, Resource, Role, Token, resources_of

if TYPE_CHECKING:
    from orbgen.access.gates import Gates
    from orbgen.access.join import Join
    from orbgen.circleci.pipeline import JobRun, Pipeline


class Configuration:
    """A configuration of the checkout, compiled with nothing known."""

    def __init__(self, path: str, pipeline: Pipeline, checkout: Checkout, facts: Facts) -> None:
        self.path = path
        self.pipeline = pipeline
        self._checkout = checkout
        self._facts = facts
        self._joins: dict[int, tuple[Join, ...]] = {}

    @cached_property
    def gates(self) -> Gates:
        """Which of its job runs run for a branch or tag that nobody wrote down."""
        from orbgen.access.gates import Gates

        return Gates(self.pipeline)

    def joins(self, run: JobRun) -> tuple[Join, ...]:
        """Where a job run of it obtains Teleport credentials."""
        found = self._joins.get(id(run))
        if found is None:
            from orbgen.access.joins import joins_of

            found = self._joins[id(run)] = joins_of(run, self._checkout, self._facts)
        return found

    def run_joins(self) -> Iterator[tuple[JobRun, Join]]:
        """The joins of all its job runs."""
        for run in self.pipeline.job_runs:
            for join in self.joins(run):
                yield run, join


class Repository:
    """The other files of a checkout, found and read when they are first asked for, once.

    The orbs of its configurations are those of a store, and those that lie beside each.
    """

    def __init__(self, checkout: Checkout, facts: Facts | None = None, store: OrbStore | None = None) -> None:
        self.checkout = checkout
        self.facts = facts or Facts()
        self.store = store or OrbStore()

    @cached_property
    def files(self) -> tuple[Found, ...]:
        """CircleCI's files and those that look like Teleport's, as far as git does not ignore them."""
        return tuple([file for file in find_files((self.checkout.root,)) if file.problem is None])

    @cached_property
    def _contents(self) -> tuple[tuple[Found, bytes], ...]:
        """Those of the files that may join or look like Teleport's, with their bytes."""
        found = []
        for file in self.files:
            data = b"" if file.tree else _content(file.path)
            if file.teleport or may_join(data) or may_be_teleports(data, file.path):
                found.append((file, data))
        return tuple(found)

    @cached_property
    def digest(self) -> bytes:
        """What differs where one of those files is another, has come or has gone."""
        hasher = hashlib.sha256()
        for file, data in self._contents:
            hasher.update(b"%d %d " % (len(file.path), len(data)) + os.fsencode(file.path) + data)
        return hasher.digest()

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        """The tokens, bots and roles in all files, in the order of their places."""
        return tuple([resource for file, data in self._contents for resource in _resources(data, file.path)])

    @property
    def tokens(self) -> tuple[Token, ...]:
        """The provision tokens; of one name there may be several, such as those of overlays."""
        return tuple([one for one in self.resources if isinstance(one, Token)])

    @property
    def bots(self) -> tuple[Bot, ...]:
        """The bots."""
        return tuple([one for one in self.resources if isinstance(one, Bot)])

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles."""
        return tuple([one for one in self.resources if isinstance(one, Role)])

    @cached_property
    def pipelines(self) -> tuple[Configuration, ...]:
        """The configurations that name what joins Teleport, compiled; without those that cannot be read."""
        joining = [(file, data) for file, data in self._contents if not file.teleport and may_join(data)]
        found = [self._configuration(file, data) for file, data in joining]
        return tuple([one for one in found if one is not None])

    def _configuration(self, file: Found, data: bytes) -> Configuration | None:
        from orbgen.circleci.compiler import compile_document
        from orbgen.circleci.inputs import Inputs
        from orbgen.project.continuing import injects_orb

        name = shown_path(file.path)
        try:
            document = read(data, name)
        except UnreadableError:
            return None
        if kind_of(document.root, name) is not FileKind.CONFIG:
            return None
        store = self.store.beside(os.path.dirname(name))
        pipeline = compile_document(document, Inputs(orbs_injected=injects_orb(name)), store)
        return Configuration(name, pipeline, self.checkout, self.facts)


def _content(path: str) -> bytes:
    try:
        return read_bytes(path) if os.path.isfile(path) else b""
    except UnreadableError:
        return b""


def _resources(data: bytes, path: str) -> tuple[Resource, ...]:
    """The resources in a file; none where it cannot be read, as a template for one cannot."""
    if not may_be_teleports(data, path):
        return ()
    try:
        return resources_of(iter(teleport_documents(decode(data, shown_path(path)))))
    except UnreadableError:
        return ()
