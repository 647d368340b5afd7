"""`orbgen generate`: files written once, shown before, and never half or over somebody's work."""

from __future__ import annotations

import subprocess
import sys
import textwrap
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
        "orbgen compile && orbgen lint && orbgen trace",
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
    (own / ".hidden").write_text("", encoding="utf-8")
    (own / "_shared.j2").write_text("", encoding="utf-8")
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
        ("teleport/tctl/bot.yaml.j2", "[% include 'teleport/tctl/bot.yaml.j2' %]\n", "it includes itself"),
        ("teleport/tctl/bot.yaml.j2", b"\xff\xfe", "cannot be rendered"),
        ("orb/src/scripts/logout.sh", b"\xff\xfe", "logout.sh cannot be read"),
        ("orb/src/scripts/logout.sh", "#include nothing.sh\n", "orb/shell/nothing.sh cannot be read"),
        ("teleport/tctl/bots.yaml.j2", "", "did you mean `teleport/tctl/bot.yaml.j2`?"),
    ],
)
def test_a_template_that_cannot_be_used_is_shown_at_its_place(folder, generate, path, text, said):
    (folder / "mine" / path).parent.mkdir(parents=True)
    (folder / "mine" / path).write_bytes(text if isinstance(text, bytes) else text.encode())
    result = generate("--templates", "mine")
    assert result.code == 2
    assert said in " ".join(result.err.split()), result.err
    assert sorted(written(folder)) == [f"mine/{path}"]


@pytest.mark.parametrize(
    "config", ["version: 2.1\nsetup: true\njobs: {}\n", "version: 2\njobs: {}\n", "version: 2.1\njobs: {greet: {}}\n"]
)
def test_what_cannot_be_merged_is_printed_to_be_added_by_hand(folder, generate, config):
    (folder / ".circleci").mkdir()
    (folder / ".circleci/config.yml").write_text(config, encoding="utf-8")
    result = generate("--stdout")
    assert result.code == 2 and "error[" in result.err
    assert "  greet:\n    docker:\n" in result.out and "kind: token\n" in result.out
    assert (folder / ".circleci/config.yml").read_text(encoding="utf-8") == config


def test_a_context_that_is_restricted_already_is_not_asked_for(folder, generate):
    assert "Add Expression Restriction" in generate().out
    restricted = PLAN.replace("teleport-access: {id:", "teleport-access: {restricted: [expression], id:")
    (folder / "orbgen.yml").write_text(restricted, encoding="utf-8")
    said = generate().out
    assert "Add Expression Restriction" not in said and "orbgen lint" in said


# The places at which a process may be killed while it writes; each is reached several times.
STEPS = ("fsync", "chmod", "replace", "unlink", "makedirs")


@pytest.mark.parametrize("killed_at", range(1, 12))
def test_a_run_that_is_killed_leaves_each_file_old_or_new(folder, generate, killed_at):
    generate("--target", "terraform")
    old = written(folder)
    (folder / "orbgen.yml").write_text(PLAN.replace("echo hello", "uptime").replace("demo", "other"), encoding="utf-8")
    new: dict[str, bytes | None] = dict.fromkeys(old)
    new.update(printed_files(generate("--stdout").out))
    code = run_killed(folder, killed_at)
    found = written(folder)
    for path in {*old, *new} - {path for path in found if "/." in path}:
        assert found.get(path) in (old.get(path), new.get(path)), path
    assert code in (0, 137)
    assert generate().code == 0
    assert generate("--check").code == 0
    finished = {path: data for path, data in written(folder).items() if not path.rpartition("/")[2].startswith(".")}
    assert finished == {path: data for path, data in new.items() if data is not None}


def printed_files(printed: str) -> dict[str, bytes]:
    """The files that `--stdout` prints."""
    found = {}
    for part in printed.split("# ==> ")[1:]:
        path, _, text = part.partition("\n")
        found[path] = text.removesuffix("---\n").encode()
    return found


def run_killed(folder: Path, killed_at: int) -> int:
    """Generate in a process that ends without a trace at its n-th step of writing; its exit code."""
    program = textwrap.dedent(
        f"""
        import os, sys
        steps = 0
        def deadly(function):
            def step(*arguments, **settings):
                global steps
                steps += 1
                if steps == {killed_at}:
                    os._exit(137)
                return function(*arguments, **settings)
            return step
        from orbgen.cli.main import main
        for name in {STEPS}:
            setattr(os, name, deadly(getattr(os, name)))
        sys.exit(main(["generate", "--quiet"]))
        """
    )
    return subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, check=False).returncode
