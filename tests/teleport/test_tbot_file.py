"""tbot.yaml: what tbot refuses, what it drops in silence, and what its version does not have."""

from __future__ import annotations

import pytest

from orbgen.source.nodes import Mapping
from orbgen.source.reader import read
from orbgen.teleport.mistakes import Effect, Mistake
from orbgen.teleport.tbot_file_checks import invalid
from orbgen.teleport.tbot_file_versions import mismatched
from orbgen.teleport.versions import Version, VersionRange, known_versions

FILE = """\
version: v2
proxy_server: example.teleport.sh:443
onboarding: {join_method: circleci, token: circleci-demo}
oneshot: true
credential_ttl: 30m
renewal_interval: 10m
storage: {type: memory}
services:
  - type: identity
    destination: {type: directory, path: /tmp/tbot/out, symlinks: try-secure}
"""
VERSION_1 = """\
auth_server: example.teleport.sh:443
onboarding: {join_method: circleci, token: circleci-demo}
destinations:
  - directory: /tmp/tbot/out
    surplus: true
"""


def root(text: str) -> Mapping:
    found = read(text.encode(), "tbot.yaml").root
    assert isinstance(found, Mapping)
    return found


def versions(text: str) -> VersionRange:
    lowest, highest = (Version.parse(part) for part in f"{text} to {text}".split(" to ")[:2])
    assert lowest is not None and highest is not None
    return VersionRange(lowest, highest)


def told(mistakes: list[Mistake]) -> list[tuple[str, int]]:
    for mistake in mistakes:
        assert mistake.message and mistake.help
    return [(mistake.kind, mistake.span.line) for mistake in mistakes]


def test_a_file_that_is_right():
    assert list(invalid(root(FILE))) == []
    assert list(mismatched(root(FILE), versions("18.2.0"))) == []


INVALID = {
    "an unknown key at the top": (FILE + "oneshoot: true\n", [("key", 11)]),
    "services that are no list": (FILE.partition("services:")[0] + "services: {type: identity}\n", [("key", 8)]),
    "onboarding that is no map": (FILE.replace("{join_method: circleci, token: circleci-demo}", "3"), [("key", 3)]),
    "storage that is no map": (FILE.replace("{type: memory}", "[]"), [("key", 7)]),
    "an address that is a list": (FILE.replace("example.teleport.sh:443", "[a, b]"), [("key", 2)]),
    "a service that is no map": (FILE + "  - identity\n", [("key", 11)]),
    "an unknown key of onboarding": (FILE.replace("token:", "tokens:"), [("key", 3)]),
    "an unknown key of the storage": (FILE.replace("{type: memory}", "{type: memory, path: /x}"), [("key", 7)]),
    "an unknown type of storage": (FILE.replace("{type: memory}", "{type: memroy}"), [("key", 7)]),
    "an unknown key of a destination": (FILE.replace("symlinks:", "symlink:"), [("key", 10)]),
    "an unknown type of service": (FILE.replace("type: identity", "type: identitiy"), [("key", 9)]),
    "a service without a type": (FILE.replace("- type: identity\n   ", "-"), [("key", 9)]),
    "an unknown join method": (FILE.replace("join_method: circleci", "join_method: circle"), [("key", 3)]),
    "no version": (FILE.replace("version: v2\n", ""), [("key", 7)]),
    "a version that does not exist": (FILE.replace("version: v2", "version: v3"), [("key", 1)]),
    "both addresses": (FILE + "auth_server: auth.example.com:3025\n", [("conflict", 11)]),
    "pins and a path": (FILE.replace("join_method:", "ca_pins: [sha256:a], ca_path: /ca, join_method:"),
                        [("conflict", 3)]),
    "insecure with pins": (FILE.replace("join_method:", "ca_pins: [sha256:a], join_method:") + "insecure: true\n",
                           [("conflict", 11)]),
    "a service with half of its times": (FILE + "    credential_ttl: 1h\n", [("conflict", 11)]),
    "a name with capitals": (FILE + "    name: Deploy\n", [("key", 11)]),
    "one name twice": (FILE + "    name: a\n  - {type: ssh_host, name: a}\n", [("duplicate", 12)]),
    "one destination twice": (FILE + "  - {type: ssh_host, destination: {type: directory, path: /tmp/tbot/out}}\n",
                              [("duplicate", 11)]),
    "one address twice": (FILE + "  - {type: application-tunnel, listen: 'tcp://127.0.0.1:1', app_name: a}\n"
                                 "  - {type: database-tunnel, listen: 'tcp://127.0.0.1:1', service: s}\n",
                          [("duplicate", 12)]),
    "a key that a service does not have": (FILE + "    kube_cluster: demo\n", [("ignored-key", 11)]),
    "renewed too late": (FILE.replace("oneshot: true\n", "").replace("10m", "45m"), [("renewal", 5)]),
}  # fmt: skip


@pytest.mark.parametrize("case", INVALID)
def test_what_is_wrong_in_every_version(case):
    text, expected = INVALID[case]
    assert told(list(invalid(root(text)))) == expected


