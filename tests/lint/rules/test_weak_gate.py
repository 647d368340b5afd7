"""Gates that a parameter opens, in a configuration that somebody starts and in one that a setup job starts."""

from __future__ import annotations

from orbgen.circleci.orbs import OrbStore
from orbgen.lint.engine import load_rules
from orbgen.lint.findings import Confidence
from orbgen.lint.run import Linter
from tests.lint.linting import EVERYTHING

TEXT = """\
version: 2.1
parameters: {changed: {type: boolean, default: false}}
jobs: {ship: {docker: [{image: "cimg/base:2026.01"}], steps: [run: ./ship.sh]}}
workflows: {main: {when: << pipeline.parameters.changed >>, jobs: [ship: {context: shop}]}}
"""


def confidence(folder, name):
    (folder / name).write_text(TEXT, encoding="utf-8")
    rules = tuple([loaded for loaded in load_rules() if loaded.rule.name == "weak-gate"])
    (finding,) = Linter(rules, OrbStore(), EVERYTHING).lint(str(folder / name), named=True).findings
    return finding.confidence


def test_the_parameters_of_a_continuation_may_come_from_the_setup_job(tmp_path):
    folder = tmp_path / ".circleci"
    folder.mkdir()
    assert confidence(folder, "continue.yml") is Confidence.MEDIUM
    (folder / "config.yml").write_text("version: 2.1\nsetup: true\n", encoding="utf-8")
    assert confidence(folder, "continue.yml") is Confidence.LOW
