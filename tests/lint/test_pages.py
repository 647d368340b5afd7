"""Each rule's page is its test: bad examples are found where they are marked, good ones are clean."""

from __future__ import annotations

from pathlib import Path

import pytest

from orbgen.circleci.orbs import OrbStore
from orbgen.lint.engine import LoadedRule, load_rules
from orbgen.lint.findings import Confidence, Persona, Severity
from orbgen.lint.mending.fixing import Fixer
from orbgen.lint.mending.mended import Mended
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
FIXED = [
    pytest.param(loaded, example, id=f"{loaded.rule.name}-line-{example.line}")
    for loaded in RULES
    for example in examples(Path(loaded.page).read_text())
    if example.fixed is not None
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
        "access-dangling-reference",
        "access-not-admitted",
        "access-open-to-any-branch",
        "approval-bypass",
        "bot-preset-role",
        "bot-rejected",
        "compile-error",
        "constant-condition",
        "deferred-injection",
        "deprecated-feature",
        "duplicate-name",
        "exposed-oidc-token",
        "forbidden-reference",
        "hardcoded-secret",
        "ignore-without-reason",
        "insecure-transport",
        "lenient-shell",
        "mismatched-executor",
        "parameter-injection",
        "persisted-credentials",
        "piped-script",
        "pipeline-value-injection",
        "printed-secret",
        "privileged-container",
        "reparsed-variable",
        "role-admin-rules",
        "role-superuser-access",
        "role-unusable-by-bots",
        "role-wildcard-labels",
        "teleport-absent-output",
        "teleport-exposed-identity",
        "teleport-exposed-storage",
        "teleport-foreground-daemon",
        "teleport-insecure-connection",
        "teleport-invalid-setting",
        "teleport-join-without-context",
        "teleport-long-ttl",
        "teleport-persisted-credentials",
        "teleport-shared-identity",
        "teleport-static-token",
        "teleport-ungated-join",
        "teleport-unsuitable-version",
        "teleport-unverified-install",
        "teleport-version-mismatch",
        "token-broad-grant",
        "token-rejected",
        "token-static-secret",
        "token-unmatchable-rule",
        "unexpanded-variable",
        "ungated-credentials",
        "unknown-key",
        "unmatchable-filter",
        "unpinned-image",
        "unpinned-orb",
        "unpolished-orb",
        "unreachable-job",
        "unrestricted-ssh-keys",
        "untrusted-orb",
        "unused-definition",
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


def _laid_out(example: Example, folder: Path) -> tuple[Path, Facts]:
    """The example's file among its others, and the facts of its plan."""
    path = folder / "config.yml"
    path.write_text(example.text)
    for name, text in example.files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return path, facts_of(read_data(example.plan.encode(), "orbgen.yml")) if example.plan is not None else Facts()


def _orbs(path: Path) -> OrbStore:
    """The orbs whose sources an example has in the folder `orbs`."""
    return OrbStore(folders=(str(path.parent / "orbs"),))


def _mended(loaded: LoadedRule, example: Example, text: str, path: Path, facts: Facts) -> Mended:
    store = _orbs(path)
    linter = Linter((loaded,), store, _thresholds(example), facts)
    watching = Linter(RULES, store, EVERYTHING, facts)
    mended = Fixer(linter, unsafe=True, watching=watching).mend(text.encode(), str(path), named=True)
    assert mended is not None
    return mended


@pytest.mark.parametrize(("loaded", "example"), CASES)
def test_an_example_of_a_page(loaded: LoadedRule, example: Example, tmp_path: Path):
    path, facts = _laid_out(example, tmp_path)
    shown = Linter((loaded,), _orbs(path), EVERYTHING, facts).lint(str(path), named=True)
    assert not shown.problems
    if example.kind == "good":
        assert [f"{finding.primary}: {finding.message}" for finding in shown.findings] == []
        return
    assert example.expected, "a bad example has markers"
    visible = Linter((loaded,), _orbs(path), _thresholds(example), facts).lint(str(path), named=True).findings
    found = [(finding.primary.line, f"{finding.message} [{finding.kind}]") for finding in visible]
    for line, words in example.expected:
        assert any([line == place and words in message for place, message in found]), (line, words, found)
    assert len(found) == len(example.expected), found


@pytest.mark.parametrize("loaded", RULES, ids=lambda loaded: loaded.rule.name)
def test_a_rule_with_a_fix_shows_what_it_makes(loaded: LoadedRule):
    shown = [example for example in examples(page_of(loaded)) if example.fixed is not None]
    assert all([example.kind == "bad" for example in shown])
    assert bool(shown) == (loaded.fix is not None)


@pytest.mark.parametrize(("loaded", "example"), FIXED)
def test_a_fixed_example_is_what_the_fix_makes_of_the_bad_one(loaded: LoadedRule, example: Example, tmp_path: Path):
    path, facts = _laid_out(example, tmp_path)
    mended = _mended(loaded, example, example.text, path, facts)
    assert mended.after.decode() == example.fixed, [refused.reason for refused in mended.refused]
    again = _mended(loaded, example, mended.after.decode(), path, facts)
    assert again.after == mended.after
    windows = _mended(loaded, example, example.text.replace("\n", "\r\n"), path, facts)
    assert windows.after.decode() == mended.after.decode().replace("\n", "\r\n")
