"""Parameters: what may be declared, what fits, whose names are seen where, and what is said of the rest."""

from __future__ import annotations

import pytest

from orbgen.circleci.inputs import Inputs
from orbgen.circleci.orbs import OrbSource
from tests.circleci.marked import body, check, clean, compiled, data, steps

# Declarations


def test_declarations_that_circleci_refuses():
    check("""\
        version: 2.1
        commands:
          c:
            parameters:
              kind: {type: text, default: a}
              #            ^ value: parameter 'kind' has unknown type 'text'
              typeless: {default: a}
            # ^ value: parameter 'typeless' has no `type`
              bare: string
            # ^ value: parameter 'bare' must be a mapping with a `type`
              extra: {type: string, default: a, required: true}
              #                                 ^ unknown-key: extraneous key [required] is not permitted
              listed: {type: string, default: a, enum: [a]}
              #                                  ^ unknown-key: extraneous key [enum] is not permitted
              empty: {type: enum, default: a}
            # ^ enum: enum parameter 'empty' needs a list of values
              nested: {type: enum, enum: [a, [b]], default: a}
              #                              ^ enum: must be a string
            steps: [checkout]
        executors:
          e:
            parameters:
              after: {type: steps, default: []}
              #             ^ value: executor parameter 'after' cannot have type steps
            docker: [{image: "cimg/base:2026.01"}]
        jobs:
          build:
            executor: e
            steps:
              - c
        """)


@pytest.mark.parametrize(
    ("type_", "good", "bad"),
    [
        ("string", ["text", '"true"', '"1"', '""', "<< pipeline.git.branch >>"], ["true", "1", "1.0", "[a]", "{a: b}"]),
        ("boolean", ["true", "No", "ON"], ['"true"', "'off'", "y", "1", "[]"]),
        ("integer", ["1", "-3", "0"], ['"1"', "1.0", "one", "true"]),
        ("enum, enum: [low, high]", ["low", '"high"'], ["middle", "1", "[low]"]),
        ("executor", ["base", "{name: base}"], ["1", "true", "[base]"]),
        ("steps", ["[]", "[checkout]", "[run: make]"], ["checkout", "{run: make}", "1"]),
        ("env_var_name", ["TOKEN", "_a1"], ["$TOKEN", '"a b"', "1a", "[A]"]),
    ],
)
def test_types_of_defaults_and_arguments(type_, good, bad):
    config = """\
        version: 2.1
        executors:
          base: {{docker: [{{image: "cimg/base:2026.01"}}]}}
        commands:
          c:
            parameters: {{p: {{type: {type}{default}}}}}
            steps: [checkout]
        jobs:
          build:
            executor: base
            steps:
              - c{argument}
        """
    as_default = {value: config.format(type=type_, default=f", default: {value}", argument="") for value in good + bad}
    as_argument = {value: config.format(type=type_, default="", argument=f": {{p: {value}}}") for value in good + bad}
    for value in good:
        clean(as_default[value])
        clean(as_argument[value])
    enum = type_.startswith("enum")
    for value in bad:
        for inputs in (Inputs(), Inputs(complete=True)):
            (problem,) = compiled(as_default[value], inputs).problems
            assert (problem.code, problem.span.line) == ("enum" if enum else "default-type", 6)
            (problem,) = compiled(as_argument[value], inputs).problems
            assert (problem.code, problem.span.line) == ("enum" if enum else "argument-type", 12)
            assert problem.message.startswith(
                f"Type error for argument p: expected type: {type_.split(',')[0]}, actual "
            )


