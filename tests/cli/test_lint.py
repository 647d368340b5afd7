"""`orbgen lint`: the files it finds, what it prints, and what its exit code says."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from tests.cli.running import BROKEN, CONFIG, PASTED, command, without_privileges

ORB = """\
version: 2.1
commands:
  show:
    parameters:
      what: {type: string}
    steps:
      - run: echo << parameters.what >>
"""
USES_ORB = """\
version: 2.1
orbs:
  tools: acme/tools@1.2.0
jobs:
  build:
    docker:
      - image: cimg/base@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
    steps:
      - tools/show:
          what: << pipeline.git.branch >>
workflows:
  main:
    jobs:
      - build
"""
# A finding that is no more than medium, one that is high.
MEDIUM, HIGH = PASTED, BROKEN


def names(out: str) -> list[str]:
    """The files with findings of a concise report, in order."""
    return [line.partition(":")[0] for line in out.splitlines()]


# What is printed


def test_a_finding_has_its_place_way_and_remedy(orbgen, write):
    write(".circleci/config.yml", PASTED)
    assert orbgen("lint") == (
        1,
        """\
medium[pipeline-value-injection]: `pipeline.git.branch` is pasted into the script, so anyone who can push can put commands into it
 --> .circleci/config.yml:8:19
  |
8 |       - run: make << pipeline.git.branch >>
  |                   ^^^^^^^^^^^^^^^^^^^^^^^^^ pasted here before any shell reads it; quotes do not help
  |
  = via: workflow 'main' (line 10) › workflow entry 'build' (line 12)
  = help: set it in `environment:` of the step and use it as a quoted variable: `"$GIT_BRANCH"`
  = see: orbgen explain pipeline-value-injection

""",  # noqa: E501
        "1 finding (1 medium) in 1 file\n",
    )


def test_a_way_through_an_orb_names_its_file(orbgen, write):
    write(".circleci/config.yml", USES_ORB)
    write(".circleci/orbs/acme/tools@1.2.0.yml", ORB)
    code, out, _ = orbgen("lint")
    assert code == 1
    assert out.partition("\n")[2] == (
        """\
  --> .circleci/config.yml:9:9
   |
 9 | /       - tools/show:
10 | |           what: << pipeline.git.branch >>
   | |                 ------------------------- `pipeline.git.branch` enters here
   | |_________________________________________^ this leads there
  ::: .circleci/orbs/acme/tools@1.2.0.yml:7:19
   |
 7 |       - run: echo << parameters.what >>
   |                   --------------------- pasted here before any shell reads it; quotes do not help
   |
   = via: workflow 'main' (line 12) › workflow entry 'build' (line 14) › command 'tools/show' (line 9)
   = help: set it in `environment:` of the step and use it as a quoted variable: `"$GIT_BRANCH"`
   = see: orbgen explain pipeline-value-injection

