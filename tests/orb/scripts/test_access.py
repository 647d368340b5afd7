"""The steps that join for something else than an identity: what tbot is asked for, and what later steps find."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def with_fakes(request):
    """The image holds tbot."""
    for name in ("job", "any_job"):
        if name in request.fixturenames:
            request.getfixturevalue(name).install_fakes("tbot")


def service_of(job) -> dict[str, Any]:
    """The one service of the last tbot.yaml, without its destination."""
    (service,) = job.calls[-1]["services"]
    return {key: value for key, value in service.items() if key != "destination"}


def folder(job) -> Path:
    return Path(job.run("echo $TELEPORT_CREDENTIALS"))


KINDS: dict[str, tuple[str, dict[str, str], dict[str, Any], list[str]]] = {
    "kubernetes": (
        "kubernetes",
        {"KUBERNETES_CLUSTER": "shop"},
        {"type": "kubernetes", "kubernetes_cluster": "shop"},
        ["kubernetes/kubeconfig.yaml"],
    ),
    "kubernetes without plugin": (
        "kubernetes",
        {"KUBERNETES_CLUSTER": "shop", "DISABLE_EXEC_PLUGIN": "1"},
        {"type": "kubernetes", "kubernetes_cluster": "shop", "disable_exec_plugin": True},
        ["kubernetes/kubeconfig.yaml"],
    ),
    "kubernetes by labels": (
        "kubernetes",
        {"KUBERNETES_LABELS": "env=prod,team=it's us"},
        {"type": "kubernetes/v2", "selectors": [{"labels": {"env": "prod", "team": "it's us"}}]},
        ["kubernetes/kubeconfig.yaml"],
    ),
    "application": (
        "application",
        {"APP": "shop"},
        {"type": "application", "app_name": "shop"},
        ["application/key", "application/tlscert"],
    ),
    "application with names": (
        "application",
        {"APP": "shop", "SPECIFIC_TLS_NAMING": "true"},
        {"type": "application", "app_name": "shop", "specific_tls_naming": True},
        ["application/tls.crt", "application/tls.key"],
    ),
    "database": (
        "database",
        {"DATABASE_SERVICE": "pg", "DATABASE_USER": "migrator", "DATABASE": "shop", "DATABASE_FORMAT": "tls"},
        {"type": "database", "service": "pg", "username": "migrator", "database": "shop", "format": "tls"},
        ["database/tls.crt"],
    ),
    "mongo": (
        "database",
        {"DATABASE_SERVICE": "mongo", "DATABASE_FORMAT": "mongo"},
        {"type": "database", "service": "mongo", "format": "mongo"},
        ["database/mongo.crt"],
    ),
    "cockroach": (
        "database",
        {"DATABASE_SERVICE": "roach", "DATABASE_FORMAT": "cockroach"},
        {"type": "database", "service": "roach", "format": "cockroach"},
        ["database/cockroach"],
    ),
    "x509": (
        "workload_identity",
        {"WORKLOAD_IDENTITY": "ci"},
        {"type": "workload-identity-x509", "selector": {"name": "ci"}},
        ["workload-identity/svid.key", "workload-identity/svid.pem"],
    ),
    "jwt": (
        "workload_identity",
        {"WORKLOAD_IDENTITY": "ci", "KIND": "jwt", "AUDIENCES": "https://one two"},
        {"type": "workload-identity-jwt", "selector": {"name": "ci"}, "audiences": ["https://one", "two"]},
        ["workload-identity/jwt_svid"],
    ),
    "aws": (
        "workload_identity",
        {"WORKLOAD_IDENTITY": "ci", "KIND": "aws-roles-anywhere", "ROLE_ARN": "r", "PROFILE_ARN": "p",
         "TRUST_ANCHOR_ARN": "t", "AWS_REGION": "eu-west-1"},
        {"type": "workload-identity-aws-roles-anywhere", "selector": {"name": "ci"}, "role_arn": "r",
         "profile_arn": "p", "trust_anchor_arn": "t", "region": "eu-west-1"},
        ["workload-identity/aws_credentials"],
    ),
    "any service": (
        "join",
        {"SERVICE": "kubernetes/v2", "SETTINGS": "selectors:\n  - name: shop\ndisable_exec_plugin: true\n"},
        {"type": "kubernetes/v2", "selectors": [{"name": "shop"}], "disable_exec_plugin": True},
        ["kubernetes-v2/kubeconfig.yaml"],
    ),
    "an identity": ("join", {}, {"type": "identity"}, ["identity/identity"]),
}  # fmt: skip


@pytest.mark.parametrize("case", KINDS)
def test_each_kind_of_access_is_asked_for_and_kept_private(job, case):
    kind, parameters, service, files = KINDS[case]
    result = job.join(kind, **{f"PARAM_{name}": value for name, value in parameters.items()})
    assert result.code == 0, result.output
    assert service_of(job) == service
    call = job.calls[-1]
    assert (call["method"], call["token"], call["memory"], call["oneshot"]) == ("circleci", "circleci-shop", True, True)
    for name in files:
        assert (folder(job) / name).stat().st_mode & 0o777 == 0o600
    assert not list(folder(job).rglob("tbot.yaml"))
    assert job.logout().code == 0
    assert job.left == []


@pytest.mark.parametrize("version", ["14.0.1", "15.5.3", "16.5.12", "17.2.6", "17.7.29", "19.0.0"])
def test_a_kubeconfig_is_to_be_had_from_every_tbot(job, version):
    job.environment["FAKE_TELEPORT_VERSION"] = version
    assert job.join("kubernetes", PARAM_KUBERNETES_CLUSTER="shop").code == 0
    assert job.run("cat $KUBECONFIG").startswith("-----BEGIN FAKE kubeconfig.yaml-----")


def test_variables_that_name_credentials_are_taken_back(any_job):
    assert any_job.join("kubernetes", PARAM_KUBERNETES_CLUSTER="shop").code == 0
    assert any_job.join("identity", PARAM_EXPORT="true").code == 0
    aws = {"PARAM_KIND": "aws-roles-anywhere", "PARAM_ROLE_ARN": "r", "PARAM_PROFILE_ARN": "p"}
    given = {**aws, "PARAM_TRUST_ANCHOR_ARN": "t", "PARAM_WORKLOAD_IDENTITY": "ci"}
    assert any_job.join("workload_identity", **given).code == 0
    any_job.shell = ("bash",)
    line = "echo $KUBECONFIG $TELEPORT_IDENTITY_FILE $TELEPORT_PROXY $TELEPORT_AUTH_SERVER $AWS_SHARED_CREDENTIALS_FILE"
    root = folder(any_job)
    assert any_job.run(line).split() == [
        f"{root}/kubernetes/kubeconfig.yaml",
        f"{root}/identity/identity",
        "example.teleport.sh:443",
        "example.teleport.sh:443",
        f"{root}/workload-identity/aws_credentials",
    ]
    assert any_job.logout().code == 0
    assert any_job.run(line) == ""
    assert any_job.left == []


def test_a_job_may_join_for_several_things_and_lose_none_to_a_failure(job):
    assert job.join("identity").code == 0
    assert job.join("application", PARAM_APP="one").code == 0
    assert job.join("application", PARAM_APP="two", PARAM_FOLDER="two").code == 0
    before = job.left
    result = job.join("database", PARAM_DATABASE_SERVICE="pg", FAKE_TBOT_FAILURE="partial")
    assert result.code == 1
    assert job.left == before
    assert sorted(path.name for path in folder(job).iterdir()) == ["application", "exported", "identity", "two"]


@pytest.mark.parametrize(
    ("kind", "parameters", "words"),
    [
        ("kubernetes", {}, ("No Kubernetes cluster is named", "kubernetes_cluster")),
        ("kubernetes", {"KUBERNETES_CLUSTER": "a", "KUBERNETES_LABELS": "b=c"}, ("either",)),
        ("kubernetes", {"KUBERNETES_CLUSTER": "$NAME"}, ("'$NAME'", "not expanded")),
        ("kubernetes", {"KUBERNETES_LABELS": "env"}, ("'env' are no labels", "env=prod")),
        ("kubernetes", {"KUBERNETES_LABELS": "a=b,=c"}, ("are no labels",)),
        ("application", {}, ("No application is named",)),
        ("application", {"APP": "a\nb"}, ("control character",)),
        ("application", {"APP": "a", "SPECIFIC_TLS_NAMING": "maybe"}, ("specific_tls_naming is 'maybe'",)),
        ("application", {"APP": "a", "FOLDER": "../out"}, ("'../out' is no name for a folder",)),
        ("application", {"APP": "a", "CA_PINS": "sha1:00"}, ("no pins of certificate authorities",)),
        ("application", {"APP": "a", "TIMEOUT": "1m"}, ("timeout is '1m'",)),
        ("database", {}, ("No database is named",)),
        ("database", {"DATABASE_SERVICE": "pg", "DATABASE_FORMAT": "oracle"}, ("no format 'oracle'",)),
        ("workload_identity", {}, ("No workload identity is named",)),
        ("workload_identity", {"WORKLOAD_IDENTITY": "ci", "KIND": "jwt"}, ("audiences",)),
        ("workload_identity", {"WORKLOAD_IDENTITY": "ci", "KIND": "aws-roles-anywhere"}, ("role_arn",)),
        ("workload_identity", {"WORKLOAD_IDENTITY": "ci", "KIND": "gcp"}, ("kind 'gcp'",)),
        ("join", {"SERVICE": "database-tunnel"}, ("runs until the job ends", "background")),
        ("join", {"SERVICE": "a: b"}, ("'a: b' is no service",)),
        ("join", {"SETTINGS": "cluster: leaf\ndestination: {type: memory}"}, ("settings hold 'destination'",)),
        ("join", {"SETTINGS": "type: database"}, ("settings hold 'type'",)),
        ("join", {"CONFIG": "tbot.yaml"}, ("no file tbot.yaml here", "check out")),
        ("join", {"CONFIG": "tbot.yaml", "SETTINGS": "a: b"}, ("either config or settings",)),
    ],
)  # fmt: skip
def test_what_cannot_work_is_explained_before_tbot_starts(job, kind, parameters, words):
    result = job.join(kind, **{f"PARAM_{name}": value for name, value in parameters.items()})
    assert result.code == 1
    assert result.says(*words), result.output
    assert job.calls == []
    assert job.left == []
    assert not job.bash_env.exists()


@pytest.mark.parametrize(
    ("kind", "parameters", "version", "needed"),
    [
        ("kubernetes", {"KUBERNETES_LABELS": "a=b"}, "17.2.6", "17.2.7"),
        ("identity", {"ALLOW_REISSUE": "1"}, "17.2.8", "17.2.9"),
        ("workload_identity", {"WORKLOAD_IDENTITY": "ci"}, "16.5.12", "17.2.0"),
    ],
)
def test_a_tbot_that_is_too_old_for_it_says_so(job, kind, parameters, version, needed):
    given = {f"PARAM_{name}": value for name, value in parameters.items()}
    result = job.join(kind, FAKE_TELEPORT_VERSION=version, **given)
    assert result.code == 1
    assert result.says(f"tbot {version} has no", f"version {needed}"), result.output
    assert job.calls == []


CONFIG = """\
outputs:
  - type: identity
    destination: {type: directory, path: $TELEPORT_CREDENTIALS/one}
  - type: application
    app_name: shop
    destination:
      type: directory
      path: ${TELEPORT_CREDENTIALS}/two
