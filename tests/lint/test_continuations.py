"""Pipeline parameters that a setup configuration sets for what it continues with."""

from __future__ import annotations

from pathlib import Path

import pytest

from orbgen.circleci.orbs import OrbStore
from orbgen.lint.analyses.injection.continuations import literal_parameters
from orbgen.lint.engine import load_rules
from orbgen.lint.run import Linter
from tests.lint.linting import EVERYTHING

SETUP = """version: 2.1
setup: true
orbs:
  filter: circleci/path-filtering@1.0.0
  continue: circleci/continuation@1.0.0
  other: example/other@1.0.0
parameters: {who: {type: string, default: me}}
jobs:
  d:
    docker: [{image: "cimg/base:2026.01"}]
    steps:
      - %s
workflows:
  main:
    jobs:
      - d
"""
MAPPING = 'filter/set-parameters: {mapping: "src/.* target production\\n# docs/.* note x\\ndocs/.* what docs file.yml"}'
JSON = """continue/continue: {parameters: '{"target": "production"}'}"""


@pytest.mark.parametrize(
    ("step", "names"),
    [
        (MAPPING, {"target", "what"}),
        (JSON, {"target"}),
        (JSON.replace("continue/continue", "other/continue"), set()),
        (JSON.replace("production", "<< pipeline.parameters.who >>"), set()),
        ("continue/continue: {parameters: params.json}", set()),
        ("continue/continue: {parameters: '[1]'}", set()),
        ("checkout", set()),
    ],
)
def test_what_a_setup_configuration_sets_literally(step, names):
    assert literal_parameters(SETUP % step) == names


def test_a_setup_job_of_the_orb(tmp_path):
    text = SETUP % "checkout" + "      - filter/filter: {mapping: src/.* target production}\n"
    assert literal_parameters(text) == {"target"}
    assert literal_parameters("{") == frozenset()


@pytest.mark.parametrize(("step", "found"), [(MAPPING, []), ("checkout", ["parameter-injection"])])
def test_a_parameter_that_is_set_literally_is_no_callers(tmp_path: Path, step: str, found: list[str]):
    folder = tmp_path / ".circleci"
    folder.mkdir()
    (folder / "config.yml").write_text(SETUP % step)
    (folder / "next.yml").write_text(
        "version: 2.1\nparameters: {target: {type: string, default: staging}}\n"
        'jobs: {ship: {docker: [{image: i}], steps: [run: "./ship << pipeline.parameters.target >>"]}}\n'
        "workflows: {main: {jobs: [ship]}}\n"
    )
    rules = tuple([one for one in load_rules() if one.rule.name == "parameter-injection"])
    result = Linter(rules, OrbStore(), EVERYTHING).lint(str(folder / "next.yml"), named=True)
    assert [one.rule for one in result.findings] == found
