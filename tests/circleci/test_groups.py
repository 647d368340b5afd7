"""Job groups: what an invocation becomes, and what groups cannot do (circleci.md 6.8)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.circleci.compiling import DOCKER, chain_of, compiled, only, pipeline_of, said

JOBS = f"""\
version: 2.1
jobs:
  build: {{{DOCKER}, steps: [checkout]}}
  test: {{{DOCKER}, parameters: {{x: {{type: string, default: d}}}}, steps: [run: << parameters.x >>]}}
  deploy: {{{DOCKER}, steps: [run: deploy]}}
job-groups:
  ship:
    jobs:
      - test
      - deploy: {{requires: [test]}}
      - hold: {{type: approval}}
workflows:
  main:
    jobs:
"""


def config(*entries: str, jobs: str = JOBS) -> str:
    return jobs + "".join([f"      - {entry}\n" for entry in entries])


def entries_of(*entries: str) -> Any:
    return compiled(config(*entries))["workflows"]["main"]["jobs"]


def test_an_invocation_is_a_start_the_members_and_an_end():
    data = compiled(config("build", "ship: {requires: [build]}", "test: {name: after, requires: [ship]}"))
    assert data["workflows"]["main"]["jobs"] == [
        "build",
        {"ship/start": {"requires": ["build"]}},
        {"test": {"requires": ["ship/start"]}},
        {"deploy": {"requires": ["test"]}},
        {"hold": {"type": "approval", "requires": ["ship/start"]}},
        {"ship/end": {"requires": ["deploy", "hold"]}},
        {"after": {"requires": ["ship/end"]}},
    ]
    assert data["jobs"]["ship/start"] == {"type": "no-op"}
    assert data["jobs"]["ship/end"] == {"type": "no-op"}


def test_the_name_of_an_invocation_stands_before_its_members():
    found = entries_of("ship: {name: eu}", "ship: {name: us, requires: [eu]}")
    assert found == [
        "eu/start",
        {"eu/test": {"requires": ["eu/start"]}},
        {"eu/deploy": {"requires": ["eu/test"]}},
        {"eu/hold": {"type": "approval", "requires": ["eu/start"]}},
        {"eu/end": {"requires": ["eu/deploy", "eu/hold"]}},
        {"us/start": {"requires": ["eu/end"]}},
        {"us/test": {"requires": ["us/start"]}},
        {"us/deploy": {"requires": ["us/test"]}},
        {"us/hold": {"type": "approval", "requires": ["us/start"]}},
        {"us/end": {"requires": ["us/deploy", "us/hold"]}},
    ]


def test_filters_go_to_the_start():
    found = entries_of("ship: {filters: {branches: {only: main}}}")
    assert found[0] == {"ship/start": {"filters": {"branches": {"only": "main"}}}}
    assert found[1] == {"test": {"requires": ["ship/start"]}}


def test_a_serial_group_is_a_lock_that_is_always_opened_again():
    data = compiled(config("ship: {serial-group: prod/eu}"))
    jobs = data["jobs"]
    assert jobs["ship/start"] == {"type": "lock", "key": "prod/eu"}
    assert jobs["ship/unlock"] == {"type": "unlock", "key": "prod/eu"}
    assert data["workflows"]["main"]["jobs"][0] == "ship/start"
    assert data["workflows"]["main"]["jobs"][-1] == {"ship/unlock": {"requires": [{"ship/end": "terminal"}]}}


def test_members_may_be_matrices():
    jobs = JOBS.replace("- test\n", "- test: {matrix: {parameters: {x: [p, q]}}}\n")
    data = compiled(config("ship: {name: eu}", jobs=jobs))
    assert data["workflows"]["main"]["jobs"][1:4] == [
        {"eu/test-p": {"requires": ["eu/start"]}},
        {"eu/test-q": {"requires": ["eu/start"]}},
        {"eu/deploy": {"requires": ["eu/test-p", "eu/test-q"]}},
    ]


@pytest.mark.parametrize("key", ["matrix", "override-with", "type", "context", "pre-steps", "post-steps", "x"])
def test_what_an_invocation_does_not_take(key: str):
    problem = only(config(f"ship: {{{key}: a}}"))
    assert (problem.code, problem.message) == ("job-group", f"Job group invocations do not support `{key}`")
    assert problem.help == "an entry of a job group takes name, requires, filters and serial-group"


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (
            ["ship", "ship"],
            '16:9 [job-group] Job group "ship" is invoked multiple times without a "name" attribute. '
            "Each invocation must have a unique name",
        ),
        (
            ["ship: {name: a}", "ship: {name: a}"],
            '16:22 [job-group] Job group "ship" is already invoked with the name "a"',
        ),
        (
            ["ship", "build: {requires: [deploy]}"],
            "16:28 [requires] Job 'build' requires 'deploy', which is the name of 0 other jobs in workflow 'main'",
        ),
        (
            ["ship", "build: {requires: [ship/start]}"],
            "16:28 [requires] Job 'build' requires 'ship/start', which is the name of 0 other jobs in workflow 'main'",
        ),
        (["shp"], "15:9 [undefined-job] Cannot find a definition for job named shp"),
    ],
)
def test_what_is_wrong_with_invocations(entries: list[str], expected: str):
    assert expected in said(config(*entries))


def test_a_member_required_from_outside_is_told_to_stand_in_its_group():
    (problem,) = pipeline_of(config("ship", "build: {requires: [deploy]}")).problems
    assert problem.help == "it is defined inside job group 'ship'; require the group instead"


def test_a_member_required_by_a_group_is_told_to_stand_in_its_group():
    (problem,) = pipeline_of(config("ship: {requires: [deploy]}")).problems
    assert problem.message == "Job 'ship/start' requires 'deploy', which is the name of 0 other jobs in workflow 'main'"
    assert problem.help == "it is defined inside job group 'ship'; require the group instead"


def test_a_group_whose_name_only_circleci_knows():
    entries = ["ship: {name: << pipeline.git.branch >>}", "build: {requires: [main]}"]
    assert said(config(*entries), complete=False) == []
    assert said(config("ship: {name: x}", "build: {requires: [main]}"), complete=False) != []


def test_a_group_that_is_nearly_right():
    (problem,) = [problem for problem in pipeline_of(config("shi")).problems if problem.code == "undefined-job"]
    assert problem.suggestion == "ship"


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ("[test, {deploy: {requires: [build]}}]", "'build' is not a member of job group 'g'"),
        ("[other]", "Job group 'g' cannot reference job group 'other' -- nesting is not supported"),
        ("[g]", "Job group 'g' cannot reference job group 'g' -- nesting is not supported"),
        ("[{test: {serial-group: a}}]", "Use of `serial-group` on job invocations inside a job-group is not supported"),
        ("[nobody]", "Cannot find a definition for job named nobody"),
        ("[{test: {x: 1}}]", 'Type error for argument x: expected type: string, actual value: "1" (type integer)'),
        ("[]", "job group 'g' needs a list of `jobs`"),
        (
            "[{a: {type: approval, requires: [b]}}, {b: {type: approval, requires: [a]}}]",
            "The job `a` is part of a cycle: a requires b requires a",
        ),
    ],
)
def test_what_a_group_cannot_hold(members: str, expected: str):
    groups = f"job-groups:\n  g: {{jobs: {members}}}\n  other: {{jobs: [test]}}\n"
    jobs = JOBS.replace("job-groups:\n", groups)
    assert expected in [line.partition("] ")[2] for line in said(config("g", jobs=jobs))]


def test_a_requirement_in_a_group_whose_name_only_circleci_knows():
    jobs = JOBS.replace("{requires: [test]}", "{requires: [t-<< pipeline.git.branch >>]}")
    assert said(config("ship", jobs=jobs), complete=False) == []


@pytest.mark.parametrize(
    ("group", "message"),
    [
        ("{jobs: [build], requires: []}", "extraneous key [requires] is not permitted in job group 'g'"),
        ("[build]", "job group 'g' must be a mapping, but is not"),
        ("", "job group 'g' needs a list of `jobs`"),
    ],
)
def test_groups_of_another_form(group: str, message: str):
    jobs = JOBS.replace("job-groups:\n", f"job-groups:\n  g: {group}\n")
    assert message in [line.partition("] ")[2] for line in said(config("build", jobs=jobs))]


def test_a_mistake_in_a_member_is_told_with_the_way_to_it():
    jobs = JOBS.replace("- test\n", "- test: {x: 1}\n")
    (problem,) = pipeline_of(config("ship", jobs=jobs)).problems
    assert chain_of(problem) == ["workflow 'main' (13)", "job group 'ship' (15)", "workflow entry 'test' (9)"]


def test_groups_that_nothing_invokes_are_looked_at():
    jobs = JOBS.replace("- test\n", "- test: {x: 1}\n")
    (problem,) = pipeline_of(config("build", jobs=jobs)).problems
    assert (problem.code, problem.dormant) == ("argument-type", True)
