"""What stands beside a file in its checkout: Teleport's resources, wherever they lie."""

from __future__ import annotations

import os
from functools import cached_property

from orbgen.access.checkout import Checkout
from orbgen.project.search import Found, find_files
from orbgen.project.teleport_kinds import teleport_documents
from orbgen.source.encoding import decode
from orbgen.source.files import read_bytes
from orbgen.source.problems import UnreadableError
from orbgen.teleport.resources import Bot, Resource, Role, Token, resources_of


class Repository:
    """The other files of a checkout, found and read when they are first asked for, once."""

    def __init__(self, checkout: Checkout) -> None:
        self.checkout = checkout

    @cached_property
    def files(self) -> tuple[Found, ...]:
        """CircleCI's and Teleport's files that can be read, as far as git does not ignore them."""
        found = find_files((os.path.relpath(self.checkout.root),))
        return tuple([file for file in found if file.problem is None])

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        """The tokens, bots and roles in all files, in the order of their places."""
        return tuple([resource for file in self.files if file.teleport for resource in _resources_in(file.path)])

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


def _resources_in(path: str) -> tuple[Resource, ...]:
    """The resources in a file; none where it cannot be read, as a template for one cannot."""
    try:
        return resources_of(iter(teleport_documents(decode(read_bytes(path), path))))
    except UnreadableError:
        return ()
