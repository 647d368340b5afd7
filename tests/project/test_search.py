"""Folders that hold more than files."""

from __future__ import annotations

import os

import pytest

from orbgen.project.continuing import is_continuation, setup_files
from orbgen.project.search import find_files


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes among its files")
def test_pipes_in_a_folder_are_not_opened_and_links_that_lead_nowhere_are_not_hidden(tmp_path):
    folder = tmp_path / ".circleci"
    folder.mkdir()
    os.mkfifo(folder / "pipe.yml")
    (folder / "link.yml").symlink_to("absent.yml")
    (folder / "config.yml").write_text("version: 2.1\n", encoding="utf-8")
    found = [(os.path.relpath(file.path, folder), file.problem is None) for file in find_files((str(tmp_path),))]
    assert found == [("config.yml", True), ("link.yml", True), ("pipe.yml", False)]


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(*names: str, text: str = "version: 2.1\n") -> None:
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    return write


def paths(*given: str) -> list[str]:
    return [file.path for file in find_files(given)]


# Orbs


def test_an_orb_in_a_folder_is_one_thing_wherever_it_is_entered(write):
    write("tools/src/@orb.yml", "tools/src/commands/a.yml", "tools/src/jobs/deep/b.yml", "tools/src/scripts/c.sh")
    for given in (
        ".",
        "tools",
        "tools/src",
        "tools/src/@orb.yml",
        "tools/src/commands",
        "tools/src/commands/a.yml",
        "tools/src/jobs/deep/b.yml",
        "tools/src/scripts/c.sh",
        "tools/*/commands/*.yml",
    ):
        (orb,) = find_files((given,))
        assert (orb.path, orb.tree, orb.problem) == ("tools/src/@orb.yml", True, None), given
    assert paths("tools/src/commands/a.yml", "tools/src/jobs/deep/b.yml") == ["tools/src/@orb.yml"]


def test_a_file_in_a_folder_called_as_a_part_of_an_orb_is_a_file(write):
    write("jobs/a.yml", "src/@orb.yml", "src/tests/b.yml")
    assert [(file.path, file.tree) for file in find_files(("jobs/a.yml", "src/tests/b.yml"))] == [
        ("jobs/a.yml", False),
        ("src/tests/b.yml", False),
    ]


def test_packed_orbs_and_old_places_of_configurations_are_looked_at(write):
    write("dist/orb.yml", "tools-orb.yaml", "circle.yml", "orbit.yml", "values.yml", "deep/a.orb.yml")
    found = find_files((".",))
    assert [file.path for file in found] == ["circle.yml", "deep/a.orb.yml", "dist/orb.yml", "tools-orb.yaml"]
    assert all(file.likely for file in found)


# Configurations to continue with


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("config_path: ci/more.yml", True),
        ("command: ./continue.sh -f ./ci/more.yml", True),
        ("config_path: ci/absent.yml", False),
        ("config_path: /tmp/ci/more.yml", False),
        ("config_path: $FOLDER/ci/more.yml", False),
    ],
)
def test_what_a_setup_configuration_names_is_found(write, line, found):
    write("app/ci/more.yml", "app/ci/other.yml")
    write("app/.circleci/config.yml", text=f"version: 2.1\nsetup: true\nx:\n  {line}\n")
    assert ("app/ci/more.yml" in paths(".")) is found
    assert "app/ci/other.yml" not in paths(".")
    write("app/.circleci/config.yml", text=f"version: 2.1\nx:\n  {line}\n")
    assert paths(".") == ["app/.circleci/config.yml"]


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


