"""The formats for other programs: what stands in them, and that their readers can read them."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from orbgen.lint.findings import Severity
from orbgen.lint.reports.formats import FORMATS
from orbgen.lint.result import FileResult
from orbgen.lint.run import unread
from orbgen.source.problems import Problem
from orbgen.source.span import Source, Span
from tests.lint.linting import linted
from tests.lint.reports.reading import parsed, reported

PASTED = """\
version: 2.1
jobs:
  build:
    docker: [{image: "cimg/base:2026.01"}]
    steps:
      - run: echo << pipeline.git.branch >>
      - run: echo << pipeline.git.branch >>
workflows:
  main:
    jobs:
      - build
"""
RULE = "pipeline-value-injection"
WITH_SCHEMA = ("json", "sarif", "junit", "gitlab")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository to lint in."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def result(here: Path) -> FileResult:
    return linted(Path(), PASTED, RULE)


def renamed(result: FileResult, name: str, folder: Path) -> FileResult:
    """The same findings in a file of another name."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PASTED, encoding="utf-8")
    return linted(path.parent, PASTED, RULE)


CLEAN = FileResult("clean.yml")
PART = FileResult("part.yml", skipped=True)
MISSING = unread("gone.yml", Problem("file", "there is no such file", Span(Source("gone.yml", ""), 0, 0)))
BROKEN = unread(
    "broken.yml",
    Problem("syntax", "the list is not closed", Span(Source("broken.yml", "a:\n  - [b"), 7, 9), "close it"),
)


@pytest.mark.parametrize("format_", WITH_SCHEMA)
@pytest.mark.parametrize("which", ["none", "clean", "findings", "problems", "all"])
def test_whatever_is_found_keeps_to_the_schema(result, format_, which):
    results = {
        "none": [],
        "clean": [CLEAN, PART],
        "findings": [result, CLEAN, result],
        "problems": [MISSING, BROKEN],
        "all": [BROKEN, CLEAN, MISSING, PART, result],
    }
    parsed(format_, reported(format_, *results[which]))


def test_every_format_has_a_module_with_a_report(result):
    assert all([reported(format_, result) for format_ in FORMATS])


def test_json_tells_all_of_a_finding(result):
    report = parsed("json", reported("json", PART, result, BROKEN))
    part, linted_, broken = report["files"]
    first, second = linted_["findings"]
    assert (part["state"], linted_["state"], broken["state"]) == ("part", "linted", "unreadable")
    assert (first["rule"], first["severity"], first["fails"]) == (RULE, "medium", True)
    assert first["place"] == {
        "path": "config.yml", "line": 6, "column": 19, "end_line": 6, "end_column": 44,
        "label": "pasted here before any shell reads it; quotes do not help",
    }  # fmt: skip
    assert [place["label"] for place in first["chain"]] == ["workflow 'main'", "workflow entry 'build'", "job 'build'"]
    assert first["fingerprint"] != second["fingerprint"]
    assert broken["problems"][0]["place"]["line"] == 2
    assert report["summary"]["findings"] == {"high": 0, "medium": 2, "low": 0, "info": 0}
    assert report["summary"]["failed"]


def test_columns_count_code_points(here):
    text = PASTED.replace("run: echo << pipeline", "run: echo 😀e\u0301 << pipeline", 1)
    finding = linted(Path(), text, RULE)
    place = parsed("json", reported("json", finding))["files"][0]["findings"][0]["place"]
    (run,) = parsed("sarif", reported("sarif", finding))["runs"]
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert (place["column"], place["end_column"]) == (23, 48)
    assert (region["startColumn"], region["endColumn"]) == (23, 48)
    assert run["columnKind"] == "unicodeCodePoints"
    assert region["snippet"]["text"] == "<< pipeline.git.branch >>"


