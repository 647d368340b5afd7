"""What each version of Teleport has: every gate on both sides of its version, holes, and who may talk to whom."""

from __future__ import annotations

import pytest

from orbgen.teleport.versions import (
    Version,
    VersionRange,
    advisories,
    gates,
    has,
    is_compatible,
    known_versions,
)


def version(text: str) -> Version:
    found = Version.parse(text)
    assert found is not None
    return found


def versions(text: str) -> VersionRange:
    lowest, _, highest = text.partition(" to ")
    return VersionRange(version(lowest), version(highest or lowest))


# Each feature with the last version that surely lacks it and the first that surely has it.
BROUGHT = {
    "allow-reissue": ("17.2.7", "17.2.9"),
    "application-tunnel": ("15.4.9", "15.4.10"),
    "bot-instances": ("16.4.5", "16.4.6"),
    "bot-resource": ("14.9.9", "15.0.0"),
    "bot-session-ttl": ("17.3.9", "17.4.0"),
    "bound-keypair-join": ("17.9.9", "18.0.0"),
    "circleci-join": ("11.0.9", "11.1.0"),
    "config-v2": ("13.4.27", "14.0.0"),
    "credential-ttl": ("17.1.9", "17.3.0"),
    "generic-oidc-join": ("18.10.9", "18.11.0"),
    "kubernetes-v2": ("17.2.6", "17.2.7"),
    "kubernetes-v2-relay": ("18.4.9", "18.5.0"),
    "outputs": ("13.9.9", "14.0.0"),
    "proxy-server": ("14.0.1", "16.0.0"),
    "services": ("14.9.9", "16.0.0"),
    "ssh-multiplexer-relay": ("18.2.9", "18.3.0"),
    "ssh-proxy-command": ("15.9.9", "16.0.0"),
    "start-noop": ("17.9.9", "19.0.0"),
    "start-services": ("16.9.9", "17.0.0"),
    "tbot-distroless": ("13.4.16", "15.0.0"),
    "tbot-use-proxy-addr": ("16.4.6", "16.4.7"),
    "terraform-bot": ("18.3.9", "18.4.0"),
    "wait": ("18.6.3", "18.6.4"),
    "week-long-ttl": ("17.3.9", "17.4.0"),
    "workload-identity": ("16.5.12", "17.4.8"),
}
# Each feature with the last version that surely has it and the first that surely lacks it.
TAKEN_AWAY = {
    "proxy-alias": ("18.11.0", "19.0.0"),
    "proxy-as-auth-server": ("18.11.0", "19.0.0"),
    "proxy-ssh": ("16.9.9", "17.0.0"),
    "service-roles": ("18.11.0", "19.0.0"),
    "spiffe-svid": ("17.9.9", "19.0.0"),
    "spiffe-workload-api": ("17.9.9", "19.0.0"),
}
# Each feature with the last version that recommends it, or knows nothing better, and the first that advises against it.
ADVISED_AGAINST = {
    "certificate-ttl": ("17.2.9", "17.3.0"),
    "config-v1": ("13.4.27", "14.0.0"),
    "outputs": ("15.9.9", "16.0.0"),
    "proxy-as-auth-server": ("16.9.9", "17.0.0"),
    "spiffe-svid": ("16.9.9", "17.0.0"),
    "spiffe-workload-api": ("16.9.9", "17.0.0"),
}


@pytest.mark.parametrize(("feature", "sides"), BROUGHT.items(), ids=list(BROUGHT))
def test_what_a_version_brought(feature, sides):
    before, after = map(version, sides)
    gate = gates()[feature]
    assert gate.exists_in(before) is False
    assert gate.exists_in(after) is True
    assert gate.exists_throughout(VersionRange(before, after)) is None
    assert gate.exists_throughout(VersionRange(version("9.0.0"), before)) is False
    assert (has(feature, before), has(feature, after)) == (False, True)