"""
    )


def test_the_text_is_wrapped_to_the_columns(orbgen, write, monkeypatch):
    write(".circleci/config.yml", PASTED)
    monkeypatch.setenv("COLUMNS", "72")
    _, out, _ = orbgen("lint")
    assert max(map(len, out.splitlines())) <= 72
    assert "commands into it\n" in out


def test_concise_is_one_line_a_finding(orbgen, write):
    write("config.yml", PASTED)
    assert orbgen("lint", "--format", "concise", "config.yml").out == (
        "config.yml:8:19: medium[pipeline-value-injection]: `pipeline.git.branch` is pasted into the script, "
        "so anyone who can push can put commands into it\n"
    )


def test_nothing_to_say(orbgen, write):
    write(".circleci/config.yml", CONFIG)
    assert orbgen("lint") == (0, "", "no findings in 1 file\n")


def test_quiet_prints_findings_only(orbgen, write):
    write(".circleci/config.yml", PASTED)
    quiet = orbgen("lint", "--quiet")
    assert quiet.out == orbgen("lint").out
    assert (quiet.code, quiet.err) == (1, "")


def test_colour_only_where_it_is_wanted(orbgen, write, monkeypatch):
    write("config.yml", PASTED)
    plain = orbgen("lint", "config.yml")
    assert "\x1b" not in plain.out + plain.err
    coloured = orbgen("lint", "--color", "config.yml")
    assert "\x1b[1;33mmedium[pipeline-value-injection]" in coloured.out
    assert "\x1b[1;33m1 medium\x1b[0m" in coloured.err


@pytest.mark.parametrize(
    ("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_a_terminal_has_colours_and_its_own_width(write, environment, coloured):
    write("config.yml", PASTED)
    terminal, other = os.openpty()
    with subprocess.Popen(
        ["bash", "-c", f"stty columns 72 && exec {' '.join(command('lint', 'config.yml'))}"],
        stdin=other, stdout=other, stderr=subprocess.DEVNULL, env={**os.environ, **environment},
    ) as process:  # fmt: skip
        assert process.wait(timeout=60) == 1
    os.close(other)
    shown = os.read(terminal, 100_000).decode()
    os.close(terminal)
    assert ("\x1b[" in shown) is coloured
    assert "anyone who can push can\r\n" not in shown
    assert "put commands into it" in shown.replace("\r\n", " ")
    if not coloured:
        assert max(map(len, shown.split("\r\n"))) <= 72


def test_what_a_file_says_cannot_take_over_the_terminal(orbgen, write):
    write("config.yml", CONFIG.replace("build", r'"\e]0;evil\a\e[31m"'))
    out = orbgen("lint", "--no-color", "config.yml").out
    assert "\x1b" not in out
    assert "\x07" not in out


# The files


def test_the_folder_is_found_from_below(orbgen, write, monkeypatch):
    write(".circleci/config.yml", PASTED)
    write("source/deep/file", "")
    monkeypatch.chdir("source/deep")
    code, out, _ = orbgen("lint")
    assert code == 1
    assert " --> ../../.circleci/config.yml:8:19\n" in out


def test_the_search_ends_at_the_root_of_the_repository(orbgen, write, monkeypatch):
    write(".circleci/config.yml", PASTED)
    write("inner/.git/HEAD", "")
    monkeypatch.chdir("inner")
    code, out, err = orbgen("lint")
    assert (code, out) == (2, "")
    assert err == (
        f"error: there is no .circleci/config.yml in {os.getcwd()} or above it; name a file or folder to lint\n"
    )


def test_folders_are_searched_and_files_come_in_order(orbgen, write):
    for name in ("b/.circleci/config.yml", "a/.circleci/config.yml", "a/.circleci/extra/more.yaml", "c.yml"):
        write(name, PASTED)
    for name in (
        "node_modules/x/.circleci/config.yml",
        ".cache/.circleci/config.yml",
        "a/config.yml",
        "a/.circleci/x.json",
    ):
        write(name, PASTED)
    result = orbgen("lint", "--format=concise", "c.yml", ".")
    assert names(result.out) == [
        "a/.circleci/config.yml",
        "a/.circleci/extra/more.yaml",
        "b/.circleci/config.yml",
        "c.yml",
    ]
    assert result == orbgen("lint", "--format=concise", ".", "c.yml")


def test_a_file_that_is_named_and_found_is_linted_once(orbgen, write):
    write(".circleci/config.yml", PASTED)
    os.symlink("config.yml", ".circleci/linked.yml")
    assert names(orbgen("lint", "--format=concise", ".", ".circleci/config.yml", "./.circleci").out) == [
        ".circleci/config.yml"
    ]


def test_a_linked_folder_is_searched(orbgen, write):
    write("shared/config.yml", PASTED)
    os.mkdir("project")
    os.symlink("../shared", "project/.circleci")
    os.symlink(".", "shared/.circleci")
    assert names(orbgen("lint", "--format=concise", "project").out) == ["project/.circleci/config.yml"]


def test_orbs_that_are_kept_to_compile_with_are_not_linted(orbgen, write):
    write(".circleci/config.yml", CONFIG)
    write(".circleci/orbs/acme/tools@1.2.0.yml", ORB + "jobs: {broken: {}}\ndisplay: {}\n")
    write(".circleci/orbs/acme/other@1.0.0/@orb.yml", ORB)
    assert orbgen("lint").err == "no findings in 1 file\n"


def test_orbs_beside_each_configuration_are_used(orbgen, write):
    for project in ("a", "b"):
        write(f"{project}/.circleci/config.yml", USES_ORB)
    write("b/.circleci/orbs/acme/tools@1.2.0.yml", ORB)
    result = orbgen("lint", "--format=concise", ".")
    assert names(result.out) == ["b/.circleci/config.yml"]
    assert (
        "note: not at hand, so not looked into: acme/tools@1.2.0; give the source with --orb NAME=PATH\n" in result.err
    )


def test_an_orb_can_be_given(orbgen, write):
    write("config.yml", USES_ORB)
    write("tools.yml", ORB)
    assert orbgen("lint", "config.yml").code == 0
    assert orbgen("lint", "config.yml", "--orb", "acme/tools=tools.yml").code == 1


def test_an_orb_that_nothing_uses_is_not_missed(orbgen, write):
    write("config.yml", CONFIG.replace("jobs:\n  build", "orbs:\n  tools: circleci/tools@1.2.0\njobs:\n  build"))
    assert orbgen("lint", "--ignore", "unused-definition", "config.yml").err == "no findings in 1 file\n"


def test_parts_of_configurations_are_left_out_and_counted(orbgen, write):
    write(".circleci/config.yml", CONFIG)
    write(".circleci/jobs/part.yml", "steps: [checkout]\n")
    assert orbgen("lint").err == (
        "note: 1 YAML file is a part of a configuration and was left out\nno findings in 1 file\n"
    )


def test_nothing_but_parts_is_not_clean(orbgen, write):
    write(".circleci/jobs/part.yml", "steps: [checkout]\n")
    code, _, err = orbgen("lint", ".")
    assert code == 2
    assert err == "error: nothing to lint: the YAML files here are parts of configurations; name a complete one\n"


def test_standard_input(orbgen):
    code, out, _ = orbgen("lint", "-", stdin=PASTED)
    assert code == 1
    assert " --> <stdin>:8:19\n" in out


def test_names_and_contents_that_are_not_utf_8(process, write):
    name = b"\xff.yml"
    with open(name, "wb") as file:
        file.write(PASTED.encode())
    with open("latin.yml", "wb") as file:
        file.write("# caf\xe9\n".encode("latin-1") + PASTED.encode())
    code, out, err = process("lint", "--format=concise", ".", *[], os.fsdecode(name), "latin.yml")
    assert code == 2
    assert "\\xff.yml:8:19: medium[pipeline-value-injection]" in out
    assert "latin.yml:1:6: error[encoding]: byte 0xe9 is not UTF-8 text\n" in out
    assert err.endswith("1 finding (1 medium) in 1 file; 2 files could not be read\n")


# What cannot be read


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("missing.yml", "there is no such file or folder"),
        ("empty", "there is neither a CircleCI configuration nor a file of Teleport in this folder"),
        ("tangled.yml", "unable to parse YAML"),
        ("huge.yml", "bytes"),
    ],
)
def test_what_cannot_be_read_is_printed_counted_and_told_by_the_exit_code(orbgen, write, path, sentence):
    write("good.yml", PASTED)
    os.mkdir("empty")
    write("tangled.yml", "a: [1, 2\nb: 3\n")
    with open("huge.yml", "wb") as file:
        file.truncate(17 * 1024 * 1024)
    code, out, err = orbgen("lint", "good.yml", path)
    assert code == 2
    assert sentence in out
    assert f" --> {path}" in out
    assert "medium[pipeline-value-injection]" in out
    assert err == "1 finding (1 medium) in 1 file; 1 file could not be read\n"


def test_a_file_and_a_folder_that_may_not_be_read(write):
    write(".circleci/config.yml", PASTED)
    write(".circleci/secret.yml", PASTED).chmod(0)
    folder = write(".circleci/closed/x.yml", PASTED).parent
    folder.chmod(0)
    done = subprocess.run(
        without_privileges(command("lint", "--format=concise")), capture_output=True, text=True, timeout=60, check=False
    )
    folder.chmod(0o755)
    assert done.returncode == 2
    assert done.stdout.splitlines()[:2] == [
        ".circleci/closed: error[file]: cannot list the folder: Permission denied",
        ".circleci/config.yml:8:19: medium[pipeline-value-injection]: `pipeline.git.branch` is pasted into the script, "
        "so anyone who can push can put commands into it",
    ]
    assert done.stdout.splitlines()[2] == ".circleci/secret.yml: error[file]: cannot read the file: Permission denied"
    assert done.stderr == "1 finding (1 medium) in 1 file; 2 files could not be read\n"


def test_a_pipe_that_lies_around_is_not_waited_for(process, write):
    write(".circleci/config.yml", CONFIG)
    os.mkfifo(".circleci/pipe.yml")
    code, out, _ = process("lint")
    assert code == 2
    assert out == "error[file]: this is not a regular file\n --> .circleci/pipe.yml\n\n"


def test_a_pipe_that_is_named_is_read():
    shell = f"{' '.join(command('lint', '-q', '--format=concise'))} <(printf %s '{PASTED}')"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.partition(":")[2].partition(":")[0]) == (1, "8")


def test_an_endless_file_is_not_read_to_its_end(process):
    code, out, _ = process("lint", "/dev/zero")
    assert code == 2
    assert "bytes" in out


# Thresholds, rules and the exit code


@pytest.mark.parametrize(
    ("text", "fail_on", "code"),
    [
        (CONFIG, "info", 0),
        (MEDIUM, "info", 1),
        (MEDIUM, "low", 1),
        (MEDIUM, "medium", 1),
        (MEDIUM, "high", 0),
        (HIGH, "high", 1),
    ],
)
def test_the_exit_code_follows_the_threshold(orbgen, write, text, fail_on, code):
    write("config.yml", text)
    assert orbgen("lint", "--fail-on", fail_on, "config.yml").code == code


def test_findings_below_the_thresholds_are_hidden_counted_and_do_not_fail(orbgen, write):
    write("config.yml", MEDIUM)
    assert orbgen("lint", "--min-severity=high", "config.yml") == (
        0,
        "",
        "no findings in 1 file; 1 more below the thresholds\n",
    )


def test_findings_for_other_personas_are_not_counted(orbgen, write):
    write("config.yml", re.sub("@sha256:[0-9a-f]+", ":2026", CONFIG))
    assert orbgen("lint", "config.yml").err == "no findings in 1 file\n"
    shown = orbgen("lint", "--persona=pedantic", "--min-severity=low", "config.yml").err
    assert shown == "no findings in 1 file; 1 more below the thresholds\n"
    assert "1 info" in orbgen("lint", "--persona=pedantic", "config.yml").err


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ([], ["compile-error[undefined-command]", "pipeline-value-injection"]),
        (["--select", "compile-error"], ["compile-error[undefined-command]"]),
        (["--select", "compile-error[requires]"], []),
        (["--select", "pipeline-*"], ["pipeline-value-injection"]),
        (["--select", "compile-error,pipeline-*"], ["compile-error[undefined-command]", "pipeline-value-injection"]),
        (["--ignore", "compile-error"], ["pipeline-value-injection"]),
        (["--ignore", "compile-error[undefined-command]"], ["pipeline-value-injection"]),
        (["--ignore", "compile-error[enum]"], ["compile-error[undefined-command]", "pipeline-value-injection"]),
        (["--select", "compile-error", "--ignore", "compile-*"], []),
    ],
)
def test_rules_can_be_chosen(orbgen, write, options, found):
    write("config.yml", PASTED.replace("- checkout", "- chekout"))
    out = orbgen("lint", "--format=concise", *options, "config.yml").out
    assert [line.split(" ")[1].split("[", 1)[1].removesuffix("]:") for line in out.splitlines()] == found


@pytest.mark.parametrize("option", ["--select", "--ignore"])
@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("compil-error", "there is no rule 'compil-error'; did you mean 'compile-error'?"),
        ("join-without", "there is no rule 'join-without'; did you mean 'teleport-join-without-context'?"),
        ("nonsense", "there is no rule 'nonsense'; orbgen rules lists all rules"),
        ("compile-error[cycel]", "the rule 'compile-error' has no kind 'cycel'; did you mean 'cycle'?"),
        ("nonsense-*", "no rule begins with 'nonsense-'; orbgen rules lists all rules"),
        ("a[b", "'a[b' is no rule; write RULE, RULE[KIND] or PREFIX-*"),
    ],
)
def test_a_rule_that_does_not_exist_is_wrong_usage(orbgen, write, option, rule, sentence):
    write("config.yml", CONFIG)
    assert orbgen("lint", option, rule, "config.yml") == (2, "", f"error: {sentence}\n")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("acme/tools", "--orb takes NAME[@VERSION]=PATH, such as circleci/node@5.2.0=node.yml, not 'acme/tools'"),
        ("acme/tools=nowhere.yml", "--orb acme/tools=nowhere.yml: there is no file or folder nowhere.yml"),
    ],
)
def test_an_orb_that_cannot_be_found_is_wrong_usage(orbgen, write, given, sentence):
    write("config.yml", USES_ORB)
    assert orbgen("lint", "--orb", given, "config.yml") == (2, "", f"error: {sentence}\n")
