"""Steps: built-in ones, commands, conditions, steps as arguments, and the way that each came (circleci.md 5.6, 8.3)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.circleci.compiling import DOCKER, chain_of, compiled, only, pipeline_of, run_of, said


def config(steps: str, *, commands: str = "", version: str = "2.1") -> str:
    """A configuration whose job has the steps that are given as lines, and commands given as lines."""
    above = "commands:\n" + "".join([f"  {line}\n" for line in commands.splitlines()]) if commands else ""
    lines = "".join([f"      {line}\n" for line in steps.splitlines()])
    return f"version: {version}\n{above}jobs:\n  build:\n    {DOCKER}\n    steps:\n{lines}"


def steps_of(steps: str, **given: str) -> Any:
    return compiled(config(steps, **given))["jobs"]["build"]["steps"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("- checkout", ["checkout"]),
        ("- setup_remote_docker", ["setup_remote_docker"]),
        ("- add_ssh_keys\n- install_signing_bundle", ["add_ssh_keys", "install_signing_bundle"]),
        ("- checkout:", ["checkout"]),
        # A short `run` is written out; all else keeps its form and the order of its keys.
        ("- run: make", [{"run": {"command": "make"}}]),
        (
            "- run: {name: Make, command: make, shell: sh}",
            [{"run": {"name": "Make", "command": "make", "shell": "sh"}}],
        ),
        ("- run: {command: make, workdir: x}", [{"run": {"command": "make", "workdir": "x"}}]),
        ("- deploy: {command: make}", [{"deploy": {"command": "make"}}]),
        (
            "- checkout: {path: src, method: shallow, depth: 2}",
            [{"checkout": {"path": "src", "method": "shallow", "depth": 2}}],
        ),
        ("- checkout: {method: blobless}", [{"checkout": {"method": "blobless"}}]),
        (
            "- setup_remote_docker: {version: docker29, docker_layer_caching: true}",
            [{"setup_remote_docker": {"version": "docker29", "docker_layer_caching": True}}],
        ),
        (
            "- save_cache: {paths: [a], key: v1-<<<pipeline.number>>}".replace("<<<", "<<"),
            [{"save_cache": {"paths": ["a"], "key": "v1-1"}}],
        ),
        ("- restore_cache: {keys: [a, b]}", [{"restore_cache": {"keys": ["a", "b"]}}]),
        ("- restore_cache: {key: a, keys: [b]}", [{"restore_cache": {"key": "a", "keys": ["b"]}}]),
        ("- store_artifacts: {path: a, destination: b}", [{"store_artifacts": {"path": "a", "destination": "b"}}]),
        ("- store_test_results: {path: a}", [{"store_test_results": {"path": "a"}}]),
        ("- persist_to_workspace: {root: ., paths: a}", [{"persist_to_workspace": {"root": ".", "paths": "a"}}]),
        ("- attach_workspace: {at: .}", [{"attach_workspace": {"at": "."}}]),
        ("- add_ssh_keys: {fingerprints: [a]}", [{"add_ssh_keys": {"fingerprints": ["a"]}}]),
        (
            "- run: {command: a, max_auto_reruns: 5, auto_rerun_delay: 600s}",
            [{"run": {"command": "a", "max_auto_reruns": 5, "auto_rerun_delay": "600s"}}],
        ),
        (
            "- run: {command: a, no_output_timeout: 1h30m, when: on_fail, background: true}",
            [{"run": {"command": "a", "no_output_timeout": "1h30m", "when": "on_fail", "background": True}}],
        ),
        # Old spellings still run.
        ("- restore-cache: {key: a}", [{"restore-cache": {"key": "a"}}]),
        ("- {type: shell, command: make}", [{"type": "shell", "command": "make"}]),
    ],
)
def test_built_in_steps(written: str, expected: Any):
    problems = said(config(written))
    assert [problem for problem in problems if "[ignored-key]" not in problem] == []
    found = run_of(pipeline_of(config(written)), "build")
    from orbgen.circleci.output import body_data

    assert body_data(found)["steps"] == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("- run:", "6:9 [empty-run] the step `run` is empty; required key [command] not found"),
        ("- run: ''", "6:9 [empty-run] the command of `run` is empty"),
        ("- run: {name: x}", "6:9 [empty-run] required key [command] not found in the step `run`"),
        ("- run: {command: }", "6:15 [empty-run] the command of `run` is empty"),
        ("- run: true", "6:14 [value] the command of `run` must be a string, but `true` is not one"),
        ("- run: {command: 1}", "6:24 [value] the command of `run` must be a string, but `1` is not one"),
        ("- run: [make]", "6:14 [step-form] the step `run` takes a string or a mapping with `command`"),
        (
            "- run: {command: a, when: allways}",
            "6:33 [value] `when` must be on_success, always or on_fail, not `allways`",
        ),
        ("- run: {command: a, when: true}", "6:33 [value] `when` must be on_success, always or on_fail, not `true`"),
        (
            "- run: {command: a, max_auto_reruns: 6}",
            "6:44 [value] max_auto_reruns must be between 1 and 5, not `6`",
        ),
        (
            "- run: {command: a, auto_rerun_delay: 5m}",
            "6:27 [value] auto_rerun_delay requires max_auto_reruns to be specified",
        ),
        (
            "- run: {command: a, max_auto_reruns: 1, auto_rerun_delay: 11m}",
            "6:65 [value] `auto_rerun_delay` must be a duration such as `10m` or `30s`, not `11m`",
        ),
        (
            "- run: {command: a, max_auto_reruns: 1, auto_rerun_delay: 601s}",
            "6:65 [value] auto_rerun_delay must not exceed 10 minutes",
        ),
        (
            "- run: {command: a, background: true, max_auto_reruns: 1}",
            "6:45 [value] Background steps cannot use max_auto_reruns or auto_rerun_delay fields",
        ),
        (
            "- run: {command: a, no_output_timeout: soon}",
            "6:46 [value] `no_output_timeout` must be a duration such as `10m` or `30s`, not `soon`",
        ),
        (
            "- run: {command: a, environment: {A: {B: 1}}}",
            "6:44 [value] the variable `A` of the step `run` must have a single value",
        ),
        (
            "- checkout: {method: blobles}",
            "6:28 [value] `method` must be blobless, full or shallow, not `blobles`",
        ),
        (
            "- checkout: {method: shallow, depth: 0}",
            "6:44 [value] `depth` of `checkout` must be a positive integer, not `0`",
        ),
        (
            "- checkout: {method: full, depth: 1}",
            "6:34 [value] `depth` of `checkout` can only be used with the method `shallow`",
        ),
        ("- checkout: main", "6:19 [step-form] the step `checkout` takes a mapping"),
        ("- save_cache: {key: a}", "6:9 [missing-argument] required key [paths] not found in the step `save_cache`"),
        ("- save_cache", "6:9 [step-form] the step `save_cache` is empty; required key [key] not found"),
        (
            "- restore_cache: {name: a}",
            "6:9 [missing-argument] required key [key or keys] not found in the step `restore_cache`",
        ),
        (
            "- store_artifacts: {destination: a}",
            "6:9 [missing-argument] required key [path] not found in the step `store_artifacts`",
        ),
        (
            "- store_test_results: {}",
            "6:9 [missing-argument] required key [path] not found in the step `store_test_results`",
        ),
        (
            "- persist_to_workspace: {root: .}",
            "6:9 [missing-argument] required key [paths] not found in the step `persist_to_workspace`",
        ),
        ("- attach_workspace:", "6:9 [step-form] the step `attach_workspace` is empty; required key [at] not found"),
        ("- run: {command: a, workdir: b}", "6:27 [ignored-key] CircleCI ignores the key `workdir` of the step `run`"),
        (
            "- store_artifacts: {path: a, if: b}",
            "6:36 [ignored-key] CircleCI ignores the key `if` of the step `store_artifacts`",
        ),
        ("-", "6:8 [step-form] a step must be a name or a mapping with one key; this one is empty"),
        ("- [checkout]", "6:9 [step-form] a step must be a name or a mapping with one key"),
        ("- name: x\n  run: y", "7:9 [misplaced-key] a step has exactly one key, its name; `run` stands beside `name`"),
        ("- checkuot", "6:9 [undefined-command] Cannot find a definition for command named checkuot"),
        ("- node/install", "6:9 [undefined-orb] Cannot find orb 'node' looking for command named 'node/install'"),
        ("- build", "6:9 [undefined-command] Cannot find a definition for command named build"),
    ],
)
def test_what_a_step_cannot_be(written: str, expected: str):
    assert said(config(written)) == [expected]


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("<< pipeline.number >>", True),
        ("<< pipeline.in_setup >>", True),
        ("'<< pipeline.number >>'", True),
        ("<< pipeline.git.branch >>", False),
        ("echo << pipeline.number >>", False),
        ("<< pipeline.event.github.unheard-of >>", False),
    ],
)
@pytest.mark.parametrize("form", ["- run: {}", "- run: {{command: {}}}"])
def test_a_command_that_will_be_no_text(form: str, command: str, wrong: bool):
    expected = "the command of `run` must be a string, but"
    problems = pipeline_of(config(form.format(command)), complete=False).problems
    assert [problem.message.startswith(expected) for problem in problems] == [True] * wrong


@pytest.mark.parametrize(
    ("written", "suggestion"),
    [
        ("- chekout", "checkout"),
        ("- unles: {}", "unless"),
        ("- persist_to_workspce: {}", "persist_to_workspace"),
        ("- intsall", "install"),
    ],
)
def test_names_that_are_nearly_right(written: str, suggestion: str):
    text = config(written, commands="install: {steps: [checkout]}")
    (problem,) = [problem for problem in pipeline_of(text).problems if not problem.dormant]
    assert problem.suggestion == suggestion
    assert problem.help is not None
    assert suggestion in problem.help


def test_a_job_among_the_steps_is_told_to_be_one():
    assert only(config("- build")).help == "'build' is a job; jobs are called in workflows"


GREET = """\
greet:
  parameters:
    to: {type: string}
    loud: {type: boolean, default: false}
  steps:
    - run: {name: "Greet << parameters.to >>", command: echo << parameters.to >>}
    - when: {condition: << parameters.loud >>, steps: [run: "echo HEY"]}
