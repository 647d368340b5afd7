"""The orb's jobs from their first step to their last: what CircleCI makes of the examples is run here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from orbgen.circleci.compiler import compile_document
from orbgen.circleci.inputs import Inputs
from orbgen.circleci.orbs import OrbSource, OrbStore
from orbgen.circleci.output import pipeline_data
from orbgen.source.reader import read
from tests.orb.scripts.conftest import Job, free_port

ORB = Path(__file__).parent.parent.parent.parent / "orb"


@lru_cache(maxsize=1)
def store() -> OrbStore:
    return OrbStore((OrbSource("orbgen/teleport", None, str(ORB)),))


@lru_cache
def steps_of(example: str) -> tuple[dict[str, Any], ...]:
    """The steps of the only job of an example, compiled, without those that run nothing."""
    usage = yaml.safe_load((ORB / "src" / "examples" / f"{example}.yml").read_text(encoding="utf-8"))["usage"]
    pipeline = compile_document(read(yaml.safe_dump(usage).encode(), "config.yml"), Inputs(complete=True), store())
    data: dict[str, Any] = pipeline_data(pipeline)
    (job,) = data["jobs"].values()
    return tuple([step["run"] for step in job["steps"] if "run" in step])


@pytest.fixture(scope="module")
def steps() -> tuple[dict[str, Any], ...]:
    """The steps of the job that runs a command on a server."""
    return steps_of("ssh")


def run(job: Job, steps: tuple[dict[str, Any], ...], **changed: str) -> list[tuple[str, int]]:
    """Run steps as CircleCI does; the name and exit code of each that ran."""
    ran: list[tuple[str, int]] = []
    job.claim_to_be("Linux", "x86_64")
    for step in steps:
        if any([code for _, code in ran]) and step.get("when") != "always":
            continue
        given = step.get("environment", {})
        environment = {
            name: "10"[not value] if isinstance(value, bool) else str(value) for name, value in given.items()
        }
        environment.update({name: value for name, value in changed.items() if name in given})
        if step.get("background"):
            job.background(step["command"], environment)
            continue
        result = job.step(step["command"] + "\n", **environment)
        print(result.output)  # pytest shows it when the test fails.
        assert_secrets_are_kept(job, result.output)
        ran.append((step["name"], result.code))
    return ran


def assert_secrets_are_kept(job: Job, output: str) -> None:
    """Neither the log of the job nor what later steps get may hold the OIDC token or what a credential's file holds."""
    exported = job.bash_env.read_text(encoding="utf-8") if job.bash_env.exists() else ""
    for secret in (job.environment["CIRCLE_OIDC_TOKEN"], "-----BEGIN FAKE"):
        assert secret not in output
        assert secret not in exported


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


def test_the_job_runs_in_a_bash_that_acts_like_that_of_macos(job, mirror, steps):
    job.environment["BASH_COMPAT"] = "3.2"
    ran = run(job, steps, PARAM_DOWNLOAD_URL=mirror.url, PARAM_COMMAND="echo > restarted")
    assert [code for _, code in ran] == [0, 0, 0, 0]
    assert job.left == []


# Stands for each program that an example runs: tells what it was given, and that there were credentials then.
PROGRAM = """\
#!/bin/sh
test -d "$TELEPORT_CREDENTIALS" || exit 9
echo "${0##*/} $*" >> "$FAKE_SEEN"
"""
EXAMPLES = {
    "ansible": ["ansible-playbook --inventory inventories/production.ini playbooks/shop.yml"],
    "application": [],
    "database": ["psql --command select count(*) from orders"],
    "database_tunnel": ["migrate "],
    "join": ["scp -F ROOT/config/ssh_config -r dist deploy@shop-1.example.teleport.sh:shop"],
    "kubectl": ["kubectl apply --server-side -f manifests/"],
    "kubernetes": ["kubectl get pods --all-namespaces --no-headers"],
    "run": ["scp -F ROOT/identity/ssh_config deploy@shop-1.example.teleport.sh:shop.log ."],
    "tctl": [],
    "terraform": ["terraform -chdir=teleport/ init -input=false",
                  "terraform -chdir=teleport/ apply -input=false -auto-approve"],
    "workload_identity": [],
}  # fmt: skip


@pytest.fixture
def equipped(job: Job, tmp_path: Path) -> Iterator[Job]:
    """A job with all that the examples use."""
    job.environment["FAKE_SEEN"] = str(tmp_path / "seen")
    (tmp_path / "seen").write_text("")
    for name in ("ansible-playbook", "kubectl", "psql", "scp", "terraform"):
        job.write(name, PROGRAM)
    job.link("wc")
    (job.checkout / "migrate").write_text(PROGRAM)
    (job.checkout / "migrate").chmod(0o755)
    for path in ("playbooks/shop.yml", "inventories/production.ini", "teleport/roles.yaml", ".circleci/tbot.yaml"):
        (job.checkout / path).parent.mkdir(exist_ok=True)
        (job.checkout / path).write_text("")
    destination = "{type: directory, path: $TELEPORT_CREDENTIALS}"
    (job.checkout / ".circleci/tbot.yaml").write_text(f"services: [{{type: identity, destination: {destination}}}]\n")
    for page in ("warm", "builds"):
        job.serve_page(page, "ok")
    yield job
    job.end()


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_does_what_it_says_and_leaves_nothing(equipped, mirror, example):
    given = {"PARAM_DOWNLOAD_URL": mirror.url}
    if example == "database_tunnel":
        given.update(PARAM_LISTEN=f"tcp://127.0.0.1:{free_port()}", PARAM_DIAG_PORT=str(free_port()))
    ran = run(equipped, steps_of(example), **given)
    assert [name for name, code in ran if code] == []
    assert ran[-1][0] == "Log out of Teleport"
    names = equipped.run("env").splitlines()
    assert [name for name in names if re.match(r"TELEPORT_|TF_|KUBECONFIG|AWS_|ANSIBLE_|TBOT_", name)] == []
    assert equipped.left == []
    seen = Path(equipped.environment["FAKE_SEEN"]).read_text().splitlines()
    assert [re.sub(rf"{equipped.temporary}/teleport\.\w+", "ROOT", line) for line in seen] == EXAMPLES[example]


def test_no_example_is_left_out():
    names = {path.stem for path in (ORB / "src" / "examples").glob("*.yml")}
    assert names == EXAMPLES.keys() | {"ssh", "lint"}
