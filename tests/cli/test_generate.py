"""`orbgen generate`: files written once, shown before, and never half or over somebody's work."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.cli.running import Result, Run
from tests.project.test_plan import PLAN

FILES = [".circleci/config.yml", "teleport/bot.yaml", "teleport/role.yaml", "teleport/token.yaml"]


@pytest.fixture
def folder(plain_surroundings: Path) -> Path:
    """A git repository with a plan, which is the current folder."""
    (plain_surroundings / ".git").rmdir()
    subprocess.run(["git", "init", "-q"], check=True)
    (plain_surroundings / "orbgen.yml").write_text(PLAN, encoding="utf-8")
    return plain_surroundings


@pytest.fixture
def generate(orbgen: Run) -> Callable[..., Result]:
    """Run the command."""
    return lambda *arguments: orbgen("generate", *arguments)


def written(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.parts and path.name != "orbgen.yml"
    }


def test_the_files_are_written_and_the_rest_is_said(folder, generate):
    result = generate()
    assert result.code == 0
    assert sorted(written(folder)) == FILES
    assert (result.out + result.err).startswith("created    .circleci/config.yml\n")
    steps = [line.strip() for line in (result.out + result.err).splitlines() if line.startswith("     ")]
    assert steps == [
        "tctl create -f teleport/role.yaml",
        "tctl create -f teleport/bot.yaml",
        "tctl create -f teleport/token.yaml",
        'pipeline.git.branch == "main" and not job.ssh.enabled and not (pipeline.config_source starts-with "api")',
        "orbgen compile && orbgen lint",
    ]


def test_a_second_run_writes_nothing(folder, generate):
    generate()
    before = {path: (folder / path).stat().st_mtime_ns for path in FILES}
    result = generate("--quiet")
    assert (result.out + result.err) == "".join([f"unchanged  {path}\n" for path in
                                     (".circleci/config.yml", "teleport/role.yaml", "teleport/bot.yaml",
                                      "teleport/token.yaml")])  # fmt: skip
    assert {path: (folder / path).stat().st_mtime_ns for path in FILES} == before


def test_check_sees_drift_and_writes_nothing(folder, generate):
    assert generate("--check").code == 1
    assert written(folder) == {}
    generate()
    assert generate("--check").code == 0
    (folder / "orbgen.yml").write_text(PLAN.replace("echo hello", "uptime"), encoding="utf-8")
    before = written(folder)
    result = generate("--check")
    assert result.code == 1
    assert ".circleci/config.yml is not what orbgen.yml asks for; run `orbgen generate`" in (result.out + result.err)
    assert written(folder) == before


def test_diff_can_be_applied(folder, generate):
    result = generate("--diff")
    assert (result.code, written(folder)) == (0, {})
    subprocess.run(["git", "apply", "-"], input=(result.out + result.err), text=True, check=True)
    applied = written(folder)
    assert generate("--check").code == 0
    assert sorted(applied) == FILES


def test_stdout_prints_what_would_be_written(folder, generate):
    printed = generate("--stdout").out
    assert written(folder) == {}
    generate()
    for path, data in written(folder).items():
        assert f"# ==> {path}\n{data.decode()}" in printed


def test_the_plan_is_found_from_a_folder_below(folder, generate, monkeypatch):
    below = folder / "src" / "deep"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert generate().code == 0
    assert sorted(written(folder)) == FILES


def test_a_plan_that_cannot_be_used_is_shown_at_its_place(folder, generate):
    (folder / "orbgen.yml").write_text(PLAN.replace("my-node", "my node"), encoding="utf-8")
    result = generate()
    assert result.code == 2
    assert "error[value]: `access[0].host` is `my node`, but must be the name of a server" in (result.out + result.err)
    assert "orbgen.yml:11:11" in (result.out + result.err)
    assert written(folder) == {}


def test_a_refusal_writes_none_of_the_files(folder, generate):
    (folder / ".circleci").mkdir()
    (folder / ".circleci/config.yml").write_text("version: 2\njobs: {}\n", encoding="utf-8")
    before = written(folder)
    result = generate()
    assert result.code == 2
    assert "only a configuration of version 2.1" in (result.out + result.err)
    assert written(folder) == before


def test_without_a_plan_the_way_to_one_is_told(orbgen):
    result = orbgen("generate")
    assert (result.code, result.out) == (2, "")
    assert "write one with `orbgen init`" in result.err


def test_style_orb_brings_the_orb_along(folder, generate, orbgen):
    plan = PLAN + "style: orb\norb: acme/teleport@1.2.0\n"
    (folder / "orbgen.yml").write_text(plan, encoding="utf-8")
    result = generate()
    orb = ".circleci/orbs/acme/teleport@1.2.0.yml"
    assert f"created    {orb}\n" in result.out
    assert f"orbgen orb publish {orb} acme/teleport@1.2.0" in result.out
    assert orbgen("compile").code == 0
    assert orbgen("lint", "--persona", "auditor").code == 0
    assert generate("--check").code == 0


def test_only_some_files_are_written_in_another_form(folder, generate):
    assert generate("--only", "teleport", "--target", "terraform").code == 0
    assert list(written(folder)) == ["teleport/circleci.tf"]
    result = generate("--only", "teleport")
    assert "removed    teleport/circleci.tf\n" in result.out
    assert sorted(written(folder)) == FILES[1:]
    printed = generate("--only", "teleport", "--target", "operator", "--stdout").out
    assert [one["kind"] for one in yaml.safe_load_all(printed)] == [
        "TeleportRoleV7", "TeleportBotV1", "TeleportProvisionToken",
    ]  # fmt: skip


def test_a_file_that_the_plan_asks_for_no_more_is_kept_if_somebody_has_changed_it(folder, generate):
    generate("--only", "teleport", "--target", "terraform")
    path = folder / "teleport/circleci.tf"
    path.write_text(path.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    result = generate()
    assert result.code == 2 and "the plan asks for it no more" in result.err
    assert list(written(folder)) == ["teleport/circleci.tf"]
    assert generate("--force").code == 0
    assert sorted(written(folder)) == FILES


def test_an_orb_that_the_plan_uses_no_more_is_removed(folder, generate):
    plan = (folder / "orbgen.yml").read_text(encoding="utf-8")
    (folder / "orbgen.yml").write_text(f"{plan}style: orb\norb: acme/teleport@1.2.0\n", encoding="utf-8")
    generate()
    theirs = folder / ".circleci/orbs/acme/other@1.0.0.yml"
    theirs.write_text("version: 2.1\n", encoding="utf-8")
    (folder / "orbgen.yml").write_text(f"{plan}style: orb\norb: acme/teleport@1.3.0\n", encoding="utf-8")
    assert "removed    .circleci/orbs/acme/teleport@1.2.0.yml\n" in generate().out
    (folder / "orbgen.yml").write_text(plan, encoding="utf-8")
    generate()
    assert sorted([path.name for path in theirs.parent.iterdir()]) == ["other@1.0.0.yml"]


def test_templates_of_ones_own_take_the_places_of_others(folder, generate):
    own = folder / "mine/teleport/tctl"
    own.mkdir(parents=True)
    (own / "bot.yaml.j2").write_text("kind: bot\nmetadata: {name: [[ teleport.bot ]]}\n", encoding="utf-8")
    assert generate("--templates", "mine").code == 0
    assert written(folder)["teleport/bot.yaml"].endswith(b"kind: bot\nmetadata: {name: circleci}\n")
    assert b"kind: role\n" in written(folder)["teleport/role.yaml"]
    assert generate("--check").code == 1


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("teleport/tctl/bot.yaml.j2", "kind: bot\nname: [[ teleport.boot ]]\n", "bot.yaml.j2:2:1"),
        ("teleport/tctl/bot.yaml.j2", "kind: bot\n[% if %]\n", "bot.yaml.j2:2:1"),
        ("teleport/tctl/bot.yaml.j2", "[[ teleport.__class__.__mro__ ]]\n", "bot.yaml.j2:1:1"),
        ("teleport/tctl/bot.yaml.j2", "[% include '../../../orbgen.yml' %]\n", "bot.yaml.j2"),
        ("teleport/tctl/bot.yaml.j2", "[[ 1 / 0 ]]\n", "bot.yaml.j2:1:1"),
        ("teleport/tctl/bots.yaml.j2", "", "did you mean `teleport/tctl/bot.yaml.j2`?"),
    ],
)
def test_a_template_that_cannot_be_used_is_shown_at_its_place(folder, generate, path, text, said):
    (folder / "mine" / path).parent.mkdir(parents=True)
    (folder / "mine" / path).write_text(text, encoding="utf-8")
    result = generate("--templates", "mine")
    assert result.code == 2
    assert said in " ".join(result.err.split()), result.err
    assert sorted(written(folder)) == [f"mine/{path}"]