twice:
  parameters: {what: {type: string, default: you}}
  steps:
    - greet: {to: << parameters.what >>}
    - greet: {to: again, loud: true}
empty: {steps: []}"""


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("- empty", []),
        ("- greet: {to: me}", [{"run": {"name": "Greet me", "command": "echo me"}}]),
        (
            "- twice",
            [
                {"run": {"name": "Greet you", "command": "echo you"}},
                {"run": {"name": "Greet again", "command": "echo again"}},
                {"run": {"command": "echo HEY"}},
            ],
        ),
        ("- twice: {what: us}\n- checkout", [
            {"run": {"name": "Greet us", "command": "echo us"}},
            {"run": {"name": "Greet again", "command": "echo again"}},
            {"run": {"command": "echo HEY"}},
            "checkout",
        ]),
    ],
)  # fmt: skip
def test_commands_are_inlined(written: str, expected: Any):
    assert steps_of(written, commands=GREET) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("- greet", "20:9 [missing-argument] Missing required argument(s): to"),
        ("- greet: {to: a, laud: true}", "20:24 [unexpected-argument] Unexpected argument(s): laud"),
        (
            '- greet: {to: a, loud: "true"}',
            "20:30 [argument-type] Type error for argument loud: "
            'expected type: boolean, actual value: "true" (type string)',
        ),
        ("- greet: {to: a, {b: c}: d}", "20:24 [value] a key must be a single value, but this is a map"),
        ("- {b: c}: {to: a}", "20:9 [value] a key must be a single value, but this is a map"),
        ("- greet: {to: a}\n  [b]: c", "21:9 [value] a key must be a single value, but this is a list"),
        ("- greet: you", "20:16 [step-form] the arguments of a command must be a mapping of names to values"),
    ],
)
def test_what_is_wrong_with_a_call(written: str, expected: str):
    assert said(config(written, commands=GREET)) == [expected]


def test_the_calls_that_led_to_a_mistake_are_told_in_order():
    commands = (
        "outer: {steps: [inner: {x: 1}]}\ninner: {parameters: {x: {type: string}}, steps: [run: << parameters.x >>]}"
    )
    problem = only(config("- checkout\n- outer", commands=commands))
    assert (problem.code, problem.span.line, problem.span.text) == ("argument-type", 3, "1")
    assert chain_of(problem) == [
        "workflow 'workflow' (6)",
        "workflow entry 'build' (6)",
        "job 'build' (6)",
        "command 'outer' (10)",
    ]


def test_a_mistake_in_a_command_is_told_once_however_often_it_is_called():
    assert said(config("- c\n- c\n- d", commands="c: {steps: [run: ]}\nd: {steps: [c, c]}")) == [
        "3:15 [empty-run] the step `run` is empty; required key [command] not found"
    ]


@pytest.mark.parametrize(
    ("condition", "when", "unless"),
    [
        ("true", True, False),
        ("false", False, True),
        ("''", False, True),
        ("0", False, True),
        ('"false"', True, False),
        ("{equal: [main, << pipeline.git.branch >>]}", True, False),
        ("{not: {equal: [main, << pipeline.git.branch >>]}}", False, True),
    ],
)
def test_conditional_steps(condition: str, when: bool, unless: bool):
    written = (
        f"- when: {{condition: {condition}, steps: [run: when]}}\n"
        f"- unless: {{condition: {condition}, steps: [run: unless]}}"
    )
    data = compiled(config(written), values={"pipeline.git.branch": "main"})
    found = [step["run"]["command"] for step in data["jobs"]["build"]["steps"]]
    assert found == ["when"] * when + ["unless"] * unless


def test_conditions_within_conditions():
    written = """\
