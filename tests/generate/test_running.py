"""The steps of every kind of job in a real bash, against a loopback mirror of Teleport's releases and fake programs.

A job of style orb compiles to the same steps as one of style inline, as tests/cli/test_generate_kinds.py holds.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sysconfig
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from orbgen.circleci.compiler import compile_document
from orbgen.circleci.inputs import Inputs
from orbgen.circleci.output import pipeline_data
from orbgen.generate.files import CONFIG
from orbgen.source.reader import read
from tests.generate.plans import config_for, every_kind
from tests.orb.scripts.conftest import Job, Mirror, Result, fake, free_port

# A program that notes what it was given, and says it is of the version that it was asked for.
PROGRAM = """\
#!/bin/sh
exec python3 - "${0##*/}" "$@" << 'END'
import json, os, sys
name, *arguments = sys.argv[1:]
if arguments == ["version"]:
    print("Teleport v" + os.environ["FAKE_TELEPORT_VERSION"] + " git:v0 go1.24.1")
    sys.exit(0)
wanted = ("TELEPORT_", "TF_", "KUBECONFIG", "ANSIBLE_", "AWS_")
environment = {key: value for key, value in os.environ.items() if key.startswith(wanted)}
with open(os.environ["FAKE_SEEN"], "a") as file:
    file.write(json.dumps({"program": name, "arguments": arguments, "environment": environment}) + "\\n")
sys.exit(int(os.environ.get("FAKE_CODE", "0")))
END
"""
# OpenSSH's client, as far as it runs what its input or its last argument says in the folder of a server.
SSH = """\
#!/bin/sh
[ "$1" = -F ] && grep -q . "$2" || exit 255
cd "$FAKE_TSH_SERVERS/$(expr "$3" : '.*@\\([^.]*\\)')" && exec sh -c "$4"
"""
PROGRAMS = ("ansible-playbook", "kubectl", "openssl", "psql", "rsync", "scp", "terraform")
FILES = {
    "deploy.sh": "echo deployed > script-ran\n",
    "dist/shop.tar": "",
    "site.yml": "- hosts: all\n",
    "hosts": "web-1.example.teleport.sh\n",
    "infrastructure/main.tf": "",
    "tbot.yaml": "version: v2\noneshot: true\noutputs:\n  - type: identity\n"
    "    destination: {type: directory, path: $TELEPORT_CREDENTIALS/mine}\n",
}


@cache
def compiled(version: str) -> dict[str, Any]:
    inputs = Inputs(complete=True, values={"pipeline.git.branch": "main"})
    pipeline = compile_document(read(config_for(every_kind(version)), CONFIG), inputs)
    assert pipeline.problems == ()
    jobs = pipeline_data(pipeline)["jobs"]
    assert isinstance(jobs, dict)
    return dict(jobs)


class Runner:
    """A job that runs the steps of a compiled one as CircleCI does."""

    def __init__(self, job: Job, server: HTTPServer, version: str) -> None:
        self.job = job
        self.version = version
        self.mirror = Mirror(server)
        self.background: list[subprocess.Popen[bytes]] = []
        self.ports = (free_port(), free_port())
        job.claim_to_be("Linux", "x86_64")
        for name, text in FILES.items():
            (job.checkout / name).parent.mkdir(exist_ok=True)
            (job.checkout / name).write_text(text, encoding="utf-8")
        for name in PROGRAMS:
            job.write(name, PROGRAM)
        job.link("grep")
        job.link("expr")
        job.write("ssh", SSH)
        for name in ("web-1", "web-2"):
            (job.servers / name).mkdir()
        job.environment.update(FAKE_SEEN=str(job.home / "seen"), FAKE_TELEPORT_VERSION=version)

    def run(self, name: str, **environment: str) -> list[tuple[str, Result]]:
        """Run the steps of a job; those that ran, each with its name and how it ended."""
        release = f"teleport-v{self.version}-linux-amd64"
        programs = {program: fake(program, self.version) for program in ("tbot", "tsh")}
        self.mirror.publish(release, {**programs, "tctl": PROGRAM.encode()})
        ran: list[tuple[str, Result]] = []
        for step in compiled(self.version)[name]["steps"]:
            if isinstance(step, str):
                continue
            run = step["run"]
            if any([result.code for _, result in ran]) and run.get("when") != "always":
                continue
            given = {key: self._value(key, value) for key, value in run.get("environment", {}).items()}
            given = {**given, **environment, "PARAM_DOWNLOAD_URL": self.mirror.url}
            ran.append((run["name"], self._step(run, given)))
        return ran

    def _value(self, key: str, value: Any) -> str:
        """A parameter as CircleCI passes it on; other tests run at the same time, so each has ports of its own."""
        if key == "PARAM_DIAG_PORT":
            return str(self.ports[0])
        if key == "PARAM_LISTEN" and value:
            return f"tcp://127.0.0.1:{self.ports[1]}"
        return "10"[not value] if isinstance(value, bool) else str(value)

    def _step(self, run: dict[str, Any], environment: dict[str, str]) -> Result:
        text = run["command"] + "\n"
        folder = run.get("working_directory")
        if folder is not None:
            text = f"cd {folder}\n{text}"
        if run["name"] == "Run the command":
            # The command's own curl is one that notes what it is given; the steps before it download.
            self.job.write("curl", PROGRAM)
        if not run.get("background"):
            return self.job.step(text, **environment)
        path = self.job.home / "background"
        path.write_text(text, encoding="utf-8")
        self.background.append(
            subprocess.Popen(
                [*self.job.shell, "-eo", "pipefail", str(path)], cwd=self.job.checkout, start_new_session=True,
                env={**self.job.environment, **environment}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )  # fmt: skip
        # Somebody notices when it ends, as CircleCI does; until then it would count as running.
        threading.Thread(target=self.background[-1].wait, daemon=True).start()
        return Result(0, "")

    @property
    def seen(self) -> list[dict[str, Any]]:
        """The calls of programs that are not Teleport's, and of tctl."""
        path = Path(self.job.environment["FAKE_SEEN"])
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def on_server(self, name: str, path: str) -> bool:
        return (self.job.servers / name / path).exists()

    def end(self) -> None:
        """See that what ran in the background has ended with the job's logout."""
        for process in self.background:
            assert process.wait(timeout=20) is not None


