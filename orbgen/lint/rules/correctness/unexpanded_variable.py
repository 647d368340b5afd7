"""Variables in the shell's notation where no shell reads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.circleci.pipeline import JobRun
from orbgen.circleci.text import parts_of
from orbgen.lint.analyses.correctness.unexpanded import (
    Unexpanded,
    cache_keys,
    is_of_powershell,
    is_read_later,
    unexpanded,
    variables_in,
)
from orbgen.lint.analyses.supply_chain.orb_references import is_orb_source
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.source.nodes import Scalar
from orbgen.source.problems import Note

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="unexpanded-variable",
    sees=Sees.CONFIG,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    since="0.1",
)
_SO = {
    "environment": "so programs get the text `{text}` itself",
    "path": "so the path is not the one that is meant",
    "key": "so the key is the same whatever the variable holds",
    "image": "so there is no such image",
}
_HELP = {
    "environment": "set it in a script, `echo 'export {variable}=...' >> \"$BASH_ENV\"`, or by a pipeline value",
    "path": "write the path out, or take it from a parameter",
    "key": "write `{{{{ .Environment.{name} }}}}`, which CircleCI replaces",
    "image": "take it from a parameter, as in `<< pipeline.parameters.image >>`",
}
_SEARCHED = ("/bin", "/usr/bin")


def check(context: Context) -> Iterator[Finding]:
    """Each variable that stands where CircleCI and programs take it for plain text."""
    published = bool(context.pipeline.elements) and is_orb_source(context)
    for run in (*context.pipeline.job_runs, *(context.pipeline.elements if published else ())):
        for found in unexpanded(run):
            if not is_of_powershell(found, run) and not (found.variable and is_read_later(found, _scripts(run, found))):
                yield _found(run, found, context)
    for element in context.pipeline.elements:
        if published or (element.definition is not None and element.definition.library.orb):
            yield from _key_parameters(element, context)


def _scripts(run: JobRun, found: Unexpanded) -> list[str]:
    steps = run.steps if found.step is None else (run.steps[found.step],)
    return [step.command.text for step in steps if step.command is not None]


def _found(run: JobRun, found: Unexpanded, context: Context) -> Finding:
    text = found.text.text[found.start : found.end]
    part, names = found.part, {"text": text, "name": found.name, "variable": found.variable}
    severity = None
    if found.variable == "PATH" and not set(found.text.text.split(":")) & set(_SEARCHED):
        severity = Severity.HIGH
    help = "write `~` for the home folder" if found.kind == "path" and found.name == "HOME" else _HELP[found.kind]
    handed = bool(part.via)
    outcome = _SO[found.kind].format(**names)
    return context.found(
        RULE,
        run,
        f"`{text}` in {found.shown} is not expanded by CircleCI and read by no shell, {outcome}",
        part.written if handed else found.text.place(found.start, found.end),
        call=found.call,
        kind=found.kind,
        severity=severity,
        confidence=Confidence.MEDIUM if found.kind == "environment" else None,
        path=f"{'job' if found.step is None else f'steps/{found.step}'}/{found.shown}",
        related=(Note(found.text.span, "it is used here"),) if handed else (),
        help=help.format(**names),
    )


def _key_parameters(element: JobRun, context: Context) -> Iterator[Finding]:
    """The defaults of an orb's parameters that hold a variable and get into a cache key."""
    declared = element.definition.declarations if element.definition is not None else None
    for key, call in cache_keys(element):
        for part in parts_of(key):
            for source in part.unknown.sources if part.unknown is not None else ():
                parameter = (declared or {}).get(source.removeprefix("parameters."))
                default = parameter.default if parameter is not None else None
                if isinstance(default, Scalar) and any(variables_in(default.text)):
                    yield context.found(
                        RULE,
                        element,
                        f"the default `{default.text}` of `{source}` gets into a cache key, where no variable is "
                        "expanded, so the key is the same whatever the variable holds",
                        default.span,
                        call=call,
                        kind="key-parameter",
                        path=f"parameters/{source}",
                        related=(Note(key.span, "the cache key"),),
                        help="let the default be a key's template, as in `{{ .Branch }}`",
                    )


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """A path that begins with `$HOME` begins with `~` instead."""
    if finding.kind != "path":
        return None
    for run in mender.context.pipeline.job_runs:
        for one in unexpanded(run):
            if one.name == "HOME" and one.start == 0 and one.text.text[one.end :].startswith("/"):
                written = mender.written(one.text, one.start, one.end)
                if written is not None and written[0].place(*written[1:]) == finding.primary:
                    scalar = written[0]
                    ways = tuple([f"{way}/working_directory" for way in mender.runs_around(scalar)])
                    changes = mender.steps_around(scalar) if one.step is not None else ways
                    return mender.fix(
                        "write `~` for the home folder", mender.replace_text(*written, "~"), changes=changes
                    )
    return None
