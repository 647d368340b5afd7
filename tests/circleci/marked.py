"""Configurations whose comments say which problems they have.

A comment `# ^ code: words` says that a problem of that code stands in the line above, in the column of the `^`, and
that its message holds the words.
"""

from __future__ import annotations

import re
import textwrap
from typing import Any

from orbgen.circleci.compiler import compile_document
from orbgen.circleci.inputs import Inputs
from orbgen.circleci.orbs import OrbSource, OrbStore
from orbgen.circleci.output import pipeline_data
from orbgen.circleci.pipeline import Pipeline
from orbgen.source.problems import Problem
from orbgen.source.reader import read

_MARK = re.compile(r"\s*#[\s^]*\^ ([a-z-]+)(?:: (.*))?")


def compiled(text: str, inputs: Inputs = Inputs(complete=True), orbs: tuple[OrbSource, ...] = ()) -> Pipeline:
    """The pipeline of a configuration, by default with all that is unknown at its defaults."""
    return compile_document(read(textwrap.dedent(text).encode(), "config.yml"), inputs, OrbStore(orbs))


def check(text: str, inputs: Inputs = Inputs(), orbs: tuple[OrbSource, ...] = ()) -> tuple[Problem, ...]:
    """Compile a configuration and hold that its problems are those that its comments name; gives them."""
    text = textwrap.dedent(text)
    problems = compiled(text, inputs, orbs).problems
    found = sorted([(problem.span.line, problem.span.column, problem.code, problem.message) for problem in problems])
    expected: list[tuple[int, int, str, str]] = []
    line = 0
    for number, written in enumerate(text.split("\n"), 1):
        mark = _MARK.fullmatch(written)
        if mark is None:
            line = number
        else:
            expected.append((line, written.index("^") + 1, mark.group(1), mark.group(2) or ""))
    assert [place[:3] for place in found] == [place[:3] for place in sorted(expected)], found
    for (*_, message), (*_, words) in zip(found, sorted(expected), strict=True):
        assert words in message
    return problems


def clean(text: str, orbs: tuple[OrbSource, ...] = ()) -> None:
    """Hold that nothing is wrong with a configuration, whether its inputs are known or not."""
    for inputs in (Inputs(), Inputs(complete=True)):
        assert [str(problem) for problem in compiled(text, inputs, orbs).problems] == []


def data(text: str, inputs: Inputs = Inputs(complete=True), orbs: tuple[OrbSource, ...] = ()) -> Any:
    """What a configuration without problems compiles to."""
    pipeline = compiled(text, inputs, orbs)
    assert [str(problem) for problem in pipeline.problems] == []
    return pipeline_data(pipeline)


def body(text: str, inputs: Inputs = Inputs(complete=True), job: str = "build") -> Any:
    """A compiled job of a configuration without problems."""
    return data(text, inputs)["jobs"][job]


def steps(text: str, inputs: Inputs = Inputs(complete=True), job: str = "build") -> Any:
    """The compiled steps of a job of a configuration without problems."""
    return body(text, inputs, job)["steps"]
