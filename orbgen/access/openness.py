"""In words: why a job run is open to every branch, and what only CircleCI can do about it."""

from __future__ import annotations

import msgspec

from orbgen.access.gates import Gates
from orbgen.access.running import is_pattern
from orbgen.access.scenarios import PUSHES, TAGS
from orbgen.circleci.pipeline import JobRun, Workflow
from orbgen.circleci.text import is_known
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence
from orbgen.source.problems import Note
from orbgen.source.span import Span

ONLY_A_RESTRICTION = (
    "whoever can push can also push another configuration, so restrict the context in CircleCI to the branch as well"
)


class Opening(msgspec.Struct, frozen=True):
    """What a job run is open to, in the words of a sentence, the first reason why, and the place of that."""

    everything: str
    reason: str
    place: Span


def opening_of(run: JobRun, gates: Gates) -> Opening:
    """Why nothing keeps a job run to some branches or tags, if its gate is open (rules.md 2.1)."""
    if gates.runs_in(run, PUSHES):
        return Opening("branch", *_why_branches(run, gates.workflow_of(run)))
    if gates.runs_in(run, TAGS):
        return Opening("tag", *_why_tags(run, gates.workflow_of(run)))
    workflow = gates.workflow_of(run)
    triggers = workflow.node.fields.get("triggers") if workflow.node is not None else None
    place = triggers.value.span if triggers is not None else run.call.span
    return Opening("branch", "its schedule is for every branch", place)


def _why_branches(run: JobRun, workflow: Workflow) -> tuple[str, Span]:
    filters = run.filters
    if run.filter_condition is not None:
        return "its filter lets every branch in", run.filter_condition.span
    if type(filters) is Mapping:
        branches = filters.fields.get("branches")
        if branches is None:
            return "it filters tags alone, so every branch runs it", filters.span
        found = _why_listed(branches.value, "branch")
        if found is not None:
            return found
    if workflow.conditions:
        return "the workflow's condition lets every branch in", workflow.conditions[0].span
    return "no filter keeps it to a branch", run.call.span


def _why_tags(run: JobRun, workflow: Workflow) -> tuple[str, Span]:
    filters = run.filters
    if run.filter_condition is not None:
        return "its filter lets every tag in", run.filter_condition.span
    tags = filters.fields.get("tags") if type(filters) is Mapping else None
    found = _why_listed(tags.value, "tag") if tags is not None else None
    if found is not None:
        return found
    place = workflow.conditions[0].span if workflow.conditions else run.call.span
    return "nothing keeps it to some tags", place


def _why_listed(rule: Content, noun: str) -> tuple[str, Span] | None:
    """What `only` or `ignore` of a filter lets in."""
    only = rule.fields.get("only") if type(rule) is Mapping else None
    ignore = rule.fields.get("ignore") if type(rule) is Mapping else None
    if only is not None:
        return f"`only: {_shown(only.value)}` lets every {noun} in", only.value.span
    if ignore is not None:
        return f"`ignore` lets every {noun} in but the listed ones", ignore.value.span
    return None


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
