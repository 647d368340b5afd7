"""Memory stays the same, however many files are linted."""

from __future__ import annotations

import gc

import pytest

from benchmarks.generated import config
from orbgen.circleci.orbs import OrbStore
from orbgen.lint.engine import load_rules
from orbgen.lint.run import Linter, Thresholds


@pytest.fixture
def no_collector():
    """As the command line runs."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
def test_what_is_left_of_files_is_swept_up(tmp_path):
    path = tmp_path / "config.yml"
    path.write_text(config(12_000), encoding="utf-8")
    linter = Linter(load_rules(), OrbStore(), Thresholds())
    for _ in range(5):
        linter.lint(str(path), named=True)
    before = len(gc.get_objects())
    for _ in range(60):
        linter.lint(str(path), named=True)
    # One such file leaves 1,200 behind.
    assert len(gc.get_objects()) - before < 40_000
