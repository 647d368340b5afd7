"""Joins by a secret that lives long, where CircleCI's own token would do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from orbgen.access.join import Join, Setting
from orbgen.lint.context import Context
from orbgen.lint.file_context import FileContext, RunJoin
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.source.problems import Note
from orbgen.teleport.mistakes import Effect

if TYPE_CHECKING:
    from orbgen.circleci.pipeline import JobRun

RULE = Rule(
    name="teleport-static-token",
    sees=Sees.FILE,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("tbot", "tsh", "tctl"),
)

# What `tctl tokens add` and `tctl bots add` make: 16 random bytes.
SECRET = re.compile(r"[0-9a-f]{32}")
_SECRETS = ("registration-secret", "registration_secret", "static-key")


def check(context: FileContext) -> Iterator[Finding]:
    """Each join, and each use of an identity in a job run that has none."""
    for at in context.run_joins():
        yield from _join(at, context)
    if isinstance(context, Context):
        for run in context.pipeline.job_runs:
            if not context.joins(run):
                yield from _identities(run, context)


def _join(at: RunJoin, context: FileContext) -> Iterator[Finding]:
    """A secret in plain text, else the join method `token`, be it said or only what is left when nothing is."""
    join = at.join
    secret = _literal(join)
    if secret is not None:
        finding = context.found_at(
            RULE,
            at,
            "a secret token of Teleport stands here for everybody who can read the file",
            secret.span,
            kind="literal",
            label="whoever has it can join",
            effect=Effect.OPEN,
            help="remove it with `tctl tokens rm`, and join with `circleci`, which needs no secret",
        )
        yield msgspec.structs.replace(finding, redact=(secret.span,))
    elif join.method == "token" and "token" in join.settings:
        said = join.settings.get("join-method")
        place = said.span if said is not None else join.settings["token"].span
        why = "by the join method `token`" if said is not None else "by the join method `token`, as no other is given"
        yield context.found_at(
            RULE,
            at,
            f"tbot joins {why}: its token is a secret, which one run uses up{_again(at.run)}",
            place,
            kind="method",
            label="the token has to be kept secret" if said is not None else "no join method is said beside it",
            effect=Effect.FAILS,
            help="join with `circleci`: CircleCI signs a token for each job, and Teleport's token is a mere name",
        )


def _identities(run: JobRun, context: Context) -> Iterator[Finding]:
    from orbgen.lint.analyses.teleport.identity_files import made_identities

    for made in made_identities(run, context.facts):
        yield context.found(
            RULE,
            run,
            f"'{run.name}' uses an identity file that is made of the variable {made.variable}: it lives long, and "
            "whoever can read the variable has it",
            made.span,
            path=f"steps/{made.step}/identity",
            call=run.steps[made.step].call,
            kind="identity",
            severity=Severity.MEDIUM,
            confidence=Confidence.MEDIUM,
            related=(Note(made.made, "it is written here"),),
            effect=Effect.OPEN,
            help="let tbot join with `circleci`, which gives the job an identity of its own for as long as it runs",
        )


def _literal(join: Join) -> Setting | None:
    for setting in join.given:
        value = setting.value or ""
        if setting.flag == "token" and SECRET.fullmatch(value):
            return setting
        if setting.flag in _SECRETS and value and not value.startswith(("/", "$")):
            return setting
    return None


def _again(run: JobRun | None) -> str:
    """What becomes of a job that joins more than once."""
    parallel = run.body.get("parallelism") if run is not None and run.body is not None else None
    if (run is not None and run.matrix) or parallel is not None:
        return ", and this job runs several times, so that all but one are refused"
    return ", so that the next run is refused"
