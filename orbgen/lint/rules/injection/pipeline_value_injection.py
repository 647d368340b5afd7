"""Untrusted pipeline values that CircleCI pastes into code."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.circleci.pipeline import JobRun
from orbgen.circleci.pipeline_values import Level, PipelineValue, TextClass, trust_of
from orbgen.circleci.text import Part
from orbgen.lint.context import Context, path_of
from orbgen.lint.findings import Confidence, Finding, Persona, Rule, Sees, Severity
from orbgen.lint.sinks import Sink, SinkKind, sinks_of
from orbgen.shell.script import Context as Place
from orbgen.shell.script import read_script
from orbgen.source.problems import Note

RULE = Rule(
    name="pipeline-value-injection",
    sees=Sees.JOB_RUN,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
)

CHOOSERS = {Level.OUTSIDER: "anyone who opens a pull request or writes a commit", Level.PUSHER: "anyone who can push"}
INERT = (TextClass.WORD, TextClass.ID)


def check(run: JobRun, context: Context) -> Iterator[Finding]:
    """Each untrusted part of a text that is code."""
    for sink in sinks_of(run):
        for offset, part in sink.unknown_parts():
            for source in part.unknown.sources if part.unknown is not None else ():
                value = trust_of(source)
                if value.level in CHOOSERS and value.text not in INERT:
                    yield from _judge(run, sink, offset, part, source, value, context)


def _judge(
    run: JobRun, sink: Sink, offset: int, part: Part, source: str, value: PipelineValue, context: Context
) -> Iterator[Finding]:
    kind, severity, confidence, persona = "", Severity.MEDIUM, Confidence.HIGH, Persona.DEFAULT
    if value.level is Level.OUTSIDER or context.privileged(run):
        severity = Severity.HIGH
    if sink.kind is SinkKind.IMAGE:
        if ":" in sink.text.text[:offset].rpartition("/")[2]:
            return
        kind, severity = "image", Severity.MEDIUM
    elif sink.kind is SinkKind.SCRIPT:
        place = read_script(sink.code()).context_at(offset)
        if place is Place.COMMENT and value.text is not TextClass.TEXT:
            return
        if place is Place.HEREDOC_QUOTED and value.text is not TextClass.TEXT:
            kind, severity, confidence, persona = "data", Severity.MEDIUM, Confidence.MEDIUM, Persona.PEDANTIC
    if source in context.bounded(run):
        severity, persona = Severity.LOW, Persona.PEDANTIC
    label = "pasted here before any shell reads it; quotes do not help"
    primary, label, related = context.placed(part.pasted, sink.call, label)
    related += [Note(tag.span, "handed on here") for tag in part.via[1:]]
    if part.via:
        related.append(Note(part.written, f"`{source}` enters here"))
    yield RULE.finding(
        f"`{source}` is pasted into the {sink.kind.value}, so {CHOOSERS[value.level]} can put commands into it",
        primary,
        kind=kind,
        severity=severity,
        confidence=confidence,
        persona=persona,
        path=f"{path_of(run)}/{sink.path}",
        label=label,
        related=tuple(related),
        chain=context.chain(sink.call),
        hidden=context.hidden(sink.call),
        help=f'set it in `environment:` of the step and use it as a quoted variable: `"${_variable(source)}"`',
        job_runs=(path_of(run),),
    )


def _variable(source: str) -> str:
    return "_".join(source.split(".")[1:]).replace("-", "_").upper()
