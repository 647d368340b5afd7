"""Jobs: their keys, their types, what is dropped, and what CircleCI refuses (circleci.md 5.1, 8.2)."""

from __future__ import annotations

import pytest

from orbgen.circleci.output import pipeline_data
from tests.circleci.compiling import DOCKER, compiled, only, pipeline_of, said


def job(body: str, *, above: str = "") -> str:
    """A configuration with one job `build`, given as lines."""
    lines = "".join([f"    {line}\n" for line in body.splitlines()])
    return f"version: 2.1\n{above}jobs:\n  build:\n{lines}"


def of(body: str, **given: str) -> object:
    """What `build` compiles to."""
    return compiled(job(body, **given))["jobs"]["build"]


STEPS = "steps: [checkout]"
IMAGE = [{"image": "cimg/base:2026.01"}]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"{DOCKER}\n{STEPS}", {"docker": IMAGE, "steps": ["checkout"]}),
        # Keys keep the order of the source; what only the compiler reads is gone.
        (
            f"description: builds\n{STEPS}\nparameters: {{}}\nworking_directory: ~/x\n{DOCKER}",
            {"steps": ["checkout"], "working_directory": "~/x", "docker": IMAGE},
        ),
        (
            f"{DOCKER}\nresource_class: large\nparallelism: 4\nshell: /bin/sh\n{STEPS}",
            {"docker": IMAGE, "resource_class": "large", "parallelism": 4, "shell": "/bin/sh", "steps": ["checkout"]},
        ),
        (
            f"{DOCKER}\nshell: [/bin/sh, -e]\n{STEPS}",
            {"docker": IMAGE, "shell": ["/bin/sh", "-e"], "steps": ["checkout"]},
        ),
        (
            f"{DOCKER}\nretention: {{caches: 15d}}\ncircleci_ip_ranges: true\n{STEPS}",
            {"docker": IMAGE, "retention": {"caches": "15d"}, "circleci_ip_ranges": True, "steps": ["checkout"]},
        ),
        # A job's variables become a list, those of containers stay a map.
        (
            "docker: [{image: x, environment: {A: 1}}]\nenvironment: {B: yes, C: '', D: 1.50}\n" + STEPS,
            {
                "docker": [{"image": "x", "environment": {"A": 1}}],
                "environment": [{"B": True}, {"C": ""}, {"D": 1.5}],
                "steps": ["checkout"],
            },
        ),
        (
            f"{DOCKER}\nenvironment: [{{A: 1}}, B=2]\n{STEPS}",
            {"docker": IMAGE, "environment": [{"A": 1}, "B=2"], "steps": ["checkout"]},
        ),
        (f"machine: true\n{STEPS}", {"machine": True, "steps": ["checkout"]}),
        # What stands in `machine` and belongs to the job moves to its end; the job's own wins.
        (
            f"machine: {{image: ubuntu-2404:current, resource_class: large, shell: bash}}\n{STEPS}",
            {
                "machine": {"image": "ubuntu-2404:current"},
                "steps": ["checkout"],
                "resource_class": "large",
                "shell": "bash",
            },
        ),
        (
            f"resource_class: medium\nmachine: {{image: x, resource_class: large}}\n{STEPS}",
            {"resource_class": "medium", "machine": {"image": "x"}, "steps": ["checkout"]},
        ),
        (
            f"macos: {{xcode: 16.4.0}}\nresource_class: m4pro.medium\n{STEPS}",
            {"macos": {"xcode": "16.4.0"}, "resource_class": "m4pro.medium", "steps": ["checkout"]},
        ),
        (f"{DOCKER}\nsteps: []", {"docker": IMAGE, "steps": []}),
    ],
)
def test_a_job_keeps_its_keys(body: str, expected: dict[str, object]):
    found = of(body)
    assert found == expected
    assert list(found) == list(expected)


