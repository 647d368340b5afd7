"""`orbgen compile`: what it prints, what it is told, what it refuses, and where it writes."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess

import pytest

from tests.cli.running import BROKEN, CONFIG, command, without_privileges

PARAMETERS = """\
version: 2.1
parameters:
  version: {type: string, default: "1.0"}
  count: {type: integer, default: 1}
  deploy: {type: boolean, default: false}
  size: {type: enum, enum: [small, large], default: small}
jobs:
  build:
    docker:
      - image: cimg/base:2026.01
    resource_class: << pipeline.parameters.size >>
    parallelism: << pipeline.parameters.count >>
    steps:
      - run: make << pipeline.parameters.version >> << pipeline.git.branch >>/<< pipeline.git.tag >>
workflows:
  build:
    jobs:
      - build
  deploy:
    when: << pipeline.parameters.deploy >>
    jobs:
      - build
"""
COMMANDS = """\
version: 2.1
commands:
  twice:
    parameters:
      what: {type: string}
    steps:
      - run: make << parameters.what >>
      - run: make << parameters.what >>
jobs:
  build:
    docker:
      - image: cimg/base:2026.01
    steps:
      - checkout
      - twice:
          what: test
workflows:
  main:
    jobs:
      - build
"""


def commands(out: str) -> list[str]:
    """The scripts of a pipeline in JSON, in order."""
    jobs = json.loads(out)["jobs"].values()
    return [step["run"]["command"] for job in jobs for step in job["steps"] if isinstance(step, dict)]


def compiled(orbgen, *arguments: str) -> dict[str, object]:
    code, out, err = orbgen("compile", "--format=json", *arguments)
    assert (code, err) == (0, "")
    return dict(json.loads(out)["jobs"]["build"])


# What is printed


def test_the_pipeline_is_printed_as_circleci_prints_it(orbgen, write):
    write(".circleci/config.yml", COMMANDS)
    assert orbgen("compile") == (
        0,
        """\
version: 2
jobs:
  build:
    docker:
    - image: cimg/base:2026.01
    steps:
    - checkout
    - run:
        command: make test
    - run:
        command: make test
workflows:
  main:
    jobs:
    - build
  version: 2

# Original config.yml file:
"""
        + "\n".join([f"# {line}" for line in COMMANDS.splitlines()]),
        "",
    )


def test_the_source_can_be_left_out(orbgen, write):
    write(".circleci/config.yml", COMMANDS)
    whole = orbgen("compile").out
    assert orbgen("compile", "--no-source-comment").out == whole.partition("\n# Original")[0]


def test_origins_are_told_above_each_step(orbgen, write):
    write("config.yml", COMMANDS)
    out = orbgen("compile", "--origins", "--no-source-comment", "config.yml").out
    assert (
        """\
    # config.yml:14:9 < job 'build'
    - checkout
    # config.yml:7:9 < command 'twice' < job 'build'
    - run:
        command: make test
    # config.yml:8:9 < command 'twice' < job 'build'
