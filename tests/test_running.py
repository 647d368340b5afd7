"""What docs/ci.md and the hooks for pre-commit tell other programs to run, and how to read it."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.running import PASTED
from tests.project.test_plan import PLAN
from tests.test_docs import ROOT, blocks

PAGE = ROOT / "docs" / "ci.md"
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
COMMENTED = PASTED.replace("    steps:", "    # orbgen: ignore[compile-error] it was so once\n    steps:")


def shown(kind: str, *, holding: str) -> str:
    """The block of the page that holds a word."""
    texts = ["\n".join(block.lines) for block in blocks(PAGE.read_text(encoding="utf-8")) if block.language == kind]
    (found,) = [text for text in texts if holding in text]
    return found


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".circleci").mkdir()
    (tmp_path / ".circleci" / "config.yml").write_text(COMMENTED, encoding="utf-8")
    return tmp_path


def run(words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    name, *arguments = shlex.split(words)
    assert name == "orbgen"
    return subprocess.run(
        [sys.executable, "-m", "orbgen", *arguments],
        cwd=folder, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("hook", [hook for hook in HOOKS if "lint" in hook["entry"]], ids=lambda hook: hook["id"])
def test_a_hook_finds_or_mends(hook, repository):
    path = repository / ".circleci" / "config.yml"
    done = run(hook["entry"], repository)
    assert done.returncode == 1, done.stderr
    assert "pipeline-value-injection" in done.stdout
    assert ("it was so once" in path.read_text(encoding="utf-8")) == (hook["id"] == "orbgen-lint")


def test_a_hook_sees_that_something_was_not_written(repository):
    (hook,) = [hook for hook in HOOKS if hook["id"] == "orbgen-generate"]
    (repository / "orbgen.yml").write_text(PLAN, encoding="utf-8")
    assert run(hook["entry"], repository).returncode == 1
    assert run("orbgen generate --quiet", repository).returncode == 0
    assert run(hook["entry"], repository).returncode == 0


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_hooks_run_for_configurations_and_the_plan(hook):
    wanted = (".circleci/config.yml", "service/.circleci/jobs/build.yml", "orbgen.yml", "service/orbgen.yml")
    assert all([re.search(hook["files"], path) for path in wanted])
    assert not any([re.search(hook["files"], path) for path in ("src/config.yml", "not-orbgen.yml", "orbgen.yml.j2")])


def test_the_hooks_of_the_page_exist():
    (repo,) = yaml.safe_load(shown("yaml", holding="orbgen-fix"))["repos"]
    assert [hook["id"] for hook in repo["hooks"]] == [hook["id"] for hook in HOOKS]


@pytest.mark.parametrize("where", ["junit: junit.xml", "security-events", "store_test_results"])
def test_commands_for_services_write_the_files_that_are_uploaded(where, repository):
    example = shown("yaml", holding=where)
    (command,) = re.findall(r"orbgen lint .*--output.*", example)
    assert run(command, repository).returncode == 1
    written = {str(path.relative_to(repository)) for path in repository.rglob("*") if path.is_file()}
    written.remove(".circleci/config.yml")
    assert len(written) == 2
    assert all([example.count(name.partition("/")[0]) >= 2 for name in written])


def test_the_pattern_for_editors_reads_every_finding(repository):
    task = json.loads(shown("json", holding="problemMatcher"))["tasks"][0]
    lines = run(task["command"], repository).stdout.splitlines()
    pattern = task["problemMatcher"]["pattern"]
    read = [re.fullmatch(pattern["regexp"], line) for line in lines]
    assert len(read) == 2 and all(read)
    assert [match and match.group(pattern["file"], pattern["line"], pattern["code"]) for match in read] == [
        (".circleci/config.yml", "6", "unused-ignore[unused]"),
        (".circleci/config.yml", "9", "pipeline-value-injection"),
    ]
