"""`orbgen orb diff`: two orbs compared, in words and as JSON."""

from __future__ import annotations

import json

import pytest

ORB = """\
version: 2.1
commands:
  go:
    parameters:
      far: {type: string, default: here}
    steps:
      - run: go << parameters.far >>
"""
PATCHED = ORB.replace("run: go", "run: walk")
WIDER = PATCHED.replace("    steps:", "      fast: {type: boolean, default: false}\n    steps:", 1)
BROKEN = WIDER.replace("default: here", "default: there")


@pytest.fixture
def orbs(write):
    for name, text in (("old", ORB), ("patched", PATCHED), ("wider", WIDER), ("broken", BROKEN)):
        write(f"{name}.yml", text)


def test_what_is_new_by_the_step_that_it_asks_for(orbgen, orbs):
    assert orbgen("orb", "diff", "old.yml", "broken.yml") == (
        0,
        "major: users have to change something\n"
        "  the default of parameter 'far' of command 'go' is 'there', and no longer 'here'\n"
        "minor: users can do more\n"
        "  parameter 'fast' of command 'go' is new\n"
        "patch: users have nothing to do\n"
        "  command 'go' does its work in another way\n"
        "the step is major\n",
        "",
    )


def test_the_same_orb(orbgen, orbs):
    assert orbgen("orb", "diff", "old.yml", "old.yml", "--exit-code") == (0, "nothing is new\n", "")


def test_a_folder_is_what_is_packed_of_it(orbgen, write, orbs):
    write("src/@orb.yml", "version: 2.1\n")
    write("src/commands/go.yml", "parameters:\n  far: {type: string, default: here}\nsteps:\n"
          "  - run: <<include(scripts/go.sh)>>\n")  # fmt: skip
    write("src/scripts/go.sh", "cat <<E\nE\n")
    write("packed.yml", orbgen("orb", "pack", "src").out)
    assert orbgen("orb", "diff", "packed.yml", "src").out == "nothing is new\n"
    assert orbgen("orb", "diff", "-", "src", stdin=ORB).out.splitlines()[-1] == "the step is patch"


@pytest.mark.parametrize(
    ("new", "arguments", "said", "code"),
    [
        ("broken", ("--from=1.4.2",), "the step is major: 2.0.0 comes after 1.4.2", 1),
        ("wider", ("--from=1.4.2",), "the step is minor: 1.5.0 comes after 1.4.2", 0),
        ("broken", ("--from=1.4.2", "--to=2.0.0"), "the step from 1.4.2 to 2.0.0 is enough", 0),
        ("broken", ("--from=1.4.2", "--to=1.5.0"),
         "the step from 1.4.2 to 1.5.0 is too small; a major one leads to 2.0.0", 1),
        ("wider", ("--from=1.4.2", "--to=1.4.3"),
         "the step from 1.4.2 to 1.4.3 is too small; a minor one leads to 1.5.0", 1),
        ("wider", ("--from=1.4.2", "--to=1.4.1"), "1.4.1 does not come after 1.4.2; a minor step leads to 1.5.0", 0),
        ("patched", ("--to=1.4.3",), "the step is patch", 0),
    ],
)  # fmt: skip
def test_the_step_from_version_to_version(orbgen, orbs, new, arguments, said, code):
    found = orbgen("orb", "diff", "old.yml", f"{new}.yml", *arguments)
    assert (found.code, found.out.splitlines()[-1]) == (0, said)
    assert orbgen("orb", "diff", "old.yml", f"{new}.yml", "--exit-code", *arguments).code == code


def test_json(orbgen, orbs):
    found = orbgen("orb", "diff", "old.yml", "wider.yml", "--format=json", "--from=1.0.0")
    data = json.loads(found.out)
    assert (data["bump"], data["next"], data["old"]) == ("minor", "1.1.0", {"orb": "old.yml", "version": "1.0.0"})
    assert data["changes"][0] == {
        "kind": "parameter-added",
        "bump": "minor",
        "message": "parameter 'fast' of command 'go' is new",
        "element": "command 'go'",
        "parameter": "fast",
        "old": None,
        "new": None,
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere.yml", "old.yml"), "cannot read the file: No such file or directory"),
        (("broken-yaml.yml", "old.yml"), "unable to parse YAML"),
        (("old.yml", "acme/deploy@1.0.0"), "there is no file or folder acme/deploy@1.0.0; add --online"),
        (("old.yml", "wider.yml", "--to=1.2"), "'1.2' is no version; write three numbers, as in 1.2.3"),
        (("old.yml", "empty"), "@orb.yml file not found"),
    ],
)
def test_what_cannot_be_compared(orbgen, write, orbs, arguments, message):
    write("broken-yaml.yml", "a: [")
    write("empty/README", "")
    code, out, err = orbgen("orb", "diff", *arguments)
    assert (code, out) == (2, "")
    assert message in err
