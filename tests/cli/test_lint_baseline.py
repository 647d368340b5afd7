"""`orbgen lint --baseline`: what is known stays away, whatever moves around it, and what is gone is counted."""

from __future__ import annotations

import json
import os

import pytest

from tests.cli.running import CONFIG, PASTED

TWICE = PASTED.replace("- checkout", "- run: make << pipeline.git.branch >>")


@pytest.fixture
def baseline(orbgen, write):
    """The baseline of a configuration with one finding."""
    write("config.yml", PASTED)
    assert orbgen("lint", "config.yml", "--write-baseline", "known.json")[0] == 0
    return "known.json"


def test_what_is_known_is_neither_shown_nor_counted(orbgen, baseline):
    code, out, err = orbgen("lint", "config.yml", "--baseline", baseline)
    assert (code, out) == (0, "")
    assert err == "known.json hides 1 known finding\nno findings in 1 file\n"


def test_the_file_is_for_people_to_read(orbgen, baseline):
    with open(baseline, encoding="utf-8") as file:
        text = file.read()
    content = json.loads(text)
    assert content["version"] == 1
    (entry,) = content["findings"]
    assert (entry["path"], entry["rule"]) == ("config.yml", "pipeline-value-injection")
    assert entry["message"].startswith("`pipeline.git.branch` is pasted into the script")
    assert len(text.splitlines()) == 6


def test_it_survives_moved_lines_and_another_working_directory(orbgen, write, baseline, monkeypatch):
    write("config.yml", "# A comment.\n\n" + PASTED.replace("    steps:\n", "    steps:\n      - run: echo\n"))
    os.mkdir("below")
    monkeypatch.chdir("below")
    assert orbgen("lint", "../config.yml", "--baseline", "../known.json")[0] == 0


def test_a_finding_with_another_text_is_new(orbgen, write, baseline):
    write("config.yml", PASTED.replace("git.branch", "git.commit.subject"))
    code, out, err = orbgen("lint", "--format", "concise", "config.yml", "--baseline", baseline)
    assert code == 1
    assert "`pipeline.git.commit.subject` is pasted" in out
    assert "known.json hides 0 known findings; 1 more is gone, so write it anew with --write-baseline\n" in err


def test_the_same_once_more_is_new(orbgen, write, baseline):
    write("config.yml", TWICE)
    code, out, err = orbgen("lint", "--format", "concise", "config.yml", "--baseline", baseline)
    assert (code, len(out.splitlines())) == (1, 1)
    assert "hides 1 known finding\n" in err


def test_gone_counts_only_what_the_run_could_have_found(orbgen, write, baseline):
    write("other.yml", CONFIG)
    assert "gone" not in orbgen("lint", "other.yml", "--baseline", baseline)[2]
    write("config.yml", CONFIG)
    assert "gone" not in orbgen("lint", "config.yml", "--select", "weak-gate", "--baseline", baseline)[2]
    assert "1 more is gone" in orbgen("lint", "config.yml", "--baseline", baseline)[2]
    os.remove("config.yml")
    assert "1 more is gone" in orbgen("lint", "other.yml", "--baseline", baseline)[2]


def test_thresholds_come_after_the_baseline(orbgen, baseline):
    _, _, err = orbgen("lint", "config.yml", "--min-severity", "high", "--baseline", baseline)
    assert err == "known.json hides 1 known finding\nno findings in 1 file\n"


def test_the_plan_may_name_it(orbgen, write, baseline):
    write("orbgen.yml", "lint:\n  baseline: known.json\n")
    assert orbgen("lint", "config.yml")[0] == 0
    assert "wrote 1 finding to again.json" in orbgen("lint", "config.yml", "--write-baseline", "again.json")[2]


def test_a_known_finding_is_not_mended(orbgen, write):
    text = CONFIG.replace("- run: make", "- run: make # orbgen: ignore[piped-script] gone long ago")
    path = write("config.yml", text)
    orbgen("lint", "config.yml", "--write-baseline", "known.json")
    assert orbgen("lint", "config.yml", "--baseline", "known.json", "--fix", "--write")[0] == 0
    assert path.read_text() == text


def test_it_holds_no_secret(orbgen, write):
    secret = "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA2"
    write("config.yml", CONFIG.replace("- checkout", f"- run: export TOKEN={secret}"))
    assert orbgen("lint", "config.yml", "--write-baseline", "known.json")[0] == 0
    with open("known.json", encoding="utf-8") as file:
        assert secret not in file.read()
    assert orbgen("lint", "config.yml", "--baseline", "known.json")[0] == 0


def test_none_is_written_of_what_cannot_be_read(orbgen, write):
    write("config.yml", CONFIG)
    write("broken.yml", "version: 2.1\njobs: [\n")
    code, out, err = orbgen("lint", "config.yml", "broken.yml", "--write-baseline", "known.json")
    assert (code, out) == (2, "")
    assert "error[yaml-syntax]" in err and "--> broken.yml:3:1\n" in err
    assert err.endswith("error: 1 file could not be read, so known.json is not written\n")
    assert not os.path.exists("known.json")


def test_nothing_found_makes_an_empty_baseline(orbgen, write):
    write("config.yml", CONFIG)
    orbgen("lint", "config.yml", "--write-baseline", "known.json")
    with open("known.json", encoding="utf-8") as file:
        assert json.load(file) == {"version": 1, "findings": []}
    assert orbgen("lint", "config.yml", "--baseline", "known.json")[0] == 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "cannot read the baseline known.json: No such file or directory"),
        ("version: 2.1\n", "known.json is no baseline of orbgen"),
        ('{"version": 1}', "known.json is no baseline of orbgen"),
        ('{"version": 7, "findings": []}', "the baseline known.json is of version 7"),
    ],
)
def test_what_is_no_baseline_is_refused(orbgen, write, text, reason):
    write("config.yml", PASTED)
    if text is not None:
        write("known.json", text)
    code, out, err = orbgen("lint", "config.yml", "--baseline", "known.json")
    assert (code, out) == (2, "")
    assert err.startswith(f"error: {reason}")
