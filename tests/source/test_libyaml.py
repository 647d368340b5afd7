"""The binding of libyaml and PyYAML side by side."""

from __future__ import annotations

import subprocess
import sys

import pytest

READING = "from orbgen.source.reader import read; from orbgen.source.problems import UnreadableError"
WRONG = """
for text in ("a: [1", "a: \\x01"):
    try:
        read(text.encode(), "a.yml")
    except UnreadableError as error:
        print(error.problem.message)
"""
WHOLE = """
print(yaml.__version__[0], yaml.error.YAMLError is yaml.YAMLError, yaml.reader.ReaderError.__module__)
print(yaml.safe_load("a: [1, 2001-01-01]"), yaml.load("b: 1", yaml.CSafeLoader))
for text in ("a: [1", "a: \\x01"):
    for loader in (yaml.SafeLoader, yaml.CSafeLoader):
        try:
            yaml.load(text, loader)
        except yaml.YAMLError as error:
            print("refused")
"""


def output_of(program: str) -> list[str]:
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()


@pytest.mark.parametrize("program", [
    f"{READING}\nimport yaml{WRONG}{WHOLE}",
    f"import yaml\n{READING}{WRONG}{WHOLE}",
    f"{READING}\nfrom yaml.constructor import SafeConstructor\nimport yaml{WRONG}{WHOLE}",
], ids=["yaml after", "yaml before", "a part of yaml after"])  # fmt: skip
def test_reading_and_the_whole_of_yaml_do_not_disturb_each_other(program):
    assert output_of(program) == [
        "unable to parse YAML: did not find expected ',' or ']'",
        "the character U+0001 may not stand in a YAML file",
        "6 True yaml.reader",
        "{'a': [1, datetime.date(2001, 1, 1)]} {'b': 1}",
        *["refused"] * 4,
    ]


def test_reading_goes_on_without_the_extension():
    program = f"import sys; sys.modules['yaml._yaml'] = None\n{READING}{WRONG}"
    program += "print(read(b'a: [1, *b]', 'a.yml').root, 'yaml.loader' in sys.modules)"
    assert output_of(program) == [
        "unable to parse YAML: expected ',' or ']', but got '<stream end>'",
        "the character U+0001 may not stand in a YAML file",
        "Mapping([(Scalar('a'), Sequence([Scalar('1'), *b]))]) True",
    ]
