"""Logic statements and filters: what is true, what is open, what CircleCI refuses."""

from __future__ import annotations

from typing import TypeAlias, Union

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from orbgen.circleci.inputs import Inputs
from orbgen.circleci.truth import Known
from tests.circleci.marked import check, clean, compiled

HEAD = """\
version: 2.1
parameters:
  flag: {type: boolean, default: true}
  count: {type: integer, default: 0}
  name: {type: string, default: main}
  empty: {type: string, default: ""}
  env: {type: enum, enum: [dev, prod], default: dev}
jobs:
  build: {docker: [{image: "cimg/base:2026.01"}], steps: [checkout]}
"""
GIVEN = Inputs(values={"pipeline.git.branch": "main", "pipeline.number": 12}, complete=True)


def active(when: str, inputs: Inputs = GIVEN, key: str = "when") -> bool | None:
    """Whether a workflow with a condition runs."""
    pipeline = compiled(f"{HEAD}workflows:\n  main:\n    {key}: {when}\n    jobs: [build]\n", inputs)
    assert [str(problem) for problem in pipeline.problems] == []
    return pipeline.workflows[0].active


@pytest.mark.parametrize(
    ("when", "truth"),
    [
        # Literals and substituted values.
        ("true", True),
        ("off", False),
        ("", False),
        ('""', False),
        ("0", False),
        ("0.0", False),
        (".nan", False),
        ("12", True),
        ("{not: ~}", True),
        ("{not: a text}", False),
        ('{not: "false"}', False),
        ("<< pipeline.parameters.flag >>", True),
        ("<< pipeline.parameters.count >>", False),
        ("<< pipeline.parameters.empty >>", False),
        ("<< pipeline.git.tag >>", False),
        ("x<< pipeline.parameters.empty >>", True),
        # Text beside a tag makes a text, which is true whatever it says.
        ("""'<< pipeline.git.branch >> == "other"'""", True),
        # and, or, not.
        ("{and: [true, 1, text]}", True),
        ("{and: [true, 0]}", False),
        ('{or: [false, "", ~]}', False),
        ("{or: [false, x]}", True),
        ("{not: {and: [true, false]}}", True),
        ("{and: [{or: [false, {not: false}]}, {not: {equal: [1, 2]}}]}", True),
        # equal looks at types.
        ("{equal: [1]}", True),
        ("{equal: [main, << pipeline.git.branch >>]}", True),
        ("{equal: [main, main, main, develop]}", False),
        ('{equal: [1, "1"]}', False),
        ("{equal: [1, 1.0]}", False),
        ("{equal: [true, yes, on]}", True),
        ('{equal: ["true", << pipeline.parameters.flag >>]}', False),
        ("{equal: [true, << pipeline.parameters.flag >>]}", True),
        ("{equal: [0, << pipeline.parameters.count >>]}", True),
        ('{equal: ["", << pipeline.git.tag >>]}', True),
        ("{equal: [~, null]}", True),
        ("{equal: [[a, {b: 1}], [a, {b: 1}]]}", True),
        ("{equal: [[a, {b: 1}], [a, {b: 2}]]}", False),
        ("{equal: [{a: 1, b: 2}, {b: 2, a: 1}]}", True),
        ("{equal: [{a: << pipeline.git.branch >>}, {a: main}]}", True),
        ("{equal: [[], []]}", True),
        ("{equal: [[a], a]}", False),
        # matches takes the whole text.
        ('{matches: {pattern: "^ma.*$", value: << pipeline.git.branch >>}}', True),
        ("{matches: {pattern: ai, value: << pipeline.git.branch >>}}", False),
        ("{matches: {pattern: ma.n, value: main}}", True),
        ("{matches: {pattern: << pipeline.parameters.name >>, value: main}}", True),
        (r'{matches: {pattern: "^v\\d+(\\.\\d+)*$", value: v1.2.3}}', True),
        # Expressions.
        ('pipeline.git.branch == "main" and pipeline.number > 3', True),
        ("pipeline.git.tag", False),
        ("not pipeline.git.tag", True),
        ("pipeline.git.tag != \"\"", False),
        ("'not pipeline.git.branch == \"main\"'", False),
        ("pipeline.parameters.empty or false", True),  # a text, though an empty one
        ("{and: [<< pipeline.git.branch == \"main\" >>, << not pipeline.git.tag >>]}", True),
        ("|\n      pipeline.parameters.flag\n      and pipeline.git.branch matches /m.*/\n", True),
    ],
)  # fmt: skip
def test_truth_of_statements(when, truth):
    assert active(when) is truth
    assert active(when, key="unless") is not truth


