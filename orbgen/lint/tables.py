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


@lru_cache(maxsize=1)
def image_aliases() -> ImageAliases:
    """The tags that move."""
    return msgspec.json.decode(_bytes("image-aliases"), type=ImageAliases)


def _bytes(name: str) -> bytes:
    with open(os.path.join(_FOLDER, f"{name}.json"), "rb") as file:
        return file.read()
