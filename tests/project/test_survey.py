"""A look at a repository: its names, its CircleCI configuration, Teleport's files in it, and what it deploys with."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from orbgen.project import survey as module
from orbgen.project.deploy_tools import inventory_of, playbook_of
from orbgen.project.survey import root_of, survey

TOKEN = """\
kind: token
version: v2
metadata: {name: circleci-shop}
spec:
  roles: [Bot]
  join_method: circleci
  bot_name: shop-bot
  circleci:
    organization_id: 5f0a3c1e-9d2b-4c7a-8e61-0b2d4f6a8c10
    allow:
      - project_id: a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d
---
kind: role
version: v7
metadata: {name: shop}
spec: {allow: {logins: [ci-user]}}
"""
OPERATOR = """\
apiVersion: resources.teleport.dev/v1
kind: TeleportBotV1
metadata: {name: shop-bot}
spec: {roles: [shop]}
"""
TBOT = """\
version: v2
proxy_server: shop.teleport.sh:443
onboarding: {join_method: circleci, token: circleci-shop}
outputs: []
"""


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A checkout of `acme/shop`, with files written by name."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    root: Path = tmp_path / "checkout"
    subprocess.run(["git", "init", "-q", "-b", "trunk", str(root)], check=True)
    address = "https://me:secret@github.com/acme/shop.git"
    subprocess.run(["git", "-C", str(root), "remote", "add", "origin", address], check=True)

    def write(files: dict[str, str]) -> Path:
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return root

    return write


def test_its_names(repository):
    found = survey(str(repository({})))
    assert (found.name, found.branch, found.config, found.complete) == ("shop", "trunk", None, True)
    assert found.git.remote == "https://github.com/acme/shop.git"


def test_outside_of_git(tmp_path):
    (tmp_path / "shop").mkdir()
    found = survey(str(tmp_path / "shop"))
    assert (found.name, found.branch, found.tools) == ("shop", "main", ())


def test_the_root_is_that_of_the_checkout(repository, tmp_path):
    root = repository({"deploy/ansible/x.txt": ""})
    assert root_of(str(root / "deploy" / "ansible")) == "../.."
    assert root_of(str(root)) == "."
    assert root_of(str(tmp_path)) == str(tmp_path)


def test_the_configuration(repository):
    text = """\
version: 2.1
jobs:
  build: {docker: [{image: a}], steps: [run: "tbot start --proxy-server=shop.teleport.sh:443"]}
workflows:
  main:
    jobs:
      - build: {context: [teleport-access, << pipeline.parameters.x >>]}
      - deploy: {context: production}
      - check
  version: 2
