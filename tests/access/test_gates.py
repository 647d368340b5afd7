"""The gates of job runs: the truth table of the analysis, row by row."""

from __future__ import annotations

import textwrap

import pytest

from orbgen.access.gates import Gate, Gates, Result
from orbgen.access.scenarios import BRANCH, TAG
from orbgen.circleci.compiler import compile_document
from orbgen.circleci.inputs import Inputs
from orbgen.circleci.pipeline import JobRun
from orbgen.source.reader import read

HEAD = """\
version: 2.1
parameters:
  force: {type: boolean, default: false}
  deploy: {type: boolean, default: true}
jobs:
  a: &job
    docker: [{image: "cimg/base:2024.12"}]
    steps: [run: "true"]
  build: *job
  test: *job
  smoke: *job
  d:
    docker: [{image: "cimg/base:2024.12"}]
    steps:
      - when:
          condition: {equal: [main, << pipeline.git.branch >>]}
          steps: [run: join]
  parametric:
    parameters: {b: {type: string}}
    docker: [{image: "cimg/base:2024.12"}]
    steps: [run: "true"]
job-groups:
  g:
    jobs:
      - d: {context: c}
"""


def analysed(workflow: str) -> tuple[Gates, dict[str, JobRun]]:
    """The gates of a workflow and its job runs by name; the workflow is what stands under its name."""
    text = HEAD + "workflows:\n  w:\n" + textwrap.indent(textwrap.dedent(workflow), "    ")
    pipeline = compile_document(read(text.encode(), "config.yml"), Inputs())
    assert [problem.message for problem in pipeline.problems] == []
    return Gates(pipeline), {run.name: run for run in pipeline.job_runs}


def gate(workflow: str, name: str = "d") -> Gate:
    gates, runs = analysed(workflow)
    return gates.of(runs[name])


def entry(settings: str) -> str:
    return f"jobs:\n  - d: {{context: c, {settings}}}\n"


def when(condition: str, key: str = "when") -> str:
    return f"{key}: {condition}\njobs:\n  - d: {{context: c}}\n"


def requiring(requires: str, others: str) -> str:
    return f"jobs:\n{textwrap.indent(others, '  ')}\n  - d: {{context: c, requires: {requires}}}\n"


HOLD = "- hold: {type: approval}"
HOLD_ON_MAIN = "- hold: {type: approval, filters: {branches: {only: main}}}"
BUILD_ON_MAIN = "- build: {filters: {branches: {only: main}}}"

OPEN, WEAK_TEXT, WEAK_CALLER, UNKNOWN, GATED = Result


