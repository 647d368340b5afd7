"""Folders that hold more than files."""

from __future__ import annotations

import os

import pytest

from orbgen.project.files import find_files, is_continuation


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes among its files")
def test_pipes_in_a_folder_are_not_opened_and_links_that_lead_nowhere_are_not_hidden(tmp_path):
    folder = tmp_path / ".circleci"
    folder.mkdir()
    os.mkfifo(folder / "pipe.yml")
    (folder / "link.yml").symlink_to("absent.yml")
    (folder / "config.yml").write_text("version: 2.1\n", encoding="utf-8")
    found = [(os.path.relpath(file.path, folder), file.problem is None) for file in find_files((str(tmp_path),))]
    assert found == [("config.yml", True), ("link.yml", True), ("pipe.yml", False)]


@pytest.mark.parametrize(
    ("setup", "path", "expected"),
    [
        ("setup: true", "continue.yml", True),
        ("setup:  true  # dynamic", "parts/continue.yml", True),
        ("setup: true", "config.yml", False),
        ("setup: false", "continue.yml", False),
        ("# setup: true", "continue.yml", False),
    ],
)
def test_a_setup_configuration_continues_with_one_of_those_beside_it(tmp_path, setup, path, expected):
    folder = tmp_path / ".circleci"
    (folder / "parts").mkdir(parents=True)
    (folder / "config.yml").write_text(f"version: 2.1\n{setup}\n", encoding="utf-8")
    assert is_continuation(str(folder / path)) is expected
    assert not is_continuation(str(tmp_path / path))
