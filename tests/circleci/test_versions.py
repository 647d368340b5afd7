"""Versions 2 and 2.1, setup configurations, and files that are no configuration (circleci.md 1)."""

from __future__ import annotations

import pytest

from tests.circleci.compiling import DOCKER, compiled, only, pipeline_of, said

BUILD = f"jobs: {{build: {{{DOCKER}, steps: [checkout]}}}}\n"


@pytest.mark.parametrize("version", ["2", "2.0", "2.1", '"2"', "'2.1'", "2.10"])
def test_versions(version: str):
    assert compiled(f"version: {version}\n{BUILD}")["version"] == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (BUILD, "1:1 [version] the configuration has no `version`"),
        (f"verison: 2.1\n{BUILD}", "1:1 [version] the key `version` is missing; is `verison` meant?"),
        (f"version: 3\n{BUILD}", "1:10 [version] `3` is no version of CircleCI's configuration language"),
        (f"version:\n{BUILD}", "1:9 [version] `this` is no version of CircleCI's configuration language"),
        (f"version: [2]\n{BUILD}", "1:10 [version] `this` is no version of CircleCI's configuration language"),
        ("", "1:1 [value] a configuration must be a mapping, but the file is empty"),
        ("- a", "1:1 [value] a configuration must be a mapping, but this is a list"),
        ("a", "1:1 [value] a configuration must be a mapping, but this is a string"),
    ],
)
def test_what_is_no_version(text: str, expected: str):
    assert said(text) == [expected]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("orbs", "{o: ns/orb@1.0.0}"),
        ("commands", "{c: {steps: [checkout]}}"),
        ("executors", f"{{e: {{{DOCKER}}}}}"),
        ("parameters", "{p: {type: string, default: x}}"),
        ("job-groups", "{g: {jobs: [build]}}"),
        ("setup", "true"),
    ],
)
def test_sections_that_version_2_does_not_have(key: str, value: str):
    text = f"version: 2\n{key}: {value}\n{BUILD}"
    problem = only(text)
    assert (problem.code, problem.span.text) == ("version", key)
    assert problem.message == f"`{key}` needs version 2.1, but this configuration has version 2"
    assert said(f"version: 2\n{key}:\n{BUILD}") == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{executor: e, steps: [checkout]}", "`executor` of job 'build' needs version 2.1"),
        (f"{{{DOCKER}, steps: [when: {{condition: true, steps: [checkout]}}]}}", "the step `when` needs version 2.1"),
    ],
)
def test_what_jobs_of_version_2_do_not_have(body: str, message: str):
    assert message in [line.partition("] ")[2] for line in said(f"version: 2\njobs: {{build: {body}}}\n")]


@pytest.mark.parametrize(
    ("workflow", "message"),
    [
        ("{when: true, jobs: [build]}", "`when` of workflow 'main' needs version 2.1"),
        ("{unless: false, jobs: [build]}", "`unless` of workflow 'main' needs version 2.1"),
        ("{jobs: [build: {pre-steps: [checkout]}]}", "`pre-steps` of the entry of 'build' needs version 2.1"),
        ("{jobs: [build: {post-steps: [checkout]}]}", "`post-steps` of the entry of 'build' needs version 2.1"),
    ],
)
def test_what_workflows_of_version_2_do_not_have(workflow: str, message: str):
    problem = only(f"version: 2\n{BUILD}workflows: {{version: 2, main: {workflow}}}\n")
    assert (problem.code, problem.message) == ("version", message)


def test_keys_without_a_value_do_no_harm_in_version_2():
    entry = "build: {pre-steps: , post-steps: }"
    assert said(f"version: 2\n{BUILD}workflows: {{version: 2, main: {{when: , jobs: [{entry}]}}}}\n") == []


def test_a_matrix_needs_version_2_1():
    entry = "build: {name: b, matrix: {parameters: {x: [a]}}}"
    text = f"version: 2\n{BUILD}workflows: {{version: 2, main: {{jobs: [{entry}]}}}}\n"
    assert "`matrix` of the entry of 'build' needs version 2.1" in [line.partition("] ")[2] for line in said(text)]


