"""Text from outside that is written where it runs later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.circleci.pipeline import JobRun
from orbgen.lint.analyses.injection.cleaners import quotes_for_the_shell
from orbgen.lint.analyses.injection.injection import CHOOSERS
from orbgen.lint.analyses.injection.reparsers import SHELLS
from orbgen.lint.analyses.injection.taint import TaintedScript, Use, tainted_scripts
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.shell.words import Command, PartKind, written_files
from orbgen.source.problems import Note

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="deferred-injection",
    sees=Sees.JOB_RUN,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("pipeline", "git", "CIRCLE_BRANCH", "CIRCLE_TAG"),
)
_PROFILES = (".bashrc", ".profile", ".bash_profile", ".zshrc", ".zshenv")
_CONTINUES = re.compile(r"pipeline/continue\b")
_EXPORT = re.compile(r"""echo (["']?)(export \w+=)(\\?["']?)\$(?:(\w+)|\{(\w+)\})\3\1(?=\s*>>)""")
_WRITING = ("echo", "printf", "cat", "tee")


def check(run: JobRun, context: Context) -> Iterator[Finding]:
    """Each tainted variable that a command writes into a file which a shell, or CircleCI, reads later."""
    scripts = tainted_scripts(run, context)
    if not any([tainted.uses for tainted in scripts]):
        return
    run_later = {name for tainted in scripts for name in _scripts_run(tainted)}
    continued = [text for tainted in scripts if _CONTINUES.search(text := tainted.script.script.text)]
    for tainted in scripts:
        for use in tainted.uses:
            if use.command.name not in _WRITING or quotes_for_the_shell(use.command):
                continue
            for target in _targets(use.command, tainted):
                kind = _kind(target, run_later, continued)
                if kind is not None:
                    yield _found(run, context, tainted, use, kind)
                    break


def _kind(target: str, run_later: set[str], continued: list[str]) -> str | None:
    """What the file that is written is: `$BASH_ENV`, a script, or the data of a continuation."""
    name = target.rpartition("/")[2]
    if target == "$BASH_ENV" or name in _PROFILES:
        return "bash-env"
    if target.removeprefix("./") in run_later:
        return "script"
    return "continuation" if any([target in text for text in continued]) else None


def _targets(command: Command, tainted: TaintedScript) -> Iterator[str]:
    """The files that a command writes, itself or by a `tee` behind it; `$BASH_ENV` by that name."""
    behind = [
        one
        for one in tainted.script.script.commands
        if one.pipeline == command.pipeline >= 0 and one.start > command.start and one.name in ("tee", "cat")
    ]
    for word in [word for one in (command, *behind) for word in written_files(one)]:
        if [part.text for part in word.parts if part.kind is PartKind.VARIABLE] == ["BASH_ENV"]:
            yield "$BASH_ENV"
        elif word.literal:
            yield word.literal


def _scripts_run(tainted: TaintedScript) -> Iterator[str]:
    """The files that a script starts: `./F`, `sh F`, `. F`."""
    for command in tainted.script.script.commands:
        first = command.words[0].literal if command.words else None
        if first is None:
            continue
        if first.startswith("./"):
            yield first.removeprefix("./")
        elif first.rpartition("/")[2] in (*SHELLS, "source", "."):
            for word in command.words[1:]:
                text = word.literal
                if text is not None and not text.startswith("-"):
                    yield text.removeprefix("./")
                    break


_READ = {
    "bash-env": "every later step of the job runs that file first",
    "script": "a later command runs that file",
    "continuation": "the pipeline that it continues with takes it for its own",
}
_HELP = {
    "bash-env": 'quote it: `printf \'export NAME=%q\\n\' "$X" >> "$BASH_ENV"`',
    "script": "hand it to the script as an argument or by the environment",
    "continuation": "build the JSON with `jq -n --arg`, and let only known values through",
}


def _found(run: JobRun, context: Context, tainted: TaintedScript, use: Use, kind: str) -> Finding:
    name = use.part.text if use.part.text.isidentifier() else use.taint.source
    script = tainted.script
    related = () if use.taint.span is None else (Note(use.taint.span, f"`{use.taint.source}` enters here"),)
    return context.found(
        RULE,
        run,
        f"`{name}` holds text that {CHOOSERS[use.taint.level]} chooses; it is written into a file, and {_READ[kind]}",
        script.place(use.part.start, use.part.end),
        call=script.at.step.call,
        kind=kind,
        confidence=None if kind == "bash-env" else Confidence.MEDIUM,
        path=f"steps/{script.at.index}/command",
        label="put in here, before the file is read",
        related=related,
        help=_HELP[kind],
    )


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """A single `echo "export NAME=$X"` becomes a `printf` that quotes the value for the shell that reads it."""
    found = mender.script_at(finding.primary) if finding.kind == "bash-env" else None
    if found is None:
        return None
    script, start, _ = found
    line = script.text.rfind("\n", 0, start) + 1
    match = _EXPORT.search(script.text, line)
    if match is None or not match.start() <= start < match.end() or match[1] == "'":
        return None
    quoted = f"printf '{match[2]}%q\\n' \"${match[4] or match[5]}\""
    edits = mender.replace_text(script, match.start(), match.end(), quoted)
    return mender.fix("quote it for the shell", edits, changes=mender.scripts_with(script))