def test_messages_name_value_and_type():
    problems = check("""\
        version: 2.1
        parameters:
          killswitch: {type: boolean, default: "on"}
          #                                    ^ default-type: Parameter error: default value of parameter 'killswitch' is 'on' (type string): expected type boolean
        commands:
          c:
            parameters:
              flag: {type: boolean}
              time: {type: string}
              level: {type: enum, enum: [low, high]}
            steps: [checkout]
        jobs:
          build:
            docker: [{image: "cimg/base:2026.01"}]
            steps:
              - c:
                  flag: "true"
                  #     ^ argument-type: Type error for argument flag: expected type: boolean, actual value: "true" (type string)
                  time: 60
                  #     ^ argument-type: Type error for argument time: expected type: string, actual value: "60" (type integer)
                  level: hihg
                  #      ^ enum: Type error for argument level: expected type: enum, actual value: "hihg" (type string)
        """)  # noqa: E501
    assert [problem.help for problem in problems] == [
        "write it without quotes",
        "write it without quotes",
        'put it in quotes: "60"',
        "did you mean 'high'? the values are low, high",
    ]
    assert problems[3].suggestion == "high"
    assert [note.span.line for note in problems[1].related] == [8]


def test_a_default_is_checked_against_its_enum():
    (problem,) = check("""\
        version: 2.1
        jobs:
          build:
            parameters:
              os: {type: enum, enum: [linux, darwin], default: linus}
              #                                                ^ enum: default value of parameter 'os' is not in its enum
            docker: [{image: "cimg/base:2026.01"}]
            steps: [checkout]
        """)  # noqa: E501
    assert problem.suggestion == "linux"
    assert problem.help == "the values are linux, darwin"


def test_an_enum_with_values_to_be_filled_in_takes_anything():
    clean("""\
        version: 2.1
        parameters: {extra: {type: string, default: x}}
        commands:
          c:
            parameters: {level: {type: enum, enum: [low, << pipeline.parameters.extra >>], default: y}}
            steps: [run: make << parameters.level >>]
        jobs:
          build: {docker: [{image: "cimg/base:2026.01"}], steps: [c, c: {level: z}]}
        """)


# Arguments


def test_all_that_is_wrong_with_a_call_is_found_at_once():
    problems = check("""\
        version: 2.1
        commands:
          outer:
            parameters: {n: {type: integer}}
            steps:
              - inner:
            #   ^ missing-argument: Missing required argument(s): a, b
                  c: << parameters.n >>
                  #  ^ argument-type: Type error for argument c: expected type: boolean, actual value: "<< parameters.n >>" (type integer)
                  cc: true
                # ^ unexpected-argument: Unexpected argument(s): cc
                  dd: 1
                # ^ unexpected-argument: Unexpected argument(s): dd
          inner:
            parameters:
              a: {type: string}
              b: {type: string}
              c: {type: boolean, default: false}
              ccc: {type: boolean, default: false}
            steps: [checkout]
        jobs:
          build:
            docker: [{image: "cimg/base:2026.01"}]
            parameters: {v: {type: string, default: a}}
            steps:
              - outer: {who: << parameters.v >>}
            #   ^ missing-argument: Missing required argument(s): n
              #         ^ unexpected-argument: Unexpected argument(s): who
        workflows:
          main:
            jobs:
              - build
        """)  # noqa: E501
    calls = {problem.message: [note.text for note in problem.calls] for problem in problems}
    assert calls["Missing required argument(s): a, b"] == [
        "workflow 'main'",
        "workflow entry 'build'",
        "job 'build'",
        "command 'outer'",
    ]
    by_message = {problem.message: problem for problem in problems}
    missing = by_message["Missing required argument(s): a, b"]
    assert missing.help == "command 'inner' needs 'a' and 'b'"
    assert [note.text for note in missing.related] == ["command 'inner' is defined here"]
    assert [note.span.line for note in missing.calls] == [30, 32, 22, 26]
    assert by_message["Unexpected argument(s): cc"].suggestion == "ccc"
    assert by_message["Unexpected argument(s): dd"].help == "command 'inner' takes 'a', 'b', 'c' and 'ccc'"


