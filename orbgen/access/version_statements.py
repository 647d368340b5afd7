"""Versions of Teleport's software as they are stated: in full, as a line of releases, or as whatever is newest."""

from __future__ import annotations

import enum

import msgspec

from orbgen.access.value_places import Stated
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.span import Span
from orbgen.teleport.versions import Version, VersionRange

_IMAGE = lazy_pattern(
    r"(?:(?:.*/)?gravitational/teleport(?:-ent|-fips)*|(?:.*/)?(?:teleport|tbot)(?:-ent|-fips)*-distroless)"
    r"(?:-debug)?(?::(?P<tag>[^:/@]+))?(?P<digest>@.*)?"
)
_FULL = lazy_pattern(r"(v?)(\d{1,3}\.\d{1,4}\.\d{1,4})(?:-([0-9A-Za-z.-]+))?")
_LINE = lazy_pattern(r"v?(\d{1,3})(?:\.(\d{1,4}))?")
_FLOATING = frozenset(("latest", "stable", "edge", "nightly", "current"))


class StatedBy(enum.Enum):
    """What states a version."""

    URL = "the address of an archive"
    SCRIPT = "an argument of the install script"
    PACKAGE = "a package's version"
    CHANNEL = "a package channel"
    PARAMETER = "a parameter of an orb"
    IMAGE = "an image's tag"
    VARIABLE = "a variable"


class StatedVersion(msgspec.Struct, frozen=True):
    """One version that a job run states.

    `text` is what is written, empty where an installer is left to take the newest. `version` is None where that is no
    full version, and `versions` where it bounds nothing. A `floating` one means another version from day to day. One
    that is `malformed` has a `v` where none belongs, or none where one does. `step` is that of the run, -1 for the
    image that its steps run in.
    """

    text: str
    version: Version | None
    versions: VersionRange | None
    span: Span
    by: StatedBy
    step: int
    floating: bool = False
    malformed: bool = False
    prerelease: bool = False


def read_image(text: str, span: Span, step: int) -> StatedVersion | None:
    """The version of an image of Teleport's; None for another image, and for one that its content names."""
    match = _IMAGE.fullmatch(text)
    if match is None or match["digest"]:
        return None
    tag = match["tag"] or "latest"
    found = read_version(tag, Stated(span, by_parameter=False), StatedBy.IMAGE, step)
    return msgspec.structs.replace(found, floating=found.version is None)


def version_of_tag(tag: str | None, span: Span, step: int) -> StatedVersion | None:
    """The version that an image's tag states."""
    return read_version(tag, Stated(span, by_parameter=False), StatedBy.IMAGE, step) if tag is not None else None


def read_version(text: str, stated: Stated, by: StatedBy, step: int) -> StatedVersion:
    """What a text states of a version."""
    by = StatedBy.PARAMETER if stated.by_parameter else by
    full, line = _FULL.fullmatch(text), _LINE.fullmatch(text)
    if full is not None:
        version = Version.parse(full[2])
        assert version is not None
        malformed = bool(full[1]) and by not in (StatedBy.IMAGE, StatedBy.VARIABLE)
        only = VersionRange.only(version)
        early = full[3] is not None and by is not StatedBy.IMAGE
        return StatedVersion(text, version, only, stated.span, by, step, False, malformed, early)
    if line is not None:
        minor = int(line[2]) if line[2] else None
        versions = VersionRange.line(int(line[1]), minor)
        return StatedVersion(text, None, versions, stated.span, by, step)
    return StatedVersion(text, None, None, stated.span, by, step, floating=text in _FLOATING)