- when:
    condition: true
    steps:
      - unless:
          condition: false
          steps:
            - run: inner
            - when: {condition: false, steps: [run: never]}
      - run: outer"""
    assert steps_of(written) == [{"run": {"command": "inner"}}, {"run": {"command": "outer"}}]


def test_a_single_step_may_stand_under_a_condition():
    assert steps_of("- when: {condition: true, steps: checkout}") == ["checkout"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("- when: {steps: [checkout]}", "6:9 [condition] a `when` step needs `condition` and `steps`"),
        ("- unless: {condition: true}", "6:9 [condition] a `unless` step needs `condition` and `steps`"),
        ("- when:", "6:9 [condition] a `when` step needs `condition` and `steps`"),
        (
            "- when: {condition: true, steps: [checkout], name: x}",
            "6:52 [unknown-key] extraneous key [name] is not permitted in a `when` step",
        ),
        ("- when: {condition: [true], steps: [checkout]}", "6:27 [condition] a condition cannot be a list"),
    ],
)
def test_what_is_wrong_with_a_condition(written: str, expected: str):
    assert said(config(written)) == [expected]


def test_steps_that_a_condition_leaves_out_are_looked_at_too():
    (problem,) = pipeline_of(config("- when: {condition: false, steps: [unknown]}")).problems
    assert (problem.code, problem.dormant) == ("undefined-command", True)


AROUND = """\
around:
  parameters: {inner: {type: steps, default: []}, name: {type: string, default: x}}
  steps:
    - run: before
    - steps: << parameters.inner >>
    - when: {condition: << parameters.inner >>, steps: [run: some]}
    - run: after
