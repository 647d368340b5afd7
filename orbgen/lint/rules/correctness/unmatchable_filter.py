"""Filters of branches, tags and schedules that match nothing, or not what was meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.circleci.expressions import ExpressionError, Pattern, leaves, parse
from orbgen.circleci.text import is_known
from orbgen.lint.analyses.correctness.ref_filters import (
    Mistake,
    as_pattern,
    mistake_in_cron,
    mistake_in_filter,
    mistake_in_pattern,
)
from orbgen.lint.context import Context, path_of
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence
from orbgen.source.span import Span

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="unmatchable-filter",
    sees=Sees.CONFIG,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("filters", "triggers", "matches"),
)
# Nobody writes longer lists of names by hand, and each name is compared with the others.
_MOST_ITEMS = 300
_UNSURE = ("regex", "prefix")
_CONDITIONS = ("when", "unless", "filters", "condition")


def check(context: Context) -> Iterator[Finding]:
    """Each item of a filter, pattern of a condition and cron line that cannot match what it seems to mean."""
    filters = {id(run.filters): run.filters for run in context.pipeline.job_runs}
    for node in filters.values():
        for place, mistake in _filters(node):
            if context.is_own(place):
                yield _found(place, mistake)
    for workflow in context.pipeline.workflows:
        triggers = workflow.node.get("triggers") if workflow.node is not None else None
        for item in triggers.elements if type(triggers) is Sequence else ():
            schedule = item.get("schedule") if type(item) is Mapping else None
            if type(schedule) is Mapping:
                yield from [_found(place, mistake) for place, mistake in _schedule(schedule)]
    if any(["matches" in source.text for source in context.sources]):
        yield from [_found(place, mistake) for place, mistake in _conditions(context.written.mappings)]


def _filters(filters: Content | None) -> Iterator[tuple[Span, Mistake]]:
    if type(filters) is not Mapping:
        return
    for kind in ("branches", "tags"):
        refs = filters.get(kind)
        if type(refs) is not Mapping:
            continue
        for key in ("only", "ignore"):
            node = refs.get(key)
            elements = node.elements if type(node) is Sequence else [node]
            items = [item for item in elements if isinstance(item, Scalar) and item.text and is_known(item)]
            if len(items) > _MOST_ITEMS:
                continue
            texts = tuple([item.text for item in items])
            for item in items:
                mistake = None if item.templated else mistake_in_filter(item.text, texts, branches=kind == "branches")
                if mistake is not None:
                    yield item.span, mistake


def _schedule(schedule: Mapping) -> Iterator[tuple[Span, Mistake]]:
    yield from _filters(schedule.get("filters"))
    cron = schedule.get("cron")
    if isinstance(cron, Scalar) and cron.text and not cron.templated:
        mistake = mistake_in_cron(cron.text)
        if mistake is not None:
            yield cron.span, mistake


def _conditions(mappings: list[Mapping]) -> Iterator[tuple[Span, Mistake]]:
    for node in mappings:
        for key, field in node.fields.items():
            value = field.value
            if key == "matches" and type(value) is Mapping:
                pattern = value.get("pattern")
                if isinstance(pattern, Scalar) and not pattern.templated:
                    mistake = mistake_in_pattern(pattern.text)
                    if mistake is not None:
                        yield pattern.span, mistake
            elif key in _CONDITIONS and isinstance(value, Scalar) and "matches" in value.text:
                try:
                    patterns = [leaf for leaf in leaves(parse(value.text)) if isinstance(leaf, Pattern)]
                except ExpressionError:
                    continue
                for found in patterns:
                    mistake = mistake_in_pattern(found.text)
                    if mistake is not None:
                        yield value.place(found.start, found.end), mistake


def _found(place: Span, mistake: Mistake) -> Finding:
    confidence = Confidence.MEDIUM if mistake.kind in _UNSURE else None
    return RULE.finding(
        mistake.message, place, kind=mistake.kind, confidence=confidence, path=mistake.kind, help=mistake.help
    )


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """A name with wildcards becomes a pattern between slashes, the beginning of a name one that anything follows."""
    node = mender.node_at(finding.primary)
    if not isinstance(node, Scalar) or finding.kind not in ("glob", "prefix"):
        return None
    if finding.kind == "prefix" and not node.text.endswith("/"):
        return None
    new = as_pattern(node.text) if finding.kind == "glob" else f"{node.text[:-1]}.*/"
    edits = mender.replace_text(node, 0, len(node.text), new)
    return mender.fix(f"write `{new}`", edits, changes=_filtered(node, mender.context))


def _filtered(item: Scalar, context: Context) -> tuple[str, ...]:
    """The ways to the filters of job runs and schedules that an item is in."""
    found = []
    for workflow in context.pipeline.workflows:
        for run in workflow.job_runs:
            if any([place == item.span for place in _places(run.filters)]):
                found.append(f"{path_of(run)}/filters")
        if any([place == item.span for place in _places(workflow.node and workflow.node.get("triggers"))]):
            found.append(f"{workflow.name}/triggers")
    return tuple(found)


def _places(node: Content | None) -> Iterator[Span]:
    """Where the scalars in a value stand."""
    if isinstance(node, Scalar):
        yield node.span
    elif type(node) is Sequence:
        for element in node.elements:
            yield from _places(element)
    elif type(node) is Mapping:
        for field in node.fields.values():
            yield from _places(field.value)
