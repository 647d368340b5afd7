"""Jobs that never run although their workflow lists them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.access.reachability import Reach, asks_for, left_out
from orbgen.access.scenarios import TAG
from orbgen.circleci.pipeline import Condition, JobRun
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Persona, Rule, Sees, Severity
from orbgen.lint.mending.tag_filters import required_by, with_the_tags_of
from orbgen.source.nodes import Mapping, Scalar
from orbgen.source.problems import Note
from orbgen.source.span import Span

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="unreachable-job",
    sees=Sees.JOB_RUN,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("requires", "filters", "when", "unless"),
)


def check(run: JobRun, context: Context) -> Iterator[Finding]:
    """A job run that no branch and no tag starts, or that no tag starts although its filter asks for one."""
    workflow = context.gates.workflow_of(run)
    if workflow.node is not None and "triggers" in workflow.node.fields:
        return  # Only its schedules start it.
    off = next((condition for condition in workflow.conditions if condition.truth is False), None)
    if off is not None:
        yield _switched_off(run, off, context)
        return
    if not context.reachability.restricted(workflow):
        return
    if not workflow.conditions and run.filters is None and not run.requires:
        return
    branches = context.reachability.of(run, tags=False)
    if branches.runs and not _asks_for_tags(run):
        return
    tags = context.reachability.of(run, tags=True)
    if tags.runs or tags.runs is None:
        return
    if any([one.group for one in required_by(run)]):
        return  # Whether the filters of a group's invocation hold for its members is not documented.
    if tags.chosen and _asks_for_tags(run):
        yield from _on_tags(run, tags, context)
    elif branches.runs is False:
        yield from _never(run, branches, tags, context)


def _asks_for_tags(run: JobRun) -> bool:
    condition = run.filter_condition
    if condition is not None:
        return condition.formula is not None and asks_for(condition.formula, TAG)
    return type(run.filters) is Mapping and "tags" in run.filters.fields


def _switched_off(run: JobRun, off: Condition, context: Context) -> Finding:
    bare = isinstance(off.node, Scalar) and isinstance(off.node.value, bool)
    return context.found(
        RULE,
        run,
        "the workflow's condition is never true, so none of its jobs runs",
        off.span,
        kind="no-trigger",
        severity=Severity.INFO if bare else None,
        persona=Persona.PEDANTIC if bare else None,
        path="when",
        help="remove the workflow, or the condition",
    )


def _on_tags(run: JobRun, tags: Reach, context: Context) -> Iterator[Finding]:
    found = left_out(run, tags.chosen[0], context.gates)
    if found is None:
        return
    waiting, missing = found
    has = "its filter leaves the tag out" if _asks_for_tags(missing) else "it has no filter for tags"
    behind = "" if waiting is run else f", which '{waiting.name}' on the way to it requires,"
    yield context.found(
        RULE,
        run,
        f"'{_shown(run)}' never runs for a tag, because '{missing.name}'{behind} does not: {has}",
        _filter_place(run, "tags"),
        kind="tag-chain",
        path="filters",
        related=(Note(missing.call.span, f"'{missing.name}' is left out of pipelines for tags"),),
        help=f"give '{missing.name}', and all that it requires, the same filter of tags",
    )


def _never(run: JobRun, branches: Reach, tags: Reach, context: Context) -> Iterator[Finding]:
    chosen = (*branches.chosen, *tags.chosen)
    if chosen:
        found = left_out(run, chosen[0], context.gates)
        targets = [target for requirement in run.requires for target in requirement.targets]
        if found is not None and found[0] is run and all([_runs(target, context) for target in targets]):
            missing = found[1]
            yield _found(
                run,
                f"'{_shown(run)}' never runs: '{missing.name}', which it requires, is left out wherever it is not",
                _filter_place(run, "branches"),
                "contradiction",
                f"let the filters of '{run.name}' and '{missing.name}' have a branch in common",
                context,
                (Note(missing.call.span, f"'{missing.name}' has another filter"),),
            )
        return
    workflow = context.gates.workflow_of(run)
    conditions = workflow.conditions
    if not branches.workflow and not tags.workflow:
        message = "the workflow's condition is true for no branch and no tag, so none of its jobs runs"
        yield _found(run, message, conditions[0].span, "no-trigger", "mend or remove the condition", context)
    elif not branches.filters and not tags.filters:
        message = f"'{_shown(run)}' never runs: its filter lets no branch and no tag in"
        help = "remove the job from the workflow, or let a branch or tag in"
        yield _found(run, message, _filter_place(run, "branches"), "no-trigger", help, context)
    elif not branches.workflow and not _asks_for_tags(run):
        message = (
            f"'{_shown(run)}' never runs: the workflow runs for tags alone, and without a filter of tags no job does"
        )
        help = "add `filters: {tags: {only: /.*/}}`"
        notes = (Note(conditions[0].span, "only a tag makes this true"),)
        yield _found(run, message, run.call.span, "tag-chain", help, context, notes)
    else:
        message = f"'{_shown(run)}' never runs: the workflow's condition leaves out all that its filter lets in"
        related = tuple([Note(condition.span, "the workflow's condition") for condition in conditions])
        help = "let the filter and the condition have a branch or tag in common"
        yield _found(run, message, _filter_place(run, "branches"), "contradiction", help, context, related)


def _runs(run: JobRun, context: Context) -> bool:
    """Whether a job run runs for some branch or tag. What requires one that does not is no second mistake."""
    return any([context.reachability.of(run, tags=tags).runs for tags in (False, True)])


def _found(
    run: JobRun, message: str, place: Span, kind: str, help: str, context: Context, related: tuple[Note, ...] = ()
) -> Finding:
    confidence = Confidence.MEDIUM if kind == "contradiction" else None
    return context.found(
        RULE, run, message, place, kind=kind, confidence=confidence, path="filters", related=related, help=help
    )


def _shown(run: JobRun) -> str:
    """A job's name as its author knows it: the start of a job group bears the group's."""
    return run.group or run.name


def _filter_place(run: JobRun, kind: str) -> Span:
    field = run.filters.fields.get(kind) if type(run.filters) is Mapping else None
    place = run.call.span if field is None else field.key.span
    if run.filter_condition is not None:
        place = run.filter_condition.span
    # A filter that many entries share by an anchor is right for the others.
    entry = run.entry.span
    shared = place.source is not entry.source or not entry.start <= place.start <= entry.end
    return run.call.span if shared else place


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """What a job requires gets the job's own filter of tags."""
    return with_the_tags_of(finding, mender) if finding.kind == "tag-chain" else None
