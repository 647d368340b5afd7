"""Teleport's guide for CircleCI from an empty repository to the line on the server.

A job joins as the bot `circleci-demo` and writes a line into a file on the node `my-node` as `ci-user`. Everything that
a user does is done here: init, generate, compile, lint; then the job's steps run in a real bash, in order.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pytest_httpserver import HTTPServer

from tests.orb.scripts.conftest import Job, Mirror

VERSIONS = ("16.5.12", "17.5.2", "18.2.0", "19.0.0")
LINE = 'echo "hello from CircleCI" >> greetings'
FLAGS = {
    "--proxy": "example.teleport.sh:443",
    "--organization-id": "5f0a3c1e-9d2b-4c7a-8e61-0b2d4f6a8c10",
    "--project-id": "a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d",
    "--context-id": "0f9e8d7c-6b5a-4938-a271-605f4e3d2c1b",
    "--token": "circleci-demo",
    "--bot": "circleci-demo",
    "--role": "circleci-demo",
    "--name": "write-greeting",
    "--host": "my-node",
    "--login": "ci-user",
    "--label": "env=demo",
    "--command": LINE,
    "--branch": "main",
}
STYLES = {"inline": ("--style", "inline"), "orb": ("--orb", "acme/teleport@1.0.0")}


class Ran(NamedTuple):
    """A step that ran: its name, its exit code and what it printed."""

    name: str
    code: int
    output: str


def orbgen(folder: Path, *words: str) -> str:
    """What a call of orbgen that succeeds prints."""
    run = subprocess.run(
        [sys.executable, "-m", "orbgen", *words], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def steps_of(folder: Path, version: str, style: str) -> list[dict[str, Any]]:
    """The steps of the job that a user gets in an empty repository, compiled; lint has nothing to say."""
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    flags = [word for pair in FLAGS.items() for word in pair]
    orbgen(folder, "init", "--teleport-version", version, *flags, *STYLES[style])
    orbgen(folder, "generate")
    orbgen(folder, "generate", "--check")
    orbgen(folder, "lint", "--persona", "auditor", "--fail-on", "info")
    compiled = orbgen(folder, "compile", "--format", "json", "--value", "pipeline.git.branch=main")
    pipeline: dict[str, Any] = json.loads(compiled)
    (entry,) = pipeline["workflows"]["teleport"]["jobs"]
    assert entry == {
        "write-greeting": {"filters": 'pipeline.git.branch == "main"', "context": "teleport-access"},
    }
    steps: list[dict[str, Any]] = pipeline["jobs"]["write-greeting"]["steps"]
    return [step["run"] for step in steps]


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A job whose server is the guide's."""
    job = Job(tmp_path / "job")
    job.claim_to_be("Linux", "x86_64")
    (job.servers / "my-node").mkdir()
    return job


def run(job: Job, steps: list[dict[str, Any]], server: HTTPServer, version: str, *, broken: bool = False) -> list[Ran]:
    """Run the steps as CircleCI does, against a mirror that has one version; what ran."""
    mirror = Mirror(server)
    mirror.publish(f"teleport-v{version}-linux-amd64")
    if broken:
        server.clear()
        mirror.serve(f"teleport-v{version}-linux-amd64-bin.tar.gz", mirror.archive(f"teleport-v{version}-linux-amd64"))
        mirror.serve(f"teleport-v{version}-linux-amd64-bin.tar.gz.sha256", f"{'0' * 64}  x\n".encode())
    ran: list[Ran] = []
    for step in steps:
        if any([one.code for one in ran]) and step.get("when") != "always":
            continue
        given = {
            name: "10"[not value] if isinstance(value, bool) else str(value)
            for name, value in step.get("environment", {}).items()
        }
        result = job.step(step["command"], **{**given, "PARAM_DOWNLOAD_URL": mirror.url})
        ran.append(Ran(step["name"], result.code, result.output))
    return ran


def written(job: Job) -> str | None:
    """What the file on the node holds."""
    path = job.servers / "my-node" / "greetings"
    return path.read_text(encoding="utf-8") if path.exists() else None


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("style", STYLES)
def test_the_line_lands_on_the_server_and_nothing_is_left(tmp_path, job, httpserver, style, version):
    ran = run(job, steps_of(tmp_path / "repository", version, style), httpserver, version)
    assert [one.code for one in ran] == [0, 0, 0, 0], ran
    assert written(job) == "hello from CircleCI\n"
    assert job.left == []
    assert list(job.checkout.iterdir()) == []
    tbot, tsh = (
        next(call for call in job.calls if call["program"] == name and is_use(call)) for name in ("tbot", "tsh")
    )
    assert "circleci-demo" in json.dumps(tbot)
    assert "ci-user@my-node" in json.dumps(tsh)


def is_use(call: dict[str, Any]) -> bool:
    """Whether a call of a program is one that does something."""
    return "version" not in call["arguments"]


@pytest.mark.parametrize("style", STYLES)
def test_a_wrong_checksum_stops_the_job_before_anything_runs(tmp_path, job, httpserver, style):
    ran = run(job, steps_of(tmp_path / "repository", "18.2.0", style), httpserver, "18.2.0", broken=True)
    assert [one.code for one in ran] == [1, 0]
    assert "checksum" in ran[0].output.lower() or "SHA-256" in ran[0].output
    assert (written(job), job.left, job.calls) == (None, [], [])


@pytest.mark.parametrize("version", ("16.5.12", "18.2.0"))
@pytest.mark.parametrize("style", STYLES)
def test_a_refused_join_says_what_to_check(tmp_path, job, httpserver, style, version):
    job.environment["FAKE_TBOT_FAILURE"] = "denied"
    ran = run(job, steps_of(tmp_path / "repository", version, style), httpserver, version)
    assert [one.code for one in ran] == [0, 1, 0]
    assert "circleci-demo" in ran[1].output and "rule" in ran[1].output
    assert (written(job), job.left) == (None, [])


@pytest.mark.parametrize("style", STYLES)
def test_a_failing_command_fails_the_job_with_its_code(tmp_path, job, httpserver, style):
    job.environment["FAKE_TSH_FAILURE"] = "connect"
    ran = run(job, steps_of(tmp_path / "repository", "18.2.0", style), httpserver, "18.2.0")
    assert [one.code for one in ran] == [0, 0, 1, 0]
    assert ran[2].output
    assert (written(job), job.left) == (None, [])


@pytest.mark.parametrize("style", STYLES)
def test_a_job_without_a_token_of_circleci_says_so(tmp_path, job, httpserver, style):
    del job.environment["CIRCLE_OIDC_TOKEN"]
    ran = run(job, steps_of(tmp_path / "repository", "18.2.0", style), httpserver, "18.2.0")
    assert [one.code for one in ran] == [0, 1, 0]
    assert "gave this job no OIDC token" in ran[1].output
    assert job.left == []
