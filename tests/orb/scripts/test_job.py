"""The orb's job from its first step to its last: what CircleCI makes of the example is run here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from orbgen.circleci.compiler import compile_document
from orbgen.circleci.inputs import Inputs
from orbgen.circleci.orbs import OrbSource, OrbStore
from orbgen.circleci.output import pipeline_data
from orbgen.source.reader import read

ORB = Path(__file__).parent.parent.parent.parent / "orb"


@pytest.fixture(scope="module")
def steps() -> list[dict[str, Any]]:
    """The steps of the example's job, compiled."""
    usage = yaml.safe_load((ORB / "src" / "examples" / "ssh.yml").read_text(encoding="utf-8"))["usage"]
    store = OrbStore((OrbSource("orbgen/teleport", None, str(ORB)),))
    pipeline = compile_document(read(yaml.safe_dump(usage).encode(), "config.yml"), Inputs(complete=True), store)
    data: dict[str, Any] = pipeline_data(pipeline)
    compiled: list[dict[str, Any]] = data["jobs"]["restart-shop"]["steps"]
    return compiled


def run(job, steps: list[dict[str, Any]], **changed: str) -> list[tuple[str, int]]:
    """Run steps as CircleCI does; the name and exit code of each that ran."""
    ran: list[tuple[str, int]] = []
    job.claim_to_be("Linux", "x86_64")
    for step in [step["run"] for step in steps]:
        if any([code for _, code in ran]) and step.get("when") != "always":
            continue
        given = step.get("environment", {})
        environment = {
            name: "10"[not value] if isinstance(value, bool) else str(value) for name, value in given.items()
        }
        environment.update({name: value for name, value in changed.items() if name in given})
        result = job.step(step["command"], **environment)
        print(result.output)  # pytest shows it when the test fails.
        ran.append((step["name"], result.code))
    return ran


@pytest.mark.parametrize(
    ("command", "code"), [("echo > restarted", 0), ("echo > restarted; exit 4", 4)], ids=["success", "failure"]
)
def test_the_job_runs_its_command_and_leaves_no_credentials(any_job, mirror, steps, command, code):
    assert run(any_job, steps, PARAM_DOWNLOAD_URL=mirror.url, PARAM_COMMAND=command) == [
        ("Install Teleport 18.11.0", 0),
        ("Join Teleport for an identity", 0),
        ("Run a command on shop-1", code),
        ("Log out of Teleport", 0),
    ]
    assert (any_job.servers / "shop-1" / "restarted").exists()
    assert any_job.left == []
    assert list(any_job.checkout.iterdir()) == []


def test_the_job_needs_no_root(plain_job, mirror, steps):
    ran = run(plain_job, steps, PARAM_DOWNLOAD_URL=mirror.url, PARAM_COMMAND="echo > restarted")
    assert [code for _, code in ran] == [0, 0, 0, 0]
    assert (plain_job.servers / "shop-1" / "restarted").exists()
    assert plain_job.left == []


def test_a_job_that_may_not_join_ends_without_a_trace(job, mirror, steps):
    job.environment["FAKE_TBOT_FAILURE"] = "denied"
    ran = run(job, steps, PARAM_DOWNLOAD_URL=mirror.url, PARAM_COMMAND="echo > restarted")
    assert [code for _, code in ran] == [0, 1, 0]
    assert not (job.servers / "shop-1" / "restarted").exists()
    assert job.left == []
