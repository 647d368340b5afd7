"""What a plan forbids and allows: its patterns of orbs, images, contexts and runners (rules.md 3.1, 4).

An answer is None where a part of the reference is not known and the answer depends on it.
"""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase

from orbgen.lint.analyses.supply_chain.images import read_image

# The names by which Docker Hub goes, and the namespace of its images that have none.
_HUB = ("docker.io/", "index.docker.io/", "registry-1.docker.io/")
_OFFICIAL = "library/"


def objection(
    reference: str, forbidden: tuple[str, ...], allowed: tuple[str, ...], is_one: Callable[[str, str], bool | None]
) -> str | None:
    """Why a plan does not permit a reference, in words; None where it does, or nobody can say."""
    for pattern in forbidden:
        if is_one(reference, pattern):
            return f"is forbidden by `{pattern}` under `lint.forbidden` in the plan"
    if allowed and all([is_one(reference, pattern) is False for pattern in allowed]):
        return "is none of those under `lint.allowed` in the plan"
    return None


def is_name(name: str, pattern: str) -> bool:
    """Whether a pattern means a context or a runner."""
    return fnmatchcase(name, pattern)


def is_orb(reference: str, pattern: str) -> bool | None:
    """Whether a pattern means an orb: `ns/name` in any version, `ns/name@1.2` in those of a range, or a URL's start."""
    if "://" in pattern or "://" in reference:
        if "<<" in reference:
            known = reference.partition("<<")[0]
            return None if known.startswith(pattern) or pattern.startswith(known) else False
        return reference.startswith(pattern) or fnmatchcase(reference, pattern)
    name, _, version = reference.partition("@")
    wanted, ranged, versions = pattern.partition("@")
    if "<<" in name:
        return None
    if not fnmatchcase(name, wanted):
        return False
    if not ranged:
        return True
    if "<<" in version:
        return True if versions == "*" else None
    return fnmatchcase(version, versions) or version.startswith(f"{versions}.")


def is_image(reference: str, pattern: str) -> bool | None:
    """Whether a pattern means an image, with its tag or without; one of Docker Hub has several spellings."""
    image = read_image(reference)
    names = [reference] if image is None else [*_spellings(image.name), *_spellings(reference)]
    return any([fnmatchcase(name, pattern) for name in names])


def _spellings(reference: str) -> list[str]:
    short = next((reference.removeprefix(host) for host in _HUB if reference.startswith(host)), reference)
    first, slash, _ = short.partition("/")
    if short is reference and slash and ("." in first or ":" in first or first == "localhost"):
        return [reference]
    short = short.removeprefix(_OFFICIAL)
    official = "" if "/" in short else _OFFICIAL
    return [short, f"{official}{short}", f"{_HUB[0]}{official}{short}"]
