"""`orbgen orb render` as a user meets it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from orbgen.cli.main import main

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def orbgen(monkeypatch, capsys, tmp_path):
    """Runs a command line in a folder of its own; gives its exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["orbgen", *arguments])
        code = main()
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_the_orb_is_written_and_each_file_named(orbgen, tmp_path):
    code, out, err = orbgen("orb", "render")
    assert (code, err) == (0, "")
    written = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    kept = {str(path.relative_to(ROOT)): path.read_bytes() for path in (ROOT / "orb").rglob("*") if path.is_file()}
    assert written == kept
    assert sorted(out.splitlines()) == sorted(kept)


def test_what_is_as_it_should_be_is_not_named(orbgen):
    orbgen("orb", "render", "-o", "mine")
    Path("mine/src/scripts/join.sh").write_text("")
    assert orbgen("orb", "render", "-o", "mine") == (0, "mine/src/scripts/join.sh\n", "")
    assert orbgen("orb", "render", "-o", "mine") == (0, "", "")


def test_a_folder_that_cannot_be_written_is_named(orbgen):
    Path("taken").mkdir()
    Path("taken/src").write_text("")
    code, out, err = orbgen("orb", "render", "-o", "taken")
    assert (code, out) == (2, "")
    assert "cannot write taken/src" in err


def test_a_file_in_place_of_the_folder_is_refused(orbgen):
    Path("taken").write_text("")
    code, out, err = orbgen("orb", "render", "-o", "taken")
    assert (code, out) == (2, "")
    assert "taken" in err
