"""Executors: what they give a job, how they are called, in whose scope their names are looked up (circleci.md 5.2)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orbgen.source.nodes import Mapping, Scalar
from tests.circleci.compiling import chain_of, compiled, only, orbs_of, pipeline_of, run_of, said


def config(executors: str, job: str) -> str:
    lines = "".join([f"    {line}\n" for line in job.splitlines()])
    above = "".join([f"  {line}\n" for line in executors.splitlines()])
    return f"version: 2.1\nexecutors:\n{above}jobs:\n  build:\n{lines}"


def of(executors: str, job: str, **given: Any) -> dict[str, Any]:
    job_: dict[str, Any] = compiled(config(executors, job), **given)["jobs"]["build"]
    return job_


LINUX = "linux: {docker: [{image: a}], resource_class: small, environment: {A: 1, B: 2}}"


@pytest.mark.parametrize(
    ("executors", "job", "expected"),
    [
        # The executor's keys come where `executor` stood, its variables last.
        (
            LINUX,
            "executor: linux\nsteps: [checkout]",
            {
                "docker": [{"image": "a"}],
                "resource_class": "small",
                "steps": ["checkout"],
                "environment": [{"A": 1}, {"B": 2}],
            },
        ),
        (
            LINUX,
            "working_directory: ~/x\nexecutor: linux\nsteps: [checkout]",
            {
                "working_directory": "~/x",
                "docker": [{"image": "a"}],
                "resource_class": "small",
                "steps": ["checkout"],
                "environment": [{"A": 1}, {"B": 2}],
            },
        ),
        # The job's own keys win; its variables are added to those of the executor.
        (
            LINUX,
            "executor: linux\nresource_class: large\nenvironment: {B: 3, C: 4}\nsteps: [checkout]",
            {
                "docker": [{"image": "a"}],
                "resource_class": "large",
                "environment": [{"A": 1}, {"B": 3}, {"C": 4}],
                "steps": ["checkout"],
            },
        ),
        (
            LINUX,
            "executor: linux\nenvironment: [{B: 3}, C=4]\nsteps: [checkout]",
            {
                "docker": [{"image": "a"}],
                "resource_class": "small",
                "environment": [{"A": 1}, {"B": 3}, {"C": "4"}],
                "steps": ["checkout"],
            },
        ),
        (
            LINUX,
            "executor: linux\ndocker: [{image: own}]\nsteps: [checkout]",
            {
                "docker": [{"image": "own"}],
                "resource_class": "small",
                "steps": ["checkout"],
                "environment": [{"A": 1}, {"B": 2}],
            },
        ),
        # A job runs in one kind of place.
        (
            LINUX,
            "executor: linux\nmachine: true\nsteps: [checkout]",
            {
                "resource_class": "small",
                "machine": True,
                "steps": ["checkout"],
                "environment": [{"A": 1}, {"B": 2}],
            },
        ),
        (
            "vm: {machine: {image: i, resource_class: large, shell: bash}}",
            "executor: vm\nsteps: [checkout]",
            {"machine": {"image": "i"}, "steps": ["checkout"], "resource_class": "large", "shell": "bash"},
        ),
        # An executor may be a name of another.
        (
            "linux: {docker: [{image: a}]}\nsame: linux",
            "executor: same\nsteps: []",
            {"docker": [{"image": "a"}], "steps": []},
        ),
        (
            "linux: {docker: [{image: a}]}",
            "executor: {name: linux}\nsteps: []",
            {"docker": [{"image": "a"}], "steps": []},
        ),
        ("linux: {docker: [{image: a}]}", "executor:\nmachine: true\nsteps: []", {"machine": True, "steps": []}),
    ],
)
def test_what_an_executor_gives(executors: str, job: str, expected: dict[str, Any]):
    found = of(executors, job)
    assert found == expected
    assert list(found) == list(expected)


TAGGED = """\
tagged:
  parameters:
    tag: {type: string}
    size: {type: enum, enum: [small, large], default: small}
    debug: {type: boolean, default: false}
  docker: [{image: "cimg/base:<< parameters.tag >>"}]
  resource_class: << parameters.size >>
  environment: {DEBUG: << parameters.debug >>}"""


@pytest.mark.parametrize(
    ("call", "image", "size", "debug"),
    [
        ("{name: tagged, tag: edge}", "cimg/base:edge", "small", False),
        ("{name: tagged, tag: edge, size: large, debug: true}", "cimg/base:edge", "large", True),
    ],
)
def test_an_executor_takes_arguments(call: str, image: str, size: str, debug: bool):
    found = of(TAGGED, f"executor: {call}\nsteps: []")
    assert found["docker"] == [{"image": image}]
    assert found["resource_class"] == size
    assert found["environment"] == [{"DEBUG": debug}]


def test_an_executor_does_not_see_the_parameters_of_the_job():
    text = config(
        'linux: {docker: [{image: "a:<< parameters.tag >>"}]}',
        "parameters: {tag: {type: string, default: x}}\nexecutor: linux\nsteps: []",
    )
    problem = only(text)
    assert (problem.code, problem.span.text) == ("undefined-parameter", "parameters.tag")
    assert chain_of(problem)[-1] == "executor 'linux' (7)"


@pytest.mark.parametrize(
    ("executors", "job", "expected"),
    [
        (
            LINUX,
            "executor: linx\nsteps: []",
            "6:15 [undefined-executor] Cannot find a definition for executor named linx",
        ),
        (
            LINUX,
            "executor: cypress/base-10\nsteps: []",
            "6:15 [undefined-orb] Cannot find orb 'cypress' looking for executor named 'cypress/base-10'",
        ),
        (
            LINUX,
            "executor: {cli/default: {tag: 0.1.1640}}\nsteps: []",
            "6:15 [executor-form] Unexpected executor invocation format: `name` is missing",
        ),
        (
            LINUX,
            "executor: {name: [linux]}\nsteps: []",
            "6:22 [executor-form] Unexpected executor invocation format: the value of `name` must be a string",
        ),
        (
            LINUX,
            "executor: [linux]\nsteps: []",
            "6:15 [executor-form] Unexpected executor invocation format: the value of `name` must be a string",
        ),
        (
            LINUX,
            "executor: {name: linux, tag: x}\nsteps: []",
            "6:29 [unexpected-argument] Unexpected argument(s): tag",
        ),
        (TAGGED, "executor: tagged\nsteps: []", "13:15 [missing-argument] Missing required argument(s): tag"),
        (
            TAGGED,
            "executor: {name: tagged, tag: 1.0}\nsteps: []",
            "13:35 [argument-type] Type error for argument tag: "
            'expected type: string, actual value: "1.0" (type number)',
        ),
        (
            TAGGED,
            "executor: {name: tagged, tag: a, size: medium}\nsteps: []",
            '13:44 [enum] Type error for argument size: expected type: enum, actual value: "medium" (type string)',
        ),
        (
            "linux: {environment: {A: 1}}",
            "executor: linux\nsteps: []",
            "3:3 [no-executor] executor 'linux' is of no kind; one of docker, machine and macos is required",
        ),
        (
            "linux: {docker: [{image: a}], parallelism: 2}",
            "executor: linux\nsteps: []",
            "3:33 [unknown-key] extraneous key [parallelism] is not permitted in executor 'linux'",
        ),
        (
            "linux: {docker: [{image: a}], machine: true}",
            "executor: linux\nsteps: []",
            "3:33 [value] executor 'linux' has `docker` and `machine`; it can have one of them",
        ),
        (
            "linux: {docker: [{name: a}]}",
            "executor: linux\nsteps: []",
            "3:20 [value] required key [image] not found in `docker` of executor 'linux'",
        ),
        (
            "Linux: {docker: [{image: a}]}",
            "executor: Linux\nsteps: []",
            "3:3 [value] string [Linux] does not match pattern ^[a-z][a-z\\d_-]*$",
        ),
    ],
)
def test_what_is_wrong_with_an_executor(executors: str, job: str, expected: str):
    assert said(config(executors, job)) == [expected]


def test_a_name_that_is_nearly_right():
    problem = only(config(LINUX, "executor: linx\nsteps: []"))
    assert (problem.suggestion, problem.help) == ("linux", "did you mean 'linux'?")


PARAMETER = """\
version: 2.1
executors:
  linux: {parameters: {tag: {type: string, default: old}}, docker: [{image: "a:<< parameters.tag >>"}]}
  mac: {macos: {xcode: 16.4.0}}
