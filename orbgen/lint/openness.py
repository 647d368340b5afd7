"""In words: why a job run is open to every branch, and what only CircleCI can do about it."""

from __future__ import annotations

from orbgen.access.running import is_pattern
from orbgen.circleci.pipeline import JobRun, Workflow
from orbgen.circleci.text import is_known
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence
from orbgen.source.problems import Note
from orbgen.source.span import Span

ONLY_A_RESTRICTION = (
    "whoever can push can also push another configuration, so restrict the context in CircleCI to the branch as well"
)


def why_open(run: JobRun, workflow: Workflow) -> tuple[str, Span]:
    """The first reason why nothing keeps a job run to some branches, in words, and its place."""
    filters = run.filters
    if run.filter_condition is not None:
        return "its filter lets every branch in", run.filter_condition.span
    if type(filters) is Mapping:
        branches = filters.fields.get("branches")
        if branches is None:
            return "it filters tags alone, so every branch runs it", filters.span
        rule = branches.value
        only = rule.fields.get("only") if type(rule) is Mapping else None
        ignore = rule.fields.get("ignore") if type(rule) is Mapping else None
        if only is not None:
            return f"`only: {_shown(only.value)}` lets every branch in", only.value.span
        if ignore is not None:
            return "`ignore` lets every branch in but the listed ones", ignore.value.span
    if workflow.conditions:
        return "the workflow's condition lets every branch in", workflow.conditions[0].span
    return "no filter keeps it to a branch", run.call.span


def _shown(node: Content) -> str:
    items = node.elements if type(node) is Sequence else [node]
    texts = [item.text for item in items if isinstance(item, Scalar) and is_known(item) and is_pattern(item.text)]
    return texts[0] if texts else "..."


def approvals_before(run: JobRun) -> list[JobRun]:
    """The approvals that a job run requires, directly or not, the nearest first."""
    found: list[JobRun] = []
    seen = {id(run)}
    waiting = [run]
    while waiting:
        following: list[JobRun] = []
        for one in waiting:
            for target in [target for requirement in one.requires for target in requirement.targets]:
                if id(target) not in seen:
                    seen.add(id(target))
                    following.append(target)
                    if target.type == "approval":
                        found.append(target)
        waiting = following
    return found


def held_note(item: Scalar, run: JobRun) -> Note:
    """Where another job run holds the same context."""
    return Note(item.span, f"'{run.name}' holds it behind a gate")
