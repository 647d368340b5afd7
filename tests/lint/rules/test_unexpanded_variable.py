"""Variables where no shell reads them: ways to get there, and what reads them after all."""

from __future__ import annotations

import pytest

from orbgen.lint.findings import Confidence, Severity
from tests.lint.linting import found, job

RULE = "unexpanded-variable"


def texts(folder, config: str) -> list[str]:
    return [finding.primary.text for finding in found(folder, config, RULE)]


@pytest.mark.parametrize(
    ("value", "severity", "confidence"),
    [
        ("$HOME/bin:$PATH", Severity.HIGH, Confidence.MEDIUM),
        ("$HOME/bin:/usr/bin:/bin", Severity.MEDIUM, Confidence.MEDIUM),
    ],
)
def test_a_path_for_commands_that_none_can_be_found_on(tmp_path, value, severity, confidence):
    findings = found(tmp_path, job("- checkout", keys=f"environment: {{PATH: '{value}'}}"), RULE)
    assert {(finding.severity, finding.confidence) for finding in findings} == {(severity, confidence)}


@pytest.mark.parametrize(
    "step",
    [
        "checkout: {path: $OUT}",
        "run: {command: make, working_directory: $OUT}",
        "attach_workspace: {at: $OUT}",
        "persist_to_workspace: {root: ., paths: [$OUT]}",
        "store_artifacts: {path: $OUT}",
        "store_test_results: {path: $OUT}",
        "save_cache: {key: k, paths: [$OUT]}",
        "save-cache: {key: k, paths: [$OUT]}",
        "save_cache: {key: $OUT, paths: [a]}",
        "restore_cache: {key: $OUT}",
        "restore_cache: {keys: [a, $OUT]}",
        "run: {command: make, environment: {A: $OUT}}",
        "run: {command: make, environment: [A: $OUT]}",
    ],
)
def test_each_place_of_a_step(tmp_path, step):
    assert texts(tmp_path, job(f"- {step}")) == ["$OUT"]


@pytest.mark.parametrize(
    "step",
    [
        "run: {command: make, name: $OUT}",
        "store_artifacts: {path: out, destination: $OUT}",
        "run: {command: echo $OUT}",
        "run: {command: make, when: $OUT}",
    ],
)
def test_other_keys_of_a_step(tmp_path, step):
    assert texts(tmp_path, job(f"- {step}")) == []


@pytest.mark.parametrize("image", ["ubuntu-2404:$TAG", "$IMAGE"])
def test_the_image_of_a_machine(tmp_path, image):
    config = job("- checkout").replace('docker: [{image: "cimg/base:2026.01"}]', f"machine: {{image: {image!r}}}")
    assert texts(tmp_path, config) == [image.rpartition(":")[2]]


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("${OUT:-out}/x", ["${OUT:-out}"]),
        ("${out}", ["${out}"]),
        ("$out", []),
        ("$OUTput", []),
        ("$1", []),
        ("a$", []),
        ("$$OUT", []),
        ("\\$OUT", []),
        ("$(pwd)", []),
        ("${#OUT}", []),
    ],
)
def test_what_is_a_variable(tmp_path, value, names):
    assert texts(tmp_path, job(f"- store_artifacts: {{path: '{value}'}}")) == names


@pytest.mark.parametrize(
    "script",
    [
        'eval "echo $TEXT"',
        'echo "$TEXT" | envsubst',
        "docker compose up",
        "docker-compose up",
        'bash -c "$TEXT"',
        'sh -ec "$TEXT"',
        'echo "export MORE=$TEXT" >> "$BASH_ENV"',
    ],
)
def test_a_value_that_is_read_after_all(tmp_path, script):
    for steps, keys in (
        (f"- run: {{command: '{script}', environment: {{TEXT: $HOME}}}}", ""),
        (f"- checkout\n- run: '{script}'", "environment: {TEXT: $HOME}"),
    ):
        assert texts(tmp_path, job(steps, keys=keys)) == []


@pytest.mark.parametrize("script", ['echo "$TEXT"', 'eval "$OTHER"', "bash script.sh $TEXT"])
def test_a_value_that_nothing_reads(tmp_path, script):
    keys = "environment: {TEXT: $HOME}"
    assert texts(tmp_path, job(f"- run: '{script}'", keys=keys)) == ["$HOME"]


def test_a_value_that_another_step_would_read(tmp_path):
    steps = "- run: {command: make, environment: {TEXT: $HOME}}\n- run: eval $TEXT"
    assert texts(tmp_path, job(steps)) == ["$HOME"]


def test_powershell_on_windows_alone(tmp_path):
    keys = "environment: {OUT: $HOME/x, TEXT: $TOKEN}\nshell: powershell.exe"
    assert texts(tmp_path, job("- checkout", keys=keys)) == ["$TOKEN"]
    missing = job(
        "- checkout",
        keys="environment: {OUT: $HOME/x}\nexecutor: win/default",
        more="orbs: {win: circleci/windows@5.0.0}\n",
    )
    missing = missing.replace('    docker: [{image: "cimg/base:2026.01"}]\n', "")
    assert texts(tmp_path, missing) == []
    assert texts(tmp_path, job("- checkout", keys="environment: {OUT: $HOME/x}")) == ["$HOME"]


def test_a_value_of_an_executor_and_of_a_matrix(tmp_path):
    executors = "executors:\n  main:\n    docker: [{image: i}]\n    environment: {A: $ONE}\n"
    config = job(
        "- store_artifacts: {path: << parameters.path >>}",
        more=executors,
        entry="build: {matrix: {parameters: {path: [$TWO, out]}}}",
    )
    config = config.replace(
        '    docker: [{image: "cimg/base:2026.01"}]\n', "    parameters: {path: {type: string}}\n    executor: main\n"
    )
    assert texts(tmp_path, config) == ["$ONE", "$TWO"]


ORB = """version: 2.1
display: {source_url: "https://git.example/o"}
commands:
  c:
    parameters: {k: {type: string, default: %s}}
    steps:
      - restore_cache: {keys: ["<< parameters.k >>"]}
"""


@pytest.mark.parametrize(("default", "places"), [("'a$'", []), ("'{{ .Branch }}'", []), ("'$A'", ["'$A'"])])
def test_a_default_of_an_orb(tmp_path, default, places):
    assert texts(tmp_path, ORB % default) == places
