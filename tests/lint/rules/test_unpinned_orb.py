"""Orbs that are not pinned: whose orb it is, and what is said of an orb that is at hand."""

from __future__ import annotations

from pathlib import Path

from orbgen.circleci.orbs import OrbSource, OrbStore
from orbgen.lint.engine import load_rules
from orbgen.lint.findings import Finding, Persona
from orbgen.lint.run import Linter, Thresholds

RULES = tuple([loaded for loaded in load_rules() if loaded.rule.name == "unpinned-orb"])


def found(path: Path, text: str, store: OrbStore | None = None) -> list[Finding]:
    path.write_text(text, encoding="utf-8")
    linter = Linter(RULES, store or OrbStore(), Thresholds(persona=Persona.AUDITOR))
    return list(linter.lint(str(path), named=True).findings)


def test_a_development_version_in_test_deploy_is_the_orb_that_is_tested(tmp_path: Path):
    text = "version: 2.1\norbs: {own: 'example/own@dev:x'}\nworkflows: {main: {jobs: [own/test]}}\n"
    assert [finding.kind for finding in found(tmp_path / "config.yml", text)] == ["dev"]
    assert found(tmp_path / "test-deploy.yml", text) == []


def test_beside_orb_tools_only_the_published_orb_is_the_repositorys_own(tmp_path: Path):
    text = (
        "version: 2.1\n"
        "orbs:\n"
        "  orb-tools: circleci/orb-tools@12.3.1\n"
        "  own: example/own@dev:x\n"
        "  other: example/other@dev:x\n"
        "workflows: {main: {jobs: [{orb-tools/publish: {orb_name: example/own}}, own/test, other/test]}}\n"
    )
    assert [finding.primary.text for finding in found(tmp_path / "config.yml", text)] == ["example/other@dev:x"]


def test_the_version_at_hand_is_proposed(tmp_path: Path):
    orb = tmp_path / "scan.yml"
    orb.write_text("version: 2.1\ncommands: {run: {steps: [checkout]}}\n", encoding="utf-8")
    text = "version: 2.1\norbs: {scan: example/scan@1}\nworkflows: {main: {jobs: [scan/run]}}\n"
    store = OrbStore((OrbSource("example/scan", "1.4.2", str(orb)),))
    (finding,) = found(tmp_path / "config.yml", text, store)
    assert finding.help is not None
    assert "`example/scan@1.4.2`" in finding.help


def test_what_an_orb_imports_is_fixed_when_it_is_published(tmp_path: Path):
    orb = tmp_path / "orb.yml"
    text = (
        "version: 2.1\n"
        "display: {home_url: 'https://example.com'}\n"
        "orbs: {node: circleci/node@5, scan: example/scan@volatile, other: 'example/other@dev:x'}\n"
        "commands: {run: {steps: [node/install]}}\n"
    )
    assert [finding.kind for finding in found(orb, text)] == ["dev"]
    store = OrbStore((OrbSource("example/own", "1.0.0", str(orb)),))
    config = "version: 2.1\norbs: {own: example/own@1.0.0}\nworkflows: {main: {jobs: [own/run]}}\n"
    assert found(tmp_path / "config.yml", config, store) == []