@pytest.mark.parametrize(
    ("body", "line", "code", "message"),
    [
        (
            STEPS,
            3,
            "no-executor",
            "job 'build' has no executor; one of docker, machine, macos and executor is required",
        ),
        (f"docker:\n{STEPS}", 4, "no-executor", "the executor of job 'build' is empty"),
        (DOCKER, 3, "no-steps", "required key [steps] not found in job 'build'"),
        (f"{DOCKER}\nsteps:", 5, "no-steps", "required key [steps] not found in job 'build'"),
        (f"{DOCKER}\nsteps: checkout", 5, "no-steps", "`steps` must be a list"),
        (
            f"{DOCKER}\nmachine: true\n{STEPS}",
            5,
            "value",
            "job 'build' has `docker` and `machine`; it can have one of them",
        ),
        (f"docker: cimg/base\n{STEPS}", 4, "value", "`docker` of job 'build' must be a list of images"),
        (f"docker: []\n{STEPS}", 4, "value", "`docker` of job 'build' must be a list of images"),
        (f"docker: [{{name: x}}]\n{STEPS}", 4, "value", "required key [image] not found in `docker` of job 'build'"),
        (f"docker: [{{image: }}]\n{STEPS}", 4, "value", "required key [image] not found in `docker` of job 'build'"),
        (f"docker: [{{image: [x]}}]\n{STEPS}", 4, "value", "`image` of job 'build' must be a string"),
        (
            f"docker: [{{image: x, environment: {{A: [1]}}}}]\n{STEPS}",
            4,
            "value",
            "the variable `A` of job 'build' must have a single value",
        ),
        (
            f"{DOCKER}\nparallelism: [1]\n{STEPS}",
            5,
            "value",
            "`parallelism` of job 'build' must be an integer, not a collection",
        ),
        (f"docker: [cimg/base]\n{STEPS}", 4, "value", "required key [image] not found in `docker` of job 'build'"),
        (
            f"docker: [{{image: x, auth: {{username: u}}}}]\n{STEPS}",
            4,
            "value",
            "required key [password] not found in `auth` of job 'build'",
        ),
        (
            f"docker: [{{image: x, aws_auth: {{aws_access_key_id: u}}}}]\n{STEPS}",
            4,
            "value",
            "`aws_auth` of job 'build' needs either `oidc_role_arn`, or both an access key and its secret",
        ),
        (f"macos: {{}}\n{STEPS}", 4, "value", "required key [xcode] not found in `macos` of job 'build'"),
        (
            f"{DOCKER}\nparallelism: '4'\n{STEPS}",
            5,
            "value",
            "`parallelism` of job 'build' must be an integer, not `4`",
        ),
        (
            f"{DOCKER}\nparallelism: true\n{STEPS}",
            5,
            "value",
            "`parallelism` of job 'build' must be an integer, not `true`",
        ),
        (
            f"{DOCKER}\ncirculeci_ip_ranges: true\n{STEPS}",
            5,
            "unknown-key",
            "extraneous key [circuleci_ip_ranges] is not permitted in job 'build'",
        ),
        (
            f"{DOCKER}\ncircleci_ip_ranges: 'true'\n{STEPS}",
            5,
            "value",
            "`circleci_ip_ranges` of job 'build' must be true or false, not `true`",
        ),
        (
            f"{DOCKER}\nretention: {{caches: 40d}}\n{STEPS}",
            5,
            "value",
            "`caches` of job 'build' are kept for 1d to 15d, not `40d`",
        ),
        (
            f"{DOCKER}\nworking_directory: [a]\n{STEPS}",
            5,
            "value",
            "`working_directory` of job 'build' must be a string",
        ),
        (
            f"{DOCKER}\nenvironment: {{A: [1]}}\n{STEPS}",
            5,
            "value",
            "the variable `A` of job 'build' must have a single value",
        ),
        (
            f"type: biuld\n{DOCKER}\n{STEPS}",
            4,
            "value",
            "`type` must be build, approval, no-op, release, lock or unlock, not `biuld`",
        ),
        (
            f"{DOCKER}\nfilters: {{}}\n{STEPS}",
            5,
            "unknown-key",
            "extraneous key [filters] is not permitted in job 'build'",
        ),
    ],
)
def test_what_a_job_cannot_have(body: str, line: int, code: str, message: str):
    problem = only(job(body))
    assert (problem.span.line, problem.code, problem.message) == (line, code, message)


def test_a_key_of_an_entry_in_a_job_is_told_where_it_belongs():
    assert only(job(f"{DOCKER}\ncontext: prod\n{STEPS}")).help == "`context` belongs to the job's entry in a workflow"


def test_a_key_that_is_like_none_is_told_which_there_are():
    help = only(job(f"{DOCKER}\nqwertz: prod\n{STEPS}")).help
    assert help is not None
    assert help.startswith("permitted keys: branches, circleci_ip_ranges, description, docker, environment, executor,")


