"""The dated tables in `data/`: what was true of CircleCI on a day. What is not in a table is unknown (rules.md 5)."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TypeVar

import msgspec

TableType = TypeVar("TableType")
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


class DeprecatedImages(msgspec.Struct, frozen=True):
    """Images that CircleCI offers no more. `convenience` has the successor, empty where there is none.

    `machines` are the images of virtual machines by name, without the tag, each with what became of it, and `machine`
    is the one to take instead.
    """

    source: str
    date: str
    convenience: dict[str, str]
    machines: dict[str, str]
    machine: str


class XcodeVersions(msgspec.Struct, frozen=True):
    """The versions of Xcode that CircleCI offers, and those that it removed."""

    source: str
    date: str
    offered: tuple[str, ...]
    removed: frozenset[str]


class ResourceClasses(msgspec.Struct, frozen=True):
    """Which executors take which resource classes, the classes with ARM processors, and images for x86 alone."""

    source: str
    date: str
    classes: dict[str, frozenset[str]]
    arm: frozenset[str]
    x86_images: frozenset[str]

    def executors(self, name: str) -> list[str]:
        """The executors that take a class; none for one that is not in the table."""
        return [executor for executor, classes in self.classes.items() if name in classes]


@lru_cache(maxsize=1)
def image_aliases() -> ImageAliases:
    """The tags that move."""
    return read_table("image-aliases", ImageAliases)


@lru_cache(maxsize=1)
def popular_orbs() -> PopularOrbs:
    """The orbs that many use."""
    return read_table("popular-orbs", PopularOrbs)


@lru_cache(maxsize=1)
def deprecated_images() -> DeprecatedImages:
    """The images that CircleCI offers no more."""
    return read_table("deprecated-images", DeprecatedImages)


@lru_cache(maxsize=1)
def xcode_versions() -> XcodeVersions:
    """The versions of Xcode."""
    return read_table("xcode", XcodeVersions)


@lru_cache(maxsize=1)
def resource_classes() -> ResourceClasses:
    """The resource classes."""
    return read_table("resource-classes", ResourceClasses)


def read_table(name: str, form: type[TableType]) -> TableType:
    """The table of a name, in the form of a record."""
    with open(os.path.join(_FOLDER, f"{name}.json"), "rb") as file:
        return msgspec.json.decode(file.read(), type=form)