def test_arguments_of_jobs_executors_and_matrices():
    check("""\
        version: 2.1
        executors:
          e:
            parameters: {tag: {type: string}}
            docker: [{image: "cimg/base:<< parameters.tag >>"}]
        jobs:
          one:
            executor: {name: e, version: "1"}
            #                ^ missing-argument: Missing required argument(s): tag
            #                   ^ unexpected-argument: Unexpected argument(s): version
            steps: [checkout]
          two:
            parameters: {level: {type: integer}}
            executor: {name: e, tag: 1.0}
            #                        ^ argument-type: Type error for argument tag: expected type: string
            steps: [checkout]
        workflows:
          main:
            jobs:
              - one: {level: 1}
              #       ^ unexpected-argument: Unexpected argument(s): level
              - two
            #   ^ missing-argument: Missing required argument(s): level
              - two:
                  name: two-<< matrix.level >>-<< matrix.target >>
                  matrix:
                    parameters:
                      level: [1, "2"]
                      #          ^ argument-type: expected type: integer, actual value: "2" (type string)
                      target: [x]
                    # ^ unexpected-argument: Unexpected argument(s): target
        """)


def test_types_that_fit_each_other():
    clean("""\
        version: 2.1
        parameters:
          env: {type: enum, enum: [dev, prod], default: dev}
          name: {type: string, default: dev}
          count: {type: integer, default: 2}
          flag: {type: boolean, default: no}
        executors:
          base: {docker: [{image: "cimg/base:2026.01"}]}
        commands:
          c:
            parameters:
              text: {type: string}
              env: {type: enum, enum: [dev, prod]}
              variable: {type: env_var_name}
              count: {type: integer}
              flag: {type: boolean}
            steps: [run: echo << parameters.text >>]
          d:
            parameters: {variable: {type: env_var_name}, env: {type: enum, enum: [dev, prod]}}
            steps:
              - c: {text: << parameters.variable >>, env: << parameters.env >>, variable: << parameters.env >>, count: 1, flag: on}
        jobs:
          build:
            executor: base
            steps:
              - c:
                  text: << pipeline.parameters.env >>
                  env: << pipeline.parameters.name >>
                  variable: << pipeline.parameters.name >>
                  count: << pipeline.parameters.flag and 3 or pipeline.parameters.count >>
                  flag: << pipeline.git.branch == "main" >>
              - c:
                  text: << pipeline.parameters.flag and "a" or pipeline.git.branch >>
                  env: << pipeline.parameters.flag and "dev" or "prod" >>
                  variable: TOKEN_<< pipeline.parameters.env >>
                  count: << pipeline.number >>
                  flag: << pipeline.git.branch.is_default >>
              - d: {variable: << pipeline.parameters.name >>, env: << pipeline.parameters.env >>}
        """)  # noqa: E501


def test_types_that_never_fit():
    check("""\
        version: 2.1
        parameters:
          env: {type: enum, enum: [dev, prod], default: dev}
          count: {type: integer, default: 2}
        commands:
          c:
            parameters:
              text: {type: string, default: ""}
              level: {type: enum, enum: [low, high], default: low}
              flag: {type: boolean, default: false}
              after: {type: steps, default: []}
            steps: [checkout]
        jobs:
          build:
            docker: [{image: "cimg/base:2026.01"}]
            steps:
              - c: {text: << pipeline.number >>}
              #           ^ argument-type: actual value: "<< pipeline.number >>" (type integer)
              - c: {text: << pipeline.parameters.count >>}
              #           ^ argument-type: (type integer)
              - c: {level: << pipeline.parameters.env >>}
              #            ^ enum
              - c: {flag: << pipeline.git.branch >>}
              #           ^ argument-type: expected type: boolean, actual value: "<< pipeline.git.branch >>" (type
              - c: {flag: "<< pipeline.git.branch.is_default >> "}
              #           ^ argument-type: expected type: boolean
              - c: {after: << pipeline.git.branch >>}
              #            ^ argument-type: expected type: steps
              - c: {flag: << pipeline.git.branch == "main" and 1 or 0 >>}
              #           ^ argument-type: (type integer)
        """)


