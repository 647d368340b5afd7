"""`orbgen generate`: files written once, shown before, and never half or over somebody's work."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from orbgen.cli.exits import UsageProblem
from orbgen.cli.generate_command import command
from tests.project.test_plan import PLAN

FILES = [".circleci/config.yml", "teleport/bot.yaml", "teleport/role.yaml", "teleport/token.yaml"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository with a plan, which is the current folder."""
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "-q"], check=True)
    (tmp_path / "orbgen.yml").write_text(PLAN, encoding="utf-8")
    return tmp_path


def generate(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, standalone_mode=False, catch_exceptions=False)


def written(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.parts and path.name != "orbgen.yml"
    }


def test_the_files_are_written_and_the_rest_is_said(folder):
    result = generate()
    assert result.return_value == 0
    assert sorted(written(folder)) == FILES
    assert result.output.startswith("created    .circleci/config.yml\n")
    steps = [line.strip() for line in result.output.splitlines() if line.startswith("     ")]
    assert steps == [
        "tctl create -f teleport/role.yaml",
        "tctl create -f teleport/bot.yaml",
        "tctl create -f teleport/token.yaml",
        'pipeline.git.branch == "main" and not job.ssh.enabled and not (pipeline.config_source starts-with "api")',
        "orbgen compile && orbgen lint",
    ]


def test_a_second_run_writes_nothing(folder):
    generate()
    before = {path: (folder / path).stat().st_mtime_ns for path in FILES}
    result = generate("--quiet")
    assert result.output == "".join([f"unchanged  {path}\n" for path in
                                     (".circleci/config.yml", "teleport/role.yaml", "teleport/bot.yaml",
                                      "teleport/token.yaml")])  # fmt: skip
    assert {path: (folder / path).stat().st_mtime_ns for path in FILES} == before


def test_check_sees_drift_and_writes_nothing(folder):
    assert generate("--check").return_value == 1
    assert written(folder) == {}
    generate()
    assert generate("--check").return_value == 0
    (folder / "orbgen.yml").write_text(PLAN.replace("echo hello", "uptime"), encoding="utf-8")
    before = written(folder)
    result = generate("--check")
    assert result.return_value == 1
    assert ".circleci/config.yml is not what orbgen.yml asks for; run `orbgen generate`" in result.output
    assert written(folder) == before


def test_diff_can_be_applied(folder):
    result = generate("--diff")
    assert (result.return_value, written(folder)) == (0, {})
    subprocess.run(["git", "apply", "-"], input=result.output, text=True, check=True)
    applied = written(folder)
    assert generate("--check").return_value == 0
    assert sorted(applied) == FILES


def test_stdout_prints_what_would_be_written(folder):
    printed = generate("--stdout").output
    assert written(folder) == {}
    generate()
    for path, data in written(folder).items():
        assert f"# ==> {path}\n{data.decode()}" in printed


def test_the_plan_is_found_from_a_folder_below(folder, monkeypatch):
    below = folder / "src" / "deep"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert generate().return_value == 0
    assert sorted(written(folder)) == FILES


def test_a_plan_that_cannot_be_used_is_shown_at_its_place(folder):
    (folder / "orbgen.yml").write_text(PLAN.replace("my-node", "my node"), encoding="utf-8")
    result = generate()
    assert result.return_value == 2
    assert "error: `access[0].host` is `my node`, but must be the name of a server" in result.output
    assert "orbgen.yml:11:11" in result.output
    assert written(folder) == {}


def test_a_refusal_writes_none_of_the_files(folder):
    (folder / ".circleci").mkdir()
    (folder / ".circleci/config.yml").write_text("version: 2\njobs: {}\n", encoding="utf-8")
    before = written(folder)
    result = generate()
    assert result.return_value == 2
    assert "only a configuration of version 2.1" in result.output
    assert written(folder) == before


def test_without_a_plan_the_way_to_one_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageProblem, match="write one with `orbgen init`"):
        generate()
