"""Pipeline values: which there are, what they are when nobody says, and how far their text can be trusted."""

from __future__ import annotations

import re

import pytest

from orbgen.circleci.inputs import Inputs
from orbgen.circleci.pipeline_values import PIPELINE_VALUES, Level, TextClass, trust_of
from orbgen.circleci.truth import Kind
from tests.circleci.marked import body, check, compiled, steps

HEAD = 'version: 2.1\njobs:\n  build:\n    docker: [{image: "cimg/base:2026.01"}]\n'


@pytest.mark.parametrize(
    ("name", "kind", "level", "text"),
    [
        ("pipeline.git.branch", "string", "pusher", "ref"),
        ("pipeline.git.tag", "string", "pusher", "ref"),
        ("pipeline.git.revision", "string", "none", "id"),
        ("pipeline.git.branch.is_default", "boolean", "none", "id"),
        ("pipeline.number", "integer", "none", "id"),
        ("pipeline.git.commit.subject", "string", "outsider", "line"),
        ("pipeline.git.commit.body", "string", "outsider", "text"),
        ("pipeline.git.commit.author_login", "string", "outsider", "word"),
        ("pipeline.git.commit.committer_name", "string", "outsider", "line"),
        ("pipeline.event.github.pull_request.title", "string", "outsider", "line"),
        ("pipeline.event.github.pull_request.head.ref", "string", "outsider", "ref"),
        ("pipeline.event.github.pull_request.base.ref", "string", "pusher", "ref"),
        ("pipeline.event.github.pull_request.number", "integer", "none", "id"),
        ("pipeline.event.github.pull_request.draft", "boolean", "none", "id"),
        ("pipeline.event.github.comment.body", "string", "outsider", "text"),
        ("pipeline.event.github.label.name", "string", "pusher", "line"),
        ("pipeline.event.github.sender.login", "string", "none", "word"),
        ("pipeline.trigger_parameters.webhook.body", "string", "outsider", "text"),
        ("pipeline.trigger_parameters.gitlab.commit_message", "string", "outsider", "text"),
        ("pipeline.trigger_parameters.github_app.user_username", "string", "outsider", "word"),
        ("pipeline.config.ref", "string", "pusher", "ref"),
        ("pipeline.schedule.name", "string", "caller", "line"),
        ("pipeline.deploy.reason", "string", "caller", "line"),
        ("pipeline.project.slug", "string", "none", "id"),
        ("pipeline.vcs.type", "string", "none", "id"),
    ],
)
def test_kinds_and_trust(name, kind, level, text):
    value = PIPELINE_VALUES[name]
    assert (value.kind, value.level, value.text) == (Kind(kind), Level(level), TextClass(text))
    assert trust_of(name) is value


def test_what_no_table_knows_is_trusted_by_its_family():
    assert trust_of("pipeline.parameters.any").level is Level.CALLER
    assert trust_of("pipeline.event.github.new_value").level is Level.NONE


def test_the_table_is_well_formed():
    assert len(PIPELINE_VALUES) > 160
    for name, value in PIPELINE_VALUES.items():
        assert re.fullmatch(r"pipeline(\.[a-z][a-z_]*)+", name)
        assert type(value.default) is {Kind.STRING: str, Kind.BOOLEAN: bool, Kind.INTEGER: int}[value.kind]
        assert value.text is TextClass.ID or value.kind is Kind.STRING
        assert value.ended is None or re.fullmatch(r"20\d\d-\d\d-\d\d", value.ended)
        assert not value.twins or all([twin.startswith("CIRCLE_") for twin in value.twins])


def test_every_value_can_be_used_everywhere():
    lines = "".join([f"      - run: echo << {name} >>\n" for name in PIPELINE_VALUES])
    for inputs in (Inputs(), Inputs(complete=True)):
        assert compiled(f"{HEAD}    steps:\n{lines}", inputs).problems == ()


def test_names_that_do_not_exist():
    problems = check(f"""\
{HEAD}    steps:
      - run: << pipeline.git.brnach >> << pipeline.bogus >>
      #         ^ undefined-value: Referred to a variable "pipeline.git.brnach" that does not exist
      #                                   ^ undefined-value: Referred to a variable "pipeline.bogus" that does not exist
      - run: << pipeline.event.github.pull_request.titel >>
      #         ^ undefined-value
workflows:
  main:
    when: pipeline.git.tagg != "" or pipeline.git.tag != ""
    #     ^ undefined-value: Referred to a variable "pipeline.git.tagg" that does not exist
    jobs: [build]
""")
    assert [problem.suggestion for problem in problems] == [
        "pipeline.git.branch",
        None,
        "pipeline.event.github.pull_request.title",
        "pipeline.git.tag",
    ]
    assert problems[0].span.text == "pipeline.git.brnach"


def test_new_values_of_families_that_grow_are_unknown_and_no_error():
    check(f"""\
{HEAD}    parallelism: << pipeline.event.github.release.assets >>
    steps: [run: "<< pipeline.trigger_parameters.svn.revision >> << pipeline.deploy.window_of_time >>"]
""")


def test_defaults_where_nobody_gives_a_value():
    text = f"{HEAD}    environment: {{A: << pipeline.number >>, B: << pipeline.id >>, C: << pipeline.git.tag >>}}\n"
    assert body(text + "    steps: [checkout]\n")["environment"] == [
        {"A": 1},
        {"B": "00000000-0000-0000-0000-000000000001"},
        {"C": ""},
    ]
    given = Inputs(values={"pipeline.number": 7, "pipeline.git.tag": "v1"}, complete=True)
    assert body(text + "    steps: [checkout]\n", given)["environment"] == [
        {"A": 7},
        {"B": "00000000-0000-0000-0000-000000000001"},
        {"C": "v1"},
    ]


@pytest.mark.parametrize(
    ("tag", "script"),
    [
        (None, "no tag; false false true"),
        ("", "no tag; false false true"),
        ("v1", "v1; true true false"),
    ],
)
def test_a_value_that_is_not_set_is_null_to_expressions(tag, script):
    text = (
        f"{HEAD}    steps:\n"
        '      - run: << pipeline.git.tag or "no tag" >>; << pipeline.git.tag != "" and true or false >>'
        ' << pipeline.git.tag starts-with "v" and true or false >> << not (pipeline.git.tag == "v1") >>\n'
    )
    inputs = Inputs(values={"pipeline.git.tag": tag}, complete=True)
    assert steps(text, inputs) == [{"run": {"command": script}}]


def test_values_may_be_used_in_orbs():
    text = """\
        version: 2.1
        orbs:
          own: {commands: {c: {steps: [run: echo << pipeline.git.branch >>]}}}
        jobs: {build: {docker: [{image: "cimg/base:2026.01"}], steps: [own/c]}}
        """
    assert steps(text, Inputs(values={"pipeline.git.branch": "main"}, complete=True)) == [
        {"run": {"command": "echo main"}}
    ]
