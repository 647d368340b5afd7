"""Secrets that a script prints into the log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.lint.analyses.credentials.dumping import dumps, holds_secrets
from orbgen.lint.analyses.credentials.secret_variables import SecretVariables, compared_with_text
from orbgen.lint.context import Context, RunStep, StepScript
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.lint.shells import shell_words
from orbgen.shell.script import Script
from orbgen.shell.words import Command

if TYPE_CHECKING:
    from orbgen.lint.analyses.credentials.printing import Printed
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="printed-secret",
    sees=Sees.SCRIPT,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    since="0.1",
)
_READERS = "everyone who can see the log can read what CircleCI does not mask"
_MESSAGES = {
    "plain": "`{name}` is printed into the log",
    "derived": "`{name}` is printed into the log in another form, which is never masked",
    "xtrace": "`set -x` prints each command into the log, and `{name}` in it",
}
_HELP = {
    "plain": "do not print it; to see whether it is set, print `${X:+set}` or its length `${#X}`",
    "derived": "do not print it; to see whether it is the right one, compare a hash of it in the script",
    "xtrace": "write `set +x` before the command and `set -x` behind it",
}
_SEVERITIES = {
    "plain": (Severity.MEDIUM, Confidence.MEDIUM),
    "derived": (Severity.HIGH, Confidence.MEDIUM),
    "xtrace": (Severity.MEDIUM, Confidence.HIGH),
}


def check(script: StepScript, context: Context) -> Iterator[Finding]:
    """Each secret that a script prints, and each command that prints all variables of a job that holds secrets."""
    for printed in _printed(script.script, script.at, context):
        yield _found(script, context, printed)
    for command in dumps(script.script):
        if holds_secrets(script.at.run, context):
            yield _dumped(script, context, command)


def _printed(script: Script, at: RunStep, context: Context) -> Iterator[Printed]:
    variables = SecretVariables(at.run, at.step, context.facts)
    if variables.may_be_in(script.text):
        from orbgen.lint.analyses.credentials.printing import printed_secrets, starts_traced
        from orbgen.lint.analyses.credentials.secret_flow import SecretFlow, Sources

        known = compared_with_text(script)
        flow = SecretFlow(Sources(lambda name: name not in known and variables.is_secret(name)))
        yield from printed_secrets(script, flow, traced=starts_traced(shell_words(at.run, at.step)))


def _found(script: StepScript, context: Context, printed: Printed) -> Finding:
    from orbgen.lint.analyses.credentials.printing import place_of

    severity, confidence = _SEVERITIES[printed.kind.value]
    place, related = place_of(printed, script)
    return context.found(
        RULE,
        script.at.run,
        f"{_MESSAGES[printed.kind.value].format(name=printed.held.origin)}: {_READERS}",
        place,
        path=f"steps/{script.at.index}/command",
        call=script.at.step.call,
        kind=printed.kind.value,
        severity=severity,
        confidence=confidence,
        related=related,
        help=_HELP[printed.kind.value],
    )


def _dumped(script: StepScript, context: Context, command: Command) -> Finding:
    words = " ".join([word.literal or "" for word in command.words])
    return context.found(
        RULE,
        script.at.run,
        f"`{words}` prints all variables into the log of a job that holds secrets: {_READERS}",
        script.place(command.start, command.end),
        path=f"steps/{script.at.index}/command",
        call=script.at.step.call,
        kind="dump",
        confidence=Confidence.HIGH,
        help="print the variables that you want to see by name, or only their names: `env | cut -d= -f1`",
    )


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """Tracing is switched off for each command that a secret is put into, and on again behind it."""
    from orbgen.lint.mending.untracing import untraced

    if finding.kind != "xtrace" or not finding.related:
        return None
    place = finding.related[0].span
    scripts = [one for one in mender.context.scripts() if one.text.start <= place.start < one.text.end]
    if not scripts:
        return None
    return untraced(place, mender, lambda script: _printed(script, scripts[0].at, mender.context))
