"""Each rule's page is its test: bad examples are found where they are marked, good ones are clean."""

from __future__ import annotations

from pathlib import Path

import pytest

from orbgen.circleci.orbs import OrbStore
from orbgen.lint.engine import LoadedRule, load_rules
from orbgen.lint.findings import Confidence, Persona, Severity
from orbgen.lint.pages import Example, examples, summary
from orbgen.lint.run import Linter, Thresholds
from orbgen.project.facts import Facts, facts_of
from orbgen.project.plan import read_data

RULES = load_rules()
EVERYTHING = Thresholds(Severity.INFO, Confidence.LOW, Persona.AUDITOR)
DEFAULT = Thresholds()
CASES = [
    pytest.param(loaded, example, id=f"{loaded.rule.name}-{example.kind}-line-{example.line}")
    for loaded in RULES
    for example in examples(Path(loaded.page).read_text())
]


def _thresholds(example: Example) -> Thresholds:
    """The persona that a bad example's first line names, as `# persona: pedantic`; else the default one."""
    first = example.text.partition("\n")[0]
    if first.startswith("# persona: "):
        return Thresholds(persona=Persona(first.removeprefix("# persona: ")))
    return DEFAULT


def page_of(loaded: LoadedRule) -> str:
    return Path(loaded.page).read_text()


def test_the_rules_that_exist():
    assert [loaded.rule.name for loaded in RULES] == [
        "approval-bypass",
        "compile-error",
        "constant-condition",
        "deferred-injection",
        "deprecated-feature",
        "duplicate-name",
        "exposed-oidc-token",
        "forbidden-reference",
        "hardcoded-secret",
        "ignore-without-reason",
        "mismatched-executor",
        "parameter-injection",
        "persisted-credentials",
        "piped-script",
        "pipeline-value-injection",
        "printed-secret",
        "reparsed-variable",
        "teleport-join-without-context",
        "teleport-persisted-credentials",
        "ungated-credentials",
        "unknown-key",
        "unmatchable-filter",
        "unpinned-image",
        "unpinned-orb",
        "unreachable-job",
        "unrestricted-ssh-keys",
        "untrusted-orb",
        "unused-ignore",
        "weak-gate",
    ]


@pytest.mark.parametrize("loaded", RULES, ids=lambda loaded: loaded.rule.name)
def test_a_page_says_what_the_rule_is(loaded: LoadedRule):
    page = page_of(loaded)
    assert page.startswith(f"# {loaded.rule.name}\n")
    assert summary(page).endswith(".")
    assert "\n## Remedy\n" in page
    kinds = [example.kind for example in examples(page)]
    assert kinds.count("bad") >= 2
    assert kinds.count("good") >= 2


@pytest.mark.parametrize(("loaded", "example"), CASES)
def test_an_example_of_a_page(loaded: LoadedRule, example: Example, tmp_path: Path):
    path = tmp_path / "config.yml"
    path.write_text(example.text)
    for name, text in example.files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    facts = facts_of(read_data(example.plan.encode(), "orbgen.yml")) if example.plan is not None else Facts()
    shown = Linter((loaded,), OrbStore(), EVERYTHING, facts).lint(str(path), named=True)
    assert not shown.problems
    if example.kind == "good":
        assert [f"{finding.primary}: {finding.message}" for finding in shown.findings] == []
        return
    assert example.expected, "a bad example has markers"
    visible = Linter((loaded,), OrbStore(), _thresholds(example), facts).lint(str(path), named=True).findings
    found = [(finding.primary.line, f"{finding.message} [{finding.kind}]") for finding in visible]
    for line, words in example.expected:
        assert any([line == place and words in message for place, message in found]), (line, words, found)
    assert len(found) == len(example.expected), found
