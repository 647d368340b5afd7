"""What a job run stores for others: the paths of its workspaces, caches, artifacts and test results."""

from __future__ import annotations

import msgspec

from orbgen.access.paths import DEFAULT_WORKING_DIRECTORY, normal
from orbgen.circleci.pipeline import JobRun, Step
from orbgen.circleci.text import is_known
from orbgen.source.nodes import Content, Scalar, Sequence
from orbgen.source.span import Span

_KINDS = ("persist_to_workspace", "save_cache", "store_artifacts", "store_test_results")
_STORING = frozenset((*_KINDS, *[kind.replace("_", "-") for kind in _KINDS]))


class StoredPath(msgspec.Struct, frozen=True):
    """One path in its normal form, the step that stores it, and where it is written. Caches know no wildcards."""

    kind: str
    path: str
    step: int
    span: Span
    wildcards: bool


def stored_paths(run: JobRun) -> tuple[StoredPath, ...]:
    """Every path that is known, in the order of the steps."""
    storing = [(index, step) for index, step in enumerate(run.steps) if step.name in _STORING]
    if not storing:
        return ()
    working = DEFAULT_WORKING_DIRECTORY
    node = (run.body or {}).get("working_directory")
    if isinstance(node, Scalar) and is_known(node):
        working = normal(node.text) or working
    found: list[StoredPath] = []
    for index, step in storing:
        kind = step.name.replace("-", "_")
        for root, item in _written(kind, step):
            path = _stored(root, item, working)
            if path is not None:
                found.append(StoredPath(kind, path, index, item.span, kind != "save_cache"))
    return tuple(found)


def _written(kind: str, step: Step) -> list[tuple[str, Scalar]]:
    """The items of a step that name paths, each with the folder that it is relative to."""
    if step.opaque:
        return []
    if kind == "persist_to_workspace":
        root = step.argument("root")
        return [(root.text, item) for item in _items(step.argument("paths"))] if isinstance(root, Scalar) else []
    if kind == "save_cache":
        return [("", item) for item in _items(step.argument("paths"))]
    if kind in ("store_artifacts", "store_test_results"):
        return [("", item) for item in _items(step.argument("path"))]
    return []


def _items(node: Content | None) -> list[Scalar]:
    items = node.elements if type(node) is Sequence else [node]
    return [item for item in items if isinstance(item, Scalar) and is_known(item)]


def _stored(root: str, item: Scalar, working: str) -> str | None:
    """An item in its normal form; what begins with `/` or `~` is not below the root."""
    base = normal(root, working) if root else working
    return None if base is None else normal(item.text, base)