def test_version_2_fills_nothing_in():
    text = f'version: 2\njobs: {{build: {{{DOCKER}, steps: [run: "cat << EOF\\n<< parameters.x >>"]}}}}\n'
    (step,) = compiled(text)["jobs"]["build"]["steps"]
    assert step == {"run": {"command": "cat << EOF\n<< parameters.x >>"}}


def test_version_2_is_checked_lightly():
    keys = "parallelism: '4', parameters: {x: {type: string}}, branches: {ignore: gh-pages}"
    assert said(f"version: 2\njobs: {{build: {{{DOCKER}, {keys}, steps: [checkout]}}}}\n") == []


@pytest.mark.parametrize("where", ["jobs", "orbs", "workflows"])
def test_a_key_that_stands_twice(where: str):
    text = f"version: 2.1\n{BUILD}workflows: {{main: {{jobs: [build]}}}}\norbs: {{}}\n{where}: {{}}\n"
    (line,) = [line for line in said(text) if "[duplicate-key]" in line]
    assert line.endswith(f"the key `{where}` stands twice in one mapping; CircleCI keeps the last")


def test_merged_maps_keep_what_they_say_themselves():
    text = f"""\
        version: 2.1
        first: &first {{shell: a, working_directory: b}}
        second: &second
          <<: *first
          shell: c
        jobs:
          build:
            <<: *second
            {DOCKER}
            steps: [checkout]
        """
    job = compiled(text)["jobs"]["build"]
    assert (job["shell"], job["working_directory"]) == ("c", "b")


SETUP = f"version: 2.1\nsetup: true\n{BUILD}workflows:\n"


@pytest.mark.parametrize(
    "workflows",
    [
        "  a: {jobs: [build]}\n",
        "  a: {jobs: [build]}\n  b: {when: false, jobs: [build]}\n",
        # Filters may leave nothing to run in one of them.
        "  a: {jobs: [build]}\n  b: {jobs: [build: {filters: {branches: {ignore: /.*/}, tags: {only: /.*/}}}]}\n",
    ],
)
def test_a_setup_configuration(workflows: str):
    pipeline = pipeline_of(SETUP + workflows)
    assert pipeline.problems == ()
    assert pipeline.setup


def test_a_setup_configuration_runs_one_workflow():
    problem = only(SETUP + "  a: {jobs: [build]}\n  b: {jobs: [build]}\n")
    assert (problem.code, problem.span.text) == ("workflow", "b")
    assert problem.message == "a setup configuration runs exactly one workflow, but 2 would run"
    text = SETUP + "  a: {jobs: [build]}\n  b: {when: << pipeline.git.branch >>, jobs: [build]}\n"
    assert said(text, complete=False) == []


@pytest.mark.parametrize("setup", ["false", "", "<< pipeline.parameters.x >>"])
def test_what_is_no_setup_configuration(setup: str):
    parameters = "parameters: {x: {type: boolean, default: true}}\n"
    pipeline = pipeline_of(f"version: 2.1\nsetup: {setup}\n{parameters}{BUILD}")
    assert pipeline.problems == ()
    assert not pipeline.setup


@pytest.mark.parametrize("setup", ["2", "[]", "'true'"])
def test_what_setup_cannot_be(setup: str):
    assert only(f"version: 2.1\nsetup: {setup}\n{BUILD}").message == "`setup` must be true or false"


def test_pipeline_parameters_that_are_given_have_to_fit():
    text = f"version: 2.1\nparameters: {{level: {{type: integer, default: 1}}}}\n{BUILD}"
    problem = only(text, parameters={"level": "high"})
    assert (
        problem.message == 'Type error for argument level: expected type: integer, actual value: "high" (type string)'
    )
    problem = only(text, parameters={"levle": 1})
    assert (problem.message, problem.suggestion) == ("Unexpected argument(s): levle", "level")
    assert pipeline_of(text, parameters={"level": 5}).problems == ()
