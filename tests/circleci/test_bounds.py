"""Small files that would make enormous pipelines, messages or searches."""

from __future__ import annotations

import time

import pytest

from orbgen.circleci.compiler import compile_document
from orbgen.circleci.inputs import Inputs
from orbgen.source.reader import read
from orbgen.source.sentences import LONGEST

JOB = "  build:\n    docker: [{image: cimg/base:2024.12}]\n"


def problems_of(steps, head="", job=JOB, workflows="main: {jobs: [build]}"):
    """What is wrong, found in a few seconds of the processor."""
    text = f"version: 2.1\n{head}jobs:\n{job}    steps: [{steps}]\nworkflows: {{{workflows}}}\n"
    document = read(text.encode(), "config.yml")
    begin = time.process_time()
    problems = compile_document(document, Inputs(complete=True)).problems
    assert time.process_time() - begin < 5
    return problems


@pytest.mark.parametrize("head", [
    "x: &x " + "a" * 50_000 + "\n",
    "parameters: {x: {type: string, default: " + "a" * 50_000 + "}}\n",
], ids=["alias", "parameter"])  # fmt: skip
def test_a_long_text_that_many_steps_share_is_too_much_to_write_out(head):
    text = "*x" if "&x" in head else "<< pipeline.parameters.x >>"
    [problem] = problems_of(", ".join([f"{{run: {text}}}"] * 450), head)
    assert problem.code == "limit"
    assert problem.message.endswith("or 20,000,000 characters")


def test_a_text_of_many_tags_is_refused_at_the_tag_that_is_too_much():
    [problem] = problems_of("{run: 'echo " + r"\<<" * 30_000 + "'}")
    assert problem.message == "the text has more than 20,000 tags"
    assert problem.span.text == "<<"
    assert problem.span.column == len("    steps: [{run: 'echo ") + 3 * 20_000 + 2


def test_quoted_names_and_lists_of_names_are_cut_where_nobody_reads_on():
    job = JOB + f"    parameters: {{e: {{type: enum, enum: [{', '.join([f'v{n}' for n in range(5000)])}]}}}}\n"
    problems = problems_of("x" * 50_000, job=job, workflows="main: {jobs: [{build: {e: w}}]}")
    assert {problem.code for problem in problems} == {"enum", "undefined-command"}
    for problem in problems:
        assert len(problem.message) <= LONGEST
        assert len(problem.help or "") <= LONGEST
    assert [problem for problem in problems if (problem.help or problem.message).endswith("…")] == list(problems)


def test_names_that_are_nearly_right_are_not_looked_for_without_end():
    job = JOB + f"    parameters: {{e: {{type: enum, enum: [{', '.join([f'value{n}' for n in range(50_000)])}]}}}}\n"
    entries = ", ".join([f"{{build: {{name: j{number}, e: valeu{number}}}}}" for number in range(300)])
    assert len(problems_of("checkout", job=job, workflows=f"main: {{jobs: [{entries}]}}")) == 300
