"""Names of jobs, commands and workflows that stand for several things."""

from __future__ import annotations

from pathlib import Path

import pytest

from orbgen.lint.findings import Persona, Severity
from tests.lint.linting import found

HEAD = """\
version: 2.1
parameters: {fast: {type: boolean, default: false}}
jobs:
  a:
    parameters: {p: {type: string, default: x}, q: {type: string, default: x}}
    docker: [{image: "cimg/base:2026.01"}]
    steps: [run: echo << parameters.p >> << parameters.q >>]
job-groups:
  g: {jobs: [a: {p: g}]}
workflows:
"""


@pytest.mark.parametrize(
    ("workflows", "expected"),
    [
        ("  w: {jobs: [a, a: {p: y}]}", ["'a-1' and 'a-2'"]),
        ("  w: {jobs: [a]}\n  v: {jobs: [a: {p: y}]}", ["'a-1' and 'a-2'"]),
        ("  w: {jobs: [a]}\n  v: {jobs: [a]}", []),
        ("  w: {jobs: [a, a]}", ["'a-1' and 'a-2'"]),
        ("  w: {jobs: [a, a: {p: y}, a: {p: z}, a: {p: u}]}", ["'a-1' to 'a-4'"]),
        ("  w: {jobs: [a, a: {p: y, name: b}]}", []),
        ("  w: {jobs: [a: {name: b, matrix: {parameters: {p: [y, z]}}}]}", ["'b-1' and 'b-2'"]),
        ("  w: {jobs: [a: {matrix: {parameters: {p: [y, z]}}}]}", []),
        ("  w: {jobs: [a: {name: b << matrix.p >>, matrix: {parameters: {p: [y], q: [y, z]}}}]}", []),
        ("  w: {jobs: [a]}\n  v: {when: << pipeline.parameters.fast >>, jobs: [a: {p: y}]}", []),
        ("  v: {when: << pipeline.parameters.fast >>, jobs: [a, a: {p: y}]}", ["'a-1' and 'a-2'"]),
        ("  w: {jobs: [hold: {type: approval}]}\n  v: {jobs: [hold: {type: approval}]}", []),
        ("  w: {jobs: [o/a: {x: 1}, o/a: {x: 2}]}", ["'o/a-1' and 'o/a-2'"]),
        ("  w: {jobs: [a, a: {p: y}, a: {name: b, requires: [a]}]}", []),
        ("  w: {jobs: [g]}\n  v: {jobs: [a]}", []),
    ],
)
def test_jobs_that_are_numbered(tmp_path: Path, workflows: str, expected: list[str]):
    config = HEAD.replace("jobs:", "orbs: {o: ns/orb@1.0.0}\njobs:", 1) + workflows
    reported = [finding for finding in found(tmp_path, config, "duplicate-name") if finding.kind == "job"]
    assert [finding.message.rpartition("calls them ")[2] for finding in reported] == expected
    assert {finding.severity for finding in reported} <= {Severity.LOW}


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("checkout", ["builtin"]),
        ("save_cache", ["builtin"]),
        ("deploy", []),
        ("restore-cache-of-modules", []),
        ("a", ["kind"]),
        ("b", []),
    ],
)
def test_names_of_commands(tmp_path: Path, name: str, kinds: list[str]):
    config = HEAD.replace("jobs:", f"commands: {{{name}: {{steps: [run: make]}}}}\njobs:", 1) + "  w: {jobs: [a]}"
    reported = found(tmp_path, config, "duplicate-name")
    assert [finding.kind for finding in reported] == kinds
    personas = [Persona.PEDANTIC if kind == "kind" else Persona.DEFAULT for kind in kinds]
    assert [finding.persona for finding in reported] == personas


def test_a_workflow_of_the_name_of_its_job(tmp_path: Path):
    (finding,) = found(tmp_path, HEAD + "  a: {jobs: [a]}", "duplicate-name")
    assert (finding.kind, finding.severity, finding.persona) == ("kind", Severity.INFO, Persona.PEDANTIC)