@pytest.mark.parametrize(("feature", "sides"), TAKEN_AWAY.items(), ids=list(TAKEN_AWAY))
def test_what_a_version_took_away(feature, sides):
    before, after = map(version, sides)
    gate = gates()[feature]
    assert gate.exists_in(before) is True
    assert gate.exists_in(after) is False
    assert gate.exists_throughout(VersionRange(before, after)) is None
    assert gate.exists_throughout(VersionRange(after, version("20.1.0"))) is False


@pytest.mark.parametrize(("feature", "sides"), ADVISED_AGAINST.items(), ids=list(ADVISED_AGAINST))
def test_what_a_version_advises_against(feature, sides):
    before, after = map(version, sides)
    gate = gates()[feature]
    assert not gate.deprecated_throughout(VersionRange.only(before))
    assert gate.deprecated_throughout(VersionRange.only(after))
    assert not gate.deprecated_throughout(VersionRange(before, after))
    assert gate.instead


def test_every_gate_is_tested_on_both_sides():
    for feature, gate in gates().items():
        assert (gate.since is not None) == (feature in BROUGHT)
        assert (gate.until is not None) == (feature in TAKEN_AWAY)
        assert (gate.deprecated is not None) == (feature in ADVISED_AGAINST)


@pytest.mark.parametrize(
    ("feature", "known_roughly"),
    [
        ("proxy-server", "14.3.0 to 15.5.3"),
        ("services", "15.0.0 to 15.5.3"),
        ("credential-ttl", "17.2.0 to 17.2.9"),
        ("allow-reissue", "17.2.8"),
        ("spiffe-svid", "18.0.0 to 18.11.0"),
        ("start-noop", "18.0.0 to 18.11.0"),
    ],
)
def test_nothing_is_said_of_versions_that_are_known_roughly(feature, known_roughly):
    gate = gates()[feature]
    assert gate.exists_throughout(versions(known_roughly)) is None
    assert gate.exists_in(versions(known_roughly).lowest) is None
    assert not has(feature, versions(known_roughly).highest)


def test_where_nothing_says_which_version_runs():
    anything = known_versions()
    assert gates()["circleci-join"].exists_throughout(anything) is True
    assert gates()["config-v2"].exists_throughout(anything) is None
    assert gates()["service-roles"].exists_throughout(anything) is None


@pytest.mark.parametrize(
    ("text", "holes", "fix"),
    [
        ("17.5.2", 0, None),
        ("17.5.1", 1, "17.5.2"),
        ("18.0.0", 0, None),
        ("16.5.12", 0, None),
        ("16.5.11", 1, "16.5.12"),
        ("14.4.1", 0, None),
        ("14.0.3", 1, "14.4.1"),
        ("14.0.1", 2, "14.4.1"),
        ("12.4.21", 2, "12.4.35"),
        ("11.3.0", 2, "12.4.35"),
        ("10.1.1", 3, "12.4.35"),
    ],
)
def test_known_holes(text, holes, fix):
    concerned = [one for one in advisories() if one.concerns(version(text))]
    assert len(concerned) == holes
    if fix is not None:
        newest = max(one.fix_for(version(text)) for one in concerned)
        assert str(newest) == fix
        assert not any(one.concerns(newest) for one in concerned)


@pytest.mark.parametrize(
    ("client", "cluster", "fine"),
    [
        ("18.2.0", "18.0.0", True),
        ("17.7.0", "18.2.0", True),
        ("16.5.12", "18.2.0", False),
        ("19.0.0", "18.2.0", False),
    ],
)
def test_which_client_may_talk_to_which_cluster(client, cluster, fine):
    assert is_compatible(version(client), version(cluster)) is fine


@pytest.mark.parametrize("text", ["18", "18.2", "latest", "18.2.0.1", "", "v", "18.2.x"])
def test_what_is_no_version(text):
    assert Version.parse(text) is None


def test_a_version_reads_and_prints_the_same():
    assert str(version("v18.2.0")) == "18.2.0"
    assert version("9.9.9") < version("10.0.0")