def test_an_argument_in_error_leads_to_no_others():
    check("""\
        version: 2.1
        commands:
          c:
            parameters: {count: {type: integer}, after: {type: steps}, e: {type: executor}, oops: {type: nothing}}
            #                                                                                            ^ value
            steps:
              - d: {count: << parameters.count >>, text: << parameters.oops >>}
              - steps: << parameters.after >>
          d:
            parameters: {count: {type: integer}, text: {type: string}}
            steps: [checkout]
        jobs:
          build:
            docker: [{image: "cimg/base:2026.01"}]
            steps:
              - c: {count: many, after: checkout, e: [x], oops: 1}
              #            ^ argument-type
              #                         ^ argument-type
              #                                      ^ argument-type
        """)


# Names


def test_each_element_sees_its_own_parameters_alone():
    check("""\
        version: 2.1
        executors:
          e:
            parameters: {build: {type: string, default: e}}
            docker: [{image: "cimg/<< parameters.build >>:<< parameters.target >>"}]
            #                                                ^ undefined-parameter: declared parameters: target
        commands:
          c:
            parameters: {build: {type: boolean, default: false}}
            steps:
              - run: echo << parameters.build >> << parameters.target >>
              #                                     ^ undefined-parameter: declared parameters: target
        jobs:
          build:
            parameters: {build: {type: integer, default: 1}, target: {type: string, default: t}}
            executor: e
            parallelism: << parameters.build >>
            steps:
              - c
              - run: << parameters.target >>
        workflows:
          main:
            jobs:
              - build: {target: << parameters.target >>}
              #                    ^ undefined-parameter: Arguments referenced without declared parameters: target
        """)


def test_suggestions_name_what_is_declared():
    problems = check("""\
        version: 2.1
        parameters: {deploy: {type: boolean, default: false}}
        jobs:
          build:
            parameters: {level: {type: string, default: low}}
            docker: [{image: "cimg/base:2026.01"}]
            steps:
              - run: << parameters.levle >> << pipeline.parameters.deplyo >>
              #         ^ undefined-parameter: Arguments referenced without declared parameters: levle
              #                                ^ undefined-parameter: Referred to a variable "pipeline.parameters.deplyo" that does not exist
        workflows:
          main:
            when: deploy
            #     ^ undefined-parameter: Referred to a variable "deploy" that does not exist
            jobs:
              - build: {level: << matrix.os >>}
              #                   ^ undefined-parameter: Arguments referenced without declared parameters: matrix.os
        """)  # noqa: E501
    assert [problem.suggestion for problem in problems] == [
        "parameters.level",
        "pipeline.parameters.deploy",
        "pipeline.parameters.deploy",
        None,
    ]
    assert problems[0].span.text == "parameters.levle"
    assert problems[3].help == "`matrix.NAME` is known only in a workflow's entry that has a `matrix`"


def test_names_that_no_expression_holds_are_replaced_all_the_same():
    text = """\
        version: 2.1
        parameters: {"url:x": {type: string, default: q}, "a..b": {type: integer, default: 7}}
        jobs:
          build:
            docker: [{image: "cimg/base:2026.01"}]
            parallelism: << pipeline.parameters.a..b >>
            steps: [run: "<< pipeline.parameters.url:x >>/<< pipeline.parameters.a..b >>"]
        """
    assert body(text)["parallelism"] == 7
    assert steps(text) == [{"run": {"command": "q/7"}}]
    check("""\
        version: 2.1
        jobs:
          build:
            docker: [{image: "cimg/base:2026.01"}]
            steps: [run: "<< pipeline.parameters.url:x >>"]
            #                ^ expression: `<< pipeline.parameters.url:x >>` cannot be read: unexpected character `:`
        """)


# Job parameters with the names of an entry's own keys


