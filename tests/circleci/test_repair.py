"""One mistake gives one problem, at its own line, whatever depends on what it broke."""

from __future__ import annotations

import textwrap

import pytest

from orbgen.circleci.compiler import compile_document
from orbgen.source.problems import Problem
from orbgen.source.reader import read


def problems_of(text: str) -> list[Problem]:
    document = read(textwrap.dedent(text).encode(), "config.yml")
    return [*document.problems, *compile_document(document).problems]


def said(text: str) -> list[tuple[str, int]]:
    return [(problem.code, problem.span.line) for problem in problems_of(text)]


JOB = """
    docker: [{image: "cimg/base:2026.01"}]
    steps: [checkout]"""


def test_an_alias_without_anchor_is_all_that_is_wrong_with_what_it_stands_for():
    text = """\
        version: 2.1
        job: &job
          docker: [{image: "cimg/base:2026.01"}]
        command: &command
          command: make
        jobs:
          build: *jbo
          test:
            <<: *jbo
            steps:
              - run:
                  <<: *comand
              - run:
                  <<: *command
        workflows:
          main:
            jobs:
              - build: {level: high}
              - test: *settings
        """
    found = problems_of(text)
    assert [(problem.code, problem.span.line) for problem in found] == [
        ("undefined-alias", line) for line in (7, 12, 19)
    ]
    assert [[note.span.line for note in problem.related] for problem in found] == [[9], [], []]


def test_parameters_behind_an_alias_without_anchor_are_not_missed():
    text = """\
        version: 2.1
        jobs:
          build:
            parameters: *parameters
            docker: [{image: "cimg/base:2026.01"}]
            steps:
              - run: make << parameters.goal >>
        workflows:
          main:
            jobs:
              - build: {goal: all}
        """
    assert said(text) == [("undefined-alias", 4)]


@pytest.mark.parametrize(
    ("wrong", "line", "meant"),
    [
        ("executr: tools\n    steps: [checkout]", 4, "executor"),
        ("executor: tools\n    step: [checkout]", 5, "steps"),
        ("executor: tools\n    steps: [checkout]\n    enviroment: {A: b}", 6, "environment"),
    ],
)
def test_a_misspelt_key_of_a_job_is_taken_for_the_right_one(wrong: str, line: int, meant: str):
    text = f"version: 2.1\njobs:\n  build:\n    {wrong}\nexecutors:\n  tools:\n    docker: [{{image: a/b}}]\n"
    found = problems_of(text)
    assert [(problem.code, problem.span.line, problem.suggestion) for problem in found] == [
        ("unknown-key", line, meant)
    ]


def test_a_key_that_lost_its_indentation_belongs_to_the_job_above_it():
    found = problems_of("""\
        version: 2.1
        jobs:
          build:
            docker: [{image: "cimg/base:2026.01"}]
          steps:
            - chekout
        """)
    assert [(problem.code, problem.span.line) for problem in found] == [
        ("misplaced-key", 5),
        ("undefined-command", 6),
    ]
    assert found[0].help == "it is a key of a job: indent it under `build`"


def test_a_job_that_is_indented_too_far_is_a_job_all_the_same():
    text = f"""\
version: 2.1
jobs:
  build:{JOB}
    test:
      docker: [{{image: "cimg/base:2026.01"}}]
      steps: [checkout]
workflows:
  main:
    jobs: [build, test]
"""
    assert said(text) == [("unknown-key", 6)]


def test_a_definition_in_error_is_not_held_against_its_uses():
    text = f"""\
version: 2.1
commands:
  greet: [checkout]
jobs:
  build:{JOB}
  test: 12
workflows:
  main:
    jobs:
      - build: {{pre-steps: [greet: {{name: world}}]}}
      - test: {{level: high}}
"""
    assert said(text) == [("value", 3), ("value", 8)]


