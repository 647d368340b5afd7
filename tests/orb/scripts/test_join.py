"""The step that joins: which tbot is asked how, where the credentials are, and that nothing is left of a failure."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

VERSIONS = ["14.0.1", "15.5.3", "16.5.12", "17.0.0", "17.2.9", "17.7.29", "18.11.0", "19.0.0"]


@pytest.fixture(autouse=True)
def with_fakes(request):
    """The image holds tbot and tsh."""
    for name in ("job", "any_job"):
        if name in request.fixturenames:
            request.getfixturevalue(name).install_fakes()


def credentials(job) -> Path:
    """The folder that later steps are told of."""
    return Path(job.run('printf "%s" "${TELEPORT_CREDENTIALS:-}"')) / "identity"


@pytest.mark.parametrize("version", VERSIONS)
def test_every_tbot_is_asked_as_it_wants(job, version):
    job.environment["FAKE_TELEPORT_VERSION"] = version
    result = job.join()
    assert result.code == 0, result.output
    (call,) = job.calls
    assert call["method"] == "circleci"
    assert call["token"] == "circleci-shop"
    assert call["ttl"] == "30m"
    assert call["oneshot"] is True
    assert call["memory"] is True
    assert call["mask"] == "0o77"
    assert call["destinations"] == [str(credentials(job))]
    address = "proxy" if version >= "16" else "auth"
    assert call[address] == "example.teleport.sh:443"


@pytest.mark.parametrize("version", ["16.5.12", "18.11.0"])
def test_the_credentials_are_private_and_outside_the_checkout(any_job, version):
    any_job.environment["FAKE_TELEPORT_VERSION"] = version
    result = any_job.join()
    assert result.code == 0, result.output
    any_job.shell = ("bash",)
    folder = credentials(any_job)
    assert folder.parent.parent == any_job.temporary
    assert folder.stat().st_mode & 0o777 == 0o700
    assert folder.parent.stat().st_mode & 0o777 == 0o700
    names = sorted(path.name for path in folder.iterdir())
    assert "identity" in names
    assert "tbot.yaml" not in names
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert list(any_job.checkout.iterdir()) == []


def test_only_the_path_of_the_credentials_is_exported(job):
    assert job.join().code == 0
    folder = str(credentials(job).parent)
    assert job.bash_env.read_text() == f"export TELEPORT_CREDENTIALS={folder}\n"


def test_the_oidc_token_is_neither_printed_nor_an_argument(job):
    assert "the.oidc.token" not in job.join().output
    assert "the.oidc.token" not in "".join([word for call in job.calls for word in call["arguments"]])
    assert "the.oidc.token" not in job.bash_env.read_text()


def test_the_step_tells_how_long_the_credentials_are_valid(job):
    result = job.join(PARAM_TTL="1h30m")
    assert job.calls[0]["ttl"] == "1h30m"
    assert result.says("example.teleport.sh:443", "1h30m", str(credentials(job)))


@pytest.mark.parametrize(
    ("given", "dialled"),
    [
        ("example.teleport.sh", "example.teleport.sh:443"),
        ("example.teleport.sh:3080", "example.teleport.sh:3080"),
        ("[fd00::1]", "[fd00::1]:443"),
        ("[fd00::1]:3080", "[fd00::1]:3080"),
    ],
)
@pytest.mark.parametrize("version", ["15.5.3", "18.11.0"])
def test_the_port_is_443_where_none_is_given(job, given, dialled, version):
    job.environment["FAKE_TELEPORT_VERSION"] = version
    assert job.join(PARAM_PROXY=given).code == 0
    (call,) = job.calls
    assert dialled in (call.get("proxy"), call.get("auth"))


@pytest.mark.parametrize("version", ["15.5.3", "16.5.12", "18.11.0"])
def test_settings_of_earlier_steps_do_not_get_in_the_way(job, version):
    job.environment["FAKE_TELEPORT_VERSION"] = version
    job.run('printf "export %s\\n" TELEPORT_PROXY=other:443 TELEPORT_AUTH_SERVER=other:443 >> "$BASH_ENV"')
    job.run('printf "export %s\\n" TBOT_CONFIG_PATH=/absent TELEPORT_BOT_TOKEN=other >> "$BASH_ENV"')
    assert job.join().code == 0
    assert job.run("echo $TELEPORT_PROXY") == "other:443"


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"CIRCLE_OIDC_TOKEN": None}, ("no OIDC token", "context: teleport-access")),
        ({"CIRCLE_OIDC_TOKEN": ""}, ("no OIDC token", "context: teleport-access")),
        ({"CIRCLE_OIDC_TOKEN": None, "CIRCLE_PR_USERNAME": "guest"}, ("no OIDC token", "forked pull request")),
        ({"CIRCLE_OIDC_TOKEN": None, "CIRCLE_PR_REPONAME": "shop"}, ("no OIDC token", "forked pull request")),
        ({"BASH_ENV": None}, ("BASH_ENV is not set",)),
        ({"FAKE_TELEPORT_VERSION": "13.4.27"}, ("tbot 13.4.27 is too old", "14 or newer")),
        ({"FAKE_TBOT_FAILURE": "version"}, ("tbot does not run here", "required file not found")),
        ({"PARAM_PROXY": ""}, ("'' is no address", "example.teleport.sh:443")),
        (
            {"PARAM_PROXY": "https://example.teleport.sh"},
            ("'https://example.teleport.sh' is no address", "without https"),
        ),
        ({"PARAM_PROXY": "$PROXY"}, ("'$PROXY' is no address", "not expanded")),
        ({"PARAM_PROXY": "a b"}, ("is no address",)),
        ({"PARAM_PROXY": "a', storage: {type: directory}, b: '"}, ("is no address",)),
        ({"PARAM_TOKEN": ""}, ("'' is no name of a join token",)),
        ({"PARAM_TOKEN": "$TOKEN"}, ("'$TOKEN' is no name", "not expanded")),
        ({"PARAM_TOKEN": "a', join_method: 'token"}, ("is no name of a join token",)),
        ({"PARAM_TOKEN": "a\nb"}, ("is no name of a join token",)),
        ({"PARAM_TTL": "1 hour"}, ("'1 hour' is no duration", "30m")),
        ({"PARAM_TTL": "30"}, ("'30' is no duration",)),
        ({"PARAM_TTL": "1d"}, ("'1d' is no duration",)),
    ],
)
def test_what_cannot_work_is_explained_before_tbot_starts(job, environment, words):
    result = job.join(**environment)
    assert result.code == 1
    assert result.says(*words), result.output
    assert job.calls == []
    assert job.left == []
    assert not job.bash_env.exists()


def test_a_missing_tbot_is_explained(job):
    job.remove("tbot")
    result = job.join()
    assert result.code == 1
    assert result.says("no tbot on the PATH", "install it")
    assert job.left == []


def test_a_tbot_without_a_version_is_explained(job):
    job.write("tbot", "#!/bin/sh\necho something else\n")
    result = job.join()
    assert result.code == 1
    assert result.says("tbot does not tell its version: something else")


@pytest.mark.parametrize("version", ["16.5.12", "18.11.0"])
@pytest.mark.parametrize("failure", ["denied", "partial", "silent"])
def test_nothing_is_left_of_a_join_that_failed(any_job, version, failure):
    any_job.environment["FAKE_TELEPORT_VERSION"] = version
    result = any_job.join(FAKE_TBOT_FAILURE=failure, CIRCLE_ORGANIZATION_ID="the-organization")
    assert result.code == 1
    assert result.says(f"tbot {version} did not join", "example.teleport.sh:443", "'circleci-shop'", "the-organization")
    assert any_job.left == []
    assert not any_job.bash_env.exists()
    assert any_job.join().code == 0, "a second try may succeed"


def test_what_tbot_says_of_a_failure_is_shown(job):
    assert job.join(FAKE_TBOT_FAILURE="denied").says("id token claims did not match any allow rules")


def test_a_failure_tells_which_clusters_this_tbot_fits(job):
    assert job.join(FAKE_TBOT_FAILURE="denied").says("major version is 18 or 19")


def test_nothing_is_left_when_later_steps_cannot_be_told(job, tmp_path):
    result = job.join(BASH_ENV=str(tmp_path / "absent" / "bash_env"))
    assert result.code == 1
    assert len(job.calls) == 1
    assert job.left == []


@pytest.mark.parametrize("version", ["16.5.12", "18.11.0"])
def test_nothing_is_left_of_a_job_that_is_cancelled(job, version):
    environment = {**job.environment, "FAKE_TELEPORT_VERSION": version, "FAKE_TBOT_FAILURE": "hang"}
    environment.update(PARAM_PROXY="example.teleport.sh:443", PARAM_TOKEN="circleci-shop")
    script = Path(__file__).parent.parent.parent.parent / "orb" / "src" / "scripts" / "identity.sh"
    step = subprocess.Popen(
        ["bash", "-eo", "pipefail", script], cwd=job.checkout, env=environment, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 20
    while not job.calls and time.monotonic() < deadline:
        time.sleep(0.02)
    assert job.left != []
    os.killpg(step.pid, signal.SIGTERM)
    assert step.wait(timeout=20) != 0
    assert job.left == []


def test_a_job_joins_once_until_it_logs_out(job):
    assert job.join().code == 0
    before = job.left
    result = job.join()
    assert result.code == 1
    assert result.says("has joined Teleport already", "log out")
    assert job.left == before
    assert job.logout().code == 0
    assert job.join().code == 0


@pytest.mark.parametrize("version", ["16.5.12", "18.11.0"])
def test_an_odd_folder_for_temporary_files_does_no_harm(job, version, tmp_path):
    odd = tmp_path / "it is; $(touch made)"
    odd.mkdir()
    job.environment.update(TMPDIR=f"{odd}/", FAKE_TELEPORT_VERSION=version)
    assert job.join().code == 0
    assert credentials(job).parent.parent == odd
    assert list(job.checkout.iterdir()) == []


@pytest.mark.parametrize(
    ("tbot", "cluster", "fits"),
    [
        ("18.11.0", "18.0.0", True),
        ("17.7.29", "18.11.0", True),
        ("18.11.0", "17.7.29", False),
        ("16.5.12", "18.11.0", False),
        ("18.11.0", "19.0.0-rc.1", True),
    ],
)
def test_a_tbot_that_does_not_fit_the_cluster_is_told_before_it_joins(any_job, tbot, cluster, fits):
    any_job.environment["FAKE_TELEPORT_VERSION"] = tbot
    any_job.serve_page("ping", f'{{"auth": {{}}, "server_version": "{cluster}", "min_client_version": "1.0.0"}}')
    result = any_job.join()
    assert (result.code == 0) is fits, result.output
    assert (any_job.pages / "asked").read_text() == "https://example.teleport.sh:443/webapi/ping\n"
    if not fits:
        assert result.says(f"tbot {tbot} does not fit the cluster", f"of version {cluster}", "version to auto")
        assert any_job.calls == []
        assert any_job.left == []


def test_a_tbot_that_does_not_fit_may_try_all_the_same(job):
    job.serve_page("ping", '{"server_version": "15.0.0"}')
    assert job.join(PARAM_CHECK_VERSION="0").code == 0


@pytest.mark.parametrize("answer", [None, "<html>sign in</html>", '{"server_version": ""}'])
def test_a_proxy_that_does_not_tell_its_version_is_joined(job, answer):
    if answer is not None:
        job.serve_page("ping", answer)
    assert job.join().code == 0


def test_an_image_without_curl_asks_by_wget(job):
    job.serve_page("ping", '{"server_version": "15.0.0"}')
    job.write("wget", (job.programs / "curl").read_text())
    job.remove("curl")
    assert job.join().says("does not fit the cluster")
    job.remove("wget")
    assert job.join().code == 0


def test_a_token_of_ones_own_audience_is_got_from_circleci(job):
    job.write("circleci", '#!/bin/sh\n[ "$*" = \'run oidc get --claims {"aud":"example/deploy"}\' ] && echo minted\n')
    result = job.join(PARAM_AUDIENCE="example/deploy", CIRCLE_OIDC_TOKEN=None)
    assert result.code == 0, result.output
    (call,) = job.calls
    assert (call["method"], call["token"], call["minted"]) == ("generic_oidc", "circleci-shop", "minted")
    assert "minted" not in result.output


def test_a_token_of_ones_own_audience_needs_circleci(job):
    assert job.join(PARAM_AUDIENCE="example/deploy").says("no circleci on the PATH", "example/deploy")
    assert job.join(PARAM_AUDIENCE='a", "b').says("is no audience")
    assert job.calls == []


def test_pins_are_passed_on(job):
    pins = ["sha256:" + "a" * 64, "sha256:" + "0" * 64]
    assert job.join(PARAM_CA_PINS=" ".join(pins)).code == 0
    (call,) = job.calls
    assert (call["pins"], call["method"], call["token"]) == (pins, "circleci", "circleci-shop")


@pytest.mark.parametrize(("given", "debug"), [("1", True), ("0", False), (None, False)])
def test_tbot_tells_all_that_it_does_only_where_that_is_wanted(job, given, debug):
    assert job.join(PARAM_DEBUG=given).code == 0
    assert job.calls[0]["debug"] is debug


@pytest.mark.parametrize(("given", "sent"), [("true", "1"), ("false", "0"), (None, "0")])
def test_usage_is_told_only_where_that_is_wanted(job, given, sent):
    assert job.join(PARAM_TELEMETRY=given, TELEPORT_ANONYMOUS_TELEMETRY="1").code == 0
    assert job.calls[0]["telemetry"] == sent


def test_a_tbot_that_hangs_is_stopped_and_nothing_is_left(any_job):
    begun = time.monotonic()
    result = any_job.join(PARAM_TIMEOUT="1", FAKE_TBOT_FAILURE="hang")
    assert time.monotonic() - begun < 20
    assert result.code == 1
    assert result.says("stopped after 1 seconds", "timeout", "did not join")
    assert any_job.left == []
    assert not any_job.bash_env.exists()


def test_a_windows_tbot_is_given_its_own_paths(job):
    job.write("cygpath", '#!/bin/sh\necho "$2/."\n')
    job.join()
    assert job.calls[0]["destinations"][0].endswith("/identity/.")


def test_busybox_has_all_the_tools(job):
    job.use_busybox()
    assert job.join().code == 0
    assert job.ssh("true").code == 0
    assert job.logout().code == 0
    assert job.left == []


def oidc_token(**claims: object) -> str:
    """A token as CircleCI makes it, with a signature that nobody checks."""
    parts = [{"alg": "RS256"}, {"aud": "o", "sub": "org/o/project/p/user/u", **claims}, {}]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts[:2]]
    return ".".join([*encoded, "the-signature"])


ISSUER = "https://oidc.circleci.com/org/o"


def test_a_token_that_has_expired_is_explained_before_tbot_starts(any_job):
    token = oidc_token(iss=ISSUER, exp=int(time.time()) - 5)
    result = any_job.join(CIRCLE_OIDC_TOKEN=token)
    assert result.code == 1
    assert result.says("has expired", "an hour", "Join earlier")
    assert any_job.calls == []
    assert any_job.left == []


def test_a_token_of_circleci_server_is_explained_before_tbot_starts(job):
    result = job.join(CIRCLE_OIDC_TOKEN=oidc_token(iss="https://ci.example.com/org/o", exp=int(time.time()) + 3600))
    assert result.code == 1
    assert result.says("https://ci.example.com/org/o", "CircleCI Server", "generic_oidc", "audience")
    assert job.calls == []


@pytest.mark.parametrize("padding", range(4))
def test_a_join_that_fails_shows_what_the_token_says_but_not_the_token(any_job, padding):
    claims = {
        "oidc.circleci.com/project-id": "p-1",
        "oidc.circleci.com/context-ids": ["c-1", "c-2"],
        "x": "~" * padding,
    }
    token = oidc_token(iss=ISSUER, exp=int(time.time()) + 3600, **claims)
    result = any_job.join(CIRCLE_OIDC_TOKEN=token, FAKE_TBOT_FAILURE="denied")
    assert result.code == 1
    assert result.says('the project "p-1", the contexts ["c-1", "c-2"]'), result.output
    assert not [part for part in token.split(".") if part in result.output]


def test_an_image_without_base64_joins(job):
    job.remove("base64")
    assert job.join(CIRCLE_OIDC_TOKEN=oidc_token(iss=ISSUER, exp=1)).code == 0
