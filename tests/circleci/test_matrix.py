"""Matrices: their combinations, names, exclusions and aliases (circleci.md 6.4)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.circleci.compiling import DOCKER, compiled, only, pipeline_of, said

JOBS = f"""\
version: 2.1
executors:
  linux: {{{DOCKER}}}
  mac: {{parameters: {{xcode: {{type: string, default: "16"}}}}, macos: {{xcode: << parameters.xcode >>}}}}
jobs:
  test:
    parameters:
      version: {{type: string, default: v}}
      os: {{type: string, default: o}}
      fast: {{type: boolean, default: false}}
      count: {{type: integer, default: 0}}
      where: {{type: executor, default: linux}}
      kind: {{type: enum, enum: [a, b], default: a}}
    executor: << parameters.where >>
    steps: [run: "<< parameters.version >> << parameters.os >> << parameters.fast >> << parameters.count >>"]
  after: {{{DOCKER}, steps: [checkout]}}
workflows:
  main:
    jobs:
"""


def config(*entries: str) -> str:
    text = JOBS
    for entry in entries:
        first, *rest = entry.splitlines()
        text += f"      - {first}\n" + "".join([f"        {line}\n" for line in rest])
    return text


def matrix(parameters: str, more: str = "") -> str:
    return f"test:\n    matrix:\n      parameters: {parameters}\n{more}"


def names(*entries: str, **given: Any) -> list[str]:
    data = compiled(config(*entries), **given)
    return [entry if isinstance(entry, str) else next(iter(entry)) for entry in data["workflows"]["main"]["jobs"]]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ("{version: [a, b]}", ["test-a", "test-b"]),
        # The first declared parameter changes slowest; names take the values by the names of their parameters.
        ("{version: [a, b], os: [x, y]}", ["test-x-a", "test-y-a", "test-x-b", "test-y-b"]),
        ("{fast: [true, false]}", ["test-true", "test-false"]),
        ("{count: [1, 20]}", ["test-1", "test-20"]),
        ('{version: ["1.10", "2/x", 3.x]}', ["test-1.10", "test-2/x", "test-3.x"]),
        ("{where: [linux, mac]}", ["test-linux", "test-mac"]),
        ("{where: [linux, {name: mac, xcode: '15'}]}", ["test-linux", "test-mac"]),
        ("{kind: [a, b], fast: [true]}", ["test-true-a", "test-true-b"]),
        ("{version: [<< pipeline.git.branch >>, v-<< pipeline.number >>]}", ["test-main", "test-v-1"]),
        # Equal values give equal names, which are numbered.
        ("{version: [a, a]}", ["test-a-1", "test-a-2"]),
    ],
)
def test_each_combination_is_a_job(parameters: str, expected: list[str]):
    assert names(matrix(parameters), values={"pipeline.git.branch": "main"}) == expected


def test_values_reach_the_job_with_their_types():
    data = compiled(config(matrix("{fast: [true], count: [7], where: [{name: mac, xcode: '15'}]}", "    version: w")))
    assert data["jobs"]["test-7-true-mac"] == {
        "macos": {"xcode": "15"},
        "steps": [{"run": {"command": "w o true 7"}}],
    }


def test_excluded_combinations():
    exclude = "      exclude:\n        - {version: a, os: y}\n        - {os: x, version: b}\n"
    assert names(matrix("{version: [a, b], os: [x, y]}", exclude)) == ["test-x-a", "test-y-b"]


def test_everything_of_an_entry_may_take_values_of_its_matrix():
    entry = (
        "test:\n    name: t << matrix.version >>\n    context: [c-<< matrix.version >>]\n"
        "    requires: [after-<< matrix.version >>]\n    os: on-<< matrix.version >>\n"
        "    filters: {branches: {only: << matrix.version >>}}\n"
        "    pre-steps: [run: pre << matrix.version >>]\n    post-steps: [run: post << matrix.version >>]\n"
        "    matrix: {parameters: {version: [a, b]}}"
    )
    data = compiled(config(entry, "after: {name: after-a}", "after: {name: after-b}"))
    assert data["workflows"]["main"]["jobs"][:2] == [
        {
            f"t {value}": {
                "filters": {"branches": {"only": value}},
                "requires": [f"after-{value}"],
                "context": [f"c-{value}"],
            }
        }
        for value in "ab"
    ]
    assert [step["run"]["command"] for step in data["jobs"]["t b"]["steps"]] == ["pre b", "b on-b false 0", "post b"]


@pytest.mark.parametrize(
    ("more", "required", "expected"),
    [
        ("", "test", ["test-a", "test-b"]),
        ("", "test-a", ["test-a"]),
        ("      alias: all\n", "all", ["test-a", "test-b"]),
        ("      alias: all\n    name: t-<< matrix.version >>\n", "all", ["t-a", "t-b"]),
        ("    name: t-<< matrix.version >>\n", "test", ["t-a", "t-b"]),
        ("    name: t-<< matrix.version >>\n", "t-b", ["t-b"]),
        ("    name: same\n", "test", ["same-1", "same-2"]),
    ],
)
def test_requiring_a_matrix(more: str, required: str, expected: list[str]):
    data = compiled(config(matrix("{version: [a, b]}", more), f"after: {{requires: [{required}]}}"))
    assert data["workflows"]["main"]["jobs"][-1] == {"after": {"requires": expected}}


def test_the_alias_of_a_matrix_comes_before_a_job_of_that_name():
    data = compiled(config(matrix("{version: [a]}"), "after: {name: test}", "after: {requires: [test]}"))
    assert data["workflows"]["main"]["jobs"][-1] == {"after": {"requires": ["test-a"]}}


def test_the_status_that_a_matrix_is_required_with():
    data = compiled(config(matrix("{version: [a, b]}"), "after: {requires: [test: [failed, canceled]]}"))
    expected = [{"test-a": ["failed", "canceled"]}, {"test-b": ["failed", "canceled"]}]
    assert data["workflows"]["main"]["jobs"][-1] == {"after": {"requires": expected}}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("test: {matrix: [a]}", "20:24 [matrix] a matrix needs `parameters` with a list of values for each"),
        (
            "test: {matrix: {parameters: {}}}",
            "20:24 [matrix] a matrix needs `parameters` with a list of values for each",
        ),
        (
            "test: {matrix: {parameters: {version: a}}}",
            "20:47 [matrix] the matrix parameter 'version' must be a list of values",
        ),
        (
            "test: {matrix: {parameters: {version: [a]}, excludes: []}}",
            "20:53 [unknown-key] extraneous key [excludes] is not permitted in `matrix`",
        ),
        (
            "test: {matrix: {parameters: {version: [a], os: [x]}, exclude: [{os: x}]}}",
            "20:72 [matrix] each `exclude` of a matrix must name all its parameters: version, os",
        ),
        ("test: {matrix: {parameters: {target: [a]}}}", "20:38 [unexpected-argument] Unexpected argument(s): target"),
        (
            "test: {matrix: {parameters: {count: [a, 1]}}}",
            "20:46 [argument-type] Type error for argument count: "
            'expected type: integer, actual value: "a" (type string)',
        ),
        (
            "test: {matrix: {parameters: {kind: [a, c]}}}",
            '20:48 [enum] Type error for argument kind: expected type: enum, actual value: "c" (type string)',
        ),
        (
            "test: {name: t-<< matrix.vresion >>, matrix: {parameters: {version: [a, b]}}}",
            "20:27 [undefined-parameter] Arguments referenced without declared parameters: matrix.vresion",
        ),
    ],
)
def test_what_is_wrong_with_a_matrix(entry: str, expected: str):
    assert said(config(entry)) == [expected]


def test_values_of_a_matrix_are_known_in_its_entry_alone():
    text = config(matrix("{version: [a]}")).replace("steps: [checkout]", "steps: [run: << matrix.version >>]")
    problem = only(text + "      - after\n")
    assert (problem.code, problem.message) == (
        "undefined-parameter",
        "Arguments referenced without declared parameters: matrix.version",
    )


def test_a_missing_argument_may_come_from_the_matrix():
    jobs = JOBS.replace("version: {type: string, default: v}", "version: {type: string}")
    text = jobs + "      - test: {matrix: {parameters: {version: [a]}}}\n"
    assert said(text) == []
    assert said(jobs + "      - test\n") == ["20:9 [missing-argument] Missing required argument(s): version"]


def test_values_that_only_circleci_knows_leave_the_name_open():
    text = config(matrix("{version: [<< pipeline.git.branch >>]}"), "after: {requires: [test-main]}")
    pipeline = pipeline_of(text, complete=False)
    assert pipeline.problems == ()
    run = pipeline.job_runs[0]
    assert (run.name_known, run.declared) == (False, "test-<< pipeline.git.branch >>")


def test_a_matrix_in_two_workflows():
    text = config(matrix("{version: [a, b]}"))
    text += "  other:\n    jobs:\n      - test: {matrix: {parameters: {version: [b, c]}}}\n"
    data = compiled(text)
    assert data["workflows"]["main"]["jobs"] == ["test-a", "test-b"]
    assert data["workflows"]["other"]["jobs"] == ["test-b", "test-c"]
    assert list(data["jobs"]) == ["test-a", "test-b", "test-c"]
