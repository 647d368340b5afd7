"""Keeping a job to the default branch, by a filter in its workflow's entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orbgen.lint.context import path_of
from orbgen.lint.findings import Finding

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender


def to_default_branch(finding: Finding, mender: Mender) -> Fix | None:
    """The fix that keeps the job runs of a finding to the default branch, which the plan or git names.

    None where that is not known, or where an entry has a filter or belongs to a job group.
    """
    from orbgen.project.git import git_facts

    context = mender.context
    runs = [run for run in context.pipeline.job_runs if path_of(run) in finding.job_runs]
    entries = {run.entry.span: run.entry for run in runs}
    branch = context.facts.default_branch or git_facts(context.checkout.root).default_branch
    if len(entries) != 1 or not branch or '"' in branch or "\\" in branch:
        return None
    (entry,) = entries.values()
    if not context.is_own(entry.span) or any([run.group for run in runs]):
        return None
    edits = mender.add_to_entry(entry, "filters", f'pipeline.git.branch == "{branch}"')
    if edits is None:
        return None
    title = f"keep the job to the branch '{branch}'"
    return mender.fix(title, edits, changes=mender.runs_at(entry, "filters"))
