"""Folders that hold more than files."""

from __future__ import annotations

import os

import pytest

from orbgen.project.files import find_files


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes among its files")
def test_pipes_in_a_folder_are_not_opened_and_links_that_lead_nowhere_are_not_hidden(tmp_path):
    folder = tmp_path / ".circleci"
    folder.mkdir()
    os.mkfifo(folder / "pipe.yml")
    (folder / "link.yml").symlink_to("absent.yml")
    (folder / "config.yml").write_text("version: 2.1\n", encoding="utf-8")
    found = [(os.path.relpath(file.path, folder), file.problem is None) for file in find_files((str(tmp_path),))]
    assert found == [("config.yml", True), ("link.yml", True), ("pipe.yml", False)]
