"""Jobs behind an approval that run without it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.access.gates import Result
from orbgen.access.openness import approvals_before
from orbgen.access.scenarios import PLAIN
from orbgen.circleci.pipeline import JobRun, Requirement
from orbgen.lint.context import Context, path_of
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.source.nodes import Content, Mapping, Scalar, walk
from orbgen.source.problems import Note

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="approval-bypass",
    sees=Sees.JOB_RUN,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("approval",),
)
_ANYBODY = "and anybody who can push may approve, so restrict the context in CircleCI as well"


def check(run: JobRun, context: Context) -> Iterator[Finding]:
    """A privileged job run that some branch starts although an approval stands before it, or before its twin."""
    if run.type != "build" or not context.privileged(run) or context.gates.result(run) is not Result.OPEN:
        return
    approvals = approvals_before(run)
    if not approvals:
        yield from _twin(run, context)
        return
    approval = approvals[0]
    loose = _loose_requirement(run, approvals)
    if loose is not None:
        yield context.found(
            RULE,
            run,
            f"'{run.name}' does not wait for the approval '{approval.name}': it also runs when that is not given",
            loose.node.span,
            kind="status",
            path="requires",
            label="a status besides success lets it run unapproved",
            related=(Note(approval.call.span, "the approval"),),
            help=f"require success alone, as in `requires: [{loose.name}]`; {_ANYBODY}",
        )
    elif all([context.gates.own_in(one, PLAIN) is False for one in approvals]) or _is_dropped(run, context):
        yield context.found(
            RULE,
            run,
            f"'{run.name}' runs without the approval '{approval.name}' where the approval's filter leaves it out",
            run.call.span,
            kind="filtered",
            path="requires",
            label="CircleCI drops a requirement that a filter leaves out",
            related=(Note(approval.call.span, "the approval, with a filter of its own"),),
            help=f"give '{run.name}' the filter of the approval; {_ANYBODY}",
        )


def _loose_requirement(run: JobRun, approvals: list[JobRun]) -> Requirement | None:
    """The requirement, on the way to an approval, that more than a success satisfies."""
    behind = {id(one) for one in approvals}
    waiting, seen = [run], {id(run)}
    while waiting:
        one = waiting.pop()
        for requirement in one.requires:
            for target in requirement.targets:
                passing = set(requirement.statuses or ()) - {"success"}
                if id(target) in behind and passing:
                    return requirement
                if passing - {"failed"} and approvals_before(target):
                    return requirement
                if id(target) not in seen:
                    seen.add(id(target))
                    waiting.append(target)
    return None


def _is_dropped(run: JobRun, context: Context) -> bool:
    """Whether some requirement stays in a scenario in which the way to the approval is filtered out."""
    return any(
        [
            context.gates.own_in(target, (scenario,)) is False
            for scenario in PLAIN
            if context.gates.runs_in(run, (scenario,))
            for requirement in run.requires
            for target in requirement.targets
            if target.type == "approval" or approvals_before(target)
        ]
    )


def _twin(run: JobRun, context: Context) -> Iterator[Finding]:
    """Another run of the same job, with equal arguments and the same contexts, that does wait for an approval."""
    names = {item.text for item in run.contexts}
    for other in context.pipeline.job_runs:
        same = other.job == run.job and other is not run and {item.text for item in other.contexts} == names
        if same and names and _does(other) == _does(run) and "approval" in context.gates.of(other).reasons:
            yield context.found(
                RULE,
                run,
                f"'{run.name}' runs the same job as '{other.name}', with the same contexts, but without its approval",
                run.call.span,
                kind="twin",
                severity=Severity.MEDIUM,
                confidence=Confidence.MEDIUM,
                path="requires",
                label="no approval and no filter here",
                related=(Note(other.call.span, "this one waits for an approval"),),
                help=f"require the approval here too, or keep the job to a branch; {_ANYBODY}",
            )
            return


def _does(run: JobRun) -> list[tuple[str, list[str]]]:
    """What a job run does with its arguments: the texts of its steps, or the arguments themselves."""
    given: list[tuple[str, Content | None]] = [*run.arguments.items(), *[(step.name, step.body) for step in run.steps]]
    return [
        (name, [one.text for one in walk(node) if isinstance(one, Scalar)] if node is not None else [])
        for name, node in given
    ]


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """A requirement that more than a success satisfies is reduced to success."""
    item = mender.node_at(finding.primary)
    if finding.kind != "status" or not isinstance(item, Mapping):
        return None
    ((_, statuses),) = item.entries
    requiring = [
        path_of(run)
        for run in mender.context.pipeline.job_runs
        if finding.primary in [requirement.node.span for requirement in run.requires]
    ]
    changes = tuple([f"{path}/requires" for path in requiring])
    return mender.fix("require success alone", mender.replace(statuses, "success"), changes=changes)
