"""What is new for the users of an orb, and the step in its version that follows from it.

| changed | step |
| --- | --- |
| an element or a parameter is gone, or has another name | major |
| a parameter must be given that was not there, or had a default | major |
| the type or the default of a parameter is another; a value of an enum is gone | major |
| an element or an optional parameter is new; an enum takes a new value, or is any text now | minor |
| a parameter that had to be given has a default | minor |
| steps, scripts, images; descriptions, examples, addresses, imports | patch |
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator

import msgspec

from orbgen.orb.interface import Element, Interface, Parameter

_VERSION = re.compile(r"([0-9]+)\.([0-9]+)\.([0-9]+)", re.ASCII)
_LONGEST = 60  # characters of a value


class Bump(enum.Enum):
    """The part of a version that a change asks to count up."""

    NONE = "none"
    PATCH = "patch"
    MINOR = "minor"
    MAJOR = "major"

    @property
    def rank(self) -> int:
        """0 for none up to 3 for major."""
        return list(Bump).index(self)

    def after(self, version: str) -> str:
        """The version that follows another. Raises ValueError where that has not three numbers."""
        match = _VERSION.fullmatch(version)
        if match is None:
            raise ValueError(f"'{version}' is no version of three numbers")
        major, minor, patch = [int(number) for number in match.groups()]
        following = {
            Bump.NONE: (major, minor, patch),
            Bump.PATCH: (major, minor, patch + 1),
            Bump.MINOR: (major, minor + 1, 0),
            Bump.MAJOR: (major + 1, 0, 0),
        }
        return ".".join([str(number) for number in following[self]])


class Change(msgspec.Struct, frozen=True):
    """One thing that is new: what kind of change, to what, in words, and the values before and after."""

    kind: str
    bump: Bump
    message: str
    element: str = ""
    parameter: str = ""
    old: str | None = None
    new: str | None = None


class Difference(msgspec.Struct, frozen=True):
    """All changes, those that ask most of users first."""

    changes: tuple[Change, ...]

    @property
    def bump(self) -> Bump:
        """The step in the version that the changes ask for together."""
        return max([change.bump for change in self.changes], key=lambda bump: bump.rank, default=Bump.NONE)


def step_between(old: str, new: str) -> Bump | None:
    """The step from one version to another; None where they are no versions, or it goes back.

    A step counts as what it is at least: from 1.2.3 to 3.0.0 it is major.
    """
    first, second = _VERSION.fullmatch(old), _VERSION.fullmatch(new)
    if first is None or second is None:
        return None
    before, after = [tuple([int(number) for number in match.groups()]) for match in (first, second)]
    if after < before:
        return None
    for bump, index in ((Bump.MAJOR, 0), (Bump.MINOR, 1), (Bump.PATCH, 2)):
        if before[index] != after[index]:
            return bump
    return Bump.NONE


def difference(old: Interface, new: Interface) -> Difference:
    """What is new in one orb against another."""
    changes = [*_elements(old, new), *_rest(old, new)]
    return Difference(tuple(sorted(changes, key=lambda change: (-change.bump.rank, change.element, change.parameter))))


def _elements(old: Interface, new: Interface) -> Iterator[Change]:
    gone = [element for key, element in old.elements.items() if key not in new.elements]
    came = [element for key, element in new.elements.items() if key not in old.elements]
    for element in gone:
        renamed = [other for other in came if _is_same_element(element, other)]
        if len(renamed) == 1:
            came.remove(renamed[0])
            message = f"{element.title} is called '{renamed[0].name}' now"
            yield Change("element-renamed", Bump.MAJOR, message, element.title, "", element.name, renamed[0].name)
        else:
            yield Change("element-removed", Bump.MAJOR, f"{element.title} is gone", element.title)
    for element in came:
        yield Change("element-added", Bump.MINOR, f"{element.title} is new", element.title)
    for key, element in old.elements.items():
        if key in new.elements:
            yield from _inside(element, new.elements[key])


def _is_same_element(one: Element, other: Element) -> bool:
    if one.section != other.section or (one.body, one.parameters) != (other.body, other.parameters):
        return False
    return bool(one.parameters) or one.description == other.description or _alike(one.name, other.name)


def _inside(old: Element, new: Element) -> Iterator[Change]:
    gone = [one for name, one in old.parameters.items() if name not in new.parameters]
    came = [one for name, one in new.parameters.items() if name not in old.parameters]
    for one in gone:
        renamed = [other for other in came if _is_same_parameter(one, other)]
        if len(renamed) == 1:
            came.remove(renamed[0])
            message = f"parameter '{one.name}' of {old.title} is called '{renamed[0].name}' now"
            yield _of(old, one, "parameter-renamed", Bump.MAJOR, message, one.name, renamed[0].name)
        else:
            message = f"parameter '{one.name}' of {old.title} is gone"
            yield _of(old, one, "parameter-removed", Bump.MAJOR, message)
    for one in came:
        named = f"parameter '{one.name}' of {new.title} is new"
        if one.required:
            yield _of(new, one, "parameter-required", Bump.MAJOR, f"{named} and has to be given")
        else:
            yield _of(new, one, "parameter-added", Bump.MINOR, named)
    for name, one in old.parameters.items():
        if name in new.parameters:
            yield from _parameter(old, one, new.parameters[name])
    if old.body != new.body:
        yield Change("body-changed", Bump.PATCH, f"{old.title} does its work in another way", old.title)
    if old.description != new.description:
        yield Change("description-changed", Bump.PATCH, f"{old.title} is described otherwise", old.title)


def _is_same_parameter(one: Parameter, other: Parameter) -> bool:
    """Whether a parameter that is gone is one that came: of one type and default, and described or spelt alike."""
    if (one.type, one.values, one.fixed, one.required) != (other.type, other.values, other.fixed, other.required):
        return False
    return (bool(one.description) and one.description == other.description) or _alike(one.name, other.name)


def _alike(one: str, other: str) -> bool:
    return one.replace("-", "_").lower() == other.replace("-", "_").lower()


def _parameter(element: Element, old: Parameter, new: Parameter) -> Iterator[Change]:
    named = f"parameter '{old.name}' of {element.title}"
    if old.type != new.type:
        if old.type == "enum" and new.type == "string":
            message = f"{named} takes any text, and not only {_listed(old.values)}"
            yield _of(element, old, "enum-opened", Bump.MINOR, message, old.type, new.type)
        else:
            message = f"{named} is of type {new.type or 'unknown'}, and no longer {old.type or 'unknown'}"
            yield _of(element, old, "type-changed", Bump.MAJOR, message, old.type, new.type)
    elif old.type == "enum":
        for value in [value for value in old.values if value not in new.values]:
            message = f"{named} no longer takes '{_short(value)}'"
            yield _of(element, old, "value-removed", Bump.MAJOR, message, value)
        for value in [value for value in new.values if value not in old.values]:
            message = f"{named} takes '{_short(value)}', too"
            yield _of(element, old, "value-added", Bump.MINOR, message, None, value)
    if old.required and not new.required:
        message = f"{named} need not be given any more; without it, it is '{_short(new.default)}'"
        yield _of(element, old, "parameter-optional", Bump.MINOR, message, None, new.default)
    elif new.required and not old.required:
        message = f"{named} has to be given; without it, it was '{_short(old.default)}'"
        yield _of(element, old, "parameter-required", Bump.MAJOR, message, old.default)
    elif old.fixed != new.fixed and not (old.type != new.type and old.default == new.default):
        message = f"the default of {named} is '{_short(new.default)}', and no longer '{_short(old.default)}'"
        yield _of(element, old, "default-changed", Bump.MAJOR, message, old.default, new.default)
    if old.description != new.description:
        yield _of(element, old, "description-changed", Bump.PATCH, f"{named} is described otherwise")


def _of(
    element: Element, parameter: Parameter, kind: str, bump: Bump, message: str,
    old: str | None = None, new: str | None = None,
) -> Change:  # fmt: skip
    return Change(kind, bump, message, element.title, parameter.name, old, new)


def _rest(old: Interface, new: Interface) -> Iterator[Change]:
    """What asks nothing of users."""
    for name in {**old.examples, **new.examples}:
        if old.examples.get(name) != new.examples.get(name):
            verb = "is gone" if name not in new.examples else "is new" if name not in old.examples else "has changed"
            yield Change("example-changed", Bump.PATCH, f"example '{name}' {verb}", f"example '{name}'")
    if old.imports != new.imports:
        yield Change("imports-changed", Bump.PATCH, "the orb imports other orbs, or other versions of them")
    if old.about != new.about:
        yield Change("description-changed", Bump.PATCH, "the description or the addresses of the orb are others")


def _short(value: str | None) -> str:
    text = " ".join((value or "").split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join([f"'{_short(value)}'" for value in values[:5]]) + (" and others" if len(values) > 5 else "")
