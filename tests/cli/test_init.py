"""`orbgen init`: a plan from flags or answers, or a sentence that says which is missing or wrong."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from orbgen.project.plan import read_plan
from orbgen.project.planned_jobs import SshAccess
from tests.cli.running import Run

FLAGS = {
    "--proxy": "example.teleport.sh:443",
    "--teleport-version": "18.2.0",
    "--organization-id": "5f0a3c1e-9d2b-4c7a-8e61-0b2d4f6a8c10",
    "--project-id": "a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d",
    "--context-id": "0f9e8d7c-6b5a-4938-a271-605f4e3d2c1b",
    "--host": "my-node",
    "--login": "ci-user",
    "--label": "env=demo",
    "--command": "echo hello >> greetings",
}


def words(flags: dict[str, str]) -> list[str]:
    return [word for pair in flags.items() for word in pair]


@pytest.fixture
def folder(plain_surroundings: Path) -> Path:
    """An empty git repository, which is the current folder."""
    (plain_surroundings / ".git").rmdir()
    subprocess.run(["git", "init", "-q", "-b", "trunk"], check=True)
    return plain_surroundings


@pytest.fixture
def init(orbgen: Run) -> Callable[..., str]:
    """What the command prints."""

    def run(*arguments: str) -> str:
        result = orbgen("init", *arguments)
        assert result.code == 0, result.err
        return result.out

    return run


@pytest.fixture
def refusal(orbgen: Run) -> Callable[..., str]:
    """The sentence with which the command refuses."""

    def run(*arguments: str) -> str:
        result = orbgen("init", *arguments)
        assert (result.code, result.out) == (2, "")
        return " ".join(result.err.removeprefix("error: ").split())

    return run


def test_flags_make_a_plan(folder, init):
    said = init(*words(FLAGS), "--token", "demo", "--bot", "demo-bot", "--name", "greet")
    assert said == "wrote orbgen.yml\nnext: orbgen generate\n"
    plan = read_plan((folder / "orbgen.yml").read_bytes(), "orbgen.yml")
    assert (plan.teleport.token, plan.teleport.bot, plan.teleport.context) == ("demo", "demo-bot", "teleport-access")
    assert plan.teleport.role == "demo-bot"
    (access,) = plan.access
    assert isinstance(access, SshAccess)
    assert (access.name, access.host, access.labels) == ("greet", "my-node", {"env": "demo"})
    assert access.branches == ("trunk",)


@pytest.mark.parametrize("flag", sorted(FLAGS))
def test_without_a_terminal_a_missing_flag_is_named(folder, refusal, flag):
    assert refusal(*words({name: value for name, value in FLAGS.items() if name != flag})).startswith(
        f"{flag} is needed"
    )
    assert not (folder / "orbgen.yml").exists()


@pytest.mark.parametrize(
    ("flag", "value", "reason"),
    [
        ("--proxy", "https://example.teleport.sh", "host:port"),
        ("--teleport-version", "18", "an exact version"),
        ("--organization-id", "acme", "UUID"),
        ("--context-id", "0F9E8D7C-6B5A-4938-A271-605F4E3D2C1B", "lower case"),
        ("--host", "a b", "the name of a server"),
        ("--login", "-l", "a user name"),
        ("--label", "env", "NAME=VALUE"),
        ("--label", "env=*", "wildcard"),
        ("--command", "", "a command"),
    ],
)
def test_an_answer_that_cannot_be_right_is_refused(folder, refusal, flag, value, reason):
    said = refusal(*words({**FLAGS, flag: value}))
    assert said.startswith(f"{flag} {value}".strip()) and reason in said
    assert not (folder / "orbgen.yml").exists()


def test_style_orb_needs_the_orb(folder, init, refusal):
    assert refusal(*words(FLAGS), "--style", "orb").startswith("--orb is needed")
    init(*words(FLAGS), "--orb", "acme/teleport@1.0.0")
    assert read_plan((folder / "orbgen.yml").read_bytes(), "orbgen.yml").orb == "acme/teleport@1.0.0"


def test_a_plan_that_is_there_is_kept(folder, init, refusal):
    (folder / "orbgen.yml").write_text("mine\n", encoding="utf-8")
    assert "is there already" in refusal(*words(FLAGS))
    assert (folder / "orbgen.yml").read_text(encoding="utf-8") == "mine\n"
    init(*words(FLAGS), "--force")


def test_a_terminal_is_asked_until_the_answer_can_be_right(folder):
    answers = [
        "no-port", "example.teleport.sh:443", "18.2.0", FLAGS["--organization-id"], FLAGS["--project-id"], "",
        FLAGS["--context-id"], "", "", "", "my-node", "ci-user", "uptime", "", "", "env=demo", "",
    ]  # fmt: skip
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "orbgen", "init"], stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True
    )
    os.close(theirs)
    os.write(ours, "".join([f"{answer}\n" for answer in answers]).encode())
    said = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:
            break
        if not piece:
            break
        said += piece
    assert process.wait(timeout=20) == 0, said.decode()
    assert b"must be host:port of the Teleport proxy" in said
    assert b"CircleCI context for jobs that join [teleport-access]" in said
    (access,) = read_plan((folder / "orbgen.yml").read_bytes(), "orbgen.yml").access
    assert isinstance(access, SshAccess) and access.command == "uptime"
