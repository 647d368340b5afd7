"""Where what `echo` prints goes."""

from __future__ import annotations

import pytest

from orbgen.shell.outputs import way_to_log
from orbgen.shell.script import Script


def way(text: str) -> list[str | None] | None:
    """The names of the commands on the way of what the only `echo` prints to the log."""
    script = Script(text)
    assert script.parsed
    (command,) = [command for command in script.commands if command.name == "echo"]
    found = way_to_log(script, command)
    return None if found is None else [passed.name for passed in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("echo a", []),
        ("echo a >&2", []),
        ("echo a 1>&2 2>/dev/null", []),
        ("echo a > /dev/stderr", []),
        ("x > f; echo a", []),
        ("if x; then echo a; fi", []),
        ("(echo a)", []),
        ("echo a | tee f", ["tee"]),
        ("echo a | base64 -d | head -c 4", ["base64", "head"]),
        ("{ echo a; x; } | base64", ["base64"]),
        ("f() { echo a; }\nf", []),
        ("f() { echo a; }\ng() { f; }\nx=$(f); g | rev", ["rev"]),
        ("f() { echo a | rev; }\nf | base64", ["rev", "base64"]),
        ("exec > >(tee log)\necho a", []),
        ("exec 2> f\necho a", []),
    ],
)
def test_what_reaches_the_log(text, expected):
    assert way(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "echo a > f",
        "echo a >> f 2>&1",
        "echo a &> f",
        "echo a >/dev/null",
        "x && echo a > f",
        "x=$(echo a)",
        'x "`echo a`"',
        "x < <(echo a)",
        "echo a | x > f",
        "echo a | tee f > /dev/null",
        "echo a | while read -r l; do x; done",
        "echo a | { x; y; }",
        "{ echo a; } > f",
        "( x; echo a ) > f",
        "for i in 1 2; do echo a; done > f",
        "if x; then echo a; fi | y > f",
        "f() { echo a; }",
        "f() { echo a; }\nx=$(f)",
        "f() { echo a; }\nf > log",
        "f() { echo a; } > log\nf",
        "f() { echo a; f; }",
        "exec > f\necho a",
        "echo a >&3",
    ],
)
def test_what_goes_elsewhere(text):
    assert way(text) is None
