"""Shell variables with text from outside that something reads as code again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.circleci.pipeline import JobRun
from orbgen.circleci.pipeline_values import Level
from orbgen.lint.analyses.injection.injection import CHOOSERS, severity_of
from orbgen.lint.analyses.injection.reparsers import Reparsing, code_words, reads_input_as_code
from orbgen.lint.analyses.injection.taint import TaintedScript, Use, tainted_scripts
from orbgen.lint.context import Context, StepScript
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.source.problems import Note

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="reparsed-variable",
    sees=Sees.JOB_RUN,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("pipeline", "git", "CIRCLE_BRANCH", "CIRCLE_TAG"),
)

_READERS = {
    Reparsing.SHELL: "a shell reads it again as code",
    Reparsing.REMOTE: "the shell at the other end reads it again as code",
    Reparsing.INTERPRETER: "the interpreter reads it as code",
    Reparsing.EXPRESSION: "it is read as an expression",
}
_HELP = {
    Reparsing.SHELL: 'hand it on as an argument: `bash -c \'use "$1"\' _ "$X"`',
    Reparsing.REMOTE: 'quote it for the other shell: `"$(printf %q "$X")"`, or `"${X@Q}"` in bash 4.4',
    Reparsing.INTERPRETER: "hand it on by the environment or as an argument, not in the program",
    Reparsing.EXPRESSION: "hand it on as a value (`jq --arg`), or let only safe characters through first",
}


def check(run: JobRun, context: Context) -> Iterator[Finding]:
    """Each tainted variable in a text that is read again."""
    for tainted in tainted_scripts(run, context):
        for use, reparsing in _read_again(tainted):
            yield _found(run, context, tainted.script, use, reparsing)


def _read_again(tainted: TaintedScript) -> Iterator[tuple[Use, Reparsing]]:
    for use in tainted.uses:
        reparsing = next((kind for word, kind in code_words(use.command) if word is use.word), None)
        if reparsing is None and (use.word is None or _is_input(use)):
            reparsing = reads_input_as_code(use.command)
        if reparsing is None and use.command.pipeline >= 0 and use.command.name in ("echo", "printf", "cat"):
            commands = tainted.script.script.commands
            behind = [one for one in commands if one.pipeline == use.command.pipeline and one.start > use.command.start]
            reparsing = reads_input_as_code(behind[0]) if behind else None
        if reparsing is not None:
            yield use, reparsing


def _is_input(use: Use) -> bool:
    return any([one.operator == "<<<" and one.target is use.word for one in use.command.redirections])


def _found(run: JobRun, context: Context, script: StepScript, use: Use, reparsing: Reparsing) -> Finding:
    severity, confidence = severity_of(use.taint.level, run, context), None
    if reparsing is Reparsing.INTERPRETER:
        severity = Severity.MEDIUM if severity is Severity.HIGH else Severity.LOW
    elif reparsing is Reparsing.EXPRESSION:
        severity, confidence = Severity.LOW, Confidence.MEDIUM
    name = use.part.text if use.part.text.isidentifier() else use.taint.source
    who = CHOOSERS.get(use.taint.level, CHOOSERS[Level.CALLER])
    related = () if use.taint.span is None else (Note(use.taint.span, f"`{use.taint.source}` enters here"),)
    return context.found(
        RULE,
        run,
        f"`{name}` holds text that {who} chooses, and {_READERS[reparsing]}",
        script.place(use.part.start, use.part.end),
        call=script.at.step.call,
        kind=reparsing.value,
        severity=severity,
        confidence=confidence,
        path=f"steps/{script.at.index}/command",
        label="quotes here are gone when it is read again",
        related=related,
        help=_HELP[reparsing],
    )


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """What another machine's shell reads again is quoted for it, as bash from 4.4 on can."""
    name = re.fullmatch(r"\$(?:(\w+)|\{(\w+)\})", finding.primary.text)
    if finding.kind != Reparsing.REMOTE.value or name is None:
        return None
    found = mender.script_at(finding.primary)
    if found is None:
        return None
    script, start, end = found
    edits = mender.replace_text(script, start, end, f"${{{name[1] or name[2]}@Q}}")
    return mender.fix("quote it for the other shell", edits, changes=mender.scripts_with(script))