"""


@pytest.mark.parametrize("version", ["14.0.1", "16.5.12", "18.11.0"])
def test_a_file_of_the_repository_is_completed(any_job, version):
    any_job.environment["FAKE_TELEPORT_VERSION"] = version
    (any_job.checkout / "tbot.yaml").write_text(CONFIG)
    result = any_job.join("join", PARAM_CONFIG="tbot.yaml", PARAM_TTL="5m")
    assert result.code == 0, result.output
    call = any_job.calls[-1]
    assert (call["token"], call["method"], call["ttl"]) == ("circleci-shop", "circleci", "5m")
    assert call["memory"] is True
    any_job.shell = ("bash",)
    root = folder(any_job) / "config"
    assert call["destinations"] == [f"{root}/one", f"{root}/two"]
    assert (any_job.checkout / "tbot.yaml").read_text() == CONFIG
    assert any_job.logout().code == 0
    assert any_job.left == []


def test_what_a_file_of_the_repository_says_is_kept(job):
    text = f"version: v2\nproxy_server: other.example.com:443\ncredential_ttl: 10m\n{CONFIG}"
    (job.checkout / "tbot.yaml").write_text(text)
    assert job.join("join", PARAM_CONFIG="tbot.yaml").code == 0
    assert (job.calls[-1]["proxy"], job.calls[-1]["ttl"]) == ("other.example.com:443", "10m")


def test_a_service_that_writes_nothing_is_a_failure(job):
    result = job.join("join", FAKE_TBOT_FAILURE="silent")
    assert result.code == 1
    assert result.says("did not join")
    assert job.left == []
