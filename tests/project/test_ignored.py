"""What git ignores is not searched, with git and without."""

from __future__ import annotations

import os
import subprocess

import pytest

from orbgen.project.search import find_files

FILES = (
    ".circleci/config.yml",
    ".circleci/made.gen.yml",
    ".circleci/kept.gen.yml",
    "build/.circleci/config.yml",
    "apps/web/.circleci/config.yml",
    "apps/web/.circleci/local.yml",
    "apps/web/build/.circleci/config.yml",
    "apps/api/.circleci/config.yml",
    "apps/api/.circleci/local.yml",
)
REST = [
    ".circleci/config.yml",
    ".circleci/kept.gen.yml",
    "apps/api/.circleci/config.yml",
    "apps/api/.circleci/local.yml",
    "apps/web/.circleci/config.yml",
    "apps/web/build/.circleci/config.yml",
]


def git(*words: str) -> None:
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *words], check=True, timeout=30)


@pytest.fixture
def repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("version: 2.1\n", encoding="utf-8")
    # The lone backslash is no pattern, and git passes over it.
    (tmp_path / ".gitignore").write_text("*.gen.yml\n!kept.gen.yml\n\\\n/build/\n", encoding="utf-8")
    (tmp_path / "apps/web/.gitignore").write_text("local.yml\n", encoding="utf-8")
    git("init", "--quiet")
    return tmp_path


def found(*paths: str) -> list[str]:
    files = find_files(paths)
    assert all(file.problem is None for file in files), files
    return [file.path for file in files]


@pytest.fixture(params=["git", "no git", "no checkout"])
def way(request, repository, monkeypatch):
    """The ways to know: git, the patterns of a checkout, those of a folder that is none."""
    if request.param == "no checkout":
        (repository / ".git").rename(repository / "away")
        monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(repository.parent))
    elif request.param == "no git":
        monkeypatch.setenv("PATH", str(repository))
    return request.param


def test_ignore_files_in_any_folder_and_exceptions_from_them_count(way):
    assert found(".") == REST


def test_a_named_file_or_folder_is_not_ignored(way):
    assert found("build", ".circleci/made.gen.yml") == [".circleci/made.gen.yml", "build/.circleci/config.yml"]


def test_a_folder_is_searched_by_the_ignore_files_above_it(way, repository):
    (repository / "apps/api/.circleci/more.gen.yml").write_text("version: 2.1\n", encoding="utf-8")
    if way == "no checkout":
        # Nothing says where the folder's project begins.
        assert "apps/api/.circleci/more.gen.yml" in found("apps")
    else:
        assert found("apps") == REST[2:]


def test_patterns_pass_over_what_is_ignored(way):
    assert found("**/*.yml") == REST


def test_what_git_tracks_is_not_ignored(repository):
    git("add", "--force", ".circleci/made.gen.yml")
    assert found(".") == [".circleci/config.yml", ".circleci/kept.gen.yml", ".circleci/made.gen.yml", *REST[2:]]


def test_a_checkout_in_the_checkout_has_its_own_ignore_files(repository, monkeypatch):
    monkeypatch.chdir("apps/web")
    git("init", "--quiet")
    monkeypatch.chdir(repository)
    (repository / "apps/web/.circleci/own.gen.yml").write_text("version: 2.1\n", encoding="utf-8")
    assert "apps/web/.circleci/own.gen.yml" in found(".")
    assert "apps/web/.circleci/local.yml" not in found(".")


def test_the_checkout_of_a_hook_is_not_taken_for_the_one_that_is_searched(repository, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("GIT_DIR", str(tmp_path_factory.mktemp("other")))
    assert found(".") == REST


def test_a_checkout_cannot_have_a_program_run(repository):
    trap = repository / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {repository}/ran\n", encoding="utf-8")
    trap.chmod(0o755)
    git("config", "core.fsmonitor", str(trap))
    assert found(".") == REST
    assert not (repository / "ran").exists()


def test_the_configuration_of_the_named_folder_is_meant_though_it_is_ignored(repository):
    (repository / ".gitignore").write_text("config.yml\nmade.gen.yml\n", encoding="utf-8")
    assert found(".circleci") == [".circleci/config.yml", ".circleci/kept.gen.yml"]
