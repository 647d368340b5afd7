"""`orbgen lint` on the sources of orbs: folders of files, packed files, and configurations that are given an orb."""

from __future__ import annotations

import pytest

from tests.cli.running import CONFIG

MANIFEST = "version: 2.1\ndescription: Tools\n"
COMMAND = """\
description: Show it
steps:
  - absent
"""
INCLUDING = """\
description: Fetch it
steps:
  - run: <<include(scripts/fetch.sh)>>
"""
TOKEN = "ghp_" + "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx"
FETCH = f"#!/bin/sh\nset -e\nTOKEN={TOKEN}\n"


def lines(out: str) -> list[str]:
    """Place and rule of each finding of a concise report."""
    return [" ".join(line.split(" ")[:2]).removesuffix(":") for line in out.splitlines()]


@pytest.fixture
def tree(write):
    write("src/@orb.yml", MANIFEST)
    write("src/commands/show.yml", COMMAND)
    write("src/commands/fetch.yml", INCLUDING)
    write("src/scripts/fetch.sh", FETCH)


def test_findings_of_an_orb_in_a_folder_stand_in_its_files(orbgen, tree):
    code, out, err = orbgen("lint", "--format=concise", "--ignore=unpolished-orb", ".")
    assert code == 1
    assert lines(out) == [
        "src/commands/show.yml:3:5: high[compile-error[undefined-command]]",
        "src/scripts/fetch.sh:3:7: high[hardcoded-secret[pattern]]",
    ]
    assert err == "2 findings (2 high) in 4 files\n"
    assert TOKEN not in orbgen("lint", ".").out


def test_any_file_of_an_orb_stands_for_the_orb(orbgen, tree):
    whole = orbgen("lint", ".")
    assert whole.out
    for name in ("src", "src/@orb.yml", "src/commands/show.yml", "src/scripts/fetch.sh", "*/commands/*"):
        assert orbgen("lint", name) == whole


def test_names_of_other_files_of_the_orb_are_known(orbgen, write, tree):
    write("src/commands/show.yml", COMMAND.replace("absent", "fetch"))
    assert lines(orbgen("lint", "--format=concise", "--select=compile-error", "src").out) == []


def test_what_an_orb_says_twice_is_told(orbgen, write, tree):
    write("src/more.yml", "description: Other tools\n")
    out = orbgen("lint", "--format=concise", "--select=duplicate-name", "src").out
    assert lines(out) == ["src/more.yml:1:1: medium[duplicate-name[key]]"]


def test_comments_in_the_files_of_an_orb_ignore_findings(orbgen, write, tree):
    write("src/commands/show.yml", COMMAND.replace("absent", "absent # orbgen: ignore[compile-error] comes later"))
    write("src/scripts/fetch.sh", FETCH.replace("TOKEN=", "# orbgen: ignore[hardcoded-secret] expired\nTOKEN="))
    assert orbgen("lint", "--ignore=unpolished-orb", "src").out == ""
    out = orbgen("lint", "--format=concise", "--ignore=unpolished-orb", "--no-ignores", "src").out
    assert len(lines(out)) == 2


def test_an_ignore_of_a_whole_file_is_for_that_file_of_the_orb(orbgen, write, tree):
    write("src/commands/other.yml", COMMAND)
    write("src/commands/show.yml", f"# orbgen: ignore-file[compile-error] known\n{COMMAND}")
    out = orbgen("lint", "--format=concise", "--select=compile-error", "src").out
    assert lines(out) == ["src/commands/other.yml:3:5: high[compile-error[undefined-command]]"]


def test_the_plan_ignores_by_the_file_of_the_orb(orbgen, write, tree):
    write("orbgen.yml", "lint: {ignore: [{rule: hardcoded-secret, path: src/scripts/*, reason: expired}]}\n")
    assert orbgen("lint", "--select=hardcoded-secret", "src").out == ""
    write("orbgen.yml", "lint: {ignore: [{rule: hardcoded-secret, path: src/commands/*, reason: expired}]}\n")
    assert orbgen("lint", "--select=hardcoded-secret", "src").out != ""


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("src/commands/show.yml", "steps: [\n", "src/commands/show.yml:2:1: error[yaml-syntax]"),
        ("src/commands/show.yml", "- 1\n", "src/commands/show.yml:1:1: error[orb-source]"),
        ("src/commands/fetch.yml", INCLUDING.replace("fetch", "no"), "src/commands/fetch.yml:3:10: error[orb-source]"),
    ],
)  # fmt: skip
def test_an_orb_with_a_file_that_cannot_be_read_is_one_error(orbgen, write, tree, name, text, place):
    write(name, text)
    code, out, err = orbgen("lint", "--format=concise", ".")
    assert (code, lines(out), err) == (2, [place], "1 file could not be read\n")


