"""Conditions: types that cannot be equal, what `not` binds to, and what is left alone."""

from __future__ import annotations

import pytest

from orbgen.lint.analyses.correctness.conditions import suspects
from orbgen.source.reader import read

CONFIG = """\
parameters:
  s: {{type: string, default: a}}
  b: {{type: boolean, default: true}}
  i: {{type: integer, default: 1}}
  e: {{type: enum, enum: [a, 1], default: a}}
workflows:
  main:
    when: {condition}
"""


def kinds(condition: str) -> list[str]:
    document = read(CONFIG.format(condition=condition).encode(), "config.yml")
    return [suspect.kind for suspect in suspects(document.root)]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("{equal: [main, main]}", ["always"]),
        ("{equal: [main, dev]}", ["never"]),
        ("{equal: [main, dev, << pipeline.git.branch >>]}", ["never"]),
        ("{equal: [main, main, << pipeline.git.branch >>]}", []),
        ("{equal: [$CIRCLE_BRANCH, main]}", ["never"]),
        ("{and: [<< pipeline.parameters.b >>, false]}", ["never"]),
        ("{and: [<< pipeline.parameters.b >>, true]}", []),
        ("{or: [<< pipeline.parameters.b >>, true]}", ["always"]),
        ("{or: [<< pipeline.parameters.b >>, false]}", []),
        ("{not: true}", ["never"]),
        ("{not: {equal: [a, b]}}", ["always"]),
        ("{not: << pipeline.parameters.b >>}", []),
        ("{matches: {pattern: ^m.*, value: main}}", ["always"]),
        ("{matches: {pattern: ^m, value: main}}", ["never"]),
        ("{matches: {pattern: ^m.*, value: << pipeline.git.branch >>}}", []),
        ("pipeline.parameters.b or true", ["always"]),
        ("pipeline.parameters.b and false", ["never"]),
        ("<< 1 == 1 >>", ["always"]),
        ('\'"a" == "b"\'', ["never"]),
        ('pipeline.git.branch == "main" or ""', []),
        ("{equal: [1, '1']}", ["type"]),
        ("{not: {equal: [1, '1']}}", ["type"]),
        ("{equal: [main]}", ["empty"]),
        ("{not: }", ["empty"]),
        ("{and: [<< pipeline.parameters.b >>, null]}", ["empty"]),
        ("", ["empty"]),
        ("true", []),
        ("false", []),
        ("<< false >>", []),
        ("'true'", []),
        ("{equal: []}", []),  # CircleCI refuses these, as the compiler says.
        ("{and: []}", []),
    ],
)
def test_what_literals_decide(condition: str, expected: list[str]):
    config = CONFIG.replace("main:", "main:\n    jobs: [build]").format(condition=condition)
    document = read(config.encode(), "config.yml")
    assert [suspect.kind for suspect in suspects(document.root)] == expected


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("when: {condition: {equal: [a, a]}, steps: [checkout]}", ["always"]),
        ("unless: {condition: {equal: [a, b]}, steps: [checkout]}", ["never"]),
        ("when: {condition: , steps: [checkout]}", ["empty"]),
        ("when: {condition: true, steps: [checkout]}", []),
        ("when: {condition: a text, steps: [checkout]}", []),
        ("when: {condition: parameters.x, steps: [checkout]}", []),
        ("when: {condition: << parameters.x >>, steps: [checkout]}", []),
        ("when: {condition: << parameters.x >>a, steps: [checkout]}", []),
        ("run: {command: make, when: always}", []),
        ("run: {command: make, when: }", []),
    ],
)
def test_what_literals_decide_in_steps(step: str, expected: list[str]):
    document = read(f"commands: {{c: {{steps: [{{{step}}}]}}}}".encode(), "config.yml")
    assert [suspect.kind for suspect in suspects(document.root)] == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("pipeline.parameters.b == 1", ["type"]),
        ('pipeline.parameters.i != "1"', ["type"]),
        ("pipeline.git.branch == true", ["type"]),
        ("pipeline.parameters.s == pipeline.number", ["type"]),
        ("<< pipeline.parameters.b == 1 >>", ["type"]),
        ("{equal: [a, << pipeline.parameters.b >>]}", ["type"]),
        ("{and: [{not: {equal: [<< pipeline.parameters.i >>, '1']}}]}", ["type"]),
        ("{equal: [1, '1']}", ["type"]),
        ("not pipeline.git.branch == pipeline.git.tag", ["not"]),
        ('pipeline.parameters.b and not pipeline.git.branch != "x"', ["not"]),
        ('(pipeline.parameters.b and 0 or 1) == 1 or pipeline.git.branch == "main"', ["ternary"]),
        ("pipeline.parameters.e == 1", []),
        ("pipeline.unheard.of == 1", []),
        ("pipeline.parameters.i == 1", []),
        ("{equal: [1, << pipeline.parameters.e >>]}", []),
        ("{equal: [1, << parameters.b >>]}", []),
        ("{equal: [1, 'x<< pipeline.number >>']}", []),
        ("not pipeline.parameters.b == true", []),
        ('(not pipeline.git.branch) == "x"', []),
        ('pipeline.git.branch == "a" and "b" or "c"', []),
        ("pipeline.git.branch ==", []),
    ],
)
def test_what_a_condition_is_suspected_of(condition: str, expected: list[str]):
    assert kinds(condition) == expected


def test_only_quotes_make_a_text_of_false():
    text = "steps: [{when: {condition: VALUE, steps: []}}]\n"
    for value, count in (("'false'", 1), ('"0"', 1), ("false", 0), ("'x'", 0), ("''", 0)):
        assert len(list(suspects(read(text.replace("VALUE", value).encode(), "x.yml").root))) == count, value