@pytest.mark.parametrize(
    ("workflow", "result", "reasons"),
    [
        pytest.param("jobs:\n  - d: {context: c}\n", OPEN, (), id="1"),
        pytest.param(entry("filters: {branches: {only: main}}"), GATED, ("branch",), id="2"),
        pytest.param(entry(r"filters: {branches: {only: [main, '/release\/.*/']}}"), GATED, ("branch",), id="3"),
        pytest.param(entry("filters: {branches: {only: /.*/}}"), OPEN, (), id="4"),
        pytest.param(entry("filters: {branches: {ignore: [main, develop]}}"), OPEN, (), id="5"),
        pytest.param(entry("filters: {tags: {only: /^v.*/}}"), OPEN, (), id="6"),
        pytest.param(entry("filters: {tags: {only: /^v.*/}, branches: {ignore: /.*/}}"), GATED, ("tag",), id="7"),
        pytest.param(entry("filters: {tags: {only: /.*/}, branches: {ignore: /.*/}}"), OPEN, (), id="8"),
        pytest.param(
            entry("""filters: 'pipeline.git.branch == "main" or pipeline.git.tag starts-with "v"'"""),
            GATED,
            ("branch", "tag"),
            id="9",
        ),
        pytest.param(entry("""filters: 'pipeline.git.branch != "main"'"""), OPEN, (), id="10"),
        pytest.param(entry("""filters: 'not pipeline.git.branch == "main"'"""), GATED, ("never",), id="11"),
        pytest.param(entry("filters: 'pipeline.git.branch matches /^(?!main$).*/'"), OPEN, (), id="12"),
        pytest.param(
            entry("""filters: 'pipeline.git.branch == "main" or pipeline.parameters.force'"""), WEAK_CALLER, (), id="13"
        ),
        pytest.param(when("<< pipeline.parameters.deploy >>"), OPEN, (), id="14"),
        pytest.param(when("{equal: [main, << pipeline.git.branch >>]}"), GATED, ("branch",), id="15"),
        pytest.param(when("{equal: [main, << pipeline.git.branch >>]}", "unless"), OPEN, (), id="16"),
        pytest.param(
            when('pipeline.git.branch.is_default and not (pipeline.config_source starts-with "api")'),
            GATED,
            ("default-branch",),
            id="17",
        ),
        pytest.param(when("'pipeline.git.commit.subject starts-with \"release:\"'"), WEAK_TEXT, (), id="18"),
        pytest.param(when("not (pipeline.git.commit.subject matches /.*skip deploy.*/)"), OPEN, (), id="19"),
        pytest.param(
            when('pipeline.trigger.type == "schedule" and pipeline.schedule.name == "nightly"'),
            GATED,
            ("schedule",),
            id="20",
        ),
        pytest.param(when('pipeline.trigger.type == "api"'), WEAK_CALLER, (), id="20b"),
        pytest.param(
            'triggers: [{schedule: {cron: "0 3 * * *", filters: {branches: {only: main}}}}]\njobs: [d]\n',
            GATED,
            ("schedule",),
            id="21",
        ),
        pytest.param(
            'triggers: [{schedule: {cron: "0 3 * * *", filters: {branches: {only: /.*/}}}}]\njobs: [d]\n',
            OPEN,
            (),
            id="21b",
        ),
        pytest.param(requiring("[hold]", HOLD), GATED, ("approval",), id="22"),
        pytest.param(requiring("[{hold: [success, canceled]}]", HOLD), OPEN, (), id="23"),
        pytest.param(requiring("[{hold: terminal}]", HOLD), OPEN, (), id="23b"),
        pytest.param(requiring("[test, hold]", f"- test\n{HOLD_ON_MAIN}"), OPEN, (), id="24"),
        pytest.param(requiring("[build]", BUILD_ON_MAIN), GATED, ("branch",), id="25"),
        pytest.param(requiring("[build, test]", f"- test\n{BUILD_ON_MAIN}"), OPEN, (), id="26"),
        pytest.param(requiring("[smoke]", f"{HOLD}\n- smoke: {{requires: [hold]}}"), GATED, ("approval",), id="27"),
        pytest.param(requiring("[{smoke: terminal}]", f"{HOLD}\n- smoke: {{requires: [hold]}}"), OPEN, (), id="27b"),
        pytest.param(
            when('pipeline.event.name == "pull_request" and pipeline.event.github.pull_request.merged'),
            GATED,
            ("merge",),
            id="32",
        ),
        pytest.param(entry(r"filters: {branches: {only: '/release-\p{Alpha}+/'}}"), UNKNOWN, (), id="33"),
        pytest.param(
            requiring("[hold]", HOLD).replace("context: c,", "context: c, filters: {branches: {only: main}},"),
            GATED,
            ("branch", "approval"),
            id="branch and approval",
        ),
        pytest.param(when('pipeline.event.github.sender.login == "release-bot"'), GATED, ("sender",), id="sender"),
        pytest.param(when("false"), GATED, ("never",), id="never"),
    ],
)
def test_the_truth_table(workflow, result, reasons):
    found = gate(workflow)
    assert (found.result, found.reasons) == (result, reasons)


