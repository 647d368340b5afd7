"""What tbot takes by version: each flag of each form of `tbot start`, each key of each service."""

from __future__ import annotations

import pytest

from orbgen.teleport.tbot import LEGACY, destination_keys, file_keys, onboarding_keys, services, subcommands
from orbgen.teleport.versions import Version, VersionRange

ASKED = {name: Version(major, minor, 0) for name, major, minor in
         [("14", 14, 0), ("16", 16, 0), ("17", 17, 0), ("18", 18, 2), ("19", 19, 0)]}  # fmt: skip

EVERYWHERE = (
    *("auth-server", "ca-pin", "certificate-ttl", "config", "config-string", "debug", "diag-addr", "fips", "help"),
    *("insecure", "join-method", "log-format", "oneshot", "renewal-interval", "token", "trace", "trace-exporter"),
)
SHARED = [*EVERYWHERE, "storage"]
OUTPUT = [*SHARED, "destination", "reader-group", "reader-user"]

# What each form surely takes besides, from teleport.md 3.3.
FORMS = {
    LEGACY: (EVERYWHERE, "data-dir destination-dir"),
    "identity": (OUTPUT, "cluster"),
    "ssh": (OUTPUT, "cluster"),
    "id": (OUTPUT, "cluster"),
    "kubernetes": (OUTPUT, "kubernetes-cluster disable-exec-plugin"),
    "kubernetes/v2": (OUTPUT, "name-selector label-selector disable-exec-plugin"),
    "application": (OUTPUT, "app specific-tls-extensions"),
    "application-tunnel": (SHARED, "listen app"),
    "application-proxy": (SHARED, "listen"),
    "database": (OUTPUT, "service username database format"),
    "database-tunnel": (SHARED, "listen service username database"),
    "ssh-multiplexer": (SHARED, "destination enable-resumption proxy-command proxy-templates-path"),
    "workload-identity-x509": (OUTPUT, "name-selector label-selector include-federated-trust-bundles"),
    "workload-identity-jwt": (OUTPUT, "name-selector label-selector audience"),
    "workload-identity-api": (SHARED, "name-selector label-selector listen"),
    "workload-identity-aws-roles-anywhere": (
        OUTPUT, "name-selector label-selector role-arn profile-arn trust-anchor-arn"),
    "spiffe-svid": (OUTPUT, ""),
    "noop": (SHARED, ""),
}  # fmt: skip
# What depends on the version: for each flag whether 14, 16, 17, 18 and 19 take it, `?` where that is not known.
BY_VERSION = {
    "proxy-server": "n y y y y",
    "proxy": "y y y y n",
    "join-uri": "n n ? ? y",
    "scoped": "n n n ? y",
    "pid-file": "n n n ? y",
}
BY_VERSION_IN_SERVICES = {
    "registration-secret": "n n n y y",
    "registration-secret-path": "n n n y y",
    "static-key-path": "n n n y y",
}
ANSWERS = {"y": True, "n": False, "?": None}


def only(name: str) -> VersionRange:
    return VersionRange.only(ASKED[name])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ASKED)
def test_each_form_takes_its_flags_and_no_others(form, name):
    service = subcommands()[form]
    common, own = FORMS[form]
    expected: dict[str, bool | None] = dict.fromkeys((*common, *own.split()), True)
    tables = [BY_VERSION, *([] if form == LEGACY else [BY_VERSION_IN_SERVICES])]
    for table in tables:
        expected |= {flag: ANSWERS[row.split()[list(ASKED).index(name)]] for flag, row in table.items()}
    if service.type == "identity":
        # It came with 17.2.9.
        expected["allow-reissue"] = name in ("18", "19")
    assert {flag: service.takes(flag, only(name)) for flag in service.flags} == expected


@pytest.mark.parametrize(
    ("form", "row"),
    [
        (LEGACY, "y y y y y"),
        ("identity", "n n y y y"),
        ("kubernetes/v2", "n n n y y"),
        ("noop", "n n n ? y"),
        ("spiffe-svid", "n n y ? n"),
        ("workload-identity-x509", "n n ? y y"),
    ],
)
def test_since_when_a_form_can_be_started(form, row):
    service = subcommands()[form]
    assert [service.starts(only(name)) for name in ASKED] == [ANSWERS[answer] for answer in row.split()]


def test_flags_of_the_old_and_the_new_form_do_not_mix():
    versions = only("18")
    for form, service in subcommands().items():
        old = form == LEGACY
        assert service.takes("data-dir", versions) is (True if old else None if service.open else False)
        assert service.takes("destination-dir", versions) is (True if old else None if service.open else False)
        assert service.takes("storage", versions) is (not old)


def test_of_a_service_that_is_not_known_whole_nothing_is_said():
    assert services()["spiffe-svid"].takes("nonsense", only("17")) is None
    assert services()["workload-identity-jwt"].has_key("nonsense", only("18")) is None
    assert services()["identity"].takes("nonsense", only("18")) is False
    assert services()["identity"].has_key("nonsense", only("18")) is False


# From teleport.md 3.4.
KEYS = {
    "identity": "ssh_config cluster",
    "application": "app_name specific_tls_naming",
    "database": "service database username format",
    "kubernetes": "kubernetes_cluster disable_exec_plugin",
    "kubernetes/v2": "selectors disable_exec_plugin context_name_template",
    "ssh_host": "principals ca_type",
    "application-tunnel": "listen app_name",
    "application-proxy": "listen",
    "database-tunnel": "listen service database username",
    "ssh-multiplexer": "enable_resumption proxy_command proxy_templates_path",
}


@pytest.mark.parametrize("type_", KEYS)
def test_each_service_has_its_keys(type_):
    service = services()[type_]
    expected = {*KEYS[type_].split(), "type", "name", "destination", "renewal_interval"}
    always = {key for key, gate in service.keys.items() if gate.since is None and gate.until is None}
    assert always == expected
    assert service.has_key("roles", only("18")) is True
    assert service.has_key("roles", only("19")) is False
    assert service.has_key("credential_ttl", only("17")) is False
    assert service.has_key("credential_ttl", only("18")) is True


def test_which_services_live_only_as_long_as_tbot():
    daemons = {type_ for type_, service in services().items() if service.daemon}
    assert daemons == {
        "application-tunnel",
        "application-proxy",
        "database-tunnel",
        "ssh-multiplexer",
        "workload-identity-api",
        "spiffe-workload-api",
    }
    assert not any(service.output for service in services().values() if service.daemon)


def test_what_stands_at_the_top_of_a_file():
    assert set(file_keys()) == {
        "version", "debug", "auth_server", "proxy_server", "join_uri", "credential_ttl", "certificate_ttl",
        "renewal_interval", "oneshot", "fips", "diag_addr", "insecure", "leeway", "onboarding", "storage", "services",
        "outputs",
    }  # fmt: skip
    assert file_keys()["services"].exists_in(ASKED["14"]) is False
    assert file_keys()["outputs"].exists_in(ASKED["14"]) is True
    assert onboarding_keys()["generic_oidc"].exists_in(ASKED["18"]) is False
    assert set(destination_keys()) == {"directory", "memory", "kubernetes_secret"}