def test_a_declaration_in_error_is_not_held_against_its_uses():
    text = """\
        version: 2.1
        commands:
          greet:
            parameters:
              after: {type: list, default: []}
              loud: {default: false}
              name:
            steps:
              - run: ./greet << parameters.loud >> << parameters.name >>
              - steps: << parameters.after >>
        jobs:
          build:
            docker: [{image: "cimg/base:2026.01"}]
            steps:
              - greet:
                  loud: true
                  name: world
                  after: [checkout]
        """
    assert said(text) == [("value", 5), ("value", 6), ("value", 7)]


def test_a_misspelt_argument_is_not_a_missing_one_too():
    found = problems_of("""\
        version: 2.1
        commands:
          greet:
            parameters:
              name: {type: enum, enum: [world]}
            steps:
              - run: ./greet << parameters.name >>
        jobs:
          build:
            docker: [{image: "cimg/base:2026.01"}]
            steps:
              - greet: {nam: world}
        """)
    assert [(problem.code, problem.span.line, problem.suggestion) for problem in found] == [
        ("unexpected-argument", 12, "name")
    ]


def test_a_wrong_value_is_reported_where_it_is_given_and_not_where_it_is_handed_on():
    text = """\
        version: 2.1
        commands:
          inner:
            parameters:
              level: {type: enum, enum: [low, high]}
            steps:
              - run: make << parameters.level >>
          outer:
            parameters:
              level: {type: enum, enum: [low, high]}
            steps:
              - inner: {level: << parameters.level >>}
        jobs:
          build:
            docker: [{image: "cimg/base:2026.01"}]
            steps:
              - outer: {level: hihg}
        """
    assert said(text) == [("enum", 17)]


def test_a_parameter_that_is_not_declared_is_reported_once_with_all_its_uses():
    found = problems_of("""\
        version: 2.1
        jobs:
          build:
            docker: [{image: "cimg/base:2026.01"}]
            steps:
              - run: make << parameters.goal >>
              - run: make << parameters.goal >> again
        workflows:
          main:
            jobs:
              - build: {goal: all}
              - build: {goal: some, name: other}
        """)
    assert [(problem.code, problem.span.line) for problem in found] == [("undefined-parameter", 6)]
    assert [note.span.line for note in found[0].related] == [7]


def test_uses_of_a_name_that_nothing_defines_are_one_problem():
    found = problems_of(f"""\
version: 2.1
jobs:
  build:{JOB}
  test:
    docker: [{{image: "cimg/base:2026.01"}}]
    steps:
      - node/install
      - node/run
workflows:
  main:
    jobs:
      - test
      - build: {{requires: [lint]}}
      - build: {{requires: [lint], name: again}}
""")
    assert [(problem.code, problem.span.line) for problem in found] == [("undefined-orb", 9), ("requires", 15)]
    assert [note.span.line for problem in found for note in problem.related] == [10, 16]


def test_settings_beside_the_name_of_an_entry_count_as_its_settings():
    text = f"""\
version: 2.1
jobs:
  build:{JOB}
    parameters:
      level: {{type: string}}
  deploy:{JOB}
workflows:
  main:
    jobs:
      - build:
        name: first
        level: high
      - deploy: {{requires: [first]}}
"""
    assert said(text) == [("misplaced-key", 15)]


def test_an_entry_in_error_may_be_what_others_require():
    text = f"""\
version: 2.1
jobs:
  build:{JOB}
  deploy:{JOB}
workflows:
  main:
    jobs:
      - biuld
      - deploy: {{requires: [build]}}
  other:
    jobs:
      -
      - deploy: {{requires: [build]}}
"""
    assert said(text) == [("undefined-job", 12), ("workflow", 16)]


