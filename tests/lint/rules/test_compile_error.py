"""What CircleCI refuses for some events alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from orbgen.lint.findings import Confidence, Severity
from tests.lint.linting import found

HEAD = """\
version: 2.1
parameters:
  on: {type: boolean, default: true}
  off: {type: boolean, default: false}
jobs:
  a:
    docker: [{image: "cimg/base:2026.01"}]
    steps: [checkout]
workflows:
  w:
"""
DRAFT = "pipeline.event.github.pull_request.draft"


def reads(folder: Path, text: str) -> list[str]:
    """What the findings say that a push does not bring."""
    return [finding.message.split("`")[1] for finding in found(folder, HEAD + text, "compile-error")]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (DRAFT, [DRAFT]),
        (f"not {DRAFT}", [DRAFT]),
        (f'pipeline.event.name == "pull_request" and {DRAFT}', []),
        (f'pipeline.event.name == "push" and {DRAFT}', [DRAFT]),
        (f'pipeline.event.name != "push" and {DRAFT}', []),
        (f'pipeline.event.action == "opened" and {DRAFT}', []),
        (f'{DRAFT} and pipeline.event.name == "pull_request"', [DRAFT]),
        (f'pipeline.event.name == "push" or {DRAFT}', []),
        (f'pipeline.git.branch == "main" or {DRAFT}', [DRAFT]),
        (f"pipeline.parameters.off and {DRAFT}", []),
        (f"pipeline.parameters.on and {DRAFT}", [DRAFT]),
        ('pipeline.event.github.comment.body starts-with "/test"', ["pipeline.event.github.comment.body"]),
        ('pipeline.event.github.sender.login == "x"', []),
        (f'pipeline.event.name == "pull_request" and (pipeline.parameters.on or {DRAFT})', []),
        (f"{{and: [<< {DRAFT} >>, {{equal: [pull_request, << pipeline.event.name >>]}}]}}", []),
        (f"{{and: [<< {DRAFT} >>, {{equal: [push, << pipeline.event.name >>]}}]}}", [DRAFT]),
        (f"{{or: [<< {DRAFT} >>, {{equal: [push, << pipeline.event.name >>]}}]}}", []),
        (f"{{not: << {DRAFT} >>}}", [DRAFT]),
    ],
)
def test_what_a_workflow_reads_on_a_push(tmp_path: Path, condition: str, expected: list[str]):
    assert reads(tmp_path, f"    when: {condition}\n    jobs: [a]\n") == expected


def test_an_unless_reads_as_well(tmp_path: Path):
    assert reads(tmp_path, f"    unless: {DRAFT}\n    jobs: [a]\n") == [DRAFT]


@pytest.mark.parametrize(("guard", "expected"), [("pull_request", []), ("push", [DRAFT]), ("schedule", [])])
def test_the_workflow_guards_the_filters_of_its_jobs(tmp_path: Path, guard: str, expected: list[str]):
    workflow = f"    when: {{equal: [{guard}, << pipeline.event.name >>]}}\n    jobs: [a: {{filters: not {DRAFT}}}]\n"
    assert reads(tmp_path, workflow) == expected


def test_how_much_it_counts(tmp_path: Path):
    (finding,) = found(tmp_path, HEAD + f"    jobs: [a: {{filters: not {DRAFT}}}]\n", "compile-error")
    assert (finding.kind, finding.severity, finding.confidence) == (
        "unguarded-event",
        Severity.MEDIUM,
        Confidence.MEDIUM,
    )
    assert finding.primary.text == f"not {DRAFT}"