@pytest.mark.parametrize(
    "text",
    [
        VERSION_1,
        FILE.replace("10m", "45m"),
        FILE + 'auth_server: ""\n',
        FILE + "    credential_ttl: 1h\n    renewal_interval: 20m\n",
        FILE + "    roles: []\n",
        FILE + "  - {type: workload-identity-jwt, whatever: true}\n",
        FILE + "    name: deploy-1_a+b\n",
        FILE.replace("proxy_server: example.teleport.sh:443", "proxy_server: {{ proxy }}"),
        FILE.replace("type: identity", "type: $TYPE"),
    ],
)
def test_what_tbot_takes(text):
    assert told(list(invalid(root(text)))) == []


def test_what_a_dropped_key_was_meant_to_be():
    (mistake,) = invalid(root(FILE + "    ssh-config: off\n"))
    assert mistake.effect is Effect.FAILS
    assert mistake.suggestion == "ssh_config"
    (mistake,) = invalid(root(FILE.replace("type: identity", "type: kubernetes") + "    kube_cluster: demo\n"))
    assert mistake.help == "its keys are type, name, destination, credential_ttl, renewal_interval, " \
        "kubernetes_cluster, disable_exec_plugin"  # fmt: skip


AUTH = FILE.replace("proxy_server", "auth_server")
MISMATCHED = {
    "version v2": ("13.4.27", "version: v2\n", [("too-new", 1)]),
    "proxy_server": ("14.0.1", "version: v2\nproxy_server: p:443\n", [("too-new", 2)]),
    "services": ("14.3.3", "version: v2\nservices: []\n", [("too-new", 2)]),
    "outputs": ("16.0.0", "version: v2\noutputs: []\n", [("deprecated", 2)]),
    "kubernetes/v2": ("17.2.6", "version: v2\nservices: [{type: kubernetes/v2}]\n", [("too-new", 2)]),
    "allow_reissue": ("17.2.7", "version: v2\nservices: [{type: identity, allow_reissue: false}]\n", [("too-new", 2)]),
    "credential_ttl": ("17.1.0", "version: v2\ncredential_ttl: 1h\n", [("too-new", 2)]),
    "certificate_ttl": ("17.3.0", "version: v2\ncertificate_ttl: 1h\n", [("deprecated", 2)]),
    "generic_oidc": ("18.10.0", "version: v2\nonboarding: {generic_oidc: {}}\n", [("too-new", 2)]),
    "bound_keypair": ("17.7.0", "version: v2\nonboarding: {bound_keypair: {}}\n", [("too-new", 2)]),
    "roles of a service": ("19.0.0", "version: v2\nservices: [{type: identity, roles: [a]}]\n", [("removed", 2)]),
    "spiffe-svid": ("19.0.0", "version: v2\nservices: [{type: spiffe-svid}]\n", [("removed", 2)]),
    "spiffe-svid, before": ("17.5.2", "version: v2\nservices: [{type: spiffe-svid}]\n", [("deprecated", 2)]),
    "a proxy as auth_server, refused": ("19.0.0", AUTH, [("proxy-as-auth-server", 2)]),
    "a proxy as auth_server, warned of": ("17.5.2", AUTH, [("proxy-as-auth-server", 2)]),
    "version v1": ("14.0.0", VERSION_1, [("deprecated", 1)]),
}


@pytest.mark.parametrize("case", MISMATCHED)
def test_what_a_version_does_not_have(case):
    version, text, expected = MISMATCHED[case]
    found = list(mismatched(root(text), versions(version)))
    assert told(found) == expected


@pytest.mark.parametrize(
    ("version", "text"),
    [
        ("14.0.0", "version: v2\n"),
        ("14.3.3", "version: v2\nproxy_server: p:443\n"),
        ("16.0.0", "version: v2\nservices: []\nproxy_server: p:443\n"),
        ("17.3.0", "version: v2\ncredential_ttl: 1h\n"),
        ("17.2.0", "version: v2\ncertificate_ttl: 1h\n"),
        ("19.0.0", "version: v2\nservices: [{type: identity, roles: []}]\n"),
        ("18.2.0", "version: v2\nservices: [{type: identity, roles: [a]}]\n"),
        ("16.5.0", AUTH.replace("services", "outputs").replace("credential_ttl: 30m\n", "").replace("443", "3025")),
        ("19.0.0", AUTH.replace("443", "3025")),
        ("13.4.27", VERSION_1),
    ],
)
def test_what_a_version_has(version, text):
    assert [mistake for mistake in mismatched(root(text), versions(version)) if mistake.kind != "deprecated"] == []


def test_only_what_holds_for_every_version_is_said():
    assert list(mismatched(root(FILE), known_versions())) == []
    assert list(mismatched(root(AUTH), versions("16.0.0 to 19.0.0"))) == []
    assert told(list(mismatched(root(AUTH), versions("17.0.0 to 18.2.0")))) == [("proxy-as-auth-server", 2)]
    text = "version: v2\nservices: [{type: kubernetes/v2}]\n"
    assert told(list(mismatched(root(text), versions("16.0.0 to 17.2.6")))) == [("too-new", 2)]
    assert list(mismatched(root(text), versions("16.0.0 to 17.2.7"))) == []


def test_deleting_the_roles_of_a_service_widens_it():
    (mistake,) = mismatched(root("version: v2\nservices: [{type: identity, roles: [a]}]\n"), versions("19.0.0"))
    assert mistake.help is not None
    assert "without the key, the output has all roles of the bot" in mistake.help
