"""Jobs that join Teleport by CircleCI's token and hold no context."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.circleci.pipeline import JobRun
from orbgen.lint.context import Context, path_of
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.source.problems import Note

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="teleport-join-without-context",
    sees=Sees.JOB_RUN,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    since="0.1",
    needs=("tbot", "terraform", "tofu", "teleport", "machine-id"),
)

# What an orb or element is called that may join, when its source is not at hand.
MAY_JOIN = re.compile(r"(?:^|[/_-])(?:teleport|tbot|machine-id)(?:$|[/_-])")


def check(run: JobRun, context: Context) -> Iterator[Finding]:
    """A join by `circleci` in a job run without any context; with little confidence one whose method is unknown."""
    if run.contexts:
        return
    place = run.call.span
    for join in context.joins(run):
        if join.method not in ("circleci", None):
            continue
        call = run.steps[join.step].call
        yield RULE.finding(
            f"the job '{run.name}' joins Teleport but holds no context, so CircleCI may give it no OIDC token",
            place,
            confidence=Confidence.LOW if join.method is None else None,
            path=f"{path_of(run)}/context",
            label="no `context` here",
            related=(Note(join.span, "it joins here"),),
            chain=context.chain(call)[:2],
            hidden=(*context.hidden(call), run.steps[join.step].span),
            help="add `context: teleport-access` to the entry, and let the token rule demand that context's id",
            job_runs=(path_of(run),),
        )
        return
    for step in run.steps:
        if step.opaque and MAY_JOIN.search(step.name):
            yield RULE.finding(
                f"'{step.name}' may join Teleport, but the job '{run.name}' holds no context",
                place,
                confidence=Confidence.LOW,
                path=f"{path_of(run)}/context",
                related=(Note(step.span, "its source is not at hand"),),
                hidden=context.hidden(step.call),
                help="give the orb's source with --orb NAME=PATH",
                job_runs=(path_of(run),),
            )
            return


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """The entry gets the context that the plan names for Teleport."""
    name = mender.context.facts.teleport_context
    entries = {
        run.entry.span: run.entry for run in mender.context.pipeline.job_runs if path_of(run) in finding.job_runs
    }
    if name is None or len(entries) != 1:
        return None
    (entry,) = entries.values()
    edits = mender.add_to_entry(entry, "context", name)
    return (
        None
        if edits is None
        else mender.fix(f"add the context '{name}'", edits, changes=mender.runs_at(entry, "context"))
    )
