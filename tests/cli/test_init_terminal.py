"""`orbgen init` on a terminal: what it asks, what it suggests, and that it asks again with the reason."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from orbgen.project.plan import Plan, read_plan
from orbgen.project.planned_jobs import AnsibleAccess, KubernetesAccess, SshAccess
from tests.cli.running import command
from tests.terminals import Terminal

IDS = ("5f0a3c1e-9d2b-4c7a-8e61-0b2d4f6a8c10", "a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d",
       "0f9e8d7c-6b5a-4938-a271-605f4e3d2c1b")  # fmt: skip
ACROSS = "git@github.com:acme/shop.git"


@pytest.fixture
def folder(plain_surroundings: Path) -> Path:
    """An empty checkout of `acme/shop`, which is the current folder."""
    (plain_surroundings / ".git").rmdir()
    subprocess.run(["git", "init", "-q", "-b", "trunk"], check=True)
    subprocess.run(["git", "remote", "add", "origin", ACROSS], check=True)
    return plain_surroundings


def plan_in(folder: Path) -> Plan:
    return read_plan((folder / "orbgen.yml").read_bytes(), "orbgen.yml")


def systems(terminal: Terminal) -> None:
    """Answer what is asked of the two systems, with Enter where something is suggested."""
    terminal.answer("Teleport proxy (host:port): ", "shop.teleport.sh:443")
    terminal.answer("Version of the Teleport cluster: ", "18.2.0")
    terminal.answer("CircleCI organization id: ", IDS[0])
    terminal.answer("CircleCI project id: ", IDS[1])
    terminal.answer("CircleCI context for jobs that join [teleport-access]: ")
    terminal.answer("Name of the bot, and of its token and role [circleci-shop]: ")


def test_answers_make_a_plan(folder):
    with Terminal(command("init")) as terminal:
        terminal.wait_for(
            "This is acme/shop on GitHub, with the default branch trunk; it has no CircleCI configuration"
        )
        systems(terminal)
        terminal.answer("What to reach [ssh]: ")
        terminal.answer("Server to reach: ", "web-1, web-2")
        terminal.answer("User on the server: ", "ci-user")
        terminal.answer("Label that it has in Teleport (name=value): ", "env=demo, team=shop")
        terminal.answer("Command to run: ", 'echo "hello, $USER" >> greetings')
        terminal.answer("Name of the job [ssh-through-teleport]: ", "greet")
        terminal.answer("Branch that the job runs on [trunk]: ")
        terminal.answer("Id of that context: ", IDS[2])
        assert terminal.end() == 0
        assert terminal.shown.endswith("wrote orbgen.yml\nnext: orbgen generate\n")
    plan = plan_in(folder)
    (job,) = plan.access
    assert isinstance(job, SshAccess)
    assert (job.name, job.servers, job.labels) == ("greet", ("web-1", "web-2"), {"env": "demo", "team": "shop"})
    assert (job.command, job.branches) == ('echo "hello, $USER" >> greetings', ("trunk",))
    assert (plan.teleport.bot, plan.teleport.token, plan.teleport.role) == ("circleci-shop",) * 3


def test_it_asks_until_the_answer_can_be_right(folder):
    with Terminal(command("init", "--teleport-version", "18.2.0", "--organization-id", IDS[0])) as terminal:
        terminal.type("")
        terminal.wait_for(
            "error: this needs an answer: host:port of the Teleport proxy, such as example.teleport.sh:443\n"
        )
        terminal.type("no-port")
        terminal.wait_for("error: no-port must be host:port of the Teleport proxy")
        terminal.type("shop.teleport.sh:443")
        terminal.answer("CircleCI project id: ", "shop")
        terminal.wait_for("error: shop must be the project's UUID in lower case")
        terminal.type(IDS[1])
        terminal.answer("CircleCI context")
        terminal.answer("Name of the bot", "Not This")
        terminal.wait_for("error: Not This must be a name in lower case")
        terminal.type("")
        terminal.answer("What to reach", "kubernets")
        terminal.wait_for("did you mean kubernetes?")
        terminal.type("ssh")
        terminal.answer("Server", "web-1")
        terminal.answer("User", "ci")
        terminal.answer("Label", "env")
        terminal.wait_for("error: env must be name=value, such as env=staging")
        terminal.interrupt()
        assert terminal.end() == 130
        assert "Traceback" not in terminal.shown
    assert not (folder / "orbgen.yml").exists()


def test_flags_leave_only_the_rest_to_ask(folder):
    flags = ["--proxy", "shop.teleport.sh:443", "--teleport-version", "18.2.0", "--organization-id", IDS[0]]
    flags += ["--project-id", IDS[1], "--kind", "kubernetes", "--kubernetes-cluster", "shop", "--group", "ci", "--yes"]
    with Terminal(command("init", *flags)) as terminal:
        terminal.answer("Label", "env=demo")
        terminal.answer("Namespace that the job may use: ", "shop,web")
        terminal.answer("Command to run: ", "kubectl get pods")
        terminal.answer("Id of that context: ", IDS[2])
        assert terminal.end() == 0
    (job,) = plan_in(folder).access
    assert isinstance(job, KubernetesAccess)
    assert (job.namespaces, job.groups, job.branches) == (("shop", "web"), ("ci",), ("trunk",))


def test_what_the_repository_holds_is_suggested(folder):
    files = {
        "deploy/ansible.cfg": "[defaults]\ninventory = hosts.yml\n",
        "deploy/hosts.yml": "all:\n",
        "deploy/site.yml": "- hosts: all\n",
        "access/token.yaml": "kind: token\nmetadata: {name: circleci-shop}\nspec:\n  join_method: circleci\n"
        f"  circleci: {{organization_id: {IDS[0]}, allow: [{{project_id: {IDS[1]}, context_id: {IDS[2]}}}]}}\n",
        "access/role.yaml": "kind: role\nversion: v7\nmetadata: {name: web}\n"
        "spec: {allow: {logins: [deploy], node_labels: {tier: web}}}\n",
        ".circleci/config.yml": "version: 2.1\njobs: {ansible-through-teleport: {}}\nworkflows:\n  main:\n    jobs:\n"
        "      - x: {context: tbot}\n# --proxy=shop.teleport.sh:443\n",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    with Terminal(command("init", "--teleport-version", "18.2.0")) as terminal:
        terminal.wait_for(
            "Teleport's files are access/token.yaml, access/role.yaml; it uses Ansible (deploy/ansible.cfg)."
        )
        for prompt in (
            "[shop.teleport.sh:443]", f"[{IDS[0]}]", f"[{IDS[1]}]", "[tbot]",
            "[circleci-shop-2]",  # The token that is there is not to be replaced.
            "[ansible]", "[deploy]", "[tier=web]", "[deploy/site.yml]", "[deploy/hosts.yml]",
            "[ansible-through-teleport-2]",  # The job of that name is the user's own.
            "[trunk]", f"[{IDS[2]}]",
        ):  # fmt: skip
            terminal.answer(f"{prompt}: ")
        assert terminal.end() == 0
    (job,) = plan_in(folder).access
    assert isinstance(job, AnsibleAccess)
    assert (job.playbook, job.inventory, job.login) == ("deploy/site.yml", "deploy/hosts.yml", "deploy")


def test_the_end_of_input_is_an_interruption(folder):
    with Terminal(command("init")) as terminal:
        terminal.prompt()
        terminal.end_input()
        assert terminal.end() == 130
    assert not os.path.exists("orbgen.yml")
