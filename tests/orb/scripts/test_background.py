"""A service that runs in the background: started, waited for, told apart when it fails, and gone after logout."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.orb.scripts.conftest import SCRIPTS, Job, Result, free_port


class Background:
    """A job with the three steps of the command background; the second goes on while others run, as in CircleCI."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.port, self.diag_port = free_port(), free_port()

    def parameters(self, **given: str) -> dict[str, str]:
        parameters = {
            "PROXY": "example.teleport.sh:443", "TOKEN": "circleci-shop", "SERVICE": "database-tunnel",
            "LISTEN": f"tcp://127.0.0.1:{self.port}", "DIAG_PORT": str(self.diag_port), "DATABASE_SERVICE": "pg",
            "DATABASE_USER": "migrator", "DATABASE": "shop", "APP": "shop", "READY_TIMEOUT": "20", **given,
        }  # fmt: skip
        return {f"PARAM_{name}": value for name, value in parameters.items()}

    def prepare(self, **given: str) -> Result:
        return self.job.step("background_prepare.sh", **self.parameters(**given))

    def run(self, **given: str) -> None:
        script = (SCRIPTS / "background_run.sh").read_text(encoding="utf-8")
        self.job.background(script, self.parameters(**given))

    def wait(self, **given: str) -> Result:
        return self.job.step("background_wait.sh", **self.parameters(**given))

    def start(self, **given: str) -> Result:
        """All three steps."""
        prepared = self.prepare(**given)
        assert prepared.code == 0, prepared.output
        self.run(**given)
        return self.wait(**given)

    @property
    def service(self) -> dict[str, Any]:
        (service,) = next(call for call in self.job.calls if call.get("services"))["services"]
        return dict(service)


@pytest.fixture
def background(any_job: Job) -> Iterator[Background]:
    """A job whose image holds tbot, in each kind of bash."""
    any_job.install_fakes("tbot")
    background = Background(any_job)
    yield background
    background.job.end()


@pytest.fixture
def tunnel(job: Job) -> Iterator[Background]:
    """The same in bash alone."""
    job.install_fakes("tbot")
    background = Background(job)
    yield background
    background.job.end()


def connects(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2):
            return True
    except OSError:
        return False


def logs(job: Job) -> str:
    return "".join([path.read_text() for path in (job.home / ".teleport-logs").iterdir()])


def test_a_tunnel_is_there_until_the_job_logs_out(background):
    result = background.start()
    assert result.code == 0, result.output
    assert result.says("database-tunnel is ready", f"tcp://127.0.0.1:{background.port}")
    assert connects(background.port)
    assert background.service == {
        "type": "database-tunnel", "listen": f"tcp://127.0.0.1:{background.port}", "service": "pg",
        "username": "migrator", "database": "shop",
    }  # fmt: skip
    out = background.job.logout()
    assert out.code == 0, out.output
    assert out.says("Stopped the tbot of database-tunnel")
    assert background.job.left == []
    assert background.job.running[0].wait(timeout=10) == 0
    assert not connects(background.port)
    assert "Listening" in logs(background.job)


@pytest.mark.parametrize("version", ["15.5.3", "17.7.29", "18.6.3", "18.6.4", "19.0.0"])
def test_every_tbot_that_has_tunnels_is_waited_for(tunnel, version):
    tunnel.job.environment["FAKE_TELEPORT_VERSION"] = version
    result = tunnel.start()
    assert result.code == 0, result.output
    assert connects(tunnel.port)


@pytest.mark.parametrize("service", ["application-tunnel", "application-proxy", "workload-identity-api"])
def test_each_service_runs(tunnel, service):
    settings = "selector: {name: ci}" if service == "workload-identity-api" else ""
    result = tunnel.start(SERVICE=service, SETTINGS=settings)
    assert result.code == 0, result.output
    assert connects(tunnel.port)
    assert tunnel.service["type"] == service


def test_a_multiplexer_leaves_its_settings_for_ssh(tunnel):
    result = tunnel.start(SERVICE="ssh-multiplexer", LISTEN="")
    assert result.code == 0, result.output
    assert "ssh-multiplexer/ssh_config" in "\n".join(tunnel.job.left)
    assert tunnel.job.logout().code == 0
    assert tunnel.job.left == []


def test_a_tunnel_may_listen_on_a_socket(tunnel, tmp_path_factory):
    path = tmp_path_factory.mktemp("s") / "app.sock"
    result = tunnel.start(SERVICE="application-tunnel", LISTEN=f"unix://{path}")
    assert result.code == 0, result.output
    assert path.is_socket()


