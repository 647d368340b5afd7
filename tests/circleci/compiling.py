"""Compiling a few lines of configuration, for tests that look at what comes out."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orbgen.circleci.compiler import compile_document
from orbgen.circleci.inputs import Inputs
from orbgen.circleci.orbs import OrbSource, OrbStore
from orbgen.circleci.output import pipeline_data
from orbgen.circleci.pipeline import JobRun, Pipeline
from orbgen.source.problems import Problem
from orbgen.source.reader import read

# One line in place of what every job needs.
DOCKER = "docker: [{image: cimg/base:2026.01}]"


def pipeline_of(
    text: str,
    *,
    parameters: Mapping[str, Any] | None = None,
    values: Mapping[str, Any] | None = None,
    complete: bool = True,
    store: OrbStore | None = None,
) -> Pipeline:
    """The pipeline of a configuration, by default with everything known as `orbgen compile` has it."""
    document = read(textwrap.dedent(text).encode(), "config.yml")
    return compile_document(document, Inputs(parameters or {}, values or {}, complete=complete), store)


def compiled(text: str, **given: Any) -> dict[str, Any]:
    """What is printed for a configuration, which has to be without a problem."""
    pipeline = pipeline_of(text, **given)
    assert not pipeline.problems, "\n".join([told(problem) for problem in pipeline.problems])
    return pipeline_data(pipeline)


def said(text: str, **given: Any) -> list[str]:
    """Each problem of a configuration as `line:column [code] message`."""
    return [told(problem) for problem in pipeline_of(text, **given).problems]


def told(problem: Problem) -> str:
    """A problem as `line:column [code] message`."""
    return f"{problem.span.line}:{problem.span.column} [{problem.code}] {problem.message}"


def only(text: str, **given: Any) -> Problem:
    """The one problem of a configuration."""
    (problem,) = pipeline_of(text, **given).problems
    return problem


def run_of(pipeline: Pipeline, name: str) -> JobRun:
    """The job run of a name."""
    (run,) = [run for run in pipeline.job_runs if run.name == name]
    return run


def chain_of(problem: Problem) -> list[str]:
    """The calls that led to a problem, each with its line."""
    return [f"{note.text} ({note.span.line})" for note in problem.calls]


def orbs_of(folder: Path, sources: Mapping[str, str]) -> OrbStore:
    """Orbs at hand, from their texts by `ns/name@version`, as files of a folder."""
    given = []
    for number, (reference, text) in enumerate(sources.items()):
        path = folder / f"orb{number}.yml"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        name, _, version = reference.partition("@")
        given.append(OrbSource(name, version, str(path)))
    return OrbStore(tuple(given))