@pytest.mark.parametrize(
    ("file", "named", "expected"),
    [
        ("ci/next.yml", "ci/next.yml", True),
        ("ci/next.yml", "./ci/next.yml", True),
        ("ci/next.yml", "next.yml", False),
        ("shop/ci/next.yml", "ci/next.yml", False),
        ("next.yml", "next.yml", True),
        ("ci/config.yml", "ci/config.yml", True),
    ],
)
def test_a_setup_configuration_continues_with_what_it_names_elsewhere(tmp_path, file, named, expected):
    for folder in (".git", ".circleci", "ci", "shop/ci"):
        (tmp_path / folder).mkdir(parents=True)
    text = f"version: 2.1\nsetup: true\njobs: {{x: {{steps: [run: continue {named}]}}}}\n"
    (tmp_path / ".circleci" / "config.yml").write_text(text, encoding="utf-8")
    (tmp_path / file).write_text("version: 2.1\n", encoding="utf-8")
    assert is_continuation(str(tmp_path / file)) is expected
    assert str(tmp_path / ".circleci" / "config.yml") in setup_files(str(tmp_path / file))


def test_the_search_for_a_setup_configuration_ends_at_the_root_of_the_checkout(tmp_path):
    (tmp_path / ".circleci").mkdir()
    (tmp_path / "shop" / ".git").mkdir(parents=True)
    (tmp_path / ".circleci" / "config.yml").write_text("setup: true\n# shop/next.yml\n", encoding="utf-8")
    (tmp_path / "shop" / "next.yml").write_text("version: 2.1\n", encoding="utf-8")
    assert not is_continuation(str(tmp_path / "shop" / "next.yml"))


# Patterns


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.yml", ["a.yml"]),
        ("**/*.yml", [".circleci/config.yml", "a.yml", "x/.circleci/config.yml", "x/b.yml", "x/y/c.yml"]),
        ("x/**/*.yml", ["x/.circleci/config.yml", "x/b.yml", "x/y/c.yml"]),
        ("x/?.y*", ["x/b.yml"]),
        ("x/[!a]*", ["x/.circleci/config.yml", "x/b.yml"]),
        ("*/.circleci/*", ["x/.circleci/config.yml"]),
        ("*", [".circleci/config.yml", "a.yml", "x/.circleci/config.yml"]),
        ("**", [".circleci/config.yml", "a.yml", "x/.circleci/config.yml", "x/b.yml", "x/y/c.yml"]),
        ("*.bak", ["a.bak"]),
        (".hidden/*.yml", [".hidden/d.yml"]),
    ],
)
def test_patterns(write, pattern, found):
    write(".circleci/config.yml", "a.yml", "a.bak", "notes.txt", "x/.circleci/config.yml", "x/b.yml", "x/y/c.yml")
    write(".hidden/d.yml", "node_modules/z/e.yml")
    assert paths(pattern) == found
    assert paths(os.path.join(os.getcwd(), pattern)) == [os.path.abspath(path) for path in found]


def test_a_pattern_that_matches_nothing_is_said(write):
    (found,) = find_files(("nothing/*.yml",))
    assert found.problem is not None
    assert found.problem.message == "no file of CircleCI's matches this pattern"


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(write):
    write("[a].yml", "a.yml")
    assert paths("[a].yml") == ["[a].yml"]


def test_folders_that_link_to_each_other_are_entered_once(write):
    write("x/.circleci/config.yml")
    os.symlink("..", "x/.circleci/up")
    os.symlink("self", "self")
    os.symlink("x", "y")
    assert paths(".") == ["x/.circleci/config.yml"]
    assert paths("**/*.yml") == ["x/.circleci/config.yml"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("absent.yml", "there is no such file or folder"),
        ("broken.yml", "this link leads to nothing that is there"),
        ("round.yml", "cannot read the file: Too many levels of symbolic links"),
        ("file.yml/inner.yml", "cannot read the file: Not a directory"),
        ("n" * 300, "cannot read the file: File name too long"),
    ],
)
def test_why_a_named_file_is_not_there(write, name, said):
    write("file.yml")
    os.symlink("absent", "broken.yml")
    os.symlink("round.yml", "round.yml")
    (found,) = find_files((name,))
    assert found.problem is not None
    assert found.problem.message == said


def test_a_link_to_a_pipe_is_not_opened(write):
    write(".circleci/config.yml")
    os.mkfifo("pipe")
    os.symlink("../pipe", ".circleci/link.yml")
    assert [file.problem is None for file in find_files((".",))] == [True, False]