def test_two_run_beside_each_other(tunnel):
    assert tunnel.start().code == 0
    other = free_port()
    given = {"SERVICE": "application-tunnel", "LISTEN": f"tcp://127.0.0.1:{other}", "DIAG_PORT": str(free_port())}
    assert tunnel.start(**given).code == 0
    assert connects(tunnel.port)
    assert connects(other)
    assert tunnel.job.logout().says("database-tunnel", "application-tunnel")
    assert not connects(tunnel.port)
    assert not connects(other)
    assert tunnel.job.left == []


@pytest.mark.parametrize("version", ["16.5.12", "18.11.0"])
def test_a_tunnel_that_is_never_ready_is_stopped_and_explained(tunnel, version):
    tunnel.job.environment.update(FAKE_TELEPORT_VERSION=version, FAKE_TBOT_FAILURE="unready")
    result = tunnel.start(READY_TIMEOUT="1")
    assert result.code == 1
    assert result.says("database-tunnel was not ready after 1 seconds", "Listening", "ready_timeout")
    assert tunnel.job.running[0].wait(timeout=10) == 0
    assert "database-tunnel" not in "\n".join(tunnel.job.left)
    assert tunnel.job.logout().code == 0
    assert tunnel.job.left == []


def test_a_tunnel_that_may_not_join_is_explained_at_once(background):
    background.job.environment["FAKE_TBOT_FAILURE"] = "denied"
    begun = time.monotonic()
    result = background.start(READY_TIMEOUT="50")
    assert time.monotonic() - begun < 25
    assert result.code == 1
    assert result.says("ended before it was ready", "id token claims did not match any allow rules")
    assert background.job.logout().code == 0
    assert background.job.left == []


def test_a_tbot_that_does_not_end_when_asked_is_killed(tunnel):
    tunnel.job.write(
        "tbot", (tunnel.job.programs / "tbot").read_text().replace("signal.SIGTERM, end", "15, signal.SIG_IGN")
    )
    assert tunnel.start().code == 0
    assert tunnel.job.logout().code == 0
    assert tunnel.job.running[0].wait(timeout=10) == -signal.SIGKILL
    assert tunnel.job.left == []


def test_nobody_waits_where_that_is_not_wanted(tunnel):
    assert tunnel.prepare().code == 0
    assert tunnel.wait(READY_TIMEOUT="0").code == 0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"SERVICE": "identity"}, ("no service 'identity' that runs in the background",)),
        ({"LISTEN": ""}, ("'' is no place", "tcp://127.0.0.1:5432")),
        ({"LISTEN": "tcp://0.0.0.0:5432"}, ("'tcp://0.0.0.0:5432' is no place", "own address")),
        ({"LISTEN": "127.0.0.1:5432"}, ("is no place",)),
        ({"DATABASE_USER": ""}, ("needs database_service, database_user and database",)),
        ({"SERVICE": "application-tunnel", "APP": ""}, ("No application is named",)),
        ({"DIAG_PORT": "port"}, ("diag_port is 'port'",)),
        ({"SETTINGS": "type: identity"}, ("settings hold 'type'",)),
        ({"TOKEN": ""}, ("no name of a join token",)),
    ],
)
def test_what_cannot_work_is_explained_before_tbot_starts(tunnel, given, words):
    result = tunnel.prepare(**given)
    assert result.code == 1
    assert result.says(*words), result.output
    assert tunnel.job.left == []
    assert not tunnel.job.bash_env.exists()


def test_a_job_without_a_token_is_told_before_anything_runs(tunnel):
    tunnel.job.environment.pop("CIRCLE_OIDC_TOKEN")
    assert tunnel.prepare().says("no OIDC token", "context: teleport-access")


def test_a_tbot_without_tunnels_says_so(tunnel):
    tunnel.job.environment["FAKE_TELEPORT_VERSION"] = "15.4.9"
    assert tunnel.prepare().says("tbot 15.4.9 has no database-tunnel", "15.4.10")


@pytest.mark.parametrize(("ttl", "renewal"), [("30m", "900s"), ("1h30m", "2700s"), ("08m", "240s"), ("90.5s", "45s")])
def test_credentials_are_renewed_before_they_end(tunnel, ttl, renewal):
    assert tunnel.prepare(TTL=ttl).code == 0
    (path,) = tunnel.job.temporary.rglob("tbot.yaml")
    text = path.read_text()
    assert f"credential_ttl: {ttl}\n" in text
    assert text.endswith(f"\nrenewal_interval: {renewal}\n")


def test_a_lifetime_that_is_over_at_once_is_refused(tunnel):
    assert tunnel.prepare(TTL="0.5h").says("ttl is '0.5h'", "too short")
    assert tunnel.job.left == []