@pytest.mark.parametrize(
    ("settings", "bounded"),
    [
        ("filters: {branches: {only: main}}", True),
        (r"filters: {branches: {only: [main, '/release\/.*/']}}", False),
        ("""filters: 'pipeline.git.branch == "main" or pipeline.git.branch == "next"'""", True),
        ("""filters: 'pipeline.git.branch starts-with "release/"'""", False),
        ("filters: {branches: {ignore: main}}", False),
        # A pattern that leaves branches out lets the others in.
        (r"filters: {branches: {ignore: '/pull\/[0-9]+/'}}", False),
        ("filters: {branches: {ignore: '/.*/'}, tags: {only: '/.*/'}}", True),
        # What these take in is a word to every shell.
        (r"filters: {branches: {only: '/^release\/\d+(\.[0-9]+)*(-rc)?$/'}}", True),
        ("filters: {branches: {only: '/release-[a-z0-9_.-]+/'}}", True),
        ("filters: 'pipeline.git.branch matches /^[a-z]+$/'", True),
        ("filters: 'not (pipeline.git.branch matches /^[a-z]+$/)'", False),
        ("filters: {branches: {only: '/release-[^-]+/'}}", False),
        ("filters: {branches: {only: '/v[0-9]+.?/'}}", False),
        ("filters: {branches: {only: '/[!-~]+/'}}", False),
    ],
)
def test_a_value_is_bounded_if_only_written_names_or_harmless_ones_get_in(settings, bounded):
    assert (BRANCH in gate(entry(settings)).bounded) is bounded


@pytest.mark.parametrize(
    ("workflow", "bounded"),
    [
        # Somebody approves, and somebody else has chosen the branch.
        (requiring("[hold]", HOLD), False),
        (requiring("[hold]", HOLD_ON_MAIN), True),
        # A call, or a setup configuration, sets the parameter for any branch.
        (when("<< pipeline.parameters.force >>"), False),
        (when('pipeline.git.branch == "main" and pipeline.parameters.force'), True),
        (when('pipeline.parameters.force and pipeline.git.branch == "main"'), True),
        (entry("""filters: 'pipeline.git.branch == "main" or pipeline.parameters.force'"""), False),
        # Here the text decides that the job runs, for any branch.
        (when('pipeline.git.commit.subject starts-with "deploy"'), False),
    ],
)
def test_a_branch_is_not_bounded_by_what_others_open(workflow, bounded):
    assert (BRANCH in gate(workflow).bounded) is bounded


def test_a_call_for_a_tag_sets_parameters_too():
    workflow = when("<< pipeline.parameters.force >>")
    assert TAG in gate(workflow).bounded
    assert TAG not in gate(workflow.replace("context: c", "filters: {tags: {only: /.*/}}")).bounded


def test_a_chosen_context_is_held_where_it_is_chosen():
    gates, runs = analysed("""\
        jobs:
          - d:
              context: << pipeline.git.branch == "main" and "prod" or "dev" >>
    """)
    assert gates.contexts_in(runs["d"]) == {"dev"}


def test_each_run_of_a_matrix_has_its_own_gate():
    gates, runs = analysed("""\
        jobs:
          - parametric:
              matrix: {parameters: {b: [main, develop]}}
              filters: {branches: {only: << matrix.b >>}}
    """)
    assert [gates.of(run).reasons for run in runs.values()] == [("branch",), ("branch",)]


def test_a_condition_in_a_job_gates_its_steps_alone():
    gates, runs = analysed("jobs:\n  - d: {context: c}\n")
    run = runs["d"]
    assert gates.of(run).result is OPEN
    assert gates.of(run, run.steps[0]) == Gate(GATED, ("branch",), frozenset((BRANCH,)) | gates.of(run).bounded)


def test_an_invocation_of_a_group_gates_its_members():
    found = gate("""\
        jobs:
          - g: {filters: 'pipeline.git.branch == "main"'}
    """)
    assert (found.result, found.reasons) == (GATED, ("branch",))


def test_the_entry_is_enough_where_the_orb_is_missing():
    text = (
        "version: 2.1\norbs: {orb: acme/orb@1.0.0}\nworkflows:\n  w:\n    jobs:\n"
        "      - orb/d: {context: c, filters: {branches: {only: main}}}\n"
    )
    pipeline = compile_document(read(text.encode(), "config.yml"), Inputs())
    (run,) = pipeline.job_runs
    assert Gates(pipeline).of(run).reasons == ("branch",)


def test_requirements_in_a_circle_leave_the_gate_unknown():
    text = HEAD + "workflows:\n  w:\n    jobs:\n      - a: {requires: [test]}\n      - test: {requires: [a]}\n"
    pipeline = compile_document(read(text.encode(), "config.yml"), Inputs())
    assert {Gates(pipeline).of(run).result for run in pipeline.job_runs} == {UNKNOWN}
