"""Workflows and their entries: conditions, contexts, filters, triggers, approvals (circleci.md 6, 8.4)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.circleci.compiling import DOCKER, chain_of, compiled, only, pipeline_of, run_of, said

JOBS = f"""\
version: 2.1
jobs:
  build: {{{DOCKER}, steps: [checkout]}}
  test: {{{DOCKER}, parameters: {{x: {{type: string, default: y}}}}, steps: [run: << parameters.x >>]}}
workflows:
"""


def config(*entries: str, keys: str = "") -> str:
    """The configuration with one workflow `main` of these entries, which may take several lines."""
    text = f"{JOBS}  main:\n"
    text += "".join([f"    {line}\n" for line in keys.splitlines()])
    text += "    jobs:\n"
    for entry in entries:
        first, *rest = entry.splitlines() or [entry]
        text += f"      - {first}\n" + "".join([f"        {line}\n" for line in rest])
    return text


def workflows_of(text: str, **given: Any) -> Any:
    return compiled(text, **given)["workflows"]


# What an entry becomes


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("build", "build"),
        ("build:", "build"),
        ("build: {}", "build"),
        ("test: {x: z}", "test"),
        ("build: {name: Other name/1.0}", "Other name/1.0"),
        ("build: {context: prod}", {"build": {"context": "prod"}}),
        ("build: {context: [a, b]}", {"build": {"context": ["a", "b"]}}),
        ("build: {context: }", "build"),
        ("build: {name: }", "build"),
        ("build: {pre-steps: , post-steps: }", "build"),
        ("build: {requires: []}", "build"),
        ("build: {filters: }", "build"),
        (
            "build: {context: a, filters: {branches: {only: main}}}",
            {"build": {"filters": {"branches": {"only": "main"}}, "context": "a"}},
        ),
        (
            "build: {filters: {tags: {only: [/^v.*/]}, branches: {ignore: /.*/}}}",
            {"build": {"filters": {"tags": {"only": ["/^v.*/"]}, "branches": {"ignore": "/.*/"}}}},
        ),
        (
            'build: {filters: pipeline.git.branch == "main"}',
            {"build": {"filters": 'pipeline.git.branch == "main"'}},
        ),
        ("build: {serial-group: deploy/prod}", {"build": {"serial-group": "deploy/prod"}}),
        ("hold: {type: approval}", {"hold": {"type": "approval"}}),
        (
            "hold: {context: a, type: approval, filters: {branches: {only: main}}}",
            {"hold": {"filters": {"branches": {"only": "main"}}, "type": "approval", "context": "a"}},
        ),
        ("hold: {type: approval, name: Ship it}", {"Ship it": {"type": "approval"}}),
    ],
)
def test_entries(entry: str, expected: Any):
    assert workflows_of(config(entry))["main"]["jobs"] == [expected]


def test_the_keys_of_an_entry_have_one_order():
    settings = "requires: [build], context: a, x: z, serial-group: s, filters: {branches: {only: main}}"
    entry = f"test: {{{settings}}}"
    (_, found) = workflows_of(config("build", entry))["main"]["jobs"]
    assert list(found["test"]) == ["filters", "requires", "context", "serial-group"]


def test_steps_before_and_after():
    entry = "build:\n    pre-steps: [run: first, {run: {command: second}}]".replace("[run: first", "[{run: first}")
    text = config(f"{entry}\n    post-steps: [store_artifacts: {{path: a}}]")
    assert compiled(text)["jobs"]["build"]["steps"] == [
        {"run": {"command": "first"}},
        {"run": {"command": "second"}},
        "checkout",
        {"store_artifacts": {"path": "a"}},
    ]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("", "8:8 [workflow] a workflow's job must be a name; this entry is empty"),
        ("[build]", "8:9 [workflow] a workflow's job must be a name or a mapping with one key"),
        ("build: x", "8:16 [workflow] the settings of job 'build' must be a mapping"),
        ("bulid", "8:9 [undefined-job] Cannot find a definition for job named bulid"),
        ("node/test", "8:9 [undefined-orb] Cannot find orb 'node' looking for job named 'node/test'"),
        ("test: {parameters: {x: a}}", "8:16 [unexpected-argument] Unexpected argument(s): parameters"),
        ("build: {x: a}", "8:17 [unexpected-argument] Unexpected argument(s): x"),
        (
            "test: {x: 1}",
            '8:19 [argument-type] Type error for argument x: expected type: string, actual value: "1" (type integer)',
        ),
        ("build: {name: [a]}", "8:23 [value] `name` must be a string"),
        ("build: {[a]: b}", "8:17 [value] a key must be a single value, but this is a list"),
        ("build: {context: {a: b}}", "8:26 [value] `context` must be a name or a list of names"),
        ("build: {context: [a, {b: c}]}", "8:26 [value] `context` must be a name or a list of names"),
        ("build: {filters: [main]}", "8:26 [value] `filters` must be a mapping or an expression"),
        (
            "build: {filters: {branch: {only: main}}}",
            "8:27 [unknown-key] extraneous key [branch] is not permitted in `filters`",
        ),
        (
            "build: {filters: {branches: {exclude: main}}}",
            "8:38 [unknown-key] extraneous key [exclude] is not permitted in `branches`",
        ),
        ("build: {filters: {branches: main}}", "8:37 [value] `branches` must be a mapping with `only` or `ignore`"),
        ("build: {override-with: [a]}", "8:32 [value] `override-with` must be a job's name"),
        (
            "deploy: {type: no-op}",
            "8:24 [value] Only jobs with `type: approval` can be defined inline under the `workflows:` section",
        ),
        ("hold: {type: approval, x: y}", "8:32 [unexpected-argument] Unexpected argument(s): x"),
        ("build: {serial-group: ' '}", "8:31 [value] `serial-group` must not be blank"),
        (
            "build: {serial-group: a b}",
            "8:31 [value] `serial-group` takes letters, digits and `.`, `_`, `/`, `-`, but is `a b`",
        ),
        ("build: {serial-group: [a]}", "8:31 [value] `serial-group` must be a string"),
        (
            f"build: {{serial-group: {'a' * 513}}}",
            "8:31 [value] `serial-group` has 513 characters; CircleCI allows 512",
        ),
    ],
)
def test_what_an_entry_cannot_be(entry: str, expected: str):
    assert said(config(entry)) == [expected]


def test_an_entry_with_keys_beside_its_job():
    problem = only(config("build:\nfilters: {branches: {only: main}}"))
    assert (problem.code, problem.span.line, problem.help) == ("misplaced-key", 9, "indent `filters` under `build`")


def test_an_entry_with_several_keys_beside_its_job():
    problem = only(config("build:\nfilters: {branches: {only: main}}\ncontext: c"))
    assert problem.message == (
        "an entry of a workflow has exactly one key, the job's name; `filters`, `context` stand beside `build`"
    )


@pytest.mark.parametrize(("entry", "suggestion"), [("biuld", "build"), ("tset: {x: z}", "test")])
def test_a_job_that_is_nearly_right(entry: str, suggestion: str):
    problem = only(config(entry))
    assert problem.suggestion == suggestion
    assert chain_of(problem)[0] == "workflow 'main' (6)"


def test_a_command_among_the_jobs_is_told_to_be_one():
    text = config("deploy").replace("jobs:\n  build", "commands: {deploy: {steps: [checkout]}}\njobs:\n  build")
    (problem,) = [problem for problem in pipeline_of(text).problems if problem.code == "undefined-job"]
    assert problem.help == "'deploy' is a command; a job calls it in its steps"


# Substitution in entries


def test_pipeline_values_in_an_entry():
    text = config(
        "build:\n    name: build-<< pipeline.number >>\n    context: ctx-<< pipeline.git.branch >>\n"
        "    serial-group: << pipeline.project.slug >>/x\n    filters: {branches: {only: [<< pipeline.git.branch >>]}}",
        "test:\n    x: << pipeline.git.branch >>\n    requires: [build-<< pipeline.number >>]",
    )
    values = {"pipeline.number": 7, "pipeline.git.branch": "dev", "pipeline.project.slug": "gh/o/r"}
    data = compiled(text, values=values)
    assert data["workflows"]["main"]["jobs"] == [
        {
            "build-7": {
                "filters": {"branches": {"only": ["dev"]}},
                "context": "ctx-dev",
                "serial-group": "gh/o/r/x",
            }
        },
        {"test": {"requires": ["build-7"]}},
    ]
    assert data["jobs"]["test"]["steps"] == [{"run": {"command": "dev"}}]


@pytest.mark.parametrize(("branch", "context"), [("main", "prod"), ("x", "dev")])
def test_a_context_that_an_expression_chooses(branch: str, context: str):
    text = config('build: {context: << pipeline.git.branch == "main" and "prod" or "dev" >>}')
    run = run_of(pipeline_of(text, values={"pipeline.git.branch": branch}), "build")
    assert [name.text for name in run.contexts] == [context]


def test_an_empty_context_is_none():
    run = run_of(
        pipeline_of(config("build: {context: << pipeline.git.tag >>}"), values={"pipeline.git.tag": ""}), "build"
    )
    assert run.contexts == ()


@pytest.mark.parametrize(
    ("filters", "truth"),
    [
        ('pipeline.git.branch == "main"', True),
        ('pipeline.git.branch == "x" or pipeline.git.tag starts-with "v"', False),
        ("<< pipeline.parameters.go >>", True),
        ("not << pipeline.parameters.go >>", False),
        ('pipeline.git.branch == "<< pipeline.parameters.name >>"', True),
    ],
)
def test_filters_as_an_expression(filters: str, truth: bool):
    parameters = "parameters: {go: {type: boolean, default: true}, name: {type: string, default: main}}\n"
    text = config(f"build:\n    filters: '{filters}'").replace("jobs:\n  build", f"{parameters}jobs:\n  build")
    pipeline = pipeline_of(text, values={"pipeline.git.branch": "main", "pipeline.git.tag": ""})
    assert pipeline.problems == ()
    condition = run_of(pipeline, "build").filter_condition
    assert condition is not None
    assert condition.truth is truth


def test_a_filter_that_is_no_expression_is_told_where_it_breaks():
    problem = only(config("build:\n    filters: pipeline.git.branch = 1"))
    assert (problem.code, problem.span.line, problem.span.text) == ("expression", 9, "=")


# Conditions of workflows


@pytest.mark.parametrize(
    ("keys", "kept"),
    [
        ("when: true", True),
        ("when: false", False),
        ("unless: true", False),
        ("unless: << pipeline.parameters.go >>", False),
        ("when: << pipeline.parameters.go >>", True),
        ('when: pipeline.git.branch == "main" and pipeline.parameters.go', True),
        ("when: {and: [true, {not: {equal: [main, << pipeline.git.branch >>]}}]}", False),
        ("unless: {matches: {pattern: '^m.*$', value: << pipeline.git.branch >>}}", False),
        ("when: {or: [{equal: [x, << pipeline.git.branch >>]}, << pipeline.parameters.go >>]}", True),
    ],
)
def test_a_workflow_that_a_condition_switches(keys: str, kept: bool):
    parameters = "parameters: {go: {type: boolean, default: true}}\n"
    text = config("build", keys=keys).replace("jobs:\n  build", f"{parameters}jobs:\n  build")
    data = compiled(text, values={"pipeline.git.branch": "main"})
    assert data["workflows"] == ({"main": {"jobs": ["build"]}, "version": 2} if kept else {"version": 2})
    assert list(data["jobs"]) == ["build"] * kept


def test_when_and_unless_exclude_each_other():
    problem = only(config("build", keys="when: true\nunless: false"))
    assert (problem.code, problem.message) == ("workflow", "cannot use both 'when' and 'unless'")


def test_errors_in_a_workflow_that_is_switched_off_are_told_apart():
    text = config("build", "nobody", keys="when: false")
    problem = only(text)
    assert (problem.code, problem.dormant) == ("undefined-job", True)
    assert only(config("nobody")).dormant is False


def test_a_workflow_that_only_circleci_can_decide_is_kept():
    pipeline = pipeline_of(config("build", keys='when: pipeline.git.branch == "main"'), complete=False)
    (workflow,) = pipeline.workflows
    assert workflow.active is None
    assert [run.name for run in workflow.job_runs] == ["build"]


# Other keys of workflows


def test_keys_of_a_workflow_keep_their_order_and_unknown_ones_are_told():
    cron = "triggers: [{schedule: {cron: 0 3 * * *, filters: {branches: {only: main}}}}]"
    text = config("build", keys=f"max_auto_reruns: 3\n{cron}")
    assert list(workflows_of(text)["main"]) == ["max_auto_reruns", "triggers", "jobs"]
    assert said(config("build", keys="filters: {branches: {only: main}}\nconcurrency: 1")) == [
        "7:5 [ignored-key] CircleCI ignores the key `filters` of workflow 'main'",
        "8:5 [ignored-key] CircleCI ignores the key `concurrency` of workflow 'main'",
    ]


def test_what_is_newer_than_orbgen_is_told_to_be_possible():
    problem = only(config("build", keys="concurrency: 1"))
    assert problem.help is not None
    assert re.search(r"the keys are .* \(as of \d{4}-\d\d-\d\d\)$", problem.help)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("max_auto_reruns: 6", "7:22 [value] max_auto_reruns must be between 1 and 5, not `6`"),
        ("triggers: {}", "7:15 [workflow] `triggers` must be a list"),
        ("triggers: [push]", "7:16 [workflow] a trigger must be a `schedule` with `cron` and `filters`"),
        (
            "triggers: [{schedule: {filters: {branches: {only: main}}}}]",
            "7:27 [workflow] required key [cron] not found in `schedule`",
        ),
        ("triggers: [{schedule: {cron: 0 0 * * *}}]", "7:27 [workflow] required key [filters] not found in `schedule`"),
        (
            "triggers: [{schedule: {cron: 0 0 * * *, filters: {branches: {}}}}]",
            "7:54 [workflow] the `filters` of a schedule need `branches` with `only` or `ignore`",
        ),
        (
            "triggers: [{schedule: {cron: 0 0 * * *, filters: {branches: {not: a}}}}]",
            "7:66 [unknown-key] extraneous key [not] is not permitted in `branches`",
        ),
    ],
)
def test_what_the_keys_of_a_workflow_cannot_be(keys: str, expected: str):
    assert expected in said(config("build", keys=keys))


def test_a_number_of_reruns_that_only_circleci_knows():
    assert said(config("build", keys="max_auto_reruns: << pipeline.number >>"), complete=False) == []


@pytest.mark.parametrize(
    ("workflows", "message"),
    [
        ("workflows: [main]", "`workflows` must be a mapping of names to workflows"),
        ("workflows: {version: 2}", "the configuration has no workflow to run"),
        ("workflows: {main: [build]}", "workflow 'main' must be a mapping with `jobs`"),
        ("workflows: {main: {}}", "workflow 'main' has no `jobs`"),
        ("workflows: {main: {jobs: }}", "workflow 'main' has no `jobs`"),
        ("workflows: {main: {jobs: []}}", "workflow 'main' has no `jobs`"),
        ("workflows: {main: {jobs: build}}", "`jobs` of workflow 'main' must be a list"),
    ],
)
def test_workflows_of_another_form(workflows: str, message: str):
    problem = only(f"version: 2.1\njobs: {{build: {{{DOCKER}, steps: [checkout]}}}}\n{workflows}\n")
    assert (problem.code, problem.message) == ("workflow", message)


def test_without_workflows_the_job_build_runs():
    data = compiled(f"version: 2.1\njobs: {{build: {{{DOCKER}, steps: [checkout]}}, other: {{{DOCKER}, steps: []}}}}\n")
    assert list(data["jobs"]) == ["build"]
    assert list(data["workflows"].items()) == [("version", 2), ("workflow", {"jobs": ["build"]})]


def test_without_workflows_and_a_job_build_nothing_runs():
    problem = only(f"version: 2.1\njobs: {{test: {{{DOCKER}, steps: [checkout]}}}}\n")
    assert problem.message == (
        "Cannot find a job named `build` to run in the `jobs:` section of your configuration file."
    )
    problem = only(
        f"version: 2.1\njobs: {{test: {{{DOCKER}, steps: [checkout]}}}}\nworkflow: {{main: {{jobs: [test]}}}}\n"
    )
    assert (problem.span.text, problem.help) == ("workflow", "did you mean `workflows`?")


@pytest.mark.parametrize(
    ("above", "order"),
    [("  version: 2\n", ["version", "main"]), ("  version: 2.1\n", ["version", "main"]), ("", ["main", "version"])],
)
def test_the_version_of_workflows_is_always_printed(above: str, order: list[str]):
    data = workflows_of(config("build").replace("workflows:\n", f"workflows:\n{above}"))
    assert list(data) == order
    assert data["version"] == 2


def test_a_job_that_another_may_take_the_place_of():
    text = """\
        version: 2.1
        orbs:
          ours:
            jobs: {build: {machine: true, steps: [run: ours]}}
        jobs:
          build: {machine: true, steps: [run: local]}
        workflows:
          main:
            jobs:
              - build: {name: a, override-with: ours/build}
              - build: {name: b, override-with: ours/nothing}
              - build: {name: c, override-with: nobody/build}
        """
    jobs = compiled(text)["jobs"]
    assert {name: job["steps"][0]["run"]["command"] for name, job in jobs.items()} == {
        "a": "ours",
        "b": "local",
        "c": "local",
    }


def test_a_job_that_an_orb_not_at_hand_may_take_the_place_of_is_not_known():
    text = config("build: {override-with: ns/build}").replace(
        "jobs:\n  build", "orbs: {ns: a/ns@1.0.0}\njobs:\n  build"
    )
    run = run_of(pipeline_of(text), "build")
    assert run.opaque


def test_more_contexts_than_circleci_allows():
    entries = [f"build: {{name: b{n}, context: [{', '.join(f'c{n}-{m}' for m in range(10))}]}}" for n in range(10)]
    assert said(config(*entries)) == []
    problem = only(config(*entries, "test: {context: [c0-0, more]}"))
    assert (problem.code, problem.span.text) == ("limit", "more")
    assert problem.message == "this is context number 101; CircleCI allows 100 in a configuration"