@pytest.mark.parametrize(
    "name", ["name", "requires", "context", "type", "filters", "matrix", "pre-steps", "post-steps", "serial-group",
             "override-with", "max_auto_reruns"],
)  # fmt: skip
def test_reserved_names_of_job_parameters(name):
    (problem,) = compiled(f"""\
        version: 2.1
        jobs:
          build:
            parameters: {{{name}: {{type: string, default: a}}}}
            docker: [{{image: "cimg/base:2026.01"}}]
            steps: [checkout]
        """).problems
    assert (problem.code, problem.span.line, problem.span.text) == ("reserved-name", 4, name)
    assert not problem.dormant
    clean(f"""\
        version: 2.1
        commands:
          c:
            parameters: {{{name}: {{type: string, default: a}}}}
            steps: [checkout]
        jobs:
          build: {{docker: [{{image: "cimg/base:2026.01"}}], steps: [c: {{{name}: b}}]}}
        """)


def test_a_reserved_name_without_default_says_that_it_can_never_be_given():
    problems = check("""\
        version: 2.1
        jobs:
          build:
            parameters:
              context: {type: string}
        #     ^ reserved-name
            docker: [{image: "cimg/base:2026.01"}]
            steps: [checkout]
        workflows:
          main:
            jobs:
              - build: {context: org-global}
        #       ^ missing-argument: Missing required argument(s): context
        """)
    assert problems[1].help == "'context' can never reach the job: rename the parameter"


# Defaults


def test_defaults_are_seen_from_where_they_are_declared(tmp_path):
    orb = tmp_path / "tools.yml"
    orb.write_text(
        "version: 2.1\n"
        "executors:\n"
        "  base: {docker: [{image: 'orb/base:1'}]}\n"
        "commands:\n"
        "  greet: {steps: [run: echo orb]}\n"
        "jobs:\n"
        "  go:\n"
        "    parameters:\n"
        "      e: {type: executor, default: base}\n"
        "      after: {type: steps, default: [greet]}\n"
        "    executor: << parameters.e >>\n"
        "    steps: [steps: << parameters.after >>]\n"
    )
    orbs = (OrbSource("acme/tools", "1.0.0", str(orb)),)
    text = """\
        version: 2.1
        orbs: {tools: acme/tools@1.0.0}
        executors:
          base: {docker: [{image: "own/base:1"}]}
        commands:
          greet: {steps: [run: echo own]}
        workflows:
          main:
            jobs:
              - tools/go
              - tools/go: {name: given, e: base, after: [greet]}
              - tools/go: {name: qualified, e: tools/base, after: [tools/greet]}
        """
    clean(text, orbs)
    jobs = data(text, orbs=orbs)["jobs"]
    seen = {name: (job["docker"][0]["image"], job["steps"]) for name, job in jobs.items()}
    assert seen == {
        "tools/go": ("orb/base:1", [{"run": {"command": "echo orb"}}]),
        "given": ("own/base:1", [{"run": {"command": "echo own"}}]),
        "qualified": ("orb/base:1", [{"run": {"command": "echo orb"}}]),
    }


def test_a_wrong_default_executor_tells_how_it_was_reached():
    (problem,) = check("""\
        version: 2.1
        jobs:
          build:
            parameters: {e: {type: executor, default: missing}}
            #                                         ^ undefined-executor
            executor: << parameters.e >>
            steps: [checkout]
        """)
    assert [note.text for note in problem.calls] == ["workflow 'workflow'", "workflow entry 'build'"]


def test_defaults_may_hold_pipeline_values_and_other_parameters():
    text = """\
        version: 2.1
        parameters: {env: {type: enum, enum: [dev, prod], default: dev}}
        commands:
          c:
            parameters:
              tag: {type: string, default: << pipeline.git.tag >>}
              env: {type: enum, enum: [dev, prod], default: << pipeline.parameters.env >>}
              both: {type: string, default: << parameters.env >>-x}
            steps: [run: "<< parameters.tag >> << parameters.env >> << parameters.both >>"]
        jobs:
          build:
            docker: [{image: "cimg/base:2026.01"}]
            steps: [c, c: {env: prod}]
        """
    clean(text)
    values = Inputs(values={"pipeline.git.tag": "v1"}, complete=True)
    assert steps(text, values) == [{"run": {"command": "v1 dev dev-x"}}, {"run": {"command": "v1 prod prod-x"}}]
    check("""\
        version: 2.1
        commands:
          c:
            parameters: {tag: {type: string, default: << parameters.none >>}}
            #                                            ^ undefined-parameter: declared parameters: none
            steps: [checkout]
        jobs:
          build: {docker: [{image: "cimg/base:2026.01"}], steps: [c]}
        """)


