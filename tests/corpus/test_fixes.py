"""Fixes on real configurations; `benchmarks/fixes.py` looks at all of them. Needs the corpus."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import fixes


@pytest.mark.parametrize(("unsafe", "every"), [(False, 53), (True, 97)])
def test_mended_configurations_compile_and_stay_as_they_are(corpus: Path, unsafe: bool, every: int):
    found = list(fixes.checked_files(corpus, unsafe=unsafe, every=every))
    assert [(checked.path, checked.faults) for checked in found if checked.faults] == []
    assert any([checked.mended.made for checked in found])