jobs:
  build:
    parameters: {where: {type: executor, default: linux}}
    executor: << parameters.where >>
    steps: [checkout]
workflows:
  main:
    jobs:
"""


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("build", {"docker": [{"image": "a:old"}]}),
        ("build: {where: mac}", {"macos": {"xcode": "16.4.0"}}),
        ("build: {where: {name: linux, tag: new}}", {"docker": [{"image": "a:new"}]}),
    ],
)
def test_an_executor_as_an_argument(entry: str, expected: dict[str, Any]):
    assert compiled(f"{PARAMETER}      - {entry}\n")["jobs"]["build"] == {**expected, "steps": ["checkout"]}


@pytest.mark.parametrize(("entry", "expected"), [("build", "a:own"), ("build: {where: other}", "b:own")])
def test_an_executor_from_a_parameter_takes_arguments_of_the_job(entry: str, expected: str):
    text = PARAMETER.replace("executor: << parameters.where >>", "executor: {name: << parameters.where >>, tag: own}")
    other = '  other: {parameters: {tag: {type: string}}, docker: [{image: "b:<< parameters.tag >>"}]}\njobs:\n'
    data = compiled(f"{text.replace('jobs:' + chr(10), other, 1)}      - {entry}\n")
    assert data["jobs"]["build"]["docker"] == [{"image": expected}]


def test_an_executor_whose_name_is_a_text():
    text = PARAMETER.replace("{type: executor, default: linux}", "{type: string, default: mac}")
    assert compiled(f"{text}      - build\n")["jobs"]["build"]["macos"] == {"xcode": "16.4.0"}


def test_an_argument_that_names_no_executor_is_told_where_it_is_given():
    problem = only(f"{PARAMETER}      - build: {{where: windows}}\n")
    assert (problem.code, problem.span.line, problem.span.text) == ("undefined-executor", 13, "windows")
    assert "workflow 'main'" in [note.text for note in problem.calls]


ORB = """\
executors:
  default: {parameters: {tag: {type: string, default: lts}}, docker: [{image: "orb:<< parameters.tag >>"}]}
  machine: {machine: {image: i}}