@pytest.mark.parametrize(
    ("when", "truth"),
    [
        ("<< pipeline.parameters.flag >>", None),
        ("<< pipeline.parameters.empty >>", None),
        ("pipeline.parameters.empty", True),
        ("pipeline.git.tag", None),
        ("v<< pipeline.git.tag >>", True),
        ("{or: [<< pipeline.parameters.flag >>, true]}", True),
        ("{and: [<< pipeline.parameters.flag >>, false]}", False),
        ("{not: << pipeline.parameters.flag >>}", None),
        ("{equal: [main, << pipeline.git.branch >>]}", None),
        ("{equal: [main, << pipeline.git.branch >>, develop]}", False),
        ("{equal: [<< pipeline.git.branch >>, main, develop]}", False),
        ("{equal: [1, << pipeline.git.branch >>]}", False),
        ("{equal: [test, << pipeline.parameters.env >>]}", False),
        ("{equal: [dev, << pipeline.parameters.env >>]}", None),
        ("{equal: [{a: << pipeline.git.branch >>}, {a: main}]}", None),
        ("{equal: [{a: << pipeline.git.branch >>, b: 1}, {a: main, b: 2}]}", False),
        ("{equal: [[<< pipeline.git.branch >>], << pipeline.git.branch >>]}", False),
        ("{equal: [v<< pipeline.git.tag >>, 5]}", False),
        ("{matches: {pattern: .*, value: << pipeline.git.branch >>}}", None),
        ("{matches: {pattern: dev|prod, value: << pipeline.parameters.env >>}}", True),
        ("{matches: {pattern: staging, value: << pipeline.parameters.env >>}}", False),
        (r'{matches: {pattern: "\\p{Alpha}+", value: main}}', None),
        ('pipeline.git.branch == "main" and false', False),
        ('pipeline.parameters.env == "test"', False),
    ],
)
def test_truth_with_unknowns(when, truth):
    assert active(when, Inputs()) is truth
    unless = active(when, Inputs(), "unless")
    assert unless is (None if truth is None else not truth)


def test_a_value_that_is_not_set_matches_nothing():
    inputs = Inputs(values={"pipeline.git.tag": None}, complete=True)
    assert active("{matches: {pattern: .*, value: << pipeline.git.tag >>}}", inputs) is False


def test_statements_that_circleci_refuses():
    problems = check("""\
        version: 2.1
        jobs:
          build:
            docker: [{image: "cimg/base:2026.01"}]
            steps:
              - when:
                  condition: [true, false]
                  #          ^ condition: a condition cannot be a list
                  steps: [checkout]
              - when: {condition: {and: []}, steps: [checkout]}
              #                         ^ condition: `and` has no statements
              - when: {condition: {or: true}, steps: [checkout]}
              #                        ^ condition: `or` takes a list
              - when: {condition: {equals: [1, 1]}, steps: [checkout]}
              #                    ^ condition: 'equals' is no logic operator
              - when: {condition: {and: [true], or: [true]}, steps: [checkout]}
              #                   ^ condition: exactly one of the keys and, or, not, equal, matches; found and, or
              - when: {condition: {}, steps: [checkout]}
              #                   ^ condition: found none
              - when: {condition: {not: [true]}, steps: [checkout]}
              #                         ^ condition: a condition cannot be a list
              - when: {condition: {matches: {pattern: a}}, steps: [checkout]}
              #                             ^ condition: `matches` takes a mapping of `pattern` and `value`
              - when: {condition: {matches: {pattern: a, value: b, flags: i}}, steps: [checkout]}
              #                             ^ condition: `matches` takes a mapping
              - when: {condition: {matches: {pattern: 1, value: "1"}}, steps: [checkout]}
              #                                       ^ condition: `pattern` of `matches` must be a string
              - when: {condition: {matches: {pattern: a, value: << pipeline.number >>}}, steps: [checkout]}
              #                                                 ^ condition: `value` of `matches` must be a string
              - unless: {condition: {or: [{equal: []}, {foo: 1}]}, steps: [checkout]}
              #                                   ^ condition: `equal` has no statements
              #                                         ^ condition: 'foo' is no logic operator
        """)
    assert [problem.suggestion for problem in problems if "'equals'" in problem.message] == ["equal"]


def test_workflow_conditions_that_circleci_refuses():
    problems = check("""\
        version: 2.1
        parameters: {deploy: {type: boolean, default: false}}
        jobs: {build: {docker: [{image: "cimg/base:2026.01"}], steps: [checkout]}}
        workflows:
          both:
            when: true
            unless: false
          # ^ workflow: cannot use both 'when' and 'unless'
            jobs: [build]
          syntax:
            when: pipeline.git.branch == "main" and and true
            #                                       ^ expression: the expression cannot be read: expected an expression, found `and`
            jobs:
              - build: {filters: pipeline.git.branch starts-with}
              #                                                 ^ expression: found `the end`
          names:
            unless: pipeline.parameters.deploi or pipeline.parameters.deploy
            #       ^ undefined-parameter: Referred to a variable "pipeline.parameters.deploi" that does not exist
            jobs:
              - build: {filters: parameters.branch == "main"}
              #                  ^ undefined-parameter: Arguments referenced without declared parameters: branch
          word:
            when: always
            #     ^ undefined-parameter: Referred to a variable "always" that does not exist
            jobs: [build]
          types:
            when: pipeline.number matches /1.*/ or pipeline.git.branch > 5
            #     ^ expression: expected string operands to "matches" operator, but this is a number
            jobs: [build]
        """)  # noqa: E501
    assert problems[3].suggestion == "pipeline.parameters.deploy"


