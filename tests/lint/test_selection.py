"""Choosing rules and kinds; the kinds that exist are those that the pages speak of."""

from __future__ import annotations

from pathlib import Path

import pytest

from orbgen.circleci.orbs import OrbStore
from orbgen.lint.engine import load_rules
from orbgen.lint.findings import Confidence, Persona, Severity
from orbgen.lint.pages import examples
from orbgen.lint.run import Linter, Thresholds
from orbgen.lint.selection import names_kind

EVERYTHING = Thresholds(Severity.INFO, Confidence.LOW, Persona.AUDITOR)


@pytest.mark.parametrize("loaded", load_rules(), ids=lambda loaded: loaded.rule.name)
def test_a_page_speaks_of_every_kind_that_is_found(loaded, tmp_path):
    page = Path(loaded.page).read_text()
    linter = Linter((loaded,), OrbStore(), EVERYTHING)
    for example in examples(page):
        path = tmp_path / "config.yml"
        path.write_text(example.text)
        for finding in linter.lint(str(path), named=True).findings:
            assert not finding.kind or names_kind(page, finding.kind), finding.kind
