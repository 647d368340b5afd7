"""What is printed: the order of everything, comments, and YAML that every reader reads as the same (circleci.md 8)."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from orbgen.circleci.output import data_of, header, pipeline_data, source_comment
from orbgen.circleci.yaml_output import write
from orbgen.source.reader import read
from tests.circleci.compiling import DOCKER, compiled, pipeline_of

# The whole text


def test_a_pipeline_as_it_is_printed():
    text = """\
        version: 2.1
        executors:
          linux: {docker: [{image: cimg/base:2026.01}], environment: {EMPTY: ''}}
        commands:
          deploy:
            steps:
              - run:
                  name: Deploy
                  command: |
                    echo "deploying"
                    ./deploy
        jobs:
          test: {executor: linux, steps: [checkout, run: make test]}
          ship: {executor: linux, environment: {A: 'yes'}, steps: [deploy]}
        workflows:
          main:
            jobs:
              - test
              - hold: {type: approval, requires: [test]}
              - ship: {requires: [hold], context: [prod], filters: {branches: {only: /v.*/}}}
        """
    pipeline = pipeline_of(text)
    printed = "".join([f"{line}\n" for line in header(pipeline)]) + write(pipeline_data(pipeline))
    assert printed == textwrap.dedent(
        """\
        # WARNING: Command 'deploy' in commands.deploy may override built-in CircleCI command 'deploy'
        version: 2
        jobs:
          test:
            docker:
            - image: cimg/base:2026.01
            steps:
            - checkout
            - run:
                command: make test
            environment:
            - EMPTY: ''
          ship:
            docker:
            - image: cimg/base:2026.01
            environment:
            - EMPTY: ''
            - A: 'yes'
            steps:
            - run:
                name: Deploy
                command: |
                  echo "deploying"
                  ./deploy
        workflows:
          main:
            jobs:
            - test
            - hold:
                type: approval
                requires:
                - test
            - ship:
                filters:
                  branches:
                    only: /v.*/
                requires:
                - hold
                context:
                - prod
          version: 2
        """
    )


def test_only_jobs_that_run_are_printed_in_the_order_of_the_workflows():
    jobs = "".join([f"  {name}: {{{DOCKER}, steps: [checkout]}}\n" for name in ("a", "b", "c", "d")])
    text = f"version: 2.1\njobs:\n{jobs}workflows:\n  x: {{jobs: [c, a]}}\n  y: {{jobs: [b, c]}}\n"
    assert list(compiled(text)["jobs"]) == ["c", "a", "b"]


def test_more_than_eight_jobs_are_ordered_by_their_hashes():
    names = [f"job{number}" for number in range(1, 11)]
    jobs = "".join([f"  {name}: {{{DOCKER}, steps: [checkout]}}\n" for name in names])
    text = f"version: 2.1\njobs:\n{jobs}workflows: {{x: {{jobs: [{', '.join(names)}]}}}}\n"
    # The order in which Clojure walks through a hash map of these keys, whatever the order in which they came.
    expected = ["job10", "job2", "job7", "job5", "job3", "job4", "job9", "job6", "job1", "job8"]
    assert list(compiled(text)["jobs"]) == expected
    backwards = text.replace(", ".join(names), ", ".join(names[::-1]))
    assert list(compiled(backwards)["jobs"]) == expected
    assert list(compiled(text.replace(", job9, job10]", "]"))["jobs"]) == names[:8]


def test_only_version_jobs_and_workflows_are_printed():
    text = f"""\
        version: 2.1
        description: d
        display: {{home_url: x}}
        examples: {{e: {{usage: {{}}}}}}
        experimental: {{notify: {{branches: {{only: main}}}}}}
        build_agent: << pipeline.parameters.x >>
        x-anything: << parameters.never >>
        parameters: {{x: {{type: string, default: y}}}}
        orbs:
        commands:
        executors:
        jobs: {{build: {{{DOCKER}, steps: [checkout]}}}}
        """
    assert list(compiled(text)) == ["version", "jobs", "workflows"]


def test_a_setup_configuration_stays_one():
    data = compiled(f"version: 2.1\nsetup: true\njobs: {{build: {{{DOCKER}, steps: [checkout]}}}}\n")
    assert list(data.items())[:2] == [("version", 2), ("setup", True)]


def test_every_step_can_say_where_it_came_from():
    text = f"version: 2.1\ncommands: {{c: {{steps: [checkout]}}}}\njobs: {{build: {{{DOCKER}, steps: [c]}}}}\n"
    printed = write(pipeline_data(pipeline_of(text), origins=True))
    assert "    # config.yml:2:24 < command 'c' < job 'build'\n    - checkout\n" in printed


def test_the_source_as_a_comment():
    text = "a: \"x\"\n\nb: \\d\nc: é😀\t'q'\r\nd: 1\n"
    assert "\n".join(source_comment(text)).split("\n") == [
        "# Original config.yml file:",
        '# a: \\"x\\"',
        "# ",
        "# b: \\\\d",
        "# c: \\u00E9\\uD83D\\uDE00\t'q'",
        "# d: 1",
    ]


# YAML


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text", "text"),
        ("", "''"),
        ("*", "'*'"),
        ("@x", "'@x'"),
        ("a: b", "'a: b'"),
        ("a #b", "'a #b'"),
        ("it's", "it's"),
        ("'q'", "'''q'''"),
        ('"q"', "'\"q\"'"),
        ("yes", "'yes'"),
        ("y", "'y'"),
        ("NULL", "'NULL'"),
        ("~", "'~'"),
        ("1", "'1'"),
        ("1.0", "'1.0'"),
        ("1e3", "'1e3'"),
        ("0x1F", "'0x1F'"),
        ("12:30:45", "'12:30:45'"),
        ("2026-01-01", "'2026-01-01'"),
        ("<<", "'<<'"),
        ("{{ .Branch }}", "'{{ .Branch }}'"),
        ("<< x >>", "<< x >>"),
        ("- x", "'- x'"),
        ("-x", "-x"),
        (" x", "' x'"),
        ("x\ty", '"x\\ty"'),
        ("\x07", '"\\a"'),
        ("a\nb", "|-\n  a\n  b"),
        ("a\nb\n", "|\n  a\n  b"),
        ("a\n\n", "|+\n  a\n"),
        (" a\nb", "|2-\n   a\n  b"),
        ("a \nb", '"a \\nb"'),
        ("\n", '"\\n"'),
        (True, "true"),
        (None, "null"),
        (7, "7"),
        (7.1, "7.1"),
        (1e16, "1.0e+16"),
        ([], "[]"),
        ({}, "{}"),
    ],
)
def test_how_values_are_written(value: Any, expected: str):
    assert write({"k": value}) == f"k: {expected}\n"


def test_lists_and_maps_in_one_another():
    data: Any = {"a": [{"b": [["c", {"d": []}], {}], "e": 1}, "f\ng"], "on": {"1": None}}
    assert write(data) == textwrap.dedent(
        """\
        a:
        - b:
          - - c
            - d: []
          - {}
          e: 1
        - |-
          f
          g
        'on':
          '1': null
        """
    )


_CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
_TRICKY = st.text(alphabet=" \n\t-:#'\"ab|>&*!%@`?,[]{}\\\r\x85\u2028\ufeff\x07😀~=<.019eE+_xyYnN", max_size=12)
_TEXTS = st.text(_CHARACTERS, max_size=30) | _TRICKY
_SCALARS = _TEXTS | st.booleans() | st.integers(-(10**20), 10**20) | st.none() | st.floats(allow_nan=False)
_DATA = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4), max_leaves=12
)


def _alike(first: Any, second: Any) -> bool:
    """Equal with the types and the order of keys, so that `1`, `1.0` and `true` differ."""
    return repr(first) == repr(second)


@settings(max_examples=400)
@given(_DATA)
def test_what_is_written_reads_back_as_the_same(data: Any):
    text = write(data)
    assert _alike(data_of(read(text.encode(), "written.yml").root), data)
    assert _alike(yaml.safe_load(text), data)


@settings(max_examples=60)
@given(_DATA)
def test_what_is_written_is_the_same_to_a_reader_of_another_origin(data: Any):
    assert _alike(YAML(typ="safe", pure=True).load(write(data)), data)


def test_a_key_too_long_to_be_looked_ahead_for():
    data: Any = {"k" * 2_000: {"v": 1}, "x" * 1_500: ["a"], "y" * 1_200: 1}
    text = write(data)
    assert data_of(read(text.encode(), "written.yml").root) == data == yaml.safe_load(text)


def test_the_compiled_configuration_compiles_to_itself():
    text = f"""\
        version: 2.1
        commands: {{c: {{parameters: {{x: {{type: string}}}}, steps: [run: << parameters.x >>]}}}}
        jobs:
          a: {{{DOCKER}, environment: {{A: 1}}, steps: [c: {{x: "one\\n two "}}, checkout]}}
        workflows: {{main: {{jobs: [a, a: {{requires: [a], context: k}}]}}}}
        """
    data = compiled(text)
    again = pipeline_of(write(data))
    assert again.problems == ()
    assert pipeline_data(again) == data
