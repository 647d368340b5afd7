"""Orbs that are not trusted: which names are taken for others, and what is at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from orbgen.circleci.orbs import OrbSource, OrbStore
from orbgen.lint.engine import load_rules
from orbgen.lint.findings import Finding, Persona
from orbgen.lint.run import Linter, Thresholds

RULES = tuple([loaded for loaded in load_rules() if loaded.rule.name == "untrusted-orb"])


def found(tmp_path: Path, reference: str, store: OrbStore | None = None) -> list[Finding]:
    path = tmp_path / "config.yml"
    path.write_text(f"version: 2.1\norbs: {{it: '{reference}'}}\nworkflows: {{main: {{jobs: [it/run]}}}}\n")
    linter = Linter(RULES, store or OrbStore(), Thresholds(persona=Persona.AUDITOR))
    return list(linter.lint(str(path), named=True).findings)


@pytest.mark.parametrize(
    ("reference", "kinds"),
    [
        ("circlecii/node@1.0.0", ["lookalike"]),
        ("cirlceci/unheard-of@1.0.0", ["lookalike"]),
        ("cimg/node@1.0.0", ["lookalike"]),
        ("code-cov/codecov@1.0.0", ["lookalike"]),
        ("nrwi/nx@1.0.0", ["lookalike"]),
        ("nrwi/other@1.0.0", ["community"]),
        ("snyk/snyk@1.0.0", ["community"]),
        ("circle/node@1.0.0", ["community"]),
        ("circleci/noed@1.0.0", []),
        ("https://example.com/1.0.0/orb.yml", []),
    ],
)
def test_which_names_are_taken_for_others(tmp_path: Path, reference: str, kinds: list[str]):
    assert [finding.kind for finding in found(tmp_path, reference)] == kinds


def test_an_orb_at_hand_can_be_read(tmp_path: Path):
    orb = tmp_path / "orb.yml"
    orb.write_text("version: 2.1\njobs: {run: {machine: true, steps: [checkout]}}\n")
    assert found(tmp_path, "circlecii/node@1.0.0", OrbStore((OrbSource("circlecii/node", None, str(orb)),))) == []
