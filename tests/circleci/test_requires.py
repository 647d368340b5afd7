"""What jobs wait for: names, statuses, and the circles that they must not form (circleci.md 6.2, 6.5, 6.7)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.circleci.compiling import DOCKER, compiled, only, pipeline_of, said

NAMES = ("a", "b", "c", "d")
JOBS = "version: 2.1\njobs:\n" + "".join([f"  {name}: {{{DOCKER}, steps: [run: {name}]}}\n" for name in NAMES])


def config(*entries: str) -> str:
    return JOBS + "workflows:\n  main:\n    jobs:\n" + "".join([f"      - {entry}\n" for entry in entries])


def entries_of(*entries: str) -> Any:
    return compiled(config(*entries))["workflows"]["main"]["jobs"]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("b: {requires: [a]}", ["a"]),
        ("b: {requires: [a: success]}", [{"a": "success"}]),
        ("b: {requires: [a: failed]}", [{"a": "failed"}]),
        (
            "b: {requires: [a: [failed, canceled, unauthorized, not_run]]}",
            [{"a": ["failed", "canceled", "unauthorized", "not_run"]}],
        ),
        ("b: {requires: [a: [success]]}", [{"a": ["success"]}]),
        ("b: {requires: [a: terminal]}", [{"a": "terminal"}]),
    ],
)
def test_statuses(entry: str, expected: Any):
    assert entries_of("a", entry)[1] == {"b": {"requires": expected}}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("b: {requires: a}", "11:23 [value] `requires` must be a list of job names"),
        ("b: {requires: {a: success}}", "11:23 [value] `requires` must be a list of job names"),
        (
            "b: {requires: [a: sucess]}",
            "11:27 [value] `status` must be success, failed, canceled, unauthorized, not_run or terminal, not `sucess`",
        ),
        (
            "b: {requires: [a: [success, terminal]]}",
            "11:37 [value] `terminal` stands for every way to end, so it cannot stand in a list of statuses",
        ),
        (
            "b: {requires: [a: {x: y}]}",
            "11:27 [value] the status of a required job must be one word, or a list of words",
        ),
        ("b: {requires: [[a]]}", "11:24 [value] an item of `requires` must be a job's name or `NAME: STATUS`"),
        ("b: {requires: [ ~ ]}", "11:25 [value] an item of `requires` must be a job's name or `NAME: STATUS`"),
        (
            "b: {requires: [c]}",
            "11:24 [requires] Job 'b' requires 'c', which is the name of 0 other jobs in workflow 'main'",
        ),
        (
            "b: {requires: [b]}",
            "11:24 [requires] Job 'b' requires 'b', which is the name of 0 other jobs in workflow 'main'",
        ),
        (
            "b: {name: x, requires: [b]}",
            "11:33 [requires] Job 'x' requires 'b', which is the name of 0 other jobs in workflow 'main'",
        ),
    ],
)
def test_what_is_wrong_with_a_requirement(entry: str, expected: str):
    assert said(config("a", entry)) == [expected]


def test_a_requirement_that_several_jobs_meet():
    text = config("a: {name: x}", "b: {name: x}", "c: {requires: [x]}")
    problem = only(text)
    assert problem.message == "Job 'c' requires 'x', which is the name of 2 other jobs in workflow 'main'"
    assert problem.help == "You can give a job within a workflow an explicit name by adding a name key"


def test_a_job_does_not_wait_for_itself_but_for_the_other_of_its_name():
    assert entries_of("a", "a: {requires: [a]}") == ["a-1", {"a-2": {"requires": ["a-1"]}}]
    problem = only(config("a", "a", "a: {requires: [a]}"))
    assert problem.message == "Job 'a' requires 'a', which is the name of 2 other jobs in workflow 'main'"


def test_a_required_name_that_is_nearly_right():
    problem = only(config("a: {name: deploy}", "b: {requires: [delpoy]}"))
    assert (problem.suggestion, problem.help) == ("deploy", "did you mean 'deploy'?")
    assert [note.text for note in problem.calls] == ["workflow 'main'", "workflow entry 'b'"]


def test_requirements_of_other_workflows_do_not_count():
    text = config("b: {requires: [a]}") + "  other: {jobs: [a]}\n"
    assert said(text) == [
        "10:24 [requires] Job 'b' requires 'a', which is the name of 0 other jobs in workflow 'main'",
    ]


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (["a: {requires: [b]}", "b: {requires: [a]}"], "The job `a` is part of a cycle: a requires b requires a"),
        (
            ["a", "b: {requires: [a, d]}", "c: {requires: [b]}", "d: {requires: [c]}"],
            "The job `b` is part of a cycle: b requires d requires c requires b",
        ),
        # Of several circles in one knot the shortest is shown.
        (
            ["a: {requires: [b, d]}", "b: {requires: [c]}", "c: {requires: [a]}", "d: {requires: [a]}"],
            "The job `a` is part of a cycle: a requires d requires a",
        ),
    ],
)
def test_jobs_that_wait_for_one_another(entries: list[str], message: str):
    problem = only(config(*entries))
    assert (problem.code, problem.message) == ("cycle", message)


def test_two_circles_are_two_problems():
    text = config("a: {requires: [b]}", "b: {requires: [a]}", "c: {requires: [d]}", "d: {requires: [c]}")
    assert [problem.message.partition(":")[0] for problem in pipeline_of(text).problems] == [
        "The job `a` is part of a cycle",
        "The job `c` is part of a cycle",
    ]


def test_a_job_that_two_ways_lead_to_is_no_circle():
    entries = ["a", "b: {requires: [a]}", "c: {requires: [a]}", "d: {requires: [b, c, a]}"]
    assert entries_of(*entries)[3] == {"d": {"requires": ["b", "c", "a"]}}


def test_a_requirement_whose_name_only_circleci_knows():
    text = config(
        "a: {name: a-<< pipeline.git.branch >>}", "b: {requires: [a-main]}", "c: {requires: [x-<< pipeline.id >>]}"
    )
    assert said(text, complete=False) == []


def test_approvals_can_be_waited_for():
    assert entries_of("hold: {type: approval, requires: [a]}", "a", "b: {requires: [hold]}") == [
        {"hold": {"type": "approval", "requires": ["a"]}},
        "a",
        {"b": {"requires": ["hold"]}},
    ]


def test_what_a_requirement_stands_for_is_known():
    runs = pipeline_of(config("a", "b: {requires: [a]}")).job_runs
    (requirement,) = runs[1].requires
    assert requirement.targets == (runs[0],)
