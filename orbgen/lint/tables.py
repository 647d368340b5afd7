"""The dated tables in `data/`: what was true of CircleCI on a day. What is not in a table is unknown (rules.md 5)."""

from __future__ import annotations

import os
from functools import lru_cache

import msgspec

_FOLDER = os.path.join(os.path.dirname(__file__), "data")


class ImageAliases(msgspec.Struct, frozen=True):
    """Tags of container images that are moved from release to release."""

    source: str
    date: str
    words: frozenset[str]


class PopularOrbs(msgspec.Struct, frozen=True):
    """Orbs that many use, and so would be copied by whoever wants to be taken for them."""

    source: str
    date: str
    names: frozenset[str]

    @property
    def namespaces(self) -> frozenset[str]:
        """Who publishes them."""
        return frozenset([name.partition("/")[0] for name in self.names])


@lru_cache(maxsize=1)
def image_aliases() -> ImageAliases:
    """The tags that move."""
    return msgspec.json.decode(_bytes("image-aliases"), type=ImageAliases)


@lru_cache(maxsize=1)
def popular_orbs() -> PopularOrbs:
    """The orbs that many use."""
    return msgspec.json.decode(_bytes("popular-orbs"), type=PopularOrbs)


def _bytes(name: str) -> bytes:
    with open(os.path.join(_FOLDER, f"{name}.json"), "rb") as file:
        return file.read()