@pytest.fixture
def running(tmp_path: Path, httpserver: HTTPServer) -> Iterator[Callable[[str], Runner]]:
    made: list[Runner] = []

    def make(version: str) -> Runner:
        made.append(Runner(Job(tmp_path / "job"), httpserver, version))
        return made[-1]

    yield make
    for runner in made:
        runner.end()


def effect(runner: Runner) -> Any:
    """The last call of a program that a job's command is about, without the folder of the credentials."""
    (*_, last) = runner.seen
    folder = re.escape(str(runner.job.temporary)) + r"/teleport\.[A-Za-z0-9]+"
    return json.loads(re.sub(folder, "CREDENTIALS", json.dumps(last)))


# What each job's last command is given, as the programs note it.
EFFECTS = {
    "scp": ["-F", "CREDENTIALS/identity/ssh_config", "-r", "--", "dist/shop.tar",
            "ci-user@web-2.example.teleport.sh:/srv/shop.tar"],
    "rsync": ["--archive", "--compress", "--rsh=ssh -F 'CREDENTIALS/identity/ssh_config'", "--", "dist/",
              "ci-user@web-1.example.teleport.sh:/srv/shop"],
    "ansible": ["--inventory", "hosts", "site.yml"],
    "kubernetes": ["--namespace", "shop", "apply", "-f", "deployment.yaml"],
    "database": ["-h", "127.0.0.1", "-p", "5432", "-U", "migrator", "shop", "-f", "migrate.sql"],
    "application": ["--fail", "--cert", "CREDENTIALS/application/tlscert", "https://shop.example.teleport.sh"],
    "application-tunnel": ["--fail", "http://127.0.0.1:8080"],
    "tctl": ["nodes", "ls"],
    "terraform": ["apply", "-input=false", "-auto-approve"],
    "workload-identity": ["x509", "-noout", "-subject", "-in", "CREDENTIALS/workload-identity/svid.pem"],
}  # fmt: skip
ENVIRONMENT = {
    "ansible": {"ANSIBLE_REMOTE_USER": "ci-user", "ANSIBLE_SSH_ARGS": "-F 'CREDENTIALS/identity/ssh_config'"},
    "kubernetes": {"KUBECONFIG": "CREDENTIALS/kubernetes/kubeconfig.yaml"},
    "tctl": {
        "TELEPORT_IDENTITY_FILE": "CREDENTIALS/identity/identity",
        "TELEPORT_AUTH_SERVER": "example.teleport.sh:443",
    },
    "terraform": {
        "TF_IN_AUTOMATION": "true",
        "TF_TELEPORT_ADDR": "example.teleport.sh:443",
        "TF_TELEPORT_JOIN_METHOD": "circleci",
        "TF_TELEPORT_JOIN_TOKEN": "circleci",
    },
}


