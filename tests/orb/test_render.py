"""The orb: made of its templates, described, accepted by the compiler, and clean for lint."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from orbgen.circleci.compiler import compile_document
from orbgen.circleci.inputs import Inputs
from orbgen.circleci.orbs import OrbSource, OrbStore
from orbgen.circleci.output import pipeline_data
from orbgen.generate.orb_settings import OrbSettings
from orbgen.orb.render import render_orb, write_orb
from orbgen.source.reader import read

ROOT = Path(__file__).parent.parent.parent
ORB = ROOT / "orb"
SOURCE = ORB / "src"
EXAMPLES = sorted((SOURCE / "examples").glob("*.yml"))
COMMANDS = sorted((SOURCE / "commands").glob("*.yml"))
JOBS = sorted((SOURCE / "jobs").glob("*.yml"))
ELEMENTS = [*COMMANDS, *JOBS, *EXAMPLES, *sorted((SOURCE / "executors").glob("*.yml"))]
each_element = pytest.mark.parametrize("path", ELEMENTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
each_example = pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)

# What callers have to give, since no default could be right.
REQUIRED: dict[str, Any] = {
    "proxy": "example.teleport.sh", "token": "t", "host": "shop-1", "login": "deploy", "command": "true",
    "arguments": "version", "playbook": "site.yml", "workload_identity": "ci", "service": "ssh-multiplexer",
    "steps": [{"run": "true"}], "xcode": "26.0.1",
}  # fmt: skip
# What means the same, but has a default there, or none.
OWN = {("commands/install", "proxy"), ("commands/background", "service")}


def load(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def element(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def orbgen(*arguments: str | Path) -> str:
    """What a command that has nothing to complain about prints."""
    command = [sys.executable, "-m", "orbgen", *[str(word) for word in arguments]]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def compiled(config: dict[str, Any], folder: Path) -> dict[str, Any]:
    """What our compiler makes of a configuration that uses the orb."""
    path = folder / "config.yml"
    path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    data: dict[str, Any] = json.loads(orbgen("compile", path, "--orb", f"orbgen/teleport={ORB}", "--format", "json"))
    return data


def test_the_orb_is_what_its_templates_make_with_the_defaults():
    files = {str(path.relative_to(ORB)): path.read_text(encoding="utf-8") for path in ORB.rglob("*") if path.is_file()}
    assert files == render_orb(), "render it anew: python -m orbgen orb render"


def test_writing_the_orb_changes_only_what_differs(tmp_path):
    names = render_orb()
    folder = str(tmp_path / "orb")
    assert len(write_orb(folder)) == len(names)
    (tmp_path / "orb" / "src" / "scripts" / "ssh.sh").write_text("")
    (tmp_path / "orb" / "mine").write_text("")
    assert write_orb(folder) == (f"{folder}/src/scripts/ssh.sh",)
    assert write_orb(folder) == ()
    assert (tmp_path / "orb" / "mine").exists()
    for name, text in names.items():
        assert (tmp_path / "orb" / name).read_text(encoding="utf-8") == text


def test_settings_become_defaults_and_the_example():
    settings = OrbSettings(
        name="acme/teleport", version="2.3.4", teleport_version="17.7.29", proxy="acme.teleport.sh:443",
        context="servers", image_tag="2025.08", source_url="https://example.com/orb",
    )  # fmt: skip
    parsed = {name: yaml.safe_load(text) for name, text in render_orb(settings).items() if name.endswith(".yml")}
    assert parsed["src/@orb.yml"]["display"]["source_url"] == "https://example.com/orb"
    assert parsed["src/commands/install.yml"]["parameters"]["version"]["default"] == "17.7.29"
    assert parsed["src/executors/default.yml"]["parameters"]["tag"]["default"] == "2025.08"
    for name in ("src/commands/install.yml", "src/commands/join.yml", "src/commands/ssh.yml", "src/jobs/ssh.yml"):
        assert parsed[name]["parameters"]["proxy"]["default"] == "acme.teleport.sh:443"
    usage = parsed["src/examples/ssh.yml"]["usage"]
    assert usage["orbs"] == {"teleport": "acme/teleport@2.3.4"}
    assert usage["workflows"]["main"]["jobs"][0]["teleport/ssh"]["context"] == "servers"


@pytest.mark.parametrize("text", ["a: b # c", "1.10", "yes", "'\"", "- x", "<< pipeline.id >>", "[[ 7 * 7 ]]", "é"])
def test_a_setting_stays_in_its_place(text):
    proxy = yaml.safe_load(render_orb(OrbSettings(proxy=text))["src/commands/join.yml"])["parameters"]["proxy"]
    assert sorted(proxy) == ["default", "description", "type"]
    assert proxy["default"].replace("\\<<", "<<") == text


@each_element
def test_every_element_and_parameter_is_described(path):
    content = load(path)
    assert len(content["description"].split()) >= 5
    assert "-" not in path.stem
    for name, parameter in content.get("parameters", {}).items():
        assert len(parameter["description"].split()) >= 3, name
        assert "-" not in name


def test_the_orb_says_what_it_is_and_where_its_source_is():
    manifest = load(SOURCE / "@orb.yml")
    assert len(manifest["description"]) >= 64
    assert manifest["display"]["source_url"].startswith("https://")


def test_a_parameter_means_the_same_everywhere():
    seen: dict[str, Any] = {}
    for path in [*COMMANDS, *JOBS]:
        for name, parameter in load(path).get("parameters", {}).items():
            if name != "executor" and (element(path), name) not in OWN:
                assert seen.setdefault(name, parameter) == parameter, f"{path.name}: {name}"


@pytest.mark.parametrize("path", [*COMMANDS, *JOBS], ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_only_what_no_default_could_be_right_for_is_required(path):
    parameters = load(path).get("parameters", {})
    required = {name for name, parameter in parameters.items() if "default" not in parameter}
    own = {name for name in parameters if (element(path), name) in OWN or name == "service"}
    assert required - own == (parameters.keys() & REQUIRED.keys()) - own


def scripts_of(steps: list[Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """The script of each step that has one, with the environment that it is given."""
    for step in steps:
        if not isinstance(step, dict):
            continue
        if "when" in step:
            yield from scripts_of(step["when"]["steps"])
        command = step.get("run", {}).get("command", "")
        if command.startswith("<<include("):
            yield command.removeprefix("<<include(").removesuffix(")>>"), step["run"].get("environment", {})


@pytest.mark.parametrize("path", [*COMMANDS, *JOBS], ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_script_gets_what_it_reads_as_environment_and_nothing_else(path):
    content = load(path)
    passed = set()
    for name, environment in scripts_of(content["steps"]):
        script = (SOURCE / name).read_text(encoding="utf-8")
        assert set(environment) == {line.split()[1] for line in script.splitlines() if line.startswith("# PARAM_")}
        for variable, value in environment.items():
            assert value == f"<< parameters.{variable.removeprefix('PARAM_').lower()} >>"
        passed |= {variable.removeprefix("PARAM_").lower() for variable in environment}
    if path.parent.name == "commands":
        assert passed == content.get("parameters", {}).keys()


def test_every_script_is_used():
    used = {name for path in [*COMMANDS, *JOBS] for name, _ in scripts_of(load(path)["steps"])}
    assert used == {f"scripts/{path.name}" for path in (SOURCE / "scripts").iterdir()}


def test_the_job_passes_its_parameters_on(tmp_path):
    own = {
        "teleport/ssh": {
            **{name: REQUIRED[name] for name in ("proxy", "token", "host", "login", "command")},
            "name": "work",
            "context": "teleport-access",
            "version": "17.7.29",
            "edition": "enterprise",
            "fips": True,
            "download_url": "https://mirror.example.com",
            "sha256": "a" * 64,
            "ttl": "5m",
            "audience": "example",
            "cluster": "leaf",
            "executor": {"name": "teleport/default", "tag": "2025.08"},
        }
    }
    config = {
        "version": 2.1,
        "orbs": {"teleport": "orbgen/teleport@1.0.0"},
        "workflows": {"main": {"jobs": [own]}},
    }  # fmt: skip
    job = compiled(config, tmp_path)["jobs"]["work"]
    assert job["docker"] == [{"image": "cimg/base:2025.08"}]
    install, join, ssh, logout = [step["run"].get("environment", {}) for step in job["steps"]]
    assert install.items() >= {
        "PARAM_VERSION": "17.7.29", "PARAM_BINARIES": "tbot tsh", "PARAM_EDITION": "enterprise", "PARAM_FIPS": True,
        "PARAM_DOWNLOAD_URL": "https://mirror.example.com", "PARAM_DIRECTORY": "~/.teleport-releases",
        "PARAM_SHA256": "a" * 64,
    }.items()  # fmt: skip
    assert join.items() >= {
        "PARAM_PROXY": "example.teleport.sh", "PARAM_TOKEN": "t", "PARAM_TTL": "5m", "PARAM_AUDIENCE": "example",
    }.items()  # fmt: skip
    assert ssh == {
        "PARAM_PROXY": "example.teleport.sh", "PARAM_HOST": "shop-1", "PARAM_LOGIN": "deploy",
        "PARAM_COMMAND": "true", "PARAM_CLUSTER": "leaf", "PARAM_FOLDER": "",
    }  # fmt: skip
    assert logout == {}
    assert [step["run"].get("when") for step in job["steps"]] == [None, None, None, "always"]


def test_the_orb_is_valid_in_every_way_that_it_can_be_used():
    # The exit code says so; what was checked is told on standard error.
    assert orbgen("orb", "validate", SOURCE, "--name", "orbgen/teleport") == ""


def combinations(parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """Every combination of the values of those parameters that have a few, with what has to be given."""
    few = {name: parameter.get("enum", (False, True)) for name, parameter in parameters.items()
           if parameter["type"] in ("enum", "boolean")}  # fmt: skip
    needed = {name: REQUIRED[name] for name, parameter in parameters.items()
              if "default" not in parameter and name not in few}  # fmt: skip
    return [{**needed, **dict(zip(few, values, strict=True))} for values in itertools.product(*few.values())]


@pytest.mark.parametrize("path", [*COMMANDS, *JOBS], ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_combination_of_switches_compiles(path):
    given_ones = combinations(load(path).get("parameters", {}))
    if path in JOBS:
        jobs: dict[str, Any] = {}
        entries: list[Any] = [
            {f"teleport/{path.stem}": {"name": f"job-{index}", "context": "teleport-access", **given}}
            for index, given in enumerate(given_ones)
        ]
    else:
        steps = [{f"teleport/{path.stem}": given} for given in given_ones]
        jobs = {"work": {"docker": [{"image": "cimg/base:2026.03"}], "steps": steps}}
        entries = ["work"]
    config = {
        "version": 2.1,
        "orbs": {"teleport": "orbgen/teleport@1.0.0"},
        "jobs": jobs,
        "workflows": {"main": {"jobs": entries}},
    }
    store = OrbStore((OrbSource("orbgen/teleport", None, str(ORB)),))
    pipeline = compile_document(read(yaml.safe_dump(config).encode(), "config.yml"), Inputs(complete=True), store)
    assert [problem.message for problem in pipeline.problems] == []
    data: dict[str, Any] = pipeline_data(pipeline)
    compiled_jobs = data["jobs"]
    assert len(compiled_jobs) == len(entries)
    if path in JOBS and path.stem != "lint":
        for job in compiled_jobs.values():
            assert job["steps"][-1]["run"]["when"] == "always"


@each_example
def test_an_example_compiles_and_is_clean_for_lint(path, tmp_path):
    compiled(load(path)["usage"], tmp_path)
    assert_clean(tmp_path / "config.yml")


def test_the_orb_is_clean_for_lint(tmp_path):
    path = tmp_path / "orb.yml"
    orbgen("orb", "pack", SOURCE, "-o", path)
    assert sorted(load(path)) == ["commands", "description", "display", "examples", "executors", "jobs", "version"]
    assert_clean(path)


def assert_clean(path: Path) -> None:
    # The image's tag names a month, since a digest in a published orb would keep every user on an old image.
    strictest = ("--persona", "auditor", "--min-confidence", "low", "--format", "concise", "--ignore", "unpinned-image")
    assert orbgen("lint", path, *strictest, "--quiet", "--orb", f"orbgen/teleport={ORB}") == ""


PLAN = """\
organization-id: 5f0a3c1e-9d2b-4c7a-8e61-0b2d4f6a8c10
project-id: a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d
teleport: {proxy: "acme.teleport.sh:443", version: auto, edition: fips, token: acme-ci, context: servers, ttl: 10m}
contexts: {servers: {}}
orb: acme/teleport@2.0.1
"""


def test_a_plan_gives_the_orb_a_company_s_own_defaults(tmp_path):
    (tmp_path / "orbgen.yml").write_text(PLAN)
    orbgen("orb", "render", "--plan", tmp_path / "orbgen.yml", "-o", tmp_path / "orb")
    source = tmp_path / "orb" / "src"
    parameters = load(source / "jobs" / "ssh.yml")["parameters"]
    expected = {
        "proxy": "acme.teleport.sh:443", "version": "auto", "edition": "enterprise", "fips": True, "token": "acme-ci",
        "ttl": "10m",
    }  # fmt: skip
    assert {name: parameters[name]["default"] for name in expected} == expected
    usage = load(source / "examples" / "ssh.yml")["usage"]
    assert usage["orbs"] == {"teleport": "acme/teleport@2.0.1"}
    assert usage["workflows"]["main"]["jobs"][0]["teleport/ssh"]["context"] == "servers"
    assert orbgen("orb", "validate", source, "--name", "acme/teleport") == ""


def test_a_plan_that_cannot_be_used_is_explained_and_writes_nothing(tmp_path):
    (tmp_path / "orbgen.yml").write_text("teleport: {proxy: https://example.com}\n")
    command = [sys.executable, "-m", "orbgen", "orb", "render", "--plan", "orbgen.yml"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 2
    assert "orbgen.yml:1:19" in run.stderr
    assert not (tmp_path / "orb").exists()
