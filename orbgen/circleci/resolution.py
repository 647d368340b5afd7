"""Finding what a name stands for: commands, jobs and executors of a configuration and of its orbs."""

from __future__ import annotations

import msgspec

from orbgen.circleci.compilation import Compilation
from orbgen.circleci.library import Definition, Import, Kind, Library
from orbgen.source.nodes import Scalar


class Missing(msgspec.Struct, frozen=True):
    """An element of an orb whose source is not at hand."""

    orb: Import
    element: str


class Unresolved(msgspec.Struct, frozen=True):
    """A name that stands for nothing: the error's code, CircleCI's message and the nearest name that exists."""

    code: str
    message: str
    suggestion: str | None


_MAXIMUM_ALIASES = 16


def resolve(compilation: Compilation, kind: Kind, name: str, library: Library) -> Definition | Missing | Unresolved:
    """The definition that `name` means to the elements of a library. String aliases are followed (circleci.md 7.1)."""
    for _ in range(_MAXIMUM_ALIASES):
        found = _resolve_once(compilation, kind, name, library)
        if not isinstance(found, Definition):
            return found
        found.used = True
        if not isinstance(found.node, Scalar) or found.node.value is None:
            return found
        name, library = found.node.text, found.library
    return Unresolved(f"undefined-{kind.value}", f"{kind.value} '{name}' is an alias of itself", None)


def _resolve_once(
    compilation: Compilation, kind: Kind, name: str, library: Library
) -> Definition | Missing | Unresolved:
    found = library.definitions(kind).get(name)
    if found is not None:
        return found
    if "/" not in name:
        message = f"Cannot find a definition for {kind.value} named {name}"
        return Unresolved(f"undefined-{kind.value}", message, compilation.nearest(name, library.definitions(kind)))
    alias, _, element = name.partition("/")
    orb = library.orbs.get(alias)
    if orb is None and compilation.inputs.orbs_injected:
        return Missing(Import(alias, library.root, library.root, None, None, injected=True), element)
    if orb is None:
        message = f"Cannot find orb '{alias}' looking for {kind.value} named '{name}'"
        guess = compilation.nearest(alias, library.orbs)
        return Unresolved("undefined-orb", message, guess and f"{guess}/{element}")
    orb.used = True
    orb.needed = orb.needed or not compilation.dormant
    if orb.library is None:
        return Missing(orb, element)
    inner = orb.library.definitions(kind).get(element)
    if inner is None:
        message = f"Cannot find a definition for {kind.value} named {name}"
        guess = compilation.nearest(element, orb.library.definitions(kind))
        return Unresolved("undefined-element", message, guess and f"{alias}/{guess}")
    return inner
