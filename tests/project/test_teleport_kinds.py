"""Which YAML files are Teleport's: by what they hold, whatever they are called."""

from __future__ import annotations

import pytest

from orbgen.project.files import FileKind
from orbgen.project.teleport_kinds import may_be_teleports, teleport_documents, teleport_kind
from orbgen.source.span import Source

RESOURCES = {
    "tctl": "kind: token\nversion: v2\nmetadata: {name: a}\nspec: {}\n",
    "flow style": '{"kind": "role", "version": "v7", "metadata": {"name": "a"}, "spec": {}}\n',
    "operator": "apiVersion: resources.teleport.dev/v1\nkind: TeleportRoleV7\nmetadata: {name: a}\nspec: {}\n",
    "behind others": "kind: Service\nspec: {}\n---\nkind: bot\nmetadata: {name: a}\nspec: {roles: []}\n",
}
TBOT_FILES = {
    "v2": "version: v2\nproxy_server: a:443\nonboarding: {join_method: circleci, token: a}\nservices: []\n",
    "v1": "auth_server: a:443\nonboarding: {token: a}\ndestinations: [{directory: {path: /a}}]\n",
    "onboarding alone": "onboarding:\n  join_method: circleci\n",
    "no onboarding": "version: v2\nproxy_server: a:443\noutputs: []\n",
    "a quoted key": '"proxy_server": a:443\n"outputs": []\n',
}
OTHERS = {
    "Kubernetes' role": "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: a}\nspec: {}\n",
    "compose": 'version: "3"\nservices: {web: {image: a}}\n',
    "teleport.yaml": "version: v3\nteleport: {proxy_server: a:443}\nauth_service: {enabled: false}\n",
    "an interview": "onboarding: {days: 30}\n",
    "nginx": "proxy_server: a\n",
    "a kind of something else": "kind: bot\nname: Wall-E\n",
    "CircleCI's": "version: 2.1\njobs: {}\nonboarding: {token: a}\n",
    "a script": "steps:\n  - run: |\n      cat > tbot.yaml <<EOF\n      onboarding: {token: a}\n      EOF\n",
    "nothing": "",
}


def kind_of(text: str, path: str = "a.yaml") -> FileKind | None:
    if not may_be_teleports(text.encode(), path):
        return None
    return teleport_kind(teleport_documents(Source(path, text)), path)


@pytest.mark.parametrize("text", RESOURCES.values(), ids=RESOURCES)
def test_resources(text):
    assert kind_of(text) is FileKind.TELEPORT


@pytest.mark.parametrize("text", TBOT_FILES.values(), ids=TBOT_FILES)
def test_tbot_files(text):
    assert kind_of(text) is FileKind.TBOT


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_what_is_none_of_them(text):
    assert kind_of(text) is None


def test_a_name_makes_one_of_what_says_little():
    text = "version: v2\nservices: [{type: identity}]\n"
    assert kind_of(text) is None
    assert kind_of(text, "deploy/tbot.yaml") is FileKind.TBOT
    assert kind_of("name: tbot\n", "deploy/tbot.yaml") is None
