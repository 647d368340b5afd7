"""Orbs written into a folder of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Orb = Callable[..., str]


@pytest.fixture
def orb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Orb:
    """Writes the files of an orb, given by their paths, and names its folder as the user would."""
    monkeypatch.chdir(tmp_path)

    def write(files: dict[str, str | bytes], *, manifest: str = "version: 2.1\n") -> str:
        for name, content in {"@orb.yml": manifest, **files}.items():
            path = tmp_path / "src" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return "src"

    return write
