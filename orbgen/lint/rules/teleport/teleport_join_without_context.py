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
    from orbgen.access.join import Join
    from orbgen.lint.mending.fixes import Fix, Mender
    from orbgen.teleport.resources import Token

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
    for join in context.joins(run):
        if join.method not in ("circleci", None):
            continue
        tokens = _tokens(join, context)
        if not any([rule.project is not None and rule.context is None for token in tokens for rule in token.rules]):
            yield _finding(run, join, context, tokens)
            return
    for step in run.steps:
        if step.opaque and MAY_JOIN.search(step.name):
            yield RULE.finding(
                f"'{step.name}' may join Teleport, but the job '{run.name}' holds no context",
                run.call.span,
                confidence=Confidence.LOW,
                path=f"{path_of(run)}/context",
                related=(Note(step.span, "its source is not at hand"),),
                hidden=context.hidden(step.call),
                help="give the orb's source with --orb NAME=PATH",
                job_runs=(path_of(run),),
            )
            return


def _tokens(join: Join, context: Context) -> list[Token]:
    """The tokens at hand with the name that a join gives."""
    from orbgen.teleport.resources import known

    return [one for one in context.repository.tokens if known(one.name) == join.token] if join.token else []


def _finding(run: JobRun, join: Join, context: Context, tokens: list[Token]) -> Finding:
    from orbgen.teleport.mistakes import Effect

    call = run.steps[join.step].call
    outcome, related = "CircleCI may give it no OIDC token", [Note(join.span, "it joins here")]
    demanded = bool(tokens) and all([token.method == "circleci" and _demands_context(token) for token in tokens])
    if demanded:
        outcome = f"Teleport refuses it: the token '{join.token}' demands one"
        related.append(Note(tokens[0].place, "each rule of this token names a context"))
    certain = demanded and join.method is not None
    return RULE.finding(
        f"the job '{run.name}' joins Teleport but holds no context, so {outcome}",
        run.call.span,
        severity=Severity.HIGH if certain else None,
        confidence=Confidence.LOW if join.method is None else Confidence.HIGH if certain else None,
        path=f"{path_of(run)}/context",
        label="no `context` here",
        related=tuple(related),
        chain=context.chain(call)[:2],
        hidden=(*context.hidden(call), run.steps[join.step].span),
        help="add `context: teleport-access` to the entry, and let the token rule demand that context's id",
        job_runs=(path_of(run),),
        effect=Effect.FAILS if demanded else None,
    )


def _demands_context(token: Token) -> bool:
    return bool(token.rules) and all([rule.context is not None for rule in token.rules])


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
