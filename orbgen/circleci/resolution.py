"""Finding what a name stands for: commands, jobs and executors of a configuration and of its orbs."""

from __future__ import annotations

import msgspec

from orbgen.circleci.compilation import Compilation, Scope
from orbgen.circleci.library import Definition, Import, Kind, Library
from orbgen.source.nodes import Scalar
from orbgen.source.problems import Note
from orbgen.source.span import Span


class Missing(msgspec.Struct, frozen=True):
    """An element of an orb whose source is not at hand."""

    orb: Import
    element: str


class Unresolved(msgspec.Struct, frozen=True):
    """A name that stands for nothing: the error's code, CircleCI's message and the nearest name that exists.

    What is missing is the `cause` that uses of the same name share.
    """

    code: str
    message: str
    suggestion: str | None
    cause: tuple[int, str]


_MAXIMUM_ALIASES = 16


def resolve(compilation: Compilation, kind: Kind, name: str, library: Library) -> Definition | Missing | Unresolved:
    """The definition that `name` means to the elements of a library. String aliases are followed (circleci.md 7.1).

    An alias of nothing is reported where it is defined; here it stands for itself.
    """
    found = _resolve_once(compilation, kind, name, library)
    if not isinstance(found, Definition):
        return found
    found.used = True
    target = followed(compilation, found)
    if isinstance(target, Unresolved) and found.library is compilation.library:
        found.uncertain = True
        return found
    return target


def followed(compilation: Compilation, definition: Definition) -> Definition | Missing | Unresolved:
    """What a definition that is a name stands for in the end; any other definition stands for itself."""
    for _ in range(_MAXIMUM_ALIASES):
        node = definition.node
        if not isinstance(node, Scalar) or not isinstance(node.value, str) or compilation.lost(node):
            return definition
        found = _resolve_once(compilation, definition.kind, node.text, definition.library)
        if not isinstance(found, Definition):
            return found
        found.used = True
        definition = found
    kind = definition.kind.value
    return Unresolved(
        f"undefined-{kind}", f"{kind} '{definition.name}' is an alias of itself", None, (0, definition.name)
    )


def _resolve_once(
    compilation: Compilation, kind: Kind, name: str, library: Library
) -> Definition | Missing | Unresolved:
    found = library.definitions(kind).get(name)
    if found is not None:
        return found
    if "/" not in name:
        message = f"Cannot find a definition for {kind.value} named {name}"
        guess = compilation.nearest(name, library.definitions(kind))
        return Unresolved(f"undefined-{kind.value}", message, guess, (id(library), name))
    alias, _, element = name.partition("/")
    orb = library.orbs.get(alias)
    if orb is None and compilation.inputs.orbs_injected:
        return Missing(Import(alias, library.root, library.root, None, None, injected=True), element)
    if orb is None:
        message = f"Cannot find orb '{alias}' looking for {kind.value} named '{name}'"
        guess = compilation.nearest(alias, library.orbs)
        return Unresolved("undefined-orb", message, guess and f"{guess}/{element}", (id(library), alias))
    orb.used = True
    orb.needed = orb.needed or not compilation.dormant
    if orb.library is None:
        return Missing(orb, element)
    inner = orb.library.definitions(kind).get(element)
    if inner is None:
        message = f"Cannot find a definition for {kind.value} named {name}"
        guess = compilation.nearest(element, orb.library.definitions(kind))
        return Unresolved("undefined-element", message, guess and f"{alias}/{guess}", (id(library), name))
    return inner


def report_unresolved(
    compilation: Compilation,
    found: Unresolved,
    place: Span,
    scope: Scope,
    suggestion: str | None = None,
    *,
    help: str | None = None,
    related: tuple[Note, ...] = (),
) -> None:
    """Report a name that stands for nothing where it is used; its other uses are noted there."""
    guess = suggestion or found.suggestion
    compilation.report(
        found.code, found.message, place, scope, help=help, suggestion=guess, related=related, cause=found.cause
    )
