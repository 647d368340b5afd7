"""The orbs that a configuration imports by reference, its inline orbs included."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.circleci.library import Import, Library
from orbgen.lint.context import Context
from orbgen.project.files import FileKind, kind_of
from orbgen.source.nodes import Scalar


def imported_orbs(context: Context) -> Iterator[tuple[Import, Scalar]]:
    """Each import of the linted file that names an orb, with its reference as written.

    What an orb from elsewhere imports is not among them: that was fixed when the orb was published.
    """
    yield from _imports(context.pipeline.library, context)


def _imports(library: Library, context: Context) -> Iterator[tuple[Import, Scalar]]:
    for orb in library.orbs.values():
        if orb.reference is not None and isinstance(orb.node, Scalar):
            yield orb, orb.node
        elif orb.library is not None and context.is_own(orb.node.span):
            yield from _imports(orb.library, context)


def is_orb_source(context: Context) -> bool:
    """Whether the linted file is an orb of its own: it defines elements and has no workflows to run them."""
    return kind_of(context.document.root, context.document.source.name, named=True) is FileKind.ORB