@pytest.mark.parametrize(
    ("job", "version"),
    [*[(job, "18.6.4") for job in EFFECTS], ("rsync", "14.3.33"), ("kubernetes", "16.5.12"), ("database", "15.4.22"),
     ("workload-identity", "17.5.2"), ("tctl", "19.0.0")],
)  # fmt: skip
def test_the_last_command_is_given_what_the_plan_says_and_nothing_is_left(running, job, version):
    runner = running(version)
    ran = runner.run(job)
    assert [(name, result.code) for name, result in ran if result.code] == [], [result.output for _, result in ran]
    last = effect(runner)
    assert last["arguments"] == EFFECTS[job]
    expected = ENVIRONMENT.get(job, {})
    assert {name: last["environment"].get(name) for name in expected} == expected
    assert runner.job.left == []
    if job == "terraform":
        assert runner.job.calls == [], "Terraform's provider joins by itself"


@pytest.mark.parametrize(
    ("job", "version", "servers", "file"),
    [
        ("run-command", "17.5.2", ["web-1"], "visited"),
        ("run-script", "18.6.4", ["web-1"], "script-ran"),
        ("run-by-openssh", "16.5.12", ["web-1"], "visited"),
        ("run-on-several", "14.3.33", ["web-1", "web-2"], "visited"),
    ],
)
def test_what_runs_on_servers_runs_on_each(running, job, version, servers, file):
    runner = running(version)
    ran = runner.run(job)
    assert [result.code for _, result in ran if result.code] == [], [result.output for _, result in ran]
    assert [name for name in ("web-1", "web-2") if runner.on_server(name, file)] == servers
    assert runner.job.left == []


@pytest.mark.parametrize("job", ["scp", "kubernetes", "database", "application", "workload-identity", "tbot"])
def test_a_refused_join_stops_the_job_before_its_command(running, job):
    runner = running("18.6.4")
    ran = runner.run(job, FAKE_TBOT_FAILURE="denied")
    codes = [result.code for _, result in ran]
    assert any(codes) and codes[-1] == 0, "the job failed, and logged out"
    assert ran[-1][0] == "Log out of Teleport"
    assert (runner.seen, runner.job.left) == ([], [])


@pytest.mark.parametrize("job", ["ansible", "database", "tctl", "application"])
def test_a_failing_command_fails_the_job_with_its_code_and_leaves_nothing(running, job):
    runner = running("18.6.4")
    ran = runner.run(job, FAKE_CODE="7")
    assert [result.code for _, result in ran if result.code] == [7]
    assert ran[-1][0] == "Log out of Teleport"
    assert (len(runner.seen), runner.job.left) == (1, [])


@pytest.mark.parametrize(
    ("job", "missing", "said"),
    [
        ("scp", "checkout/dist/shop.tar", "There is no 'dist/shop.tar' here to copy"),
        ("scp", "bin/scp", "There is no scp on the PATH"),
        ("rsync", "bin/rsync", "There is no rsync on the PATH"),
        ("run-script", "checkout/deploy.sh", "There is no script 'deploy.sh' here"),
        ("run-by-openssh", "bin/ssh", "There is no ssh on the PATH"),
        ("ansible", "checkout/site.yml", "There is no playbook 'site.yml' here"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_left(running, job, missing, said):
    runner = running("18.6.4")
    (runner.job.checkout.parent / missing).unlink()
    ran = runner.run(job)
    (failed,) = [result for _, result in ran if result.code]
    assert failed.says(said), failed.output
    assert (ran[-1][0], runner.job.left) == ("Log out of Teleport", [])


def test_a_tbot_file_of_the_repository_joins_as_the_plan_says(running):
    runner = running("18.6.4")
    ran = runner.run("tbot")
    assert [result.code for _, result in ran if result.code] == [], [result.output for _, result in ran]
    (listed,) = [result.output for name, result in ran if name == "Run the command"]
    assert "mine" in listed.split()
    assert runner.job.left == []


def test_shellcheck_has_nothing_to_say_of_any_script(tmp_path):
    scripts = {
        step["run"]["command"] for job in compiled("18.6.4").values() for step in job["steps"] if isinstance(step, dict)
    }
    paths = []
    for index, script in enumerate(sorted(scripts)):
        paths.append(tmp_path / f"{index}.sh")
        head = "" if script.startswith("#!") else "#!/usr/bin/env bash\n"
        paths[-1].write_text(head + script, encoding="utf-8")
    shellcheck = os.path.join(sysconfig.get_path("scripts"), "shellcheck")
    run = subprocess.run(
        [shellcheck, "--severity=style", *paths], capture_output=True, text=True, check=False, timeout=120
    )
    assert run.returncode == 0, run.stdout