older:
  parameters: {inner: {type: steps}}
  steps: [<< parameters.inner >>]"""


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("- around", ["before", "after"]),
        (
            "- around: {inner: [run: a, run: b]}".replace("[run: a, run: b]", "[{run: a}, {run: b}]"),
            ["before", "a", "b", "some", "after"],
        ),
        (
            "- around: {inner: [around: {inner: [run: deep]}]}",
            ["before", "before", "deep", "some", "after", "some", "after"],
        ),
        ("- older: {inner: [run: a]}", ["a"]),
        ("- around: {inner: [when: {condition: true, steps: [run: a]}]}", ["before", "a", "some", "after"]),
    ],
)
def test_steps_as_arguments(written: str, expected: list[str]):
    found = steps_of(written, commands=AROUND)
    assert [step["run"]["command"] for step in found] == expected


def test_steps_given_as_arguments_see_the_callers_parameters():
    commands = (
        f"{AROUND}\n"
        "caller:\n  parameters: {name: {type: string}}\n  steps: [around: {inner: [run: << parameters.name >>]}]"
    )
    found = steps_of("- caller: {name: mine}", commands=commands)
    assert [step["run"]["command"] for step in found] == ["before", "mine", "some", "after"]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("- steps: << parameters.name >>", "Parameter type is not steps"),
        ("- << parameters.flag >>", "Parameter type is not steps"),
        ("- << parameters.where >>", "Parameter type is not steps"),
        ("- steps: << parameters.where >>", "Parameter type is not steps"),
        ("- steps: checkout", "`steps` must be a list"),
    ],
)
def test_what_is_not_steps(written: str, message: str):
    commands = (
        "c:\n  parameters:\n    name: {type: boolean, default: true}\n    flag: {type: boolean, default: true}\n"
        "    where: {type: executor, default: x}\n"
        f"  steps:\n    {written}"
    )
    assert message in [line.partition("] ")[2] for line in said(config("- c", commands=commands))]


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("{description: x}", "required key [steps] not found in command 'c'"),
        ("{steps: }", "required key [steps] not found in command 'c'"),
        ("{steps: [], docker: x}", "extraneous key [docker] is not permitted in command 'c'"),
        ("[checkout]", "command 'c' must be a mapping, but is not"),
    ],
)
def test_what_a_command_cannot_be(command: str, message: str):
    assert message in [line.partition("] ")[2] for line in said(config("- c", commands=f"c: {command}"))]


def test_a_command_may_be_a_name_of_another():
    assert steps_of("- b", commands="a: {steps: [checkout]}\nb: a") == ["checkout"]


def test_a_command_may_hide_a_built_in_step():
    commands = "checkout: {steps: [run: mine]}\ndeploy:\n  steps:\n    - deploy: {command: really}"
    assert steps_of("- checkout\n- deploy", commands=commands) == [
        {"run": {"command": "mine"}},
        {"deploy": {"command": "really"}},
    ]


def test_in_an_orb_its_own_command_hides_the_built_in_step():
    text = """\
        version: 2.1
        orbs:
          foo:
            commands:
              deploy: {steps: [run: foo/deploy]}
              call-deploy: {steps: [deploy]}
        jobs:
          build:
            machine: true
            steps:
              - deploy: {command: builtin deploy}
              - foo/deploy
              - foo/call-deploy
        """
    assert compiled(text)["jobs"]["build"]["steps"] == [
        {"deploy": {"command": "builtin deploy"}},
        {"run": {"command": "foo/deploy"}},
        {"run": {"command": "foo/deploy"}},
    ]


@pytest.mark.parametrize(
    "commands",
    ["a: {steps: [a]}", "a: {steps: [b]}\nb: {steps: [when: {condition: true, steps: [a]}]}"],
)
def test_a_command_cannot_call_itself(commands: str):
    problem = only(config("- a", commands=commands))
    assert (problem.code, problem.message) == ("limit", "command 'a' calls itself")


def test_every_step_knows_the_way_that_it_came():
    text = """\
        version: 2.1
        commands:
          inner: {parameters: {s: {type: steps}}, steps: [steps: << parameters.s >>]}
          outer: {steps: [inner: {s: [run: deep]}]}
        jobs:
          build:
            docker: [{image: a}]
            steps: [checkout, outer]
        workflows:
          main:
            jobs:
              - build:
                  pre-steps: [run: first]
                  post-steps: [outer]
        """
    run = run_of(pipeline_of(text), "build")
    ways = [[f"{link.kind.value} {link.name} {link.span.line}" for link in step.call.chain()] for step in run.steps]
    entry = ["workflow main 10", "workflow entry build 12"]
    job = [*entry, "job build 6"]
    deep = ["command inner 4", "steps parameter s 3"]
    assert ways == [
        [*entry, "pre-steps build 13"],
        job,
        [*job, "command outer 8", *deep],
        [*entry, "post-steps build 14", "command outer 14", *deep],
    ]
    assert [step.span.line for step in run.steps] == [13, 8, 4, 4]


def test_unknown_conditions_stay_on_the_step():
    inner = "{unless: {condition: << pipeline.id >>, steps: [checkout]}}"
    written = f"- when: {{condition: << pipeline.git.branch >>, steps: [{inner}]}}"
    (step,) = run_of(pipeline_of(config(written), complete=False), "build").steps
    assert [(condition.negated, condition.truth, condition.span.line) for condition in step.conditions] == [
        (False, None, 6),
        (True, None, 6),
    ]