def nested(depth: int) -> str:
    return "{not: " * depth + "true" + "}" * depth


def test_statements_nest_a_hundred_deep():
    assert active(nested(100)) is True
    pipeline = compiled(f"{HEAD}workflows:\n  main:\n    when: {nested(101)}\n    jobs: [build]\n")
    assert [(problem.code, problem.message) for problem in pipeline.problems] == [
        ("condition", "logic statements are nested more than 100 deep")
    ]


def test_the_formula_of_an_open_condition_stays_small():
    lines = ["version: 2.1", "commands:"]
    for number in range(40):
        inner = "{condition: << parameters.x >>, steps: [checkout]}"
        step = f"- c{number + 1}: {{x: '<< parameters.x or parameters.x >>'}}" if number < 39 else f"- when: {inner}"
        lines += [f"  c{number}:", "    parameters: {x: {type: boolean}}", "    steps:", f"      {step}"]
    lines += [
        "jobs:",
        "  build:",
        '    docker: [{image: "cimg/base:2026.01"}]',
        "    steps: [c0: {x: '<< pipeline.git.branch.is_default and true >>'}]",
    ]
    pipeline = compiled("\n".join(lines), Inputs())
    assert pipeline.problems == ()
    ((condition,),) = [step.conditions for step in pipeline.job_runs[0].steps]
    assert condition.truth is None
    assert condition.formula is None


# Executors


EXECUTORS = """\
version: 2.1
executors:
  linux: &linux
    docker: [{image: "cimg/node:22.13"}]
  macos: &macos
    macos: {xcode: "16.2.0"}
  sized:
    parameters: {size: {type: string, default: small}}
    docker: [{image: "cimg/base:<< parameters.size >>"}]
orbs: {node: circleci/node@5.2.0}
jobs:
  test:
    parameters: {os: {type: executor}}
    executor: << parameters.os >>
    steps:
      - when: {condition: {equal: [linux, << parameters.os >>]}, steps: [run: name linux]}
      - when: {condition: {equal: [*linux, << parameters.os >>]}, steps: [run: is linux]}
      - when: {condition: {equal: [<< parameters.os >>, *macos]}, steps: [run: is macos]}
      - when: {condition: {equal: [{macos: {xcode: "16.2.0"}}, << parameters.os >>]}, steps: [run: like macos]}
      - when: {condition: {equal: [sized, << parameters.os >>]}, steps: [run: name sized]}
      - when: {condition: << parameters.os >>, steps: [run: any]}
workflows:
  main:
    jobs:
      - test: {os: OS}
"""


@pytest.mark.parametrize(
    ("os", "scripts"),
    [
        ("linux", ["name linux", "is linux", "any"]),
        ("macos", ["is macos", "like macos", "any"]),
        ("{name: linux}", ["name linux", "is linux", "any"]),
        ("{name: sized, size: large}", ["name sized", "any"]),
    ],
)
def test_executors_are_equal_to_their_names_and_to_their_definitions(os, scripts):
    text = EXECUTORS.replace("OS}", f"{os}}}")
    clean(text)
    for inputs in (Inputs(), Inputs(complete=True)):
        (run,) = compiled(text, inputs).job_runs
        assert [step.command.text for step in run.steps if step.command and not step.conditions] == scripts


def test_executors_of_orbs_that_are_not_at_hand_are_open():
    text = EXECUTORS.replace("OS}", "node/default}")
    clean(text)
    (run,) = compiled(text, Inputs()).job_runs
    decided = {step.command.text: [c.truth for c in step.conditions] for step in run.steps if step.command}
    assert decided == {"is linux": [None], "is macos": [None], "like macos": [None], "any": []}


def test_steps_as_a_condition_are_false_where_there_are_none():
    text = """\
        version: 2.1
        commands:
          c:
            parameters: {after: {type: steps, default: []}}
            steps:
              - unless: {condition: << parameters.after >>, steps: [run: none]}
              - when: {condition: << parameters.after >>, steps: [steps: << parameters.after >>]}
        jobs:
          build: {docker: [{image: "cimg/base:2026.01"}], steps: [c, c: {after: [run: some]}]}
        """
    clean(text)
    assert [step.command.text for step in compiled(text).job_runs[0].steps if step.command] == ["none", "some"]


