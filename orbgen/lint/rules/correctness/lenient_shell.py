"""Shells that go on after a command that failed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.circleci.pipeline import JobRun
from orbgen.lint.analyses.correctness.lenience import given_up, strictness, unseen_failure
from orbgen.lint.context import Context, path_of
from orbgen.lint.findings import Confidence, Finding, Persona, Rule, Sees, Severity
from orbgen.lint.shells import program_of, shell_of, shell_words
from orbgen.source.nodes import Scalar
from orbgen.source.problems import Note
from orbgen.source.span import Span

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="lenient-shell",
    sees=Sees.JOB_RUN,
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    since="0.1",
    persona=Persona.PEDANTIC,
    needs=("shell", "set"),
)


def check(run: JobRun, context: Context) -> Iterator[Finding]:
    """Each `shell` that hides a failure in a script of the job, and each `set +e` that does so for a whole script."""
    for script in context.scripts(run):
        step = script.at.step
        shell = shell_of(run, step)
        if shell is None:
            off = given_up(script.script) if "set" in script.text.text else None
            if off is not None:
                yield context.found(
                    RULE,
                    run,
                    "`set +e` lets the script go on after a failure, and nothing looks whether there was one",
                    script.place(off.start, off.end),
                    call=step.call,
                    path=f"steps/{script.at.index}/command",
                    help="take it out, or end with the status that counts",
                )
            continue
        words = shell_words(run, step)
        told = strictness(words)
        bash = program_of(shell) == "bash"
        if not words or (told.errexit and (told.pipefail or not bash)):
            continue
        unseen = unseen_failure(script.script, told, pipelines=bash)
        if unseen is not None:
            lacks = "`-o pipefail`" if told.errexit else "`-e`"
            yield context.found(
                RULE,
                run,
                f"the shell '{' '.join(words)}' lacks {lacks}, so the step goes on when `{unseen.name}` fails",
                shell.span,
                call=step.call,
                path="shell",
                related=(Note(script.place(unseen.start, unseen.end), "a failure here goes unseen"),),
                help="write `bash -eo pipefail`" if bash else f"write `{words[0]} -e`",
            )


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """The shell is given the options that it lacks."""
    node = mender.node_at(finding.primary)
    words = node.text.split() if isinstance(node, Scalar) and not node.templated else []
    if not isinstance(node, Scalar) or not words or not all([word.startswith("-") for word in words[1:]]):
        return None
    told = strictness(words)
    lacking = "-e" if words[0].rpartition("/")[2] != "bash" else "-o pipefail" if told.errexit else "-eo pipefail"
    edits = mender.replace_text(node, len(node.text), len(node.text), f" {lacking}")
    return mender.fix(f"add `{lacking}`", edits, changes=_with_shell(node.span, mender.context))


def _with_shell(place: Span, context: Context) -> tuple[str, ...]:
    """The ways to the shell that is written at a place, in job runs and in steps."""
    found = []
    for run in context.pipeline.job_runs:
        shell = (run.body or {}).get("shell")
        if shell is not None and shell.span == place:
            found.append(f"{path_of(run)}/shell")
    for at in context.run_steps():
        shell = at.step.argument("shell")
        if shell is not None and shell.span == place:
            found.append(f"{at.path}/shell")
    return tuple(found)
