"""Letting jobs run for the tags of a job that requires them, by a filter in their entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orbgen.access.running import is_pattern
from orbgen.circleci.pipeline import JobRun
from orbgen.circleci.text import is_known
from orbgen.lint.context import path_of
from orbgen.lint.findings import Finding
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender
    from orbgen.source.edits import Edit

# A slash inside a pattern that ends it in an expression.
_BARE_SLASH = lazy_pattern(r"(?:^|[^\\])(?:\\\\)*/")


def with_the_tags_of(finding: Finding, mender: Mender) -> Fix | None:
    """The fix that gives all that a finding's job requires the job's own filter of tags.

    None where that filter is an expression, or something that is left out has a filter of its own.
    """
    context = mender.context
    run = next((one for one in context.pipeline.job_runs if path_of(one) in finding.job_runs), None)
    chosen = context.reachability.of(run, tags=True).chosen if run is not None else ()
    written = _written(run.filters) if run is not None else None
    if run is None or written is None or not chosen:
        return None
    left_out = [one for one in required_by(run) if context.gates.own_in(one, chosen[:1]) is False]
    entries = {one.entry.span: one.entry for one in left_out}
    if any([one.filters is not None or one.group or not context.is_own(one.entry.span) for one in left_out]):
        return None
    edits: list[Edit] = []
    changes: list[str] = []
    for entry in entries.values():
        added = mender.add_to_entry(entry, "filters", written)
        if added is None:
            return None
        edits += added
        changes += mender.runs_at(entry, "filters")
    return mender.fix(f"let what '{run.name}' requires run for its tags", tuple(edits), changes=tuple(changes))


def required_by(run: JobRun) -> list[JobRun]:
    """All that a job run requires, directly or not."""
    found: list[JobRun] = []
    seen = {id(run)}
    waiting = [run]
    while waiting:
        for target in [target for requirement in waiting.pop().requires for target in requirement.targets]:
            if id(target) not in seen:
                seen.add(id(target))
                found.append(target)
                waiting.append(target)
    return found


def _written(filters: Content | None) -> str | None:
    """The condition that takes every branch, and the tags that a filter takes."""
    tags = filters.get("tags") if type(filters) is Mapping else None
    only = tags.get("only") if type(tags) is Mapping else None
    items = only.elements if type(only) is Sequence else [only]
    terms = ['pipeline.git.branch != ""']
    for item in items:
        if not isinstance(item, Scalar) or not is_known(item) or "<<" in item.text:
            return None
        text = item.text
        if is_pattern(text) and not _BARE_SLASH.search(text[1:-1]):
            terms.append(f"pipeline.git.tag matches {text}")
        elif not is_pattern(text) and '"' not in text and "\\" not in text:
            terms.append(f'pipeline.git.tag == "{text}"')
        else:
            return None
    return " or ".join(terms)