"""
    config = survey(str(repository({".circleci/config.yml": text}))).config
    assert config is not None
    assert (config.path, config.contexts, config.jobs) == (
        ".circleci/config.yml", ("teleport-access", "production"), ("build",),
    )  # fmt: skip
    assert config.proxies == ("shop.teleport.sh:443",)


@pytest.mark.parametrize(
    "text", ["jobs: [", "- a\n", "", "workflows: 3\njobs: x\n", "workflows: {a: {jobs: {b: 1}}}\n"]
)
def test_a_configuration_of_any_form(repository, text):
    config = survey(str(repository({".circleci/config.yml": text}))).config
    assert config is not None and config.contexts == ()


def test_teleports_files_are_known_by_what_they_hold(repository):
    root = repository(
        {
            "infra/access.yaml": TOKEN,
            "k8s/bot.yml": OPERATOR,
            "k8s/role.yaml": "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: x}\n",
            "ci/machine.yaml": TBOT,
            "teleport.yaml": "version: v3\nteleport: {proxy_server: x:443}\n",
            "broken.yaml": "kind: token\n  metadata: [",
            "ignored.yaml": TOKEN,
            ".gitignore": "ignored.yaml\n",
        }
    )
    found = survey(str(root)).teleport
    ((path, token),) = found.tokens
    assert (path, token.name and token.name.text) == ("infra/access.yaml", "circleci-shop")
    assert [(path, role.name and role.name.text) for path, role in found.roles] == [("infra/access.yaml", "shop")]
    assert [(path, bot.name and bot.name.text) for path, bot in found.bots] == [("k8s/bot.yml", "shop-bot")]
    (tbot,) = found.tbot_files
    assert (tbot.path, tbot.proxy, tbot.token) == ("ci/machine.yaml", "shop.teleport.sh:443", "circleci-shop")


@pytest.mark.parametrize(
    ("files", "kind", "command"),
    [
        ({"deploy/ansible.cfg": ""}, "ansible", None),
        ({"charts/shop/Chart.yaml": ""}, "kubernetes", "helm upgrade --install shop charts/shop"),
        ({"the charts/shop/Chart.yaml": ""}, "kubernetes", "helm upgrade --install shop 'the charts/shop'"),
        ({"Chart.yaml": ""}, "kubernetes", "helm upgrade --install checkout ."),
        ({"k8s/overlays/x/kustomization.yaml": "", "k8s/kustomization.yaml": ""}, "kubernetes", "kubectl apply -k k8s"),
        ({"alembic.ini": ""}, "database", "alembic --config alembic.ini upgrade head"),
        ({"db/schema.rb": ""}, "database", "bin/rails db:migrate"),
        ({"lib/schema.rb": "", "Capfile": ""}, "ssh", None),
        ({"access/main.tf": 'provider "teleport" {\n}\n'}, "terraform", None),
        ({"main.tf": 'resource "teleport_role" "x" {\n}\n'}, "terraform", None),
        ({"main.tf": 'provider "aws" {\n}\n# provider "teleport"\n'}, None, None),
        ({"Dockerfile": "", "Chart.yaml": "", "ansible.cfg": ""}, "ansible", None),
    ],
)
def test_what_it_deploys_with(repository, files, kind, command):
    first = survey(str(repository(files))).tools[0]
    assert (first.kind, first.command) == (kind, command)


def test_what_ansible_runs(repository):
    files = {"deploy/ansible.cfg": "[defaults]\ninventory = hosts/staging\n", "deploy/playbooks/site.yml": "",
             "deploy/hosts/staging": ""}  # fmt: skip
    root = str(repository(files))
    (tool,) = survey(root).tools
    assert (playbook_of(root, tool), inventory_of(root, tool)) == (
        "deploy/playbooks/site.yml", "deploy/hosts/staging",
    )  # fmt: skip
    os.remove(os.path.join(root, "deploy/hosts/staging"))
    os.remove(os.path.join(root, "deploy/playbooks/site.yml"))
    assert (playbook_of(root, tool), inventory_of(root, tool)) == (None, None)


def test_languages(repository):
    assert survey(str(repository({"go.mod": "", "package.json": "", "tools/Gemfile": ""}))).languages == (
        "Go",
        "Node.js",
    )


def test_what_others_left_there_is_not_looked_at(repository):
    root = repository({"node_modules/x/Chart.yaml": "", "vendor/ansible.cfg": "", "other/Chart.yaml": ""})
    (root / "other" / ".git").mkdir()
    assert survey(str(root)).tools == ()


def test_a_repository_with_too_many_files(repository, monkeypatch):
    monkeypatch.setattr(module, "MOST_FILES", 3)
    root = repository({f"{letter}/x.txt": "" for letter in "abcdef"} | {"z/Chart.yaml": ""})
    found = survey(str(root))
    assert (found.complete, found.tools) == (False, ())


def test_a_pipe_and_a_circle_of_links_are_passed_by(repository):
    root = repository({"go.mod": ""})
    os.mkfifo(root / "pipe.yaml")
    (root / "circle").symlink_to(root)
    assert survey(str(root)).languages == ("Go",)