def test_strings_that_read_like_expressions_are_open_in_steps():
    """The documents take them as text, CircleCI's language server as expressions."""
    text = """\
        version: 2.1
        jobs:
          build:
            docker: [{image: "cimg/base:2026.01"}]
            steps:
              - when: {condition: 'pipeline.git.branch == "main"', steps: [run: expression]}
              - when: {condition: any text, steps: [run: text]}
              - when: {condition: "", steps: [run: empty]}
        """
    clean(text)
    steps = compiled(text, Inputs()).job_runs[0].steps
    decided = {step.command.text: [c.truth for c in step.conditions] for step in steps if step.command}
    assert decided == {"expression": [None], "text": []}


# Soundness, through the compiler.


_VALUES: dict[str, st.SearchStrategy[Known]] = {
    "flag": st.booleans(),
    "count": st.sampled_from([0, 1, 2]),
    "name": st.sampled_from(["", "main", "x"]),
    "env": st.sampled_from(["dev", "prod"]),
}
_DEFAULTS: dict[str, Known] = {"flag": True, "count": 0, "name": "main", "env": "dev"}
Statement: TypeAlias = Union[str, dict[str, "Statement | list[Statement]"]]
_OPERANDS = st.sampled_from(
    [*[f"<< pipeline.parameters.{name} >>" for name in _VALUES], "true", "0", "1", '"main"', "dev"]
)
_STATEMENTS: st.SearchStrategy[Statement] = st.recursive(
    st.one_of(
        _OPERANDS,
        st.lists(_OPERANDS, min_size=1, max_size=3).map(lambda operands: {"equal": operands}),
        st.sampled_from(["name", "env"]).map(
            lambda name: {"matches": {"pattern": '"m.*|p.*"', "value": f"<< pipeline.parameters.{name} >>"}}
        ),
        st.sampled_from(
            ["<< pipeline.parameters.flag and pipeline.parameters.name >>", "<< pipeline.parameters.count > 1 >>",
             '<< pipeline.parameters.env == "prod" or pipeline.parameters.count >>']
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda statements: {"and": statements}),
        st.lists(inner, min_size=1, max_size=3).map(lambda statements: {"or": statements}),
        inner.map(lambda statement: {"not": statement}),
    ),
    max_leaves=5,
)  # fmt: skip


def flow(statement: object) -> str:
    """A statement in YAML."""
    if isinstance(statement, dict):
        return "{" + ", ".join([f"{key}: {flow(value)}" for key, value in statement.items()]) + "}"
    return f"[{', '.join([flow(value) for value in statement])}]" if isinstance(statement, list) else str(statement)


def holding(statement: object, values: dict[str, Known]) -> bool:
    """Whether a statement holds, by the words of CircleCI's documents."""
    if isinstance(statement, dict):
        ((operator, operands),) = statement.items()
        if operator == "equal":
            known = [plain(operand, values) for operand in operands]
            return all([type(value) is type(known[0]) and value == known[0] for value in known])
        if operator == "matches":
            return str(plain(operands["value"], values)).startswith(("m", "p"))
        if operator == "not":
            return not holding(operands, values)
        truths = [holding(operand, values) for operand in operands]
        return all(truths) if operator == "and" else any(truths)
    return bool(plain(str(statement), values))


def plain(operand: str, values: dict[str, Known]) -> Known:
    if operand == "<< pipeline.parameters.flag and pipeline.parameters.name >>":
        return values["name"] if values["flag"] else False
    if operand == "<< pipeline.parameters.count > 1 >>":
        return int(str(values["count"])) > 1
    if operand.startswith('<< pipeline.parameters.env == "prod" or'):
        return True if values["env"] == "prod" else values["count"]
    if operand.startswith("<<"):
        return values[operand.removeprefix("<< pipeline.parameters.").removesuffix(" >>")]
    literals: dict[str, Known] = {"true": True, "0": 0, "1": 1, '"main"': "main", "dev": "dev"}
    return literals[operand]


@given(_STATEMENTS, st.fixed_dictionaries(_VALUES), st.sets(st.sampled_from(sorted(_VALUES))))
def test_what_is_decided_in_spite_of_unknowns_holds_for_all_values(statement, values, hidden):
    # A bare text is an expression here, and so the name of a value.
    assume(statement not in ('"main"', "dev"))
    text = f"{HEAD}workflows:\n  main:\n    when: {flow(statement)}\n    jobs: [build]\n"
    expected = holding(statement, values)
    known = compiled(text, Inputs(values, complete=True))
    assert known.problems == ()
    assert known.workflows[0].active is expected
    partly = compiled(text, Inputs({name: value for name, value in values.items() if name not in hidden}))
    assert partly.problems == ()
    assert partly.workflows[0].active in (None, expected)
