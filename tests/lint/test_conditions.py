"""Conditions: types that cannot be equal, what `not` binds to, and what is left alone."""

from __future__ import annotations

import pytest

from orbgen.lint.conditions import suspects
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