"""
        in out
    )


def test_what_stands_above_a_step_cannot_change_the_pipeline(orbgen, write):
    write("config.yml", COMMANDS.replace("build", r'"b\n    - evil"'))
    code, out, _ = orbgen("compile", "--origins", "--no-source-comment", "config.yml")
    assert code == 0
    assert "    # config.yml:14:9 < job 'b     - evil'\n    - checkout\n" in out
    assert "\n    - evil" not in out


def test_json(orbgen, write):
    write("config.yml", CONFIG.replace("make", "make 日本"))
    code, out, _ = orbgen("compile", "--format", "json", "config.yml")
    assert code == 0
    assert json.loads(out)["workflows"] == {"main": {"jobs": ["build"]}, "version": 2}
    assert "make 日本" in out


def test_numbers_that_json_cannot_write_are_text(orbgen, write):
    long = "1" * 300
    write("config.yml", CONFIG.replace("      - checkout\n", f"      - run: {{command: x, a: .inf, b: {long}}}\n"))
    step = json.loads(orbgen("compile", "--format=json", "config.yml").out)["jobs"]["build"]["steps"][0]["run"]
    assert step == {"command": "x", "a": ".inf", "b": int(long)}


def test_origins_need_comments(orbgen, write):
    write("config.yml", CONFIG)
    code, out, err = orbgen("compile", "--origins", "--format=json", "config.yml")
    assert (code, out) == (2, "")
    assert err == "error: --origins writes comments, which JSON has none of; leave it out or use --format yaml\n"


def test_output_is_utf_8_in_every_locale(process, write):
    write("config.yml", CONFIG.replace("make", "make 日本"))
    code, out, _ = process("compile", "config.yml", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert code == 0
    assert "command: make 日本\n" in out


def test_a_pipeline_without_workflows_is_remarked_upon(orbgen, write):
    write("config.yml", CONFIG.replace("  main:\n", "  main:\n    when: false\n"))
    code, out, err = orbgen("compile", "config.yml")
    assert code == 0
    assert out.startswith("version: 2\n")
    assert err == ("note: no workflow is left to run: the conditions of all are off for these parameters and values\n")


# Where the configuration is


def test_the_configuration_is_found_upwards_in_a_folder_and_on_standard_input(orbgen, write, monkeypatch):
    write(".circleci/config.yml", CONFIG)
    expected = orbgen("compile", ".circleci/config.yml")
    assert expected.code == 0
    assert orbgen("compile", ".") == expected
    assert orbgen("compile", ".circleci") == expected
    assert orbgen("compile", "-", stdin=CONFIG) == expected
    write("below/file", "")
    monkeypatch.chdir("below")
    assert orbgen("compile") == expected


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "error: there is no .circleci/config.yml in {here} or above it; name a file to compile\n"),
        (["."], "error: there is no .circleci/config.yml in .\n"),
        (["nowhere.yml"], "error[file]: cannot read the file: No such file or directory\n --> nowhere.yml\n\n"),
    ],
)
def test_there_is_no_configuration(orbgen, arguments, sentence):
    assert orbgen("compile", *arguments) == (2, "", sentence.format(here=os.getcwd()))


# Parameters and values


def test_parameters_are_typed_as_they_are_declared(orbgen, write):
    write("config.yml", PARAMETERS)
    job = compiled(
        orbgen, "config.yml", "-p", "version=1.10", "-p", "count=3", "-p", "size=large", "--value", "git.branch=x"
    )
    assert (job["resource_class"], job["parallelism"]) == ("large", 3)
    assert job["steps"] == [{"run": {"command": "make 1.10 x/"}}]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("on", "on"),
        ("'1.10'", "1.10"),
        ('"a b"', "a b"),
        ("", ""),
        ("[a, b]", "[a, b]"),
        ("x=y: z #", "x=y: z #"),
        ("*a", "*a"),
    ],
)
def test_a_text_parameter_takes_any_text(orbgen, write, given, text):
    write("config.yml", PARAMETERS)
    job = compiled(orbgen, "config.yml", "-p", f"version={given}", "--value", "pipeline.git.branch=b")
    assert job["steps"] == [{"run": {"command": f"make {text} b/"}}]


def test_a_workflow_follows_its_parameter(orbgen, write):
    write("config.yml", PARAMETERS)
    out = orbgen("compile", "config.yml", "-p", "deploy=true", "--no-source-comment").out
    assert "\n  deploy:\n" in out
    assert "\n  deploy:\n" not in orbgen("compile", "config.yml", "--no-source-comment").out


@pytest.mark.parametrize(
    ("name", "text"), [("p.yml", "version: 2.0\ncount: 5\n"), ("p.json", '{"version": "2.0", "count": 5}')]
)
def test_files_give_parameters_and_options_win(orbgen, write, name, text):
    write("config.yml", PARAMETERS)
    write(name, text)
    write("values.yml", "pipeline.git.branch: 7\ngit.tag: ''\n")
    arguments = ("config.yml", "--parameters", name, "--values", "values.yml", "-p", "count=6")
    job = compiled(orbgen, *arguments)
    assert (job["parallelism"], job["steps"]) == (6, [{"run": {"command": "make 2.0 7/"}}])


def git(*words: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=An Author", "-c", "user.email=a@example.com", *words], check=True, timeout=30
    )


def test_values_come_from_git(orbgen, write):
    os.rmdir(".git")
    names = ["branch", "tag", "revision", "commit.subject", "commit.author_name", "repo_owner", "repo_name"]
    names.append("branch.is_default")
    script = " ".join([f"<< pipeline.git.{name} >>" for name in names])
    write(".circleci/config.yml", CONFIG.replace("make", f'"{script} << pipeline.project.git_url >>"'))
    git("init", "-q", "-b", "main", ".")
    git("remote", "add", "origin", "https://user:secret@git.example.com/acme/shop.git")
    git("add", ".")
    git("commit", "-q", "-m", "Add it")
    git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    revision = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    url = "https://git.example.com/acme/shop.git"
    assert commands(orbgen("compile", "--format=json").out) == [
        f"main  {revision} Add it An Author acme shop true {url}"
    ]
    assert commands(orbgen("compile", "--format=json", "--value", "git.tag=v1").out) == [
        f" v1 {revision} Add it An Author acme shop false {url}"
    ]
    git("tag", "v2")
    git("checkout", "-q", "--detach")
    assert commands(orbgen("compile", "--format=json").out) == [
        f" v2 {revision} Add it An Author acme shop false {url}"
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("-p count", "-p takes NAME=VALUE, not 'count'"),
        ("-p =3", "-p takes NAME=VALUE, not '=3'"),
        ("-p count=1 -p count=2", "-p gives 'count' twice"),
        ("-p conut=1", "the configuration declares no pipeline parameter 'conut'; did you mean 'count'?"),
        ("-p x=1", "the configuration declares no pipeline parameter 'x'; there are version, count, deploy, size"),
        ("-p version='a", "the value that -p gives 'version' begins with a quote but is no quoted text: 'a"),
        ("-p version=\udcff", "the value that -p gives 'version' is not UTF-8 text"),
        (
            "--value git.brnach=x",
            "there is no pipeline value 'pipeline.git.brnach'; did you mean 'pipeline.git.branch'?",
        ),
        ("--value branch=x", "there is no pipeline value 'pipeline.branch'; did you mean 'pipeline.git.branch'?"),
        ("--value no=x", "there is no pipeline value 'pipeline.no'; see CircleCI's reference for their names"),
        (
            "--value pipeline.parameters.count=2",
            "'pipeline.parameters.count' is a pipeline parameter; give it with -p count=VALUE",
        ),
        ("--value pipeline.number=x", "the pipeline value 'pipeline.number' is a whole number, not 'x'"),
        (
            "--value git.branch.is_default=1",
            "the pipeline value 'pipeline.git.branch.is_default' is true or false, not '1'",
        ),
        ("--orb a/b", "--orb takes NAME[@VERSION]=PATH, such as circleci/node@5.2.0=node.yml, not 'a/b'"),
    ],
)
def test_wrong_inputs_are_one_sentence(orbgen, write, arguments, sentence):
    write("config.yml", PARAMETERS)
    assert orbgen("compile", "config.yml", *arguments.split(" ")) == (2, "", f"error: {sentence}\n")


@pytest.mark.parametrize("option", ["--parameters", "--values"])
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"a: [1\n", "error[yaml-syntax]: unable to parse YAML: this list is never closed"),
        (b"- a\n", "takes a mapping of names to values"),
        (b"", "takes a mapping of names to values"),
        (b"number: [1]\n", "the value of 'number' must be a text, a number or a boolean"),
        (b"number: 1\nnumber: 2\n", "'number' is given twice"),
        (b"number: *x\n", "the alias `*x` has no anchor `&x` before it"),
        (b"\xff", "byte 0xff is not UTF-8 text"),
    ],
)
def test_wrong_files_of_inputs_are_shown_where_they_are_wrong(orbgen, write, option, text, sentence):
    write("config.yml", PARAMETERS)
    with open("inputs.yml", "wb") as file:
        file.write(text)
    code, out, err = orbgen("compile", "config.yml", option, "inputs.yml")
    assert (code, out) == (2, "")
    assert sentence in err.splitlines()[0]
    assert " --> inputs.yml" in err


def test_a_file_of_inputs_that_is_missing_is_one_sentence(orbgen, write):
    write("config.yml", PARAMETERS)
    code, _, err = orbgen("compile", "config.yml", "--values", "nowhere.yml")
    assert code == 2
    assert err.startswith("error: invalid value for '--values': File 'nowhere.yml' does not exist\n")


def test_a_parameter_of_the_wrong_type_is_shown_at_its_declaration(orbgen, write):
    write("config.yml", PARAMETERS)
    code, out, err = orbgen("compile", "config.yml", "-p", "count=many", "-p", "size=huge")
    assert (code, out) == (1, "")
    assert "Type error for argument count: expected type: integer" in err
    assert " --> config.yml:4:3\n" in err
    assert "Type error for argument size: expected type: enum" in err
    assert re.search(r"^error: CircleCI would refuse this configuration, for \d reasons$", err, re.MULTILINE)


# What is wrong with the configuration


def test_every_error_is_shown_with_its_frame_way_and_suggestion(orbgen, write):
    write(
        "config.yml",
        COMMANDS.replace("- checkout", "- chekout").replace(
            "- run: make << parameters.what", "- run: make << parameters.waht", 1
        ),
    )
    assert orbgen("compile", "config.yml") == (
        1,
        "",
        """\