def test_null_is_neither_missing_nor_of_the_wrong_type():
    text = """\
        version: 2.1
        executors: {base: {docker: [{image: "cimg/base:2026.01"}]}}
        commands:
          c:
            parameters:
              text: {type: string, default: }
              after: {type: steps, default: ~}
              count: {type: integer}
              level: {type: enum, enum: [a], default: }
            steps:
              - run: echo "<< parameters.text >>"
              - steps: << parameters.after >>
              - d: {text: << parameters.text >>}
          d:
            parameters: {text: {type: string}}
            steps: [run: "echo <<# parameters.text >>some<</ parameters.text >>"]
        jobs:
          build:
            executor: base
            steps: [c: {count: }]
          other:
            parameters: {e: {type: executor, default: }}
            executor: << parameters.e >>
            steps: [checkout]
        workflows:
          main:
            jobs: [build, other]
        """
    clean(text)
    assert steps(text) == [{"run": {"command": 'echo ""'}}, {"run": {"command": "echo "}}]


# Pipeline parameters


def test_pipeline_parameters_need_a_default_and_a_plain_type():
    check("""\
        version: 2.1
        parameters:
          a: {type: string}
        # ^ missing-argument: pipeline parameter 'a' has no default
          b: {type: executor, default: x}
          #         ^ value: pipeline parameter 'b' cannot have type executor
          c: {type: boolean, default: << pipeline.parameters.d >>}
          #                           ^ default-type: is '<< pipeline.parameters.d >>' (type string)
          #                           ^ undefined-parameter: cannot depend on another
          d: {type: string, default: "x-<< pipeline.parameters.a or pipeline.git.branch >>"}
          #                          ^ undefined-parameter: pipeline parameter 'd' cannot depend on another
        jobs:
          build: {docker: [{image: "cimg/base:2026.01"}], steps: [checkout]}
        """)


def test_supplied_pipeline_parameters_are_checked():
    text = """\
        version: 2.1
        parameters:
          count: {type: integer, default: 1}
          env: {type: enum, enum: [dev, prod], default: dev}
        jobs:
          build:
            docker: [{image: "cimg/base:2026.01"}]
            parallelism: << pipeline.parameters.count >>
            steps: [run: make << pipeline.parameters.env >>]
        """
    assert body(text, Inputs({"count": 3, "env": "prod"}, complete=True))["parallelism"] == 3
    problems = compiled(text, Inputs({"count": "3", "env": "production", "evn": "dev"}, complete=True)).problems
    assert {(problem.code, problem.message, problem.suggestion) for problem in problems} == {
        ("unexpected-argument", "Unexpected argument(s): evn", "env"),
        (
            "argument-type",
            'Type error for argument count: expected type: integer, actual value: "3" (type string)',
            None,
        ),
        (
            "argument-type",
            'Type error for argument env: expected type: enum, actual value: "production" (type string)',
            None,
        ),
    }


# Orbs


def test_pipeline_parameters_are_not_seen_in_orbs():
    (problem,) = check("""\
        version: 2.1
        parameters: {env: {type: string, default: dev}}
        orbs:
          own:
            commands:
              c:
                steps:
                  - run: << pipeline.git.branch >> << pipeline.parameters.env >>
                  #                                   ^ undefined-parameter: used in orb 'own', which sees only its own
        jobs:
          build: {docker: [{image: "cimg/base:2026.01"}], steps: [own/c]}
        """)
    assert problem.help == "pass it to the orb's element as an argument"


