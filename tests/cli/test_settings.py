"""The settings that a plan holds: found, applied, overruled by flags, and refused with the reason."""

from __future__ import annotations

import pytest

from tests.cli.running import CONFIG, PASTED

OPEN = CONFIG.replace("- build\n", "- build: {context: team}\n")


@pytest.fixture
def pasted(write):
    """A configuration with one finding, medium, in the usual place."""
    return write(".circleci/config.yml", PASTED)


def test_the_nearest_plan_applies(orbgen, write, pasted):
    assert orbgen("lint").code == 1
    write("orbgen.yml", "lint: {fail-on: high}\n")
    assert orbgen("lint").code == 0
    assert orbgen("lint", "--fail-on", "low").code == 1


def test_a_plan_below_the_root_does_not_apply_above(orbgen, write, pasted):
    write("other/orbgen.yml", "lint: {fail-on: high}\n")
    assert orbgen("lint").code == 1
    assert orbgen("lint", "--config", "other/orbgen.yml").code == 0


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        ("ignore: [{rule: pipeline-value-injection, reason: known}]", False),
        ("ignore: [{rule: pipeline-value-injection, path: .circleci/*}]", False),
        ("ignore: [{rule: pipeline-value-injection, path: elsewhere/*}]", True),
        ("ignore: [{rule: pipeline-value-injection, job: build}]", False),
        ("ignore: [{rule: pipeline-value-injection, job: other}]", True),
        ("ignore: [{rule: 'teleport-*'}]", True),
        ("rules: {pipeline-value-injection: {severity: off}}", False),
        ("select: [teleport-*]", False),
        ("min-severity: high", False),
    ],
)
def test_what_a_plan_leaves_out(orbgen, write, pasted, settings, shown):
    write("orbgen.yml", f"lint: {{{settings}}}\n")
    result = orbgen("lint", "--format", "concise")
    assert ("pipeline-value-injection" in result.out) is shown
    assert result.code == int(shown)


def test_a_plan_sets_severities(orbgen, write, pasted):
    write("orbgen.yml", "lint: {rules: {pipeline-value-injection: {severity: info}}}\n")
    result = orbgen("lint", "--format", "concise")
    assert (result.code, "info[pipeline-value-injection]" in result.out) == (0, True)


def test_facts_reach_the_rules(orbgen, write):
    write(".circleci/config.yml", OPEN)
    assert "ungated-credentials" in orbgen("lint", "--format", "concise").out
    write("orbgen.yml", "contexts: {team: {restricted: [expression]}}\n")
    assert orbgen("lint").code == 0


def test_the_plan_names_the_folder_of_orbs(orbgen, write):
    write(".circleci/config.yml", CONFIG.replace("jobs:\n  build", "orbs: {tools: acme/tools@1.0.0}\njobs:\n  build")
          .replace("- checkout", "- tools/prepare"))  # fmt: skip
    write("vendor/acme/tools@1.0.0.yml", "version: 2.1\ncommands: {prepare: {steps: [{run: prepare}]}}\n")
    assert orbgen("compile").code == 1
    write("orbgen.yml", "orbs: vendor\n")
    result = orbgen("compile")
    assert (result.code, "command: prepare" in result.out) == (0, True)
    assert "not at hand" not in orbgen("lint").err


def test_comments_ignore_unless_the_flag_says_no(orbgen, write):
    comment = "# orbgen: ignore[pipeline-value-injection] known"
    write(".circleci/config.yml", PASTED.replace("  build:", f"  build: {comment}", 1))
    assert orbgen("lint").code == 0
    assert orbgen("lint", "--no-ignores").code == 1


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ("lint: {persona: admin}\n", "but must be one of default, pedantic, auditor"),
        ("lint: {presona: auditor}\n", "did you mean `persona`?"),
        (
            "lint: {ignore: [{rule: compil-error}]}\n",
            "error[unknown-rule]: there is no rule 'compil-error' --> orbgen.yml:1:24 | 1 | lint: {ignore: [{rule: "
            "compil-error}]} | ^^^^^^^^^^^^ | = help: did you mean 'compile-error'? "
            "error: the settings in orbgen.yml cannot be used",
        ),
        ("lint:\n  select:\n    - teleport-*\n    - 'x, compile-errors'\n", "--> orbgen.yml:4:7"),
        ("lint:\n  rules:\n    compile-eror: {severity: low}\n", "3 | compile-eror: {severity: low} | ^^^^^^^^^^^^"),
        ("lint: {ignore: [{rule: 'compile-error[nothing]'}]}\n", "the rule 'compile-error' has no kind 'nothing'"),
        ("lint: [", "unable to parse YAML"),
    ],
)
def test_settings_that_cannot_be_used_end_the_run(orbgen, write, pasted, plan, words):
    write("orbgen.yml", plan)
    result = orbgen("lint")
    assert (result.code, result.out) == (2, "")
    assert words in " ".join(result.err.split())
