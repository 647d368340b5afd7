"""Which branch and tag names a job run can meet: only those written in the configuration, or any (rules.md 2.1)."""

from __future__ import annotations

from orbgen.circleci.pipeline import JobRun
from orbgen.circleci.text import is_known
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence

BRANCH, TAG = "pipeline.git.branch", "pipeline.git.tag"


def bounded_values(run: JobRun) -> frozenset[str]:
    """The values of branch and tag that can only be names written in the run's own filters.

    A pattern bounds nothing, nor does a filter expression. Without a tag filter a run never has a tag.
    """
    filters = run.filters
    if filters is not None and type(filters) is not Mapping:
        return frozenset()
    branches = filters.get("branches") if filters is not None else None
    tags = filters.get("tags") if filters is not None else None
    found = set()
    if _only_literals(branches):
        found.add(BRANCH)
    if tags is None or _only_literals(tags):
        found.add(TAG)
    return frozenset(found)


def _only_literals(node: Content | None) -> bool:
    only = node.get("only") if type(node) is Mapping else None
    names = only.elements if type(only) is Sequence else [only]
    return all([isinstance(name, Scalar) and is_known(name) and not _is_pattern(name.text) for name in names])


def _is_pattern(text: str) -> bool:
    return len(text) > 1 and text.startswith("/") and text.endswith("/")