def test_sarif_has_place_way_and_identity(result):
    (run,) = parsed("sarif", reported("sarif", result))["runs"]
    first, second = run["results"]
    assert (first["ruleId"], first["level"], first["properties"]["severity"]) == (RULE, "warning", "medium")
    assert first["locations"][0]["physicalLocation"]["artifactLocation"] == {
        "uri": "config.yml", "uriBaseId": "%SRCROOT%"
    }  # fmt: skip
    way = first["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["location"]["message"]["text"] for step in way][:2] == ["workflow 'main'", "workflow entry 'build'"]
    assert way[-1]["location"]["physicalLocation"]["region"]["startLine"] == 6
    assert first["partialFingerprints"] == {"orbgen/v1": result.findings[0].fingerprint}
    assert second["partialFingerprints"] == {"orbgen/v1": result.findings[1].fingerprint}
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_sarif_explains_the_rules_that_found_something(result):
    (run,) = parsed("sarif", reported("sarif", result))["runs"]
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["id"] == RULE
    assert rule["helpUri"].endswith(f"/docs/rules/{RULE}.md")
    assert rule["help"]["markdown"].startswith(f"# {RULE}")
    assert rule["properties"]["tags"] == ["security", "injection"]
    assert float(rule["properties"]["security-severity"]) >= 4


def test_sarif_gives_no_security_severity_to_what_lets_no_one_in(here):
    unused = linted(
        Path(), PASTED.replace("    steps:", "    # orbgen: ignore[unpinned-orb] no\n    steps:"), "unused-ignore"
    )
    (run,) = parsed("sarif", reported("sarif", unused))["runs"]
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["properties"]["tags"] == ["hygiene"]
    assert "security-severity" not in rule["properties"]


def test_sarif_tells_what_could_not_be_read(result):
    missing_orb = FileResult("config.yml", missing_orbs=("acme/tools@1.0.0",))
    (run,) = parsed("sarif", reported("sarif", MISSING, BROKEN, missing_orb))["runs"]
    (invocation,) = run["invocations"]
    assert not invocation["executionSuccessful"]
    gone, broken, orb = invocation["toolExecutionNotifications"]
    assert "region" not in gone["locations"][0]["physicalLocation"]
    assert broken["locations"][0]["physicalLocation"]["region"]["startLine"] == 2
    assert (broken["level"], broken["message"]["text"]) == ("error", "the list is not closed\n\nclose it")
    assert (orb["level"], "acme/tools@1.0.0" in orb["message"]["text"]) == ("note", True)


def test_junit_fails_a_test_for_each_finding_and_passes_clean_files(result):
    suites = parsed("junit", reported("junit", CLEAN, PART, result, BROKEN)).findall("testsuite")
    assert [suite.attrib["name"] for suite in suites] == ["clean.yml", "config.yml", "broken.yml"]
    assert [(s.attrib["tests"], s.attrib["failures"], s.attrib["errors"]) for s in suites] == [
        ("1", "0", "0"), ("2", "2", "0"), ("1", "0", "1")
    ]  # fmt: skip
    (passed,) = suites[0]
    assert passed.attrib["name"] == "no findings" and len(passed) == 0
    failure = suites[1][0].find("failure")
    assert failure is not None and failure.text is not None
    assert suites[1][0].attrib["classname"] == "config.yml"
    assert failure.attrib["message"].startswith("config.yml:6:19: `pipeline.git.branch` is pasted")
    assert "6 |       - run: echo << pipeline.git.branch >>" in failure.text
    error = suites[2][0].find("error")
    assert error is not None and error.attrib["message"] == "broken.yml:2:5: the list is not closed"


def test_junit_passes_what_fails_no_run(result):
    (suite,) = parsed("junit", reported("junit", result, fail_on=Severity.HIGH))
    assert suite.attrib["failures"] == "0"
    output = suite[0].find("system-out")
    assert output is not None and output.text is not None and "pasted here" in output.text


def test_junit_has_no_two_tests_of_one_name(result):
    finding = result.findings[0]
    (suite,) = parsed("junit", reported("junit", FileResult("config.yml", (finding, finding))))
    assert [test.attrib["name"] for test in suite] == [
        f"{RULE} at line 6, column 19", f"{RULE} at line 6, column 19 #2"
    ]  # fmt: skip


def test_gitlab_tells_equal_findings_of_different_files_apart(result, here):
    other = renamed(result, "other/config.yml", here)
    issues = parsed("gitlab", reported("gitlab", result, other, BROKEN))
    assert [issue["location"]["path"] for issue in issues] == [
        "config.yml", "config.yml", "other/config.yml", "other/config.yml", "broken.yml"
    ]  # fmt: skip
    assert len({issue["fingerprint"] for issue in issues}) == 5
    assert [issue["severity"] for issue in issues] == ["major"] * 4 + ["blocker"]
    assert (issues[0]["check_name"], issues[0]["location"]["lines"]) == (RULE, {"begin": 6, "end": 6})


def test_services_get_paths_from_the_root_of_the_checkout(here, monkeypatch):
    (here / "deep" / "down").mkdir(parents=True)
    monkeypatch.chdir(here / "deep")
    inside = linted(Path("down"), PASTED, RULE)
    (issue, _) = parsed("gitlab", reported("gitlab", inside))
    assert issue["location"]["path"] == "deep/down/config.yml"
    assert reported("github", inside).startswith("::warning file=deep/down/config.yml,line=6,")
    (run,) = parsed("sarif", reported("sarif", inside))["runs"]
    assert '"deep/down/config.yml"' in reported("sarif", inside)
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "deep/down/config.yml"


def test_sarif_has_whole_addresses_for_files_elsewhere(here, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("else where")
    (run,) = parsed("sarif", reported("sarif", linted(elsewhere, PASTED, RULE)))["runs"]
    location = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": f"file://{str(elsewhere).replace(' ', '%20')}/config.yml"}


def test_github_has_a_command_for_each_finding_and_problem(result):
    lines = reported("github", CLEAN, result, BROKEN, MISSING).splitlines()
    assert lines[0] == (
        "::warning file=config.yml,line=6,endLine=6,col=19,endColumn=44,title=orbgen%3A pipeline-value-injection::"
        "`pipeline.git.branch` is pasted into the script, so anyone who can push can put commands into it%0A"
        'set it in `environment:` of the step and use it as a quoted variable: `"$GIT_BRANCH"`'
    )
    assert [line.partition(" ")[0] for line in lines] == ["::warning", "::warning", "::error", "::error"]
    assert lines[3] == "::error file=gone.yml,title=orbgen%3A file::there is no such file"


def test_html_is_a_page_in_which_texts_stay_texts(result):
    report = reported("html", CLEAN, result, BROKEN)
    assert report.startswith("<!DOCTYPE html>") and report.endswith("</html>\n")
    assert report.count("<details") == len(result.findings) + len(BROKEN.problems)
    assert "<script" not in report and "http://" not in report
    assert reported("html", CLEAN).count("<details") == 0
    odd = FileResult("a\x1b[2Kb.yml", problems=BROKEN.problems)
    assert "\x1b" not in reported("html", odd)


def test_markdown_has_a_table_and_details_for_each_file_with_findings(result):
    report = reported("markdown", CLEAN, result, BROKEN)
    assert report.startswith("## ❌ orbgen lint\n\n2 findings (2 medium) in 2 files; 1 file could not be read\n\n")
    assert "clean.yml" not in report
    assert report.count("<details>") == 2
    row = next(line for line in report.splitlines() if "6:19" in line)
    assert re.fullmatch(r"\| 🟠 medium \| 6:19 \| \[<code>.*</code>\]\(https://\S+\.md\): .* \|", row)
    assert reported("markdown", CLEAN) == "## ✅ orbgen lint\n\nno findings in 1 file\n"


def test_markdown_stays_below_what_a_comment_may_be(result):
    many = [result] * 200
    report = reported("markdown", *many)
    assert len(report) < 65_536
    assert re.search(r"\n\d+ more files with findings would not fit here\.\n$", report)


SECRET = "AKIA" + "Q7ZK4WX2NM5LR3TV"
TOKEN = "s3cr3t-" + "Zk29xQpL7vWm4TnB"


@pytest.mark.parametrize("format_", FORMATS)
def test_no_format_shows_a_secret(here, format_):
    text = PASTED.replace(
        "    steps:\n",
        f"    environment: {{API_TOKEN: {TOKEN}, AWS_ACCESS_KEY_ID: {SECRET}}}\n    steps:\n"
        f"      - run: curl -H X-Key={SECRET} https://example.com/<< pipeline.git.branch >>\n",
    )
    result = linted(here, text)
    assert {"hardcoded-secret", RULE} <= {finding.rule for finding in result.findings}
    report = reported(format_, result)
    assert "hardcoded-secret" in report
    assert SECRET not in report
    assert TOKEN not in report


@pytest.mark.parametrize("format_", FORMATS)
def test_a_report_is_the_same_every_time(result, format_):
    assert reported(format_, result, CLEAN, BROKEN) == reported(format_, result, CLEAN, BROKEN)


def test_junit_is_what_a_parser_without_our_schema_reads_too(result):
    root = ElementTree.fromstring(reported("junit", result))
    assert root.tag == "testsuites"
