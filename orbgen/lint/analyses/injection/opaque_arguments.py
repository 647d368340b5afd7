"""Untrusted text that is handed to an element of an orb whose source is not at hand (rules.md 2.7)."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from orbgen.circleci.pipeline import Call, JobRun
from orbgen.circleci.pipeline_values import Level, TextClass, trust_of
from orbgen.circleci.text import Text
from orbgen.source.nodes import Content, walk
from orbgen.source.span import Span


class Handed(msgspec.Struct, frozen=True, eq=False):
    """One source of untrusted text in an argument: who is given it, and where."""

    run: JobRun
    element: str
    source: str
    level: Level
    place: Span
    path: str
    call: Call


def handed_on(run: JobRun, levels: tuple[Level, ...]) -> Iterator[Handed]:
    """The texts of these levels in the arguments of a job run's opaque steps, or of the opaque job itself."""
    if run.opaque:
        for name, node in run.arguments.items():
            yield from _in(node, run, run.job, f"arguments/{name}", run.call, levels)
    for index, step in enumerate(run.steps):
        if step.opaque and step.body is not None:
            yield from _in(step.body, run, step.name, f"steps/{index}", step.call, levels)


def _in(node: Content, run: JobRun, element: str, path: str, call: Call, levels: tuple[Level, ...]) -> Iterator[Handed]:
    for scalar in walk(node):
        for part in scalar.parts if isinstance(scalar, Text) else ():
            for source in part.unknown.sources if part.unknown is not None else ():
                value = trust_of(source)
                if value.level in levels and value.text not in (TextClass.WORD, TextClass.ID):
                    yield Handed(run, element, source, value.level, part.pasted, path, call)
