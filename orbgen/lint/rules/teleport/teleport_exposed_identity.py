"""What tbot wrote, shown in the log, handed on, or left for others to read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.access.following import commands_of
from orbgen.circleci.pipeline import JobRun
from orbgen.lint.analyses.teleport.exposures import exposures
from orbgen.lint.context import Context
from orbgen.lint.file_context import FileContext, RunJoin
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.teleport.mistakes import Effect

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="teleport-exposed-identity",
    sees=Sees.FILE,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("tbot", "tsh", "tctl"),
)

_CLIENTS = ("tsh", "tctl")
_DEBUG = ("-d", "--debug")
MESSAGES = {
    "printed": "`{program}` shows tbot's `{name}` in the log, where everybody who can see the job can take it",
    "exported": "the content of tbot's `{name}` goes to a variable or an argument, and with it to other programs",
    "readable": "`chmod` lets other users read tbot's credentials in `{name}`",
}
_HELP = {
    "printed": "look at it with `tsh -i FILE status`, or at the certificate with `openssl x509 -noout -text`",
    "exported": "hand on the path of the file, as in `TELEPORT_IDENTITY_FILE=FILE`",
    "readable": "leave the mode as tbot makes it; `--reader-user` lets one more user read",
}


def check(context: FileContext) -> Iterator[Finding]:
    """Each command that lets credentials out, and what is told to say more than it should."""
    for at in context.run_joins():
        yield from _talkative(at, context)
    if isinstance(context, Context):
        for run in context.pipeline.job_runs:
            joins = context.joins(run)
            for one in exposures(run, joins) if joins else ():
                yield context.found(
                    RULE,
                    run,
                    MESSAGES[one.kind].format(program=one.program, name=one.name),
                    one.span,
                    call=run.steps[one.step].call,
                    kind=one.kind,
                    severity=Severity.MEDIUM if one.kind == "readable" else None,
                    confidence=Confidence.MEDIUM if one.kind == "exported" else None,
                    path=f"steps/{one.step}/{one.kind}",
                    effect=Effect.OPEN,
                    help=_HELP[one.kind],
                )
            yield from _talkative_clients(run, context)


def _talkative(at: RunJoin, context: FileContext) -> Iterator[Finding]:
    debug = at.join.settings.get("debug")
    if debug is not None and debug.value == "true":
        yield context.found_at(
            RULE,
            at,
            "tbot logs everything that it does, which shows more of Teleport than a log should",
            debug.span,
            kind="debug",
            severity=Severity.LOW,
            effect=Effect.OPEN,
            help="drop it once the join works",
        )


def _talkative_clients(run: JobRun, context: Context) -> Iterator[Finding]:
    wanted = re.compile(r"\b(?:tsh|tctl)\b.*(?:\s-d\b|--debug)")
    for at in commands_of(run, lambda text: wanted.search(text) is not None):
        found = at.found
        if found is None or found.name not in _CLIENTS:
            continue
        # What stands behind the first word that is no flag is the subcommand's, and on a server another program's.
        for word in found.arguments:
            value = at.value(word) or ""
            if value in _DEBUG:
                yield context.found(
                    RULE,
                    run,
                    f"`{found.name}` logs everything that it does, which shows more of Teleport than a log should",
                    at.text.place(word.start, word.end),
                    call=run.steps[at.step].call,
                    kind="debug",
                    severity=Severity.LOW,
                    path=f"steps/{at.step}/debug",
                    effect=Effect.OPEN,
                    help="drop it once the command works",
                )
            if not value.startswith("-"):
                break


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """The flag or key goes."""
    from orbgen.lint.mending.tbot_settings import without

    return without(finding, mender) if finding.kind == "debug" else None