error[undefined-parameter]: Arguments referenced without declared parameters: waht
 --> config.yml:7:22
  |
7 |       - run: make << parameters.waht >>
  |                      ^^^^^^^^^^^^^^^
  |
  = via: workflow 'main' (line 18) › workflow entry 'build' (line 20) › command 'twice' (line 15)
  = help: did you mean 'parameters.what'?

error[undefined-command]: Cannot find a definition for command named chekout
  --> config.yml:14:9
   |
14 |       - chekout
   |         ^^^^^^^
   |
   = via: workflow 'main' (line 18) › workflow entry 'build' (line 20)
   = help: did you mean 'checkout'?

error: CircleCI would refuse this configuration, for 2 reasons
""",
    )  # fmt: skip


def test_what_circleci_passes_over_is_a_warning(orbgen, write):
    unused = "commands:\n  unused:\n    steps:\n      - nothing\njobs:\n"
    write("config.yml", CONFIG.replace("jobs:\n", unused, 1))
    code, out, err = orbgen("compile", "config.yml")
    assert code == 0
    assert out.startswith("version: 2\n")
    assert err.startswith("warning[undefined-command]: Cannot find a definition for command named nothing\n")
    assert "  = note: CircleCI does not look here as long as nothing uses it, or a condition switches it off\n" in err
    assert "error" not in err


def test_a_file_that_is_no_yaml_cannot_be_read(orbgen, write):
    write("config.yml", "a: [1, 2\nb: 3\n")
    code, out, err = orbgen("compile", "config.yml")
    assert (code, out) == (2, "")
    assert err.startswith("error[yaml-syntax]: unable to parse YAML: ")


# Orbs

USES_ORB = COMMANDS.replace("commands:\n", "orbs:\n  tools: acme/tools@1.2.0\ncommands:\n").replace(
    "checkout", "tools/show"
)
ORB = "version: 2.1\ncommands:\n  show:\n    steps:\n      - run: echo shown\n"


def test_an_orb_that_is_missing_is_named_with_the_ways_to_supply_it(orbgen, write):
    write(".circleci/config.yml", USES_ORB)
    code, out, err = orbgen("compile")
    assert code == 1
    assert "    - tools/show\n" in out
    assert (
        err
        == """\
