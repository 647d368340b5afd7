"""Results that `orbgen lint` keeps: found again when nothing has changed, never when something has."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from orbgen.lint.run import Linter
from tests.cli.running import BROKEN, CONFIG, PASTED

ORB = "version: 2.1\ncommands:\n  show:\n    steps: [{run: 'echo << pipeline.git.branch >>'}]\n"
USES_ORB = CONFIG.replace("jobs:\n  build", "orbs: {tools: acme/tools@1}\njobs:\n  build", 1).replace(
    "- checkout", "- tools/show"
)
# A file of the checkout says whether a join is by a token or not, and so which job runs are privileged.
READS_TBOT = PASTED.replace("- checkout", "- run: tbot start -c tbot.yaml").replace("make <<", "echo <<")
TOKEN = "ghp_" + "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx"


@pytest.fixture
def linted(monkeypatch):
    """The files that were linted, not found in the cache, since the list was cleared."""
    found: list[str] = []
    real = Linter.examined

    def examined(self, path, **settings):
        found.append(path)
        return real(self, path, **settings)

    monkeypatch.setattr(Linter, "examined", examined)
    return found


@pytest.fixture
def lint(orbgen):
    def lint(*words: object):
        return orbgen("lint", "--workers=1", *(words or (".",)))

    return lint


@pytest.fixture
def files(write):
    write("a/.circleci/config.yml", PASTED)
    write("b/.circleci/config.yml", BROKEN)
    write("c/.circleci/part.yml", "steps: [checkout]\n")
    write("c/.circleci/config.yml", CONFIG)


@pytest.mark.parametrize(
    "format_", ["full", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown", "html"]
)
def test_a_stored_result_is_reported_as_one_that_is_new(lint, files, linted, format_):
    anew = lint(".", f"--format={format_}", "--no-cache")
    assert lint(".", f"--format={format_}") == anew
    linted.clear()
    assert lint(".", f"--format={format_}") == anew
    assert linted == []
    assert lint(".", f"--format={format_}", "--no-cache") == anew
    assert len(linted) == 4


def test_thresholds_and_the_plan_s_ignores_are_for_stored_results_too(lint, files, linted, write):
    whole = lint()
    linted.clear()
    assert lint(".", "--min-severity=high").out != whole.out
    write("orbgen.yml", "lint: {ignore: [{rule: pipeline-*, path: a/*, reason: known}]}\n")
    shorter = lint()
    write("orbgen.yml", "lint: {rules: {pipeline-value-injection: {severity: low}}}\n")
    assert "low[pipeline-value-injection]" in lint().out
    assert linted == []
    assert shorter.out != whole.out
    assert "pipeline-value-injection" not in shorter.out


@pytest.mark.parametrize(
    "change",
    [
        lambda write: write("a/.circleci/config.yml", PASTED + "# more\n"),
        lambda write: write("orbgen.yml", "default-branch: trunk\n"),
        lambda write: write("a/.circleci/config.yml", "jobs: [\n"),
    ],
)
def test_what_has_changed_is_linted_anew(lint, files, linted, write, change):
    lint()
    linted.clear()
    change(write)
    now = lint()
    assert "a/.circleci/config.yml" in linted
    assert now == lint(".", "--no-cache")


def test_other_rules_are_other_results(lint, files, linted):
    whole = lint()
    linted.clear()
    assert "compile-error" not in lint(".", "--select=pipeline-value-injection").out
    assert "compile-error" not in lint(".", "--ignore=compile-error").out
    assert len(linted) == 8
    assert lint() == whole


def test_results_are_for_the_day(lint, files, linted, monkeypatch):
    lint()
    linted.clear()
    monkeypatch.setattr(time, "strftime", lambda form: "2031-01-01")
    lint()
    assert len(linted) == 4


def test_another_orbgen_finds_anew(lint, files, linted, monkeypatch):
    lint()
    linted.clear()
    monkeypatch.setattr("orbgen.lint.stamp.__version__", "9.9.9")
    lint()
    assert len(linted) == 4


# What the result depends on beside the file


def test_an_orb_that_changes_comes_or_goes_makes_its_users_new(lint, write, linted):
    write("a/.circleci/config.yml", USES_ORB)
    write("b/.circleci/config.yml", CONFIG)
    without = lint()
    orb = write("a/.circleci/orbs/acme/tools@1.0.0.yml", ORB)
    findings = [without, lint()]
    orb.write_text(ORB.replace("<< pipeline.git.branch >>", "hello"), encoding="utf-8")
    findings.append(lint())
    write("a/.circleci/orbs/acme/tools@1.1.0.yml", ORB)
    findings.append(lint())
    shutil.rmtree("a/.circleci/orbs")
    findings.append(lint())
    assert ["pipeline-value-injection" in found.out for found in findings] == [False, True, False, True, False]
    assert linted.count("b/.circleci/config.yml") == 1
    linted.clear()
    assert lint() == without
    assert linted == []


def test_an_orb_that_is_given_as_another_version_makes_new(lint, write, linted):
    write("a/.circleci/config.yml", USES_ORB)
    write("b/.circleci/config.yml", CONFIG)
    write("tools.yml", ORB)
    for version in ("1.0.0", "1.1.0", "2.0.0"):
        linted.clear()
        words = ("a", "b", f"--orb=acme/tools@{version}=tools.yml")
        assert lint(*words) == lint(*words, "--no-cache")
        assert linted.count("a/.circleci/config.yml") == 2


def test_an_orb_in_a_folder_is_all_its_files(lint, write, linted):
    write("a/.circleci/config.yml", USES_ORB.replace("tools@1", "tools@1.0.0"))
    write("b/.circleci/config.yml", CONFIG)
    write("tools/src/@orb.yml", "version: 2.1\ndescription: Tools\n")
    write("tools/src/commands/show.yml", "steps: [{run: <<include(scripts/show.sh)>>}]\n")
    write("tools/src/scripts/show.sh", "make\n")
    words = ("a", "b", "tools", "--orb=acme/tools=tools", "--ignore=unpolished-orb")
    assert lint(*words).code == 0
    write("tools/src/scripts/show.sh", f"TOKEN={TOKEN}\n")
    linted.clear()
    now = lint(*words)
    assert " --> tools/src/scripts/show.sh:1:7" in now.out
    assert linted == ["a/.circleci/config.yml", "tools/src/@orb.yml"]
    linted.clear()
    assert lint(*words) == now
    assert linted == []


def test_a_file_of_the_checkout_that_was_looked_for_makes_new(lint, write, linted):
    write(".git/HEAD", "")
    write("a/.circleci/config.yml", READS_TBOT)
    write("b/.circleci/config.yml", CONFIG)
    lint()
    for text in ("token: x\n", "onboarding: {join_method: circleci, token: x}\n", None):
        linted.clear()
        if text is None:
            os.unlink("tbot.yaml")
        else:
            write("tbot.yaml", text)
        assert lint() == lint(".", "--no-cache")
        assert linted[0] == "a/.circleci/config.yml"
        assert linted.count("b/.circleci/config.yml") == 1


def test_a_setup_configuration_beside_it_makes_new(lint, write, linted):
    write(".circleci/config.yml", CONFIG)
    write(".circleci/more.yml", CONFIG.replace("- checkout", "- tools/show"))
    assert "undefined-orb" in lint().out
    setup = "setup: true\norbs: {orb-tools: circleci/orb-tools@12.0.0}\n"
    entry = "      - orb-tools/continue: {config_path: .circleci/more.yml}\n"
    write(".circleci/config.yml", CONFIG.replace("jobs:\n", f"{setup}jobs:\n", 1) + entry)
    assert "undefined-orb" not in lint().out


def test_a_setup_configuration_that_names_it_elsewhere_makes_new(lint, write, linted):
    write("ci/next.yml", CONFIG.replace("jobs:\n", "parameters: {again: {type: boolean, default: false}}\njobs:\n", 1))
    write(".circleci/config.yml", CONFIG)
    asked = ("--select", "unused-definition", "--persona", "auditor", ".circleci", "ci/next.yml")
    assert "again" in lint(*asked).out
    write(
        ".circleci/config.yml", CONFIG.replace("jobs:\n", "setup: true\njobs:\n", 1).replace("make", "go ci/next.yml")
    )
    assert "again" not in lint(*asked).out


# The folder


def entries() -> list[Path]:
    return [path for path in Path(os.environ["HOME"], ".cache/orbgen/lint").rglob("*") if path.is_file()]


def test_nobody_else_can_read_what_is_kept_and_no_secret_is(lint, write):
    write("a/.circleci/config.yml", PASTED.replace("make", f"TOKEN={TOKEN} make"))
    write("b/.circleci/config.yml", CONFIG.replace("run: make", f"run: echo {TOKEN} | docker login -p hunter2secret"))
    assert "hardcoded-secret" in lint().out
    assert len(entries()) >= 2
    for path in entries():
        assert path.stat().st_mode & 0o077 == 0
        assert path.parent.stat().st_mode & 0o077 == 0
        data = path.read_bytes()
        assert TOKEN.encode() not in data
        assert TOKEN[8:].encode() not in data
        assert b"hunter2secret" not in data


@pytest.mark.parametrize(
    "spoil", [lambda data: b"", lambda data: data[:-3], lambda data: data[:-1] + b"\x00", lambda data: b"\xff" * 100]
)
def test_an_entry_that_is_broken_is_made_anew(lint, files, linted, spoil):
    whole = lint()
    for path in entries():
        path.write_bytes(spoil(path.read_bytes()))
    linted.clear()
    assert lint() == whole
    assert len(linted) == 4
    linted.clear()
    lint()
    assert linted == []


@pytest.mark.parametrize("mode", [0o500, 0o777, None])
def test_a_folder_that_cannot_be_used_is_passed_over_in_silence(lint, files, linted, monkeypatch, mode, tmp_path):
    folder = tmp_path / "caches"
    if mode is None:
        folder.write_text("a file\n", encoding="utf-8")
    else:
        (folder / "orbgen").mkdir(parents=True)
        (folder / "orbgen").chmod(mode)
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    if mode == 0o500:
        monkeypatch.setattr(os, "access", lambda path, _: False)  # Root may write anywhere.
    whole = lint(".", "--no-cache")
    assert lint() == lint() == whole
    assert len(linted) == 12


def test_old_entries_are_removed(lint, files, linted):
    lint()
    (marker,) = [path for path in entries() if path.name == "pruned"]
    old, used = [path for path in entries() if path.name != "pruned"][:2]
    month = time.time() - 30 * 24 * 3600
    for path in (old, used, marker):
        os.utime(path, (month, month))
    # An entry that is used today counts as young.
    lint()
    assert old.exists()
    os.utime(old, (month, month))
    os.utime(marker, (month, month))
    lint("a", "b")
    assert len([path for path in entries() if path.name != "pruned"]) in (3, 4)
    assert used.exists()


def test_one_file_needs_no_cache(lint, write, linted):
    write("config.yml", CONFIG)
    lint("config.yml")
    assert entries() == []


def test_what_is_not_a_regular_file_is_read_once(process, write):
    write("a.yml", CONFIG)
    for _ in range(2):
        assert "<stdin>:8:19" in process("lint", "--format=concise", "a.yml", "-", stdin=PASTED.encode()).out


def test_processes_share_what_is_kept(process, files):
    anew = process("lint", "--no-cache", ".")
    assert process("lint", "--workers=3", ".") == anew
    assert len(entries()) == 5
    assert process("lint", "--workers=3", ".") == anew
    assert len(entries()) == 5