jobs:
  test:
    parameters: {where: {type: executor, default: machine}}
    executor: << parameters.where >>
    steps: [checkout]
"""


def test_a_default_means_the_orbs_executor_and_an_argument_the_callers(tmp_path: Path):
    store = orbs_of(tmp_path, {"ns/node@1.0.0": ORB})
    text = """\
        version: 2.1
        orbs: {node: ns/node@1.0.0}
        executors: {machine: {docker: [{image: own}]}, default: node/default}
        workflows:
          main:
            jobs:
              - node/test: {name: a}
              - node/test: {name: b, where: machine}
              - node/test: {name: c, where: node/machine}
              - node/test: {name: d, where: {name: node/default, tag: edge}}
              - node/test: {name: e, where: default}
        """
    jobs = compiled(text, store=store)["jobs"]
    assert {name: {key: job[key] for key in job if key != "steps"} for name, job in jobs.items()} == {
        "a": {"machine": {"image": "i"}},
        "b": {"docker": [{"image": "own"}]},
        "c": {"machine": {"image": "i"}},
        "d": {"docker": [{"image": "orb:edge"}]},
        "e": {"docker": [{"image": "orb:lts"}]},
    }


def test_an_executor_that_only_circleci_knows_stays_as_it_is_written():
    text = "version: 2.1\norbs: {node: ns/node@1.0.0}\njobs: {build: {executor: {name: node/x, tag: y}, steps: []}}\n"
    pipeline = pipeline_of(text)
    assert pipeline.problems == ()
    executor = (run_of(pipeline, "build").body or {})["executor"]
    tag = executor.get("tag") if isinstance(executor, Mapping) else None
    assert isinstance(tag, Scalar) and tag.text == "y"


def test_executors_are_looked_at_though_no_job_uses_them():
    text = config(f"{LINUX}\nother: {{docker: [{{image: << parameters.x >>}}]}}", "executor: linux\nsteps: []")
    problem = only(text)
    assert (problem.code, problem.dormant) == ("undefined-parameter", True)
