"""`orbgen lint --format` and `--output`: where reports go, and what becomes of the files."""

from __future__ import annotations

import json
import os
import stat
import subprocess

import pytest

from orbgen.lint.reports.formats import FORMATS
from tests.cli.running import CONFIG, PASTED, command, without_privileges
from tests.lint.reports.reading import parsed


@pytest.fixture
def pasted(write):
    return write(".circleci/config.yml", PASTED)


@pytest.mark.parametrize("format_", FORMATS)
def test_a_report_is_the_same_on_standard_output_and_in_a_file(orbgen, pasted, format_):
    printed = orbgen("lint", "--format", format_)
    written = orbgen("lint", "--quiet", "--format", "concise", "--output", f"{format_}=reports/of/lint")
    assert printed.code == written.code == 1
    assert "1 finding" in printed.err
    assert (pasted.parent.parent / "reports/of/lint").read_text(encoding="utf-8") == printed.out


def test_several_reports_are_written_at_once_by_their_names(orbgen, pasted):
    outputs = ("results.sarif", "results/junit.xml", "report.json", "summary.md", "gitlab=quality.json")
    result = orbgen("lint", *[word for output in outputs for word in ("--output", output)])
    assert result.code == 1
    assert "= see: orbgen explain pipeline-value-injection" in result.out
    folder = pasted.parent.parent
    for format_, name in (
        ("sarif", outputs[0]),
        ("junit", outputs[1]),
        ("json", outputs[2]),
        ("gitlab", "quality.json"),
    ):
        parsed(format_, (folder / name).read_text(encoding="utf-8"))
    assert (folder / "summary.md").read_text(encoding="utf-8").startswith("## ❌ orbgen lint")


def test_a_report_of_a_clean_run_is_written_too(orbgen, write):
    write(".circleci/config.yml", CONFIG)
    result = orbgen("lint", "--output", "results.sarif", "--format", "json")
    assert result.code == 0
    assert parsed("json", result.out)["summary"]["files"] == 1
    with open("results.sarif", encoding="utf-8") as file:
        assert parsed("sarif", file.read())["runs"][0]["results"] == []


def test_what_cannot_be_read_is_in_the_report(orbgen, write):
    write(".circleci/config.yml", "jobs: [")
    result = orbgen("lint", "--format", "json")
    assert result.code == 2
    assert parsed("json", result.out)["files"][0]["state"] == "unreadable"


def test_an_old_report_is_replaced_and_keeps_its_mode(orbgen, pasted, write):
    report = write("report.json", "old")
    report.chmod(0o600)
    orbgen("lint", "--output", "report.json")
    assert json.loads(report.read_text(encoding="utf-8"))["version"] == 1
    assert stat.S_IMODE(report.stat().st_mode) == 0o600


def test_a_report_can_be_written_into_a_pipe(pasted):
    done = subprocess.run(
        ["bash", "-c", f"{' '.join(command('lint', '--quiet', '--format', 'concise'))} --output sarif=>(cat >&2)"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout.startswith(".circleci/config.yml:8:19: medium")
    parsed("sarif", done.stderr)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["sarfi=x.json"], "error: there is no format 'sarfi'; did you mean 'sarif'?\n"),
        (["report.txt"], "error: the name 'report.txt' does not tell the format; write --output FORMAT=report.txt\n"),
        (["sarif="], "error: --output sarif= names no file; --format sarif prints the report\n"),
        (["json=-"], "error: --output json=- names no file; --format json prints the report\n"),
        (["sarif=a", "junit=./a"], "error: two reports would be written to ./a; give each a file of its own\n"),
        (["json=.circleci"], "error: .circleci is a folder; name a file to write the report to\n"),
        (["json=a.yml/x"], "error: cannot write a.yml/x: a part of the path is a file, not a folder\n"),
    ],
)
def test_what_cannot_be_an_output_is_told(orbgen, pasted, write, values, said):
    write("a.yml", "")
    words = [word for value in values for word in ("--output", value)]
    result = orbgen("lint", "--quiet", *words)
    assert (result.code, result.err) == (2, said)


def test_a_name_with_an_equals_sign_can_be_written(orbgen, pasted):
    orbgen("lint", "--output", "./a=b.sarif", "--output", "json=c=d")
    assert {"a=b.sarif", "c=d"} <= set(os.listdir())


def test_a_folder_that_may_not_be_written_is_told_after_the_findings(pasted, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    words = without_privileges(command("lint", "--format", "concise", "--output", f"json={closed}/x"))
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "pipeline-value-injection" in done.stdout
    assert done.stderr.split() == f"error: cannot write {closed}/x: Permission denied".split()


def test_machines_get_utf_8_whatever_the_locale(process, write):
    write(".circleci/config.yml", PASTED.replace("make <<", "echo ü <<"))
    result = process("lint", "--format", "sarif", PYTHONIOENCODING="ascii")
    assert "echo" not in result.err
    parsed("sarif", result.out)


def test_a_report_tells_how_findings_could_be_mended(orbgen, write):
    write(".circleci/config.yml", CONFIG.replace("    steps:", "    # orbgen: ignore[compile-error] no\n    steps:"))
    printed = orbgen("lint", "--format", "json").out
    orbgen("lint", "--output", "report.json")
    with open("report.json", encoding="utf-8") as file:
        assert file.read() == printed
    (finding,) = parsed("json", printed)["files"][0]["findings"]
    assert (finding["rule"], finding["fix"]["safe"]) == ("unused-ignore", True)