def test_orbs_that_are_not_at_hand_say_nothing_of_their_arguments():
    clean("""\
        version: 2.1
        orbs: {node: circleci/node@5.2.0}
        commands:
          c:
            parameters: {e: {type: executor}, after: {type: steps}, text: {type: string}}
            steps:
              - node/install: {version: << parameters.text >>, steps: << parameters.after >>, x: {y: << parameters.e >>}}
              - steps: << parameters.after >>
        jobs:
          build:
            parameters: {e: {type: executor, default: node/default}, n: {type: integer, default: 1}}
            executor: << parameters.e >>
            steps:
              - c: {e: << parameters.e >>, after: [node/install, node/install: {version: << parameters.n >>}], text: node/x}
          tagged:
            parameters: {e: {type: executor, default: node/default}}
            executor: {name: << parameters.e >>, tag: "1.0"}
            steps: [checkout]
        workflows:
          main:
            jobs:
              - build
              - build: {name: other, e: {name: node/default, tag: << pipeline.number >>}}
              - tagged: {e: node/other}
              - node/test: {anything: [1, a], pre-steps: [node/install], post-steps: [c: {e: node/x, after: [], text: a}]}
              - node/<< pipeline.project.type >>: {a: b}
        """)  # noqa: E501


# Where CircleCI does not look


def test_errors_where_circleci_does_not_look_are_dormant():
    problems = check("""\
        version: 2.1
        commands:
          unused: {parameters: {a: {type: bool}}, steps: [run: << parameters.b >>]}
          #                               ^ value
          #                                                       ^ undefined-parameter
          used: {parameters: {a: {type: integer, default: "1"}}, steps: [checkout]}
          #                                               ^ default-type
        jobs:
          build:
            docker: [{image: "cimg/base:2026.01"}]
            steps:
              - used
              - when:
                  condition: false
                  steps:
                    - used: {c: 1}
                    #        ^ unexpected-argument
        workflows:
          never:
            when: false
            jobs:
              - build: {x: 1}
              #         ^ unexpected-argument
              - biuld
            #   ^ undefined-job
          unless:
            unless: << pipeline.number >>
            jobs:
              - build: {y: 1}
              #         ^ unexpected-argument
          main:
            jobs: [build]
        """)
    assert [(problem.span.line, problem.code) for problem in problems if not problem.dormant] == [
        (6, "default-type"),
        (29, "unexpected-argument"),
    ]


def test_what_is_first_found_where_circleci_does_not_look_is_found_again_where_it_does():
    problems = check("""\
        version: 2.1
        jobs:
          build:
            parameters: {a: {type: boolean, default: "x"}}
            #                                        ^ default-type
            docker: [{image: "cimg/base:2026.01"}]
            steps: [run: << parameters.b >>]
            #               ^ undefined-parameter
        workflows:
          never:
            when: false
            jobs: [build]
          main:
            jobs: [build]
        """)
    assert [problem.dormant for problem in problems] == [False, False]
    assert [note.text for note in problems[1].calls] == ["workflow 'main'", "workflow entry 'build'", "job 'build'"]


def test_problems_are_counted_once_and_end_somewhere():
    wrong = "".join([f"      - run: << parameters.p{number} >>\n" for number in range(1_200)])
    pipeline = compiled(
        'version: 2.1\njobs:\n  build:\n    docker: [{image: "cimg/base:2026.01"}]\n    steps:\n' + wrong
    )
    assert len(pipeline.problems) == 1_001
    assert [problem.message for problem in pipeline.problems if problem.code == "limit"] == [
        "there are more than 1,000 problems; orbgen looks for no more"
    ]
    twice = compiled("""\
        version: 2.1
        commands: {c: {steps: [run: << parameters.p >>]}}
        jobs:
          build: {docker: [{image: "cimg/base:2026.01"}], steps: [c, c, c]}
        workflows:
          main: {jobs: [build, build: {name: other}]}
        """)
    assert len(twice.problems) == 1