PACKED = """\
version: 2.1
commands:
  show:
    description: Show it
    parameters: {what: {type: string}}
    steps:
      - run: echo << parameters.what >>
jobs:
  build:
    docker: [{image: "cimg/base:2026.01.1"}]
    steps: [show: {what: x}]
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("orb.yml", PACKED),
        ("tools-orb.yml", PACKED),
        ("tools.yml", PACKED.replace("  build:", "  work:")),
        ("tools.yml", PACKED.partition("jobs:")[0].replace("    description: Show it\n", "")),
        ("tools.yml", f"{PACKED}display: {{}}\n"),
    ],
)
def test_a_packed_orb_is_known_by_its_content(orbgen, write, name, text):
    write(name, text)
    code, out, err = orbgen("lint", "--format=concise", "--select=compile-error", name)
    assert (code, out, err) == (0, "", "no findings in 1 file\n")


def test_a_configuration_without_workflows_is_not_taken_for_an_orb(orbgen, write):
    write("tools.yml", CONFIG.partition("workflows:")[0].replace("build", "test"))
    out = orbgen("lint", "--format=concise", "tools.yml").out
    assert lines(out) == ["tools.yml:2:1: high[compile-error[workflow]]"]


def test_files_that_only_look_like_circleci_s_are_passed_over(orbgen, write):
    write(".circleci/config.yml", CONFIG)
    write("dist/orb.yml", PACKED.replace("show: {what", "absent: {what"))
    write("ball-orb.yml", "weight: 3\n")
    write("sub/circle.yml", "machine: {node: {version: 4}}\n")
    code, out, err = orbgen("lint", "--format=concise", "--select=compile-error", ".")
    assert code == 1
    assert lines(out) == ["dist/orb.yml:11:13: high[compile-error[undefined-command]]"]
    assert err == "1 finding (1 high) in 2 files\n"


def test_nothing_of_circleci_s_is_not_clean(orbgen, write):
    write("ball-orb.yml", "weight: 3\n")
    assert orbgen("lint", ".") == (
        2,
        "",
        "error: nothing to lint: no file here is CircleCI's or Teleport's; name a complete one\n",
    )


INJECTED = CONFIG.replace("      - checkout\n", "      - tools/show\n")
SETUP = """\
version: 2.1
setup: true
orbs: {orb-tools: circleci/orb-tools@12.0.0}
workflows:
  main:
    jobs:
      - orb-tools/continue: {config_path: .circleci/checks.yml}
"""


@pytest.mark.parametrize(
    ("name", "setup", "code"),
    [("test-deploy.yml", CONFIG, 0), ("checks.yml", SETUP, 0), ("other.yml", SETUP, 1), ("checks.yml", CONFIG, 1)],
)
def test_an_orb_that_orb_tools_adds_is_not_missed(orbgen, write, name, setup, code):
    write(".circleci/config.yml", setup)
    write(f".circleci/{name}", INJECTED)
    assert orbgen("lint", "--select=compile-error", f".circleci/{name}").code == code


@pytest.mark.parametrize("place", ["src/orb.yml", "orb/@orb.yml", "deep/@orb.yml", "deep/orb.yml", "orb.yml"])
def test_an_orb_is_found_in_the_folder_that_is_given(orbgen, write, place):
    write("config.yml", INJECTED.replace("jobs:\n  build", "orbs: {tools: acme/tools@1}\njobs:\n  build"))
    write(f"given/{place}", "version: 2.1\ncommands: {show: {steps: [chekout]}}\n")
    write("given/docs/readme.yml", "x: 1\n")
    out = orbgen("lint", "--format=concise", "config.yml", "--orb=acme/tools=given").out
    assert "compile-error[undefined-command]" in out


def test_of_two_orbs_in_a_folder_none_is_guessed(orbgen, write):
    write("config.yml", INJECTED.replace("jobs:\n  build", "orbs: {tools: acme/tools@1}\njobs:\n  build"))
    write("given/a/orb.yml", PACKED)
    write("given/b/orb.yml", PACKED)
    out = orbgen("lint", "--format=concise", "config.yml", "--orb=acme/tools=given").out
    assert "the folder holds several orbs, in a, b; name one of them" in out