AXES = 'matrix:\n            parameters:\n              version: ["3.12", "3.13"]\n'
MATRIX = """\
version: 2.1
jobs:
  test:
    parameters: {version: {type: string}}
    docker: [{image: "cimg/python:<< parameters.version >>"}]
    steps: [checkout]
workflows:
  main:
    jobs:
      - test:
          name: test-<< matrix.version >>
          matrix:
            parameters:
              version: ["3.12", "3.13"]
      - test:
          name: last
          version: "3.14"
          requires: [test-3.12]
"""


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ('version: ["3.12", "3.13"]', 'versoin: ["3.12", "3.13"]', ("unexpected-argument", 14)),
        ('version: ["3.12", "3.13"]', 'version: "3.12"', ("matrix", 14)),
        ('version: ["3.12", "3.13"]', 'version: ["3.12", [x]]', ("argument-type", 14)),
        ("            parameters:\n", "            paramters:\n", ("unknown-key", 13)),
        ("            parameters:\n", "            params:\n", ("matrix", 13)),
        ("          matrix:", "          matrx:", ("unexpected-argument", 12)),
        (AXES, "matrix: *matrix\n", ("undefined-alias", 12)),
        ("requires: [test-3.12]", "requires: [test-3.11]", ("requires", 18)),
    ],
)
def test_a_mistake_in_a_matrix_is_one_problem(right: str, wrong: str, expected: tuple[str, int]):
    assert said(MATRIX) == []
    assert right in MATRIX
    assert said(MATRIX.replace(right, wrong)) == [expected]


def test_version_2_with_keys_of_2_1_is_one_problem_and_read_as_2_1():
    found = problems_of("""\
        version: 2
        parameters:
          level: {type: boolean, default: false}
        executors:
          tools:
            docker: [{image: "cimg/base:2026.01"}]
        jobs:
          build:
            executor: tools
            parameters:
              fast: {type: boolean, default: true}
            steps:
              - when:
                  condition: << parameters.fast >>
                  steps: [checkout]
        workflows:
          main:
            jobs:
              - build: {fast: << pipeline.parameters.level >>}
        """)
    assert [(problem.code, problem.span.line) for problem in found] == [("version", 2)]
    assert [note.span.line for note in found[0].related] == [1, 4]


def test_a_file_without_version_that_uses_nothing_of_2_1_may_hold_here_documents():
    text = """\
        jobs:
          build:
            docker: [{image: "cimg/base:2026.01"}]
            steps:
              - run: |
                  cat > notes <<EOF
                  EOF
        """
    assert said(text) == [("version", 1)]


def test_a_tag_that_cannot_be_read_has_no_type():
    text = """\
        version: 2.1
        jobs:
          build:
            parameters:
              fast: {type: boolean, default: false}
            docker: [{image: "cimg/base:2026.01"}]
            steps: [checkout]
        workflows:
          main:
            jobs:
              - build: {fast: << pipline.parameters.level >>}
        """
    assert said(text) == [("unclosed-tag", 11)]


def test_a_job_without_a_body_is_an_error_only_where_it_is_used():
    text = f"""\
version: 2.1
jobs:
  build:{JOB}
  later:
  now:
workflows:
  main:
    jobs: [build, now]
"""
    found = problems_of(text)
    assert [(problem.code, problem.span.line, problem.dormant) for problem in found] == [
        ("value", 6, True),
        ("value", 7, False),
    ]


def test_keys_that_lost_their_indentation_together_are_one_problem():
    found = problems_of("""\
        version: 2.1
        executors:
          docker:
            docker: [{image: "cimg/base:2026.01"}]
          mac:
          macos: {xcode: "15.4.0"}
          shell: /bin/bash
          environment: {LEVEL: high}
        commands:
          greet:
          description: Say hello.
          steps:
            - run: ./greet
        jobs:
          build:
            executor: mac
            steps: [greet]
        """)
    assert [(problem.code, problem.span.line) for problem in found] == [("misplaced-key", 6), ("misplaced-key", 11)]
    assert [[note.span.line for note in problem.related] for problem in found] == [[7, 8], [12]]


def test_a_misspelt_list_of_jobs_is_read_as_one():
    found = problems_of(f"""\
version: 2.1
jobs:
  build:{JOB}
workflows:
  main:
    job: [biuld]
""")
    assert [(problem.code, problem.span.line, problem.suggestion) for problem in found] == [
        ("workflow", 8, "jobs"),
        ("undefined-job", 8, "build"),
    ]


