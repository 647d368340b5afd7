"""orbgen on real configurations. Needs the corpus, which is not part of the project."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from benchmarks import corpus as reports
from orbgen.circleci.orbs import OrbStore
from orbgen.lint.engine import load_rules
from orbgen.lint.run import Linter, Thresholds
from tests.lint.reports.reading import parsed, reported


def test_compiled_output_equals_that_of_circleci(corpus: Path):
    compared = [pair for pair in reports.compiled_pairs(corpus) if pair.set_aside is None]
    assert len(compared) == 29
    assert [pair.name for pair in compared if not pair.equal] == []


# Configurations in which CircleCI would run into a problem, and why that is so.
WRONG = {
    "CircleCI-Public/circleci-cli/.circleci/test-suites.yml": "two documents: a file of its test splitter",
    "CircleCI-Public/jira-connect-orb/.circleci/config.yml": "empty",
    "asummers/erlex/.circleci/config.yml": "empty",
    "justeattakeaway/fozzie-components/.circleci/config.yml": "empty",
    "deliveroo/roo_on_rails/.circleci/config.yml.erb": "a template of another language",
    "filecoin-project/lotus/.circleci/template.yml": "a template of another language",
    "hashicorp/memberlist/.circleci/config.yml": "no workflow and no job `build`",
    "rickstaa/panda-autograsp/.circleci/local_config.yml": "its workflow names a job that does not exist",
    "facebookresearch/hydra/website/static/.circleci/config.yml": "`-run:` without a space is a mapping, not a list",
}
# Folders whose files are made to be wrong, or are parts that another tool puts together.
WRONG_FOLDERS = ("CircleCI-Public/circleci-yaml-language-server/test-files/", "Synthetixio/synthetix/.circleci/")


def test_configurations_that_ran_have_no_problem(corpus: Path):
    wrong = {checked.path for checked in reports.checked_configs(corpus) if checked.problems}
    assert {path for path in wrong if not path.startswith(WRONG_FOLDERS)} == set(WRONG)


def test_mistakes_are_found_before_their_fix_and_not_after(corpus: Path):
    found = list(reports.verdicts(corpus))
    assert [verdict.name for verdict in found if not verdict.found] == []
    assert [verdict.name for verdict in found if verdict.remaining and verdict.excused is None] == []
    assert len(found) > 340


def test_splices_are_found_with_their_way(corpus: Path):
    found = list(reports.splices(corpus))
    assert len(found) == 7
    assert all([splice.findings for splice in found])
    through = [splice for splice in found if not splice.value.startswith("<<")]
    assert all([any(["enters here" in finding for finding in splice.findings]) for splice in through])


CLEAN_FEATURES = (
    "escaped-angle",
    "matrix-alias",
    "matrix-exclude",
    "mustache-section",
    "name-template",
    "orb-volatile",
    "step-when-logic",
    "workflow-unless",
    "workflow-when-not",
)


@pytest.mark.parametrize("feature", CLEAN_FEATURES)
def test_rarer_constructs_compile(corpus: Path, feature: str):
    paths = sorted((corpus / "features" / feature).rglob("*.yml"))
    assert paths
    accepted = ("duplicate-key", "ignored-key")
    for path in paths:
        problems = [problem for problem in reports.problems_of(path) if not problem.dormant]
        assert [f"{problem.code}: {problem}" for problem in problems if problem.code not in accepted] == []


def test_reports_of_all_configurations_keep_to_their_schemas(corpus: Path):
    linter = Linter(load_rules(), OrbStore(), Thresholds())
    results = [linter.lint(str(path)) for path in sorted((corpus / "configs").rglob("*.y*ml"))]
    assert sum([len(result.findings) for result in results]) > 500
    for format_ in ("json", "junit", "gitlab"):
        parsed(format_, reported(format_, *results))
    (run,) = parsed("sarif", reported("sarif", *results))["runs"]
    places = [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in run["results"]]
    marks = [one["partialFingerprints"]["orbgen/v1"] for one in run["results"]]
    assert max(Counter(zip(places, marks, strict=True)).values()) == 1
