"""Splices: text from outside that CircleCI pastes into what is code, before any shell reads it (rules.md 2.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec
from msgspec.structs import replace

from orbgen.circleci.pipeline import JobRun
from orbgen.circleci.pipeline_values import Level, PipelineValue, TextClass, trust_of
from orbgen.circleci.text import Part
from orbgen.circleci.truth import Kind
from orbgen.lint.analyses.injection.injection import CHOOSERS, severity_of
from orbgen.lint.analyses.injection.sinks import Sink, SinkKind, sinks_of
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Persona, Rule, Severity
from orbgen.shell.script import Context as Place
from orbgen.shell.script import read_script
from orbgen.source.problems import Note

_INERT = (TextClass.WORD, TextClass.ID)
# An argument is taken to be one line, which cannot get out of a comment.
_ARGUMENT = PipelineValue("", Kind.STRING, Level.CALLER, TextClass.LINE, (), None, "")
_OTHER = PipelineValue("", Kind.STRING, Level.NONE, TextClass.ID, (), None, "")


class Splice(msgspec.Struct, frozen=True, eq=False):
    """One part of a sink's text: where it stands in it, the source that fills it, and how far that is trusted.

    `data` says that the text only goes into a file, by a here-document that a line break could end.
    """

    sink: Sink
    part: Part
    source: str
    value: PipelineValue
    data: bool = False


def splices(run: JobRun) -> Iterator[Splice]:
    """The splices of a job run; not those into a shell comment, or into the tag of an image."""
    return _splices(run, trust_of)


def parameter_splices(element: JobRun) -> Iterator[Splice]:
    """The splices of an element's own parameters, which whoever uses it fills in; only texts are sources."""
    return _splices(element, lambda source: _ARGUMENT if source.startswith("parameters.") else _OTHER)


def _splices(run: JobRun, trust: Callable[[str], PipelineValue]) -> Iterator[Splice]:
    for sink in sinks_of(run):
        for offset, part in sink.unknown_parts():
            for source in part.unknown.sources if part.unknown is not None else ():
                value = trust(source)
                if value.level is Level.NONE or value.text in _INERT or _is_harmless(sink, offset, value):
                    continue
                yield Splice(sink, part, source, value, _is_data(sink, offset, value))


def _is_harmless(sink: Sink, offset: int, value: PipelineValue) -> bool:
    if sink.kind is SinkKind.IMAGE:
        return ":" in sink.text.text[:offset].rpartition("/")[2]
    return _place(sink, offset) is Place.COMMENT and value.text is not TextClass.TEXT


def _is_data(sink: Sink, offset: int, value: PipelineValue) -> bool:
    return _place(sink, offset) is Place.HEREDOC_QUOTED and value.text is not TextClass.TEXT


def _place(sink: Sink, offset: int) -> Place | None:
    return read_script(sink.code()).context_at(offset) if sink.kind is SinkKind.SCRIPT else None


def found_splice(rule: Rule, run: JobRun, splice: Splice, context: Context) -> Finding:
    """A finding for a splice; `[data]` and bounded values are for the pedantic."""
    kind, severity = "", severity_of(splice.value.level, run, context)
    confidence, persona = Confidence.HIGH, Persona.DEFAULT
    if splice.sink.kind is SinkKind.IMAGE:
        kind, severity = "image", Severity.MEDIUM
    elif splice.data:
        kind, severity, confidence, persona = "data", Severity.MEDIUM, Confidence.MEDIUM, Persona.PEDANTIC
    risk = f"so {CHOOSERS[splice.value.level]} can put commands into it"
    if splice.source in context.bounded(run):
        severity, persona = Severity.LOW, Persona.PEDANTIC
        risk = "and only the job's filters keep commands out of it"
    return _found(rule, run, splice, context, risk, kind, severity, confidence, persona)


def found_alone(
    rule: Rule,
    element: JobRun,
    splice: Splice,
    context: Context,
    *,
    who: str | None = None,
    kind: str = "",
    severity: Severity,
    persona: Persona,
) -> Finding:
    """A finding for a splice in an element that is looked at on its own, since no job run is known to use it."""
    risk = f"so {who or CHOOSERS[splice.value.level]} can put commands into it"
    found = _found(rule, element, splice, context, risk, kind, severity, Confidence.HIGH, persona)
    return replace(found, job_runs=())


def _found(
    rule: Rule,
    run: JobRun,
    splice: Splice,
    context: Context,
    risk: str,
    kind: str,
    severity: Severity,
    confidence: Confidence,
    persona: Persona,
) -> Finding:
    sink, part = splice.sink, splice.part
    related = [Note(tag.span, "handed on here") for tag in part.via[1:]]
    if part.via:
        related.append(Note(part.written, f"`{splice.source}` enters here"))
    return context.found(
        rule,
        run,
        f"`{splice.source}` is pasted into the {sink.kind.value}, {risk}",
        part.pasted,
        call=sink.call,
        kind=kind,
        severity=severity,
        confidence=confidence,
        persona=persona,
        path=sink.path,
        label="pasted here before any shell reads it; quotes do not help",
        related=tuple(related),
        help="set it in `environment:` of the step and use it as a quoted variable: "
        f'`"${variable_for(splice.source)}"`',
    )


def variable_for(source: str) -> str:
    """What a variable that holds a value is best called."""
    return "_".join(source.split(".")[1:]).replace("-", "_").upper()
