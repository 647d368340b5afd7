"""Workflows with many jobs and filters with many names: what they require is worked out once, and without end."""

from __future__ import annotations

import time

import pytest

from orbgen.access.gates import Gates, Result
from orbgen.circleci.compiler import compile_document
from orbgen.circleci.inputs import Inputs
from orbgen.source.reader import read

HEAD = "version: 2.1\njobs:\n  build:\n    docker: [{image: cimg/base:2024.12}]\n    steps: [checkout]\n"


def gates_of(entries: list[str]) -> list[Result]:
    """The gate of every entry of a workflow, worked out in a few seconds."""
    lines = "".join([f"      - build: {{{entry}}}\n" for entry in entries])
    text = f"{HEAD}workflows:\n  main:\n    jobs:\n{lines}"
    pipeline = compile_document(read(text.encode(), "config.yml"), Inputs())
    gates = Gates(pipeline)
    begin = time.process_time()
    found = [gates.of(run).result for run in pipeline.job_runs]
    assert time.process_time() - begin < 5
    return found


@pytest.mark.parametrize(("filters", "result"), [
    ("filters: {branches: {only: main}}", Result.GATED),
    ("filters: {branches: {only: /.*/}}", Result.OPEN),
])  # fmt: skip
def test_two_jobs_that_require_the_two_before_them_forty_times_over(filters, result):
    entries = [f"name: a0, {filters}", f"name: b0, {filters}"]
    for number in range(1, 40):
        before = f"requires: [a{number - 1}, b{number - 1}]"
        entries += [f"name: a{number}, {before}", f"name: b{number}, {before}"]
    assert gates_of(entries) == [result] * 80


def test_a_chain_of_a_thousand_jobs():
    entries = ["name: j0, filters: {branches: {only: main}}"]
    entries += [f"name: j{number}, requires: [j{number - 1}]" for number in range(1, 1000)]
    assert gates_of(entries) == [Result.GATED] * 1000


def test_an_approval_far_up_the_chain_gates_all_behind_it():
    entries = ["name: hold, type: approval", "name: j0, requires: [hold]"]
    entries += [f"name: j{number}, requires: [j{number - 1}]" for number in range(1, 50)]
    assert gates_of(entries)[1:] == [Result.GATED] * 50


@pytest.mark.parametrize(("names", "result"), [
    ([f"branch-{number}" for number in range(20_000)], Result.GATED),
    ([f"/branch-{number}/" for number in range(100)], Result.GATED),
    ([*[f"branch-{number}" for number in range(20_000)], "/.*/"], Result.OPEN),
    ([f"/branch-{number}/" for number in range(20_000)], Result.UNKNOWN),
], ids=["names", "patterns", "names and a pattern for all", "too many patterns"])  # fmt: skip
def test_a_filter_of_many_items(names, result):
    assert gates_of([f"filters: {{branches: {{only: [{', '.join(names)}]}}}}"]) == [result]
