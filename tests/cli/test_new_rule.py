"""`orbgen new-rule`: a rule that works from its first minute."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from orbgen.circleci.orbs import OrbStore
from orbgen.generate import rule_files
from orbgen.lint import engine
from orbgen.lint.engine import LoadedRule, written_rule
from orbgen.lint.findings import Confidence, Persona, Severity
from orbgen.lint.pages import examples
from orbgen.lint.run import Linter, Thresholds

EVERYTHING = Thresholds(Severity.INFO, Confidence.LOW, Persona.AUDITOR)


@pytest.fixture
def checkout(tmp_path, monkeypatch) -> Path:
    """A checkout of orbgen with one group of rules and none in it."""
    rules: Path = tmp_path / "checkout" / "orbgen" / "lint" / "rules"
    (rules / "hygiene").mkdir(parents=True)
    (tmp_path / "checkout" / "pyproject.toml").touch()
    for module in (engine, rule_files):
        monkeypatch.setattr(module, "RULES_FOLDER", str(rules))
    return rules


@pytest.fixture
def loaded(monkeypatch) -> Callable[[Path], LoadedRule]:
    """Load a rule from where it was written."""

    def load(path: Path) -> LoadedRule:
        specification = importlib.util.spec_from_file_location(path.stem, path)
        assert specification is not None and specification.loader is not None
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
        monkeypatch.setitem(sys.modules, path.stem, module)
        rule = written_rule(path.read_text())
        assert rule is not None and rule == module.RULE
        return LoadedRule(rule, path.stem, str(path.with_suffix(".md")))

    return load


@pytest.mark.parametrize("sees", ["config", "job-run", "step", "script", "tbot", "token", "bot", "role"])
def test_the_page_and_the_rule_agree(orbgen, checkout, loaded, tmp_path, sees):
    code, out, err = orbgen("new-rule", "odd-name", "--group", "hygiene", "--sees", sees)
    assert (code, out) == (0, ""), err
    rule = loaded(checkout / "hygiene" / "odd_name.py")
    assert (rule.rule.name, rule.rule.sees.value) == ("odd-name", sees.replace("-", " "))
    found = list(examples(Path(rule.page).read_text()))
    assert sorted(example.kind for example in found) == ["bad", "bad", "good", "good"]
    for example in found:
        path = tmp_path / "config.yml"
        path.write_text(example.text)
        findings = Linter((rule,), OrbStore(), EVERYTHING).lint(str(path), named=True).findings
        assert [one.primary.line for one in findings] == [line for line, _ in example.expected]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["example", "--group", "hygiene"], "'example' is no name for a rule; name the problem in two or more"),
        (["Weak-Gate", "--group", "hygiene"], "'Weak-Gate' is no name for a rule"),
        (["../../etc/odd-name", "--group", "hygiene"], "is no name for a rule"),
        (["odd-name", "--group", "hygeine"], "there is no group 'hygeine'; did you mean 'hygiene'?"),
        (["odd-name", "--group", "elsewhere"], "there is no group 'elsewhere'; the groups are hygiene"),
    ],
)
def test_refused(orbgen, checkout, words, said):
    code, out, err = orbgen("new-rule", *words)
    assert (code, out) == (2, "")
    assert said in err
    assert list((checkout / "hygiene").iterdir()) == []


def test_a_rule_that_exists_is_not_begun_again(orbgen):
    code, _, err = orbgen("new-rule", "weak-gate", "--group", "contexts")
    assert code == 2
    assert "there is a rule 'weak-gate' already" in err


def test_there_is_nothing_to_write_into_without_a_checkout(orbgen, checkout):
    (checkout.parents[2] / "pyproject.toml").unlink()
    code, _, err = orbgen("new-rule", "odd-name", "--group", "hygiene")
    assert code == 2
    assert "rules are written in a checkout" in err
