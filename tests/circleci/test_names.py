"""Names: which CircleCI takes, and what several jobs of one name are called (circleci.md 1.2, 6.5)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.circleci.compiling import DOCKER, compiled, only, said

JOBS = f"""\
version: 2.1
jobs:
  a: {{{DOCKER}, parameters: {{s: {{type: string, default: d}}}}, steps: [run: << parameters.s >>]}}
  b: {{{DOCKER}, steps: [checkout]}}
workflows:
"""


def config(**workflows: list[str]) -> str:
    text = JOBS
    for name, entries in workflows.items():
        text += f"  {name}:\n    jobs:\n" + "".join([f"      - {entry}\n" for entry in entries])
    return text


def named(data: dict[str, Any]) -> dict[str, list[str]]:
    """The jobs of each workflow."""
    return {
        name: [entry if isinstance(entry, str) else next(iter(entry)) for entry in workflow["jobs"]]
        for name, workflow in data["workflows"].items()
        if name != "version"
    }


@pytest.mark.parametrize(
    ("workflows", "expected"),
    [
        ({"w": ["a", "a"]}, {"w": ["a-1", "a-2"]}),
        ({"w": ["a: {s: x}", "a: {s: y}", "b"]}, {"w": ["a-1", "a-2", "b"]}),
        ({"w": ["a: {name: n}", "b: {name: n}"]}, {"w": ["n-1", "n-2"]}),
        # The same job in two workflows is one; another one of that name is not.
        ({"w": ["a"], "v": ["a"]}, {"w": ["a"], "v": ["a"]}),
        ({"w": ["a: {s: x}"], "v": ["a: {s: x}"]}, {"w": ["a"], "v": ["a"]}),
        ({"w": ["a: {s: x}"], "v": ["a: {s: y}"]}, {"w": ["a-1"], "v": ["a-2"]}),
        ({"w": ["a: {name: n}"], "v": ["b: {name: n}"]}, {"w": ["n-1"], "v": ["n-2"]}),
        ({"w": ["a", "a"], "v": ["a"]}, {"w": ["a-1", "a-2"], "v": ["a-1"]}),
        ({"w": ["a: {s: x}", "a: {s: y}"], "v": ["a: {s: y}"]}, {"w": ["a-1", "a-2"], "v": ["a-2"]}),
        # Contexts and filters belong to the entry, not to the job.
        ({"w": ["a: {context: x}"], "v": ["a: {context: y}"]}, {"w": ["a"], "v": ["a"]}),
        # A number that another job bears already is left out.
        ({"w": ["a: {s: x}", "a: {s: y}", "b: {name: a-1}"]}, {"w": ["a-2", "a-3", "a-1"]}),
        ({"w": ["hold: {type: approval}"], "v": ["hold: {type: approval}"]}, {"w": ["hold"], "v": ["hold"]}),
    ],
)
def test_several_jobs_of_one_name(workflows: dict[str, list[str]], expected: dict[str, list[str]]):
    assert named(compiled(config(**workflows))) == expected


def test_a_workflow_that_is_switched_off_counts_for_nothing():
    text = config(w=["a: {s: x}"], v=["a: {s: y}"]).replace("  v:\n", "  v:\n    when: false\n")
    assert named(compiled(text)) == {"w": ["a"]}


def test_requirements_follow_the_names():
    data = compiled(config(w=["a: {s: x}", "a: {s: y, requires: [a]}"]))
    assert data["workflows"]["w"]["jobs"] == ["a-1", {"a-2": {"requires": ["a-1"]}}]


@pytest.mark.parametrize("name", ["build", "Build it", "a-1_b", "B2"])
def test_names_that_jobs_may_have(name: str):
    assert (
        said(f"version: 2.1\njobs: {{{name}: {{{DOCKER}, steps: [checkout]}}}}\nworkflows: {{w: {{jobs: [{name}]}}}}\n")
        == []
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            f"jobs: {{php7.3: {{{DOCKER}, steps: []}}}}",
            "string [php7.3] does not match pattern ^[A-Za-z][A-Za-z\\s\\d_-]*$",
        ),
        (f"jobs: {{a/b: {{{DOCKER}, steps: []}}}}", "string [a/b] does not match pattern ^[A-Za-z][A-Za-z\\s\\d_-]*$"),
        (f"jobs: {{2a: {{{DOCKER}, steps: []}}}}", "string [2a] does not match pattern ^[A-Za-z][A-Za-z\\s\\d_-]*$"),
        ("commands: {Greet: {steps: []}}", "string [Greet] does not match pattern ^[a-z][a-z\\d_-]*$"),
        ("commands: {a b: {steps: []}}", "string [a b] does not match pattern ^[a-z][a-z\\d_-]*$"),
        (f"executors: {{a.b: {{{DOCKER}}}}}", "string [a.b] does not match pattern ^[a-z][a-z\\d_-]*$"),
        ("job-groups: {a.b: {jobs: [build]}}", "string [a.b] does not match pattern ^[A-Za-z][A-Za-z\\s\\d_-]*$"),
    ],
)
def test_names_that_nothing_may_have(text: str, message: str):
    assert message in [line.partition("] ")[2] for line in said(f"version: 2.1\n{text}\n")]


def test_version_2_takes_any_name():
    jobs = f"jobs: {{php7.3: {{{DOCKER}, steps: [checkout]}}}}"
    assert said(f"version: 2\n{jobs}\nworkflows: {{version: 2, w: {{jobs: [php7.3]}}}}\n") == []


def test_a_name_of_a_job_and_of_a_group():
    text = f"version: 2.1\njobs: {{build: {{{DOCKER}, steps: [checkout]}}}}\njob-groups: {{build: {{jobs: [build]}}}}\n"
    problem = only(text)
    assert (problem.code, problem.span.line) == ("job-group", 3)
    assert problem.message == "'build' is the name of a job and of a job group"