@pytest.mark.parametrize("parallelism", ["", "<< pipeline.parameters.n >>", "<< pipeline.number >>"])
def test_what_is_not_known_may_fit(parallelism: str):
    above = "parameters: {n: {type: integer, default: 2}}\n"
    assert said(job(f"{DOCKER}\nparallelism: {parallelism}\n{STEPS}", above=above), complete=False) == []


def test_all_mistakes_of_a_job_are_told_at_once():
    assert said(job(f"{DOCKER}\nparallelism: no\nworkdir: x\nsteps:\n  - run:\n  - save_cache: {{key: a}}")) == [
        "5:18 [value] `parallelism` of job 'build' must be an integer, not `no`",
        "6:5 [unknown-key] extraneous key [workdir] is not permitted in job 'build'",
        "8:9 [empty-run] the step `run` is empty; required key [command] not found",
        "9:9 [missing-argument] required key [paths] not found in the step `save_cache`",
    ]


def workflow(*entries: str) -> str:
    return "workflows:\n  main:\n    jobs:\n" + "".join([f"      - {entry}\n" for entry in entries])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("type: no-op", {"type": "no-op"}),
        ("type: approval", {"type": "approval"}),
        ("type: lock\nkey: deploy", {"type": "lock", "key": "deploy"}),
        ("type: unlock\nkey: deploy", {"type": "unlock", "key": "deploy"}),
        (
            "type: release\nplan_name: plan\nvalidation: {enabled: true}",
            {"type": "release", "plan_name": "plan", "validation": {"enabled": True}},
        ),
        (f"type: build\n{DOCKER}\n{STEPS}", {"type": "build", "docker": IMAGE, "steps": ["checkout"]}),
    ],
)
def test_types_of_jobs(body: str, expected: object):
    assert of(body, above=workflow("build")) == expected


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("type: lock", "required key [key] not found in job 'build', which is of type lock"),
        ("type: unlock", "required key [key] not found in job 'build', which is of type unlock"),
        ("type: release", "required key [plan_name] not found in job 'build', which is of type release"),
    ],
)
def test_what_other_types_need(body: str, message: str):
    problem = only(job(body, above=workflow("build")))
    assert (problem.message, problem.span.text) == (message, body.removeprefix("type: "))


def test_steps_of_a_job_that_runs_none_do_nothing():
    text = job(f"type: no-op\n{DOCKER}\n{STEPS}", above=workflow("build"))
    assert said(text) == [
        "9:5 [ignored-key] CircleCI ignores `docker` in a job of type no-op",
        "10:5 [ignored-key] CircleCI ignores `steps` in a job of type no-op",
    ]
    data = pipeline_data(pipeline_of(text))
    assert data["jobs"] == {"build": {"type": "no-op"}}


def test_a_job_may_be_a_name_of_another():
    text = f"""\
        version: 2.1
        jobs:
          test: {{{DOCKER}, {STEPS}}}
          build: test
        """
    assert compiled(text)["jobs"] == {"build": {"docker": IMAGE, "steps": ["checkout"]}}


def test_a_job_that_is_nothing():
    assert only("version: 2.1\njobs:\n  build:\n").message == "job 'build' must be a mapping, but is empty"
    problem = only(f"version: 2.1\njobs:\n  build: tset\n  test: {{{DOCKER}, {STEPS}}}\n")
    assert (problem.span.line, problem.message) == (3, "job 'build' must be a mapping, or the name of another job")
    assert (problem.suggestion, problem.help) == ("test", "did you mean 'test'?")


def test_jobs_that_nothing_runs_are_looked_at_as_what_circleci_does_not_see():
    text = job(f"{DOCKER}\n{STEPS}") + f"  other:\n    {DOCKER}\n    steps: [unknown]\n"
    problem = only(text)
    assert (problem.code, problem.dormant) == ("undefined-command", True)
    assert [note.text for note in problem.calls] == ["job 'other'"]


@pytest.mark.parametrize(
    ("jobs", "message"),
    [
        ("jobs: [build]", "`jobs` must be a mapping of names to jobs"),
        (
            "executors: {a: 1}\njobs: {build: {executor: a, steps: [checkout]}}",
            "executor 'a' must be a mapping, but is not",
        ),
        ("commands: x", "`commands` must be a mapping of names to commands"),
    ],
)
def test_sections_of_another_form(jobs: str, message: str):
    assert message in [line.partition("] ")[2] for line in said(f"version: 2.1\n{jobs}\n")]
