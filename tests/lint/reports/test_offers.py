"""Fixes in reports: what a program makes of them is what `--fix` makes of the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orbgen.circleci.orbs import OrbStore
from orbgen.lint.engine import load_rules
from orbgen.lint.findings import Finding
from orbgen.lint.mending.fixes import Fix, Mender
from orbgen.lint.mending.fixing import Fixer
from orbgen.lint.mending.offers import with_offers
from orbgen.lint.result import FileResult
from orbgen.lint.run import Linter, Thresholds
from tests.lint.linting import EVERYTHING
from tests.lint.reports.reading import parsed, reported
from tests.lint.test_fixing import BAD, config, finding_words, loaded, writing

CONFIG = """\
version: 2.1
jobs:
  pay:
    docker:
      - image: cimg/base:2026.01.1
    steps:
      - run: ./pay.sh # orbgen: ignore[piped-script] it was once
workflows:
  main:
    jobs:
      - hold: {type: approval}
      - pay:
          context: payments # für die Bank 🏦
          requires:
            - hold: [success, canceled] # either
"""


def linter() -> Linter:
    return Linter(load_rules(), OrbStore(), Thresholds())


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "config.yml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


def offered(path: Path, linter: Linter) -> FileResult:
    return with_offers(linter, linter.lint(str(path), named=True), str(path), named=True)


def mendable(result: FileResult) -> list[bool]:
    offers = {offer.fingerprint for offer in result.offers}
    return [finding.fingerprint in offers for finding in result.findings]


def applied(text: str, edits: list[tuple[tuple[int, int, int, int], str]]) -> str:
    """The text with replacements made, as a program makes them that knows lines and columns."""
    lines = text.splitlines(keepends=True)

    def offset(line: int, column: int) -> int:
        return sum([len(one) for one in lines[: line - 1]]) + column - 1

    for (line, column, end_line, end_column), new in sorted(edits, reverse=True):
        text = text[: offset(line, column)] + new + text[offset(end_line, end_column) :]
    return text


def mended(path: Path) -> str:
    found = Fixer(linter(), unsafe=True).mend(path.read_bytes(), str(path), named=True)
    assert found is not None and found.made
    return found.after.decode()


def json_edits(result: FileResult) -> list[tuple[tuple[int, int, int, int], str]]:
    (file,) = parsed("json", reported("json", result))["files"]
    return [
        ((edit["line"], edit["column"], edit["end_line"], edit["end_column"]), edit["text"])
        for finding in file["findings"]
        for edit in (finding["fix"] or {"edits": []})["edits"]
    ]


def sarif_edits(result: FileResult) -> list[tuple[tuple[int, int, int, int], str]]:
    (run,) = parsed("sarif", reported("sarif", result))["runs"]
    changes: list[Any] = [
        change for one in run["results"] for fix in one.get("fixes", []) for change in fix["artifactChanges"]
    ]
    assert {change["artifactLocation"]["uri"] for change in changes} == {"config.yml"}
    replacements = [one for change in changes for one in change["replacements"]]
    keys = ("startLine", "startColumn", "endLine", "endColumn")
    return [
        (
            (
                one["deletedRegion"][keys[0]],
                one["deletedRegion"][keys[1]],
                *[one["deletedRegion"][k] for k in keys[2:]],
            ),
            one.get("insertedContent", {"text": ""})["text"],
        )
        for one in replacements
    ]


@pytest.mark.parametrize("edits_of", [json_edits, sarif_edits])
def test_what_is_offered_makes_what_fix_makes(path, edits_of):
    assert applied(CONFIG, edits_of(offered(path, linter()))) == mended(path) != CONFIG


def test_a_fix_says_whether_it_is_safe(path):
    (file,) = parsed("json", reported("json", offered(path, linter())))["files"]
    assert {finding["rule"]: finding["fix"]["safe"] for finding in file["findings"]} == {
        "approval-bypass": False, "unused-ignore": True
    }  # fmt: skip
    (run,) = parsed("sarif", reported("sarif", offered(path, linter())))["runs"]
    told = {one["ruleId"]: one["fixes"][0]["description"]["text"] for one in run["results"]}
    assert told["unused-ignore"] == "delete the ignore"
    assert told["approval-bypass"].endswith("(look at it: this changes what the pipeline does)")


def test_what_would_be_taken_back_is_not_offered(path):
    def fix(finding: Finding, mender: Mender) -> Fix | None:
        return writing("good", declared="7" not in finding.primary.text)(finding, mender)

    path.write_text(config(*[f"make {number} bad" for number in range(12)]), encoding="utf-8")
    rules = (loaded(BAD, finding_words(BAD, "bad"), fix),)
    result = offered(path, Linter(rules, OrbStore(), EVERYTHING))
    assert mendable(result) == ["7" not in finding.primary.text for finding in result.findings]
    assert len(result.offers) == 11


def test_a_fix_that_writes_a_secret_again_is_not_offered(path):
    path.write_text(config("make bad AKIAQ7ZK4WX2NM5LR3TV", "make bad"), encoding="utf-8")
    rules = (loaded(BAD, finding_words(BAD, "bad"), writing("good")),)
    result = offered(path, Linter(rules, OrbStore(), EVERYTHING))
    assert mendable(result) == [False, True]