def test_a_command_by_the_name_of_an_orb_that_is_not_imported():
    text = """\
        version: 2.1
        commands:
          install: node/install
        jobs:
          build:
            docker: [{image: "cimg/base:2026.01"}]
            steps: [install, node/run]
        """
    found = problems_of(text)
    assert [(problem.code, problem.span.line) for problem in found] == [("undefined-orb", 3)]
    assert [note.span.line for note in found[0].related] == [7]


@pytest.mark.parametrize(
    ("wrong", "code", "line", "help"),
    [
        ("- ./greet world", "undefined-orb", 6, "a shell command needs `run`: write `- run: ./greet world`"),
        ("- run: make << paramters.goal >>", "unclosed-tag", 6, "did you mean `<< parameters.goal >>`?"),
        ("- run: make << pipe.number >>", "unclosed-tag", 6, "did you mean `<< pipeline.number >>`?"),
    ],
)
def test_advice_on_what_is_meant(wrong: str, code: str, line: int, help: str):
    text = f"version: 2.1\njobs:\n  build:\n    docker: [{{image: a/b}}]\n    steps:\n      {wrong}\n"
    found = problems_of(text)
    assert [(problem.code, problem.span.line, problem.help) for problem in found] == [(code, line, help)]


def test_a_requirement_with_a_colon_and_no_status():
    text = f"""\
version: 2.1
jobs:
  build:{JOB}
workflows:
  main:
    jobs:
      - build
      - build: {{name: again, requires: [build: ]}}
"""
    found = problems_of(text)
    assert [(problem.code, problem.message) for problem in found] == [("value", "`build:` in `requires` has no status")]


def test_swapped_letters_are_the_first_guess():
    text = f"""\
version: 2.1
jobs:
  lint:{JOB}
  unit:{JOB}
workflows:
  main:
    jobs: [uint]
"""
    assert [problem.suggestion for problem in problems_of(text)] == ["unit"]


def test_an_orb_reference_whose_tag_is_not_closed():
    text = f"""\
version: 2.1
orbs:
  node: circleci/node@<< pipeline.parameters.version
jobs:
  build:{JOB}
"""
    assert said(text) == [("unclosed-tag", 3)]


def test_a_requirement_that_is_no_list_is_one_problem():
    text = f"""\
version: 2.1
jobs:
  build:{JOB}
workflows:
  main:
    jobs:
      - build
      - build:
          name: again
          requires:
            -build
"""
    assert said(text) == [("value", 13)]


def test_a_file_of_another_kind_is_one_problem():
    assert said("machine:\n  services: [docker]\ntest:\n  override: [make test]\n") == [("version", 1)]


def test_an_executor_that_does_not_exist_is_shown_where_its_name_is_written():
    found = problems_of("""\
        version: 2.1
        jobs:
          build:
            parameters:
              place: {type: string, default: mac}
            executor: << parameters.place >>
            steps: [checkout]
        workflows:
          main:
            jobs:
              - build
              - build: {name: again, place: lniux}
        executors:
          linux:
            docker: [{image: "cimg/base:2026.01"}]
        """)
    assert [(problem.code, problem.span.line, problem.suggestion) for problem in found] == [
        ("undefined-executor", 5, None),
        ("undefined-executor", 12, "linux"),
    ]
    assert [[note.span.line for note in problem.related] for problem in found] == [[6], [6]]


def test_what_cannot_be_merged_leaves_nothing_else_to_say():
    text = """\
        version: 2.1
        image: &image cimg/base:2026.01
        jobs:
          build:
            <<: *image
            steps: [checkout]
        """
    assert said(text) == [("merge-value", 5)]


def test_an_environment_that_is_a_text():
    text = """\
        version: 2.1
        jobs:
          build:
            docker: [{image: "cimg/base:2026.01"}]
            environment: production
            steps: [checkout]
        """
    assert said(text) == [("value", 5)]


def test_an_image_that_an_alias_without_anchor_stands_for():
    text = """\
        version: 2.1
        jobs:
          build:
            docker:
              - image: *image
              - <<: *database
            steps: [checkout]
        """
    assert said(text) == [("undefined-alias", 5), ("undefined-alias", 6)]
