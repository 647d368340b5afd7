"""The more specific rule speaks for a place, not for all that lies around it."""

from __future__ import annotations

from pathlib import Path

from orbgen.circleci.orbs import OrbStore
from orbgen.lint.engine import load_rules
from orbgen.lint.run import Linter, Thresholds


def names_in(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "config.yml"
    path.write_text(text, encoding="utf-8")
    linter = Linter(load_rules(), OrbStore(), Thresholds())
    return [f"{finding.name}:{finding.primary.line}" for finding in linter.lint(str(path), named=True).findings]


def test_a_dropped_key_does_not_hide_that_there_is_nothing_to_run(tmp_path: Path):
    text = "version: 2.1\ncommands:\n  greet:\n    steps:\n      - checkout: {directory: app}\n"
    assert names_in(tmp_path, text) == ["compile-error[workflow]:1", "unknown-key[ignored]:5"]