error[missing-orb]: the source of orb acme/tools@1.2.0 is not at hand; what it defines is printed as it is called
 --> .circleci/config.yml:3:10
  |
3 |   tools: acme/tools@1.2.0
  |          ^^^^^^^^^^^^^^^^
  |
  = help: save its source as .circleci/orbs/acme/tools@1.2.0.yml, or add --orb acme/tools=PATH with its source

"""
    )
    # Both ways work.
    write("tools.yml", ORB)
    given = orbgen("compile", "--format=json", "--orb", "acme/tools=tools.yml")
    write(".circleci/orbs/acme/tools@1.2.0.yml", ORB)
    assert commands(given.out)[0] == "echo shown"
    assert orbgen("compile", "--format=json") == given
    assert orbgen("compile").out.startswith("# Orb 'acme/tools@1.2.0' resolved to 'acme/tools@1.2.0'\nversion: 2\n")


def test_an_orb_that_nothing_uses_is_no_obstacle(orbgen, write):
    write("config.yml", USES_ORB.replace("tools/show", "checkout"))
    code, out, err = orbgen("compile", "config.yml")
    assert code == 0
    assert out.startswith("version: 2\n")
    assert err == (
        "note: orb acme/tools@1.2.0 is not at hand; nothing uses it, so only its line at the top is left out\n"
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: [1\n", "cannot be read: tools.yml:1:4: unable to parse YAML: this list is never closed"),
        ("- a\n", "in tools.yml is not a mapping"),
        ("", "in tools.yml is not a mapping"),
    ],
)
def test_an_orb_that_is_broken_is_told_in_words(orbgen, write, text, sentence):
    write("config.yml", USES_ORB)
    write("tools.yml", text)
    code, out, err = orbgen("compile", "config.yml", "--orb", "acme/tools=tools.yml")
    assert (code, out) == (1, "")
    assert err.startswith(f"error[orb-reference]: orb acme/tools@1.2.0 {sentence}\n --> config.yml:3:10\n")
    assert err.count("error[") == 1


def test_an_error_in_an_orb_is_shown_in_its_file(orbgen, write):
    write("config.yml", USES_ORB)
    write("tools.yml", "commands: {show: {steps: [nothing]}}\n")
    code, out, err = orbgen("compile", "config.yml", "--orb", "acme/tools=tools.yml")
    assert (code, out) == (1, "")
    assert " --> tools.yml:1:27\n" in err
    assert (
        "= via: workflow 'main' (config.yml:20) › workflow entry 'build' (config.yml:22) › command 'tools/show'" in err
    )


# Where it is written


def test_output_goes_to_a_file_with_its_mode_kept(orbgen, write):
    write("config.yml", CONFIG)
    old = write("out.yml", "old")
    old.chmod(0o640)
    expected = orbgen("compile", "config.yml").out
    assert orbgen("compile", "config.yml", "-o", "out.yml") == (0, "", "")
    assert old.read_text() == expected
    assert old.stat().st_mode & 0o777 == 0o640
    assert orbgen("compile", "config.yml", "-o", "-").out == expected


def test_a_configuration_that_does_not_compile_leaves_the_file_alone(orbgen, write):
    write("config.yml", BROKEN)
    old = write("out.yml", "old")
    assert orbgen("compile", "config.yml", "-o", "out.yml").code == 1
    assert old.read_text() == "old"


def test_a_file_is_the_old_one_until_the_new_one_is_whole(orbgen, write, monkeypatch):
    write("config.yml", CONFIG)
    old = write("out.yml", "old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    code, _, err = orbgen("compile", "config.yml", "-o", "out.yml")
    assert (code, err) == (2, "error: cannot write out.yml: No space left on device\n")
    assert old.read_text() == "old"
    assert sorted(os.listdir()) == [".git", "config.yml", "out.yml"]


@pytest.mark.parametrize(
    ("path", "reason"), [("nowhere/out.yml", "No such file or directory"), ("config.yml/out.yml", "Not a directory")]
)
def test_a_file_that_cannot_be_written_is_one_sentence(orbgen, write, path, reason):
    write("config.yml", CONFIG)
    assert orbgen("compile", "config.yml", "-o", path) == (2, "", f"error: cannot write {path}: {reason}\n")


def test_a_folder_that_cannot_be_written_into_is_one_sentence(write):
    write("config.yml", CONFIG)
    os.mkdir("closed")
    os.chmod("closed", 0o500)
    words = without_privileges(command("compile", "config.yml", "-o", "closed/out.yml"))
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: cannot write closed/out.yml: Permission denied\n"
    assert os.listdir("closed") == []
