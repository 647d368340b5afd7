"""What is deprecated: when a value's last day is over, and what to write instead."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from orbgen.circleci.orbs import OrbSource, OrbStore
from orbgen.lint.engine import load_rules
from orbgen.lint.findings import Finding
from orbgen.lint.run import Linter, Thresholds

RULES = tuple([loaded for loaded in load_rules() if loaded.rule.name == "deprecated-feature"])


def found(tmp_path: Path, text: str, store: OrbStore | None = None) -> list[Finding]:
    path = tmp_path / "config.yml"
    path.write_text(text, encoding="utf-8")
    return list(Linter(RULES, store or OrbStore(), Thresholds()).lint(str(path), named=True).findings)


@pytest.mark.parametrize(("today", "severity"), [("2026-07-31", "info"), ("2026-08-02", "medium")])
def test_a_value_counts_from_its_last_day_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, today: str, severity: str
):
    monkeypatch.setattr(time, "strftime", lambda form: today)
    text = (
        "version: 2.1\n"
        "jobs: {build: {docker: [{image: x}], steps: [run: 'echo << pipeline.trigger_source >>']}}\n"
        "workflows: {main: {jobs: [build]}}\n"
    )
    (finding,) = found(tmp_path, text)
    assert (finding.severity.value, finding.primary.text) == (severity, "pipeline.trigger_source")
    assert finding.message.startswith("CircleCI gives" if severity == "info" else "CircleCI gave")


@pytest.mark.parametrize(
    ("executor", "value"),
    [("machine: {image: << parameters.x >>}", "ubuntu-2004:current"), ("macos: {xcode: << parameters.x >>}", "13.4.1")],
)
def test_an_image_that_a_matrix_names_is_found_in_the_matrix(tmp_path: Path, executor: str, value: str):
    text = (
        "version: 2.1\n"
        f"executors: {{e: {{parameters: {{x: {{type: string}}}}, {executor}}}}}\n"
        "jobs:\n"
        "  build:\n"
        "    parameters: {x: {type: string}}\n"
        "    executor: {name: e, x: << parameters.x >>}\n"
        "    steps: [run: make]\n"
        f"workflows: {{main: {{jobs: [build: {{matrix: {{parameters: {{x: ['{value}', other]}}}}}}]}}}}\n"
    )
    (finding,) = found(tmp_path, text)
    assert finding.primary.text == value


@pytest.mark.parametrize(("parallelism", "words"), [(1, "write `run` instead"), (4, "in a job of its own")])
def test_deploy_ran_on_one_of_several_containers_only(tmp_path: Path, parallelism: int, words: str):
    text = (
        "version: 2.1\n"
        f"jobs: {{build: {{docker: [{{image: x}}], parallelism: {parallelism}, steps: [deploy: make]}}}}\n"
        "workflows: {main: {jobs: [build]}}\n"
    )
    (finding,) = found(tmp_path, text)
    assert words in str(finding.help)


def test_an_image_that_comes_through_a_parameter_or_an_orb_is_found_where_the_author_can_change_it(tmp_path: Path):
    orb = tmp_path / "orb.yml"
    orb.write_text(
        "version: 2.1\njobs: {run: {docker: [{image: 'circleci/ruby:2'}], steps: [checkout, deploy: make]}}\n"
    )
    text = (
        "version: 2.1\n"
        "orbs: {old: example/old@1.0.0}\n"
        "jobs:\n"
        "  build:\n"
        "    parameters: {name: {type: string}}\n"
        "    docker: [{image: 'circleci/<< parameters.name >>:1'}]\n"
        "    steps: [checkout]\n"
        "workflows: {main: {jobs: [old/run, build: {matrix: {parameters: {name: [node, other]}}}]}}\n"
    )
    findings = found(tmp_path, text, OrbStore((OrbSource("example/old", None, str(orb)),)))
    assert [(finding.kind, finding.primary.line) for finding in findings] == [("image", 6), ("image", 8)]
