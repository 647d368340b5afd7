"""`orbgen init --online` against CircleCI and a Teleport proxy on this machine. No run may show the token anywhere."""

from __future__ import annotations

import json
import os
import secrets
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from orbgen.project.plan import read_data, read_plan
from tests.cli.running import Result, Run, command
from tests.terminals import PATIENCE, Terminal

ORGANIZATION = "5f0a3c1e-9d2b-4c7a-8e61-0b2d4f6a8c10"
PROJECT = "a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d"
CONTEXT = "0f9e8d7c-6b5a-4938-a271-605f4e3d2c1b"
MADE = "7c0d1e2f-3a4b-4c5d-8e6f-708192a3b4c5"
JOB = ("--host", "web-1", "--login", "ci", "--label", "env=demo", "--command", "uptime")
EXPRESSION = 'pipeline.git.branch == "trunk" and not job.ssh.enabled and not (pipeline.config_source starts-with "api")'


class FakeCircleCI:
    """Knows one project and its organization's contexts; `answers` take the place of its own, by method and path."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.contexts = {"teleport-access": CONTEXT}
        self.restrictions: dict[str, list[dict[str, str]]] = {CONTEXT: []}
        self.changes: list[tuple[str, Any]] = []
        self.answers: dict[tuple[str, str], Response | Callable[[Request], Response]] = {}

    def __call__(self, request: Request) -> Response:
        path = request.path.removeprefix("/api/v2")
        if (request.method, path) in self.answers:
            answer = self.answers[request.method, path]
            return answer if isinstance(answer, Response) else answer(request)
        if request.headers.get("Circle-Token") != self.token:
            return Response('{"message": "You must log in first."}', 401)
        if request.method == "POST":
            self.changes.append((path, request.get_json()))
        found = self._found(request.method, path)
        status = 404 if found is None else 200
        return Response(json.dumps(found or {"message": "not found"}), status, content_type="application/json")

    def _found(self, method: str, path: str) -> object:
        if path == "/project/gh/acme/shop":
            return {"id": PROJECT, "organization_id": ORGANIZATION, "name": "shop", "slug": "gh/acme/shop"}
        if path == "/me/collaborations":
            return [{"id": ORGANIZATION, "name": "acme", "slug": "gh/acme"}]
        if path == "/context":
            made = {"id": MADE, "name": "teleport-access"}
            return made if method == "POST" else {"items": [{"id": i, "name": n} for n, i in self.contexts.items()]}
        if path.endswith("/restrictions"):
            return {"id": "r"} if method == "POST" else {"items": self.restrictions[path.split("/")[2]]}
        return None


@pytest.fixture
def secret() -> str:
    return f"CCIPAT_{secrets.token_hex(20)}"


@pytest.fixture
def circleci(httpserver: HTTPServer, secret: str) -> FakeCircleCI:
    fake = FakeCircleCI(secret)
    httpserver.expect_request("").respond_with_handler(fake)
    return fake


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for this machine's own address, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True, timeout=30,
    )  # fmt: skip
    return certificate, key


@pytest.fixture(scope="session")
def encrypted(certificate: tuple[Path, Path]) -> Iterator[HTTPServer]:
    """A server with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with HTTPServer(host="127.0.0.1", ssl_context=context) as server:
        yield server


@pytest.fixture
def proxy(
    encrypted: HTTPServer, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> Iterator[HTTPServer]:
    """A Teleport proxy of version 18.2.0, encrypted as a real one."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    answer = {"server_version": "18.2.0", "cluster_name": "shop.example.com", "edition": "ent"}
    encrypted.expect_request("/webapi/ping").respond_with_json(answer)
    yield encrypted
    encrypted.clear()


@pytest.fixture
def folder(
    plain_surroundings: Path, monkeypatch: pytest.MonkeyPatch, httpserver: HTTPServer, circleci: FakeCircleCI
) -> Path:
    """An empty checkout of `acme/shop`, whose user has a token."""
    (plain_surroundings / ".git").rmdir()
    subprocess.run(["git", "init", "-q", "-b", "trunk"], check=True)
    subprocess.run(["git", "remote", "add", "origin", "git@github.com:acme/shop.git"], check=True)
    for name in ("ENDPOINT", "REST_ENDPOINT", "TIMEOUT"):
        monkeypatch.delenv(f"CIRCLECI_CLI_{name}", raising=False)
    monkeypatch.setenv("CIRCLECI_CLI_HOST", httpserver.url_for(""))
    monkeypatch.setenv("CIRCLECI_CLI_TOKEN", circleci.token)
    return plain_surroundings


@pytest.fixture
def online(orbgen: Run, proxy: HTTPServer, folder: Path, secret: str) -> Callable[..., Result]:
    """Runs `orbgen init --online` for one job; nothing that it says or writes may hold the token."""

    def run(*arguments: str, at: str = "") -> Result:
        flags = () if "--proxy" in arguments else ("--proxy", at or f"127.0.0.1:{proxy.port}")
        result = orbgen("init", "--online", *flags, *JOB, *arguments)
        plan = (folder / "orbgen.yml").read_text(encoding="utf-8") if (folder / "orbgen.yml").exists() else ""
        for text in (result.out, result.err, plan):
            assert secret not in text and secret[10:26] not in text
            assert "defect" not in text and "Traceback" not in text
        return Result(result.code, result.out, " ".join(result.err.split()))

    return run


def data_in(folder: Path) -> dict[str, Any]:
    text = (folder / "orbgen.yml").read_bytes()
    read_plan(text, "orbgen.yml")
    return read_data(text, "orbgen.yml")


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class TestLookedUp:
    def test_all_that_nobody_was_asked_for(self, online, folder, circleci):
        circleci.restrictions[CONTEXT] = [{"restriction_type": "expression", "restriction_value": "x"},
                                          {"restriction_type": "of-tomorrow", "restriction_value": "y"}]  # fmt: skip
        result = online()
        assert (result.code, result.out) == (0, "wrote orbgen.yml\nnext: orbgen generate\n")
        data = data_in(folder)
        assert (data["organization-id"], data["project-id"]) == (ORGANIZATION, PROJECT)
        assert data["contexts"] == {"teleport-access": {"id": CONTEXT, "restricted": ["expression"]}}
        teleport = data["teleport"]
        assert (teleport["version"], teleport["cluster"]) == ("18.2.0", "shop.example.com")
        assert teleport["edition"] == "enterprise"
        assert circleci.changes == []
        assert f"gh/acme/shop is the project {PROJECT}" in result.err
        assert "is the cluster shop.example.com, 18.2.0, enterprise" in result.err

    def test_flags_win(self, online, folder):
        other = "11111111-1111-4111-8111-111111111111"
        assert online("--project-id", other, "--teleport-version", "17.5.2", "--edition", "oss").code == 0
        data = data_in(folder)
        assert (data["project-id"], data["organization-id"]) == (other, ORGANIZATION)
        assert data["teleport"]["version"] == "17.5.2" and "edition" not in data["teleport"]

    def test_a_context_that_is_open_is_told(self, online, folder):
        result = online()
        assert "restricted" not in data_in(folder)["contexts"]["teleport-access"]
        assert "no expression restricts the context teleport-access, so every branch" in result.err
        assert result.err.endswith(f"restrict it to {EXPRESSION}")

    def test_the_slug_where_the_remote_does_not_tell_it(self, online, folder, circleci):
        subprocess.run(["git", "remote", "set-url", "origin", "git@gitlab.com:acme/shop.git"], check=True)
        circleci.answers["GET", "/project/circleci/9fJ8kQ/7hTq2"] = Response(
            json.dumps({"id": PROJECT, "organization_id": ORGANIZATION})
        )
        result = online()
        assert result.code == 3 and "give --project-slug" in result.err and "--project-id is needed" in result.err
        assert online("--project-slug", "circleci/9fJ8kQ/7hTq2").code == 0

    def test_a_project_that_is_not_set_up(self, online, folder, circleci):
        subprocess.run(["git", "remote", "set-url", "origin", "git@github.com:acme/new.git"], check=True)
        result = online()
        assert result.code == 3
        assert "CircleCI shows no project gh/acme/new to this token; set the project up first" in result.err
        assert "error: --project-id is needed" in result.err  # The organization is known by its name.
        assert not (folder / "orbgen.yml").exists()


class TestTheContext:
    @pytest.fixture(autouse=True)
    def _no_context(self, circleci):
        circleci.contexts.clear()

    def test_it_is_made_and_restricted_where_that_is_asked_for(self, online, folder, circleci):
        result = online("--create-context", "--yes")
        assert result.code == 0
        assert circleci.changes == [
            ("/context", {"name": "teleport-access", "owner": {"id": ORGANIZATION, "type": "organization"}}),
            (f"/context/{MADE}/restrictions", {"restriction_type": "expression", "restriction_value": EXPRESSION}),
        ]
        assert data_in(folder)["contexts"] == {"teleport-access": {"id": MADE, "restricted": ["expression"]}}

    def test_yes_alone_does_not_make_it(self, online, folder, circleci):
        result = online("--yes")
        assert (result.code, circleci.changes) == (2, [])
        assert "--create-context makes the context" in result.err and "--context-id is needed" in result.err
        assert not (folder / "orbgen.yml").exists()

    def test_nothing_is_made_for_a_plan_that_cannot_be(self, online, circleci):
        assert online("--create-context", "--branch", "a b").code == 2
        assert online("--create-context", "--style", "orb").code == 2
        assert online("--create-context", "--approval", "--name", "x", "--existing-role", "").code == 2
        assert circleci.changes == []

    def test_a_context_that_is_made_and_cannot_be_restricted(self, online, folder, circleci):
        refused = Response('{"message": "Only admins may restrict contexts."}', 403)
        circleci.answers["POST", f"/context/{MADE}/restrictions"] = refused
        result = online("--create-context")
        assert result.code == 3
        assert "cannot restrict the context teleport-access: http" in result.err
        assert "Only admins may restrict contexts." in result.err
        assert f"restrict it to {EXPRESSION}" in result.err
        assert data_in(folder)["contexts"] == {"teleport-access": {"id": MADE}}

    @pytest.mark.parametrize(
        ("status", "words"),
        [(403, "nothing was made or written"), (500, "may have been made all the same")],
    )
    def test_a_context_that_cannot_be_made(self, online, folder, circleci, status, words):
        circleci.answers["POST", "/context"] = Response('{"message": "no"}', status)
        result = online("--create-context")
        assert result.code == 3 and words in result.err and "cannot make the context: http" in result.err
        assert not (folder / "orbgen.yml").exists()

    def test_an_interruption_while_it_is_made(self, proxy, folder, circleci):
        arrived, hanging = threading.Event(), threading.Event()

        def hang(request: Request) -> Response:
            arrived.set()
            hanging.wait(PATIENCE)
            return Response("", 500)

        circleci.answers["POST", "/context"] = hang
        flags = ("--online", "--create-context", "--yes", "--proxy", f"127.0.0.1:{proxy.port}")
        with Terminal(command("init", *flags, *JOB)) as terminal:
            assert arrived.wait(PATIENCE)
            terminal.interrupt()
            assert terminal.end() == 130
            hanging.set()
            assert "the context teleport-access may be there" in terminal.shown
        assert not (folder / "orbgen.yml").exists()

    @pytest.mark.parametrize(("answer", "made"), [("y", True), ("", False)])
    def test_a_terminal_is_asked(self, proxy, folder, circleci, secret, answer, made):
        with Terminal(command("init", "--online", "--kind", "ssh", *JOB)) as terminal:
            terminal.answer("Teleport proxy (host:port): ", f"127.0.0.1:{proxy.port}")
            terminal.answer("CircleCI context for jobs that join [teleport-access]: ")
            terminal.answer("Name of the bot")
            terminal.answer("Name of the job")
            terminal.answer("Branch that the job runs on")
            terminal.wait_for(EXPRESSION)
            terminal.answer("Make the context teleport-access with this restriction? [y/N] ", answer)
            if not made:
                terminal.answer("Id of that context: ", CONTEXT)
            assert terminal.end() == 0, terminal.shown
            assert secret not in terminal.shown
        assert len(circleci.changes) == 2 * made
        assert data_in(folder)["contexts"]["teleport-access"]["id"] == (MADE if made else CONTEXT)


class TestWhatGoesWrong:
    def test_without_a_token(self, online, monkeypatch):
        monkeypatch.delenv("CIRCLECI_CLI_TOKEN")
        result = online()
        assert result.code == 2 and "there is no token; set CIRCLECI_CLI_TOKEN" in result.err

    def test_a_token_from_the_settings_of_the_cli(self, online, monkeypatch, secret):
        monkeypatch.delenv("CIRCLECI_CLI_TOKEN")
        settings = Path(os.environ["HOME"], ".circleci", "cli.yml")
        settings.parent.mkdir()
        settings.write_text(f"token: {secret}\n", encoding="utf-8")
        assert online().code == 0

    def test_a_token_that_is_not_accepted(self, online, circleci):
        circleci.token = "another"
        result = online()
        assert result.code == 3
        assert "does not accept the token in CIRCLECI_CLI_TOKEN (401 UNAUTHORIZED)" in result.err
        assert "error: --organization-id, --project-id and --context-id are needed" in result.err

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (
                Response('{"message": "Not you"}', 403),
                "does not allow this (403 FORBIDDEN): Not you",
            ),
            (Response("<html>", 200), "is a page for browsers; is this CircleCI's address?"),
            (Response("", 500), "failed (500 INTERNAL SERVER ERROR)"),
        ],
    )
    def test_answers_of_other_kinds(self, online, circleci, answer, words):
        circleci.answers["GET", "/project/gh/acme/shop"] = answer
        result = online()
        assert result.code == 3 and "warning: cannot look up the project: " in result.err and words in result.err

    def test_what_could_not_be_looked_up_comes_from_flags(self, online, folder, circleci):
        circleci.token = "another"
        result = online("--organization-id", ORGANIZATION, "--project-id", PROJECT, "--context-id", CONTEXT)
        assert (result.code, result.err.count("warning")) == (0, 0)
        assert data_in(folder)["project-id"] == PROJECT

    def test_circleci_is_not_there(self, online, monkeypatch):
        monkeypatch.setenv("CIRCLECI_CLI_HOST", f"http://127.0.0.1:{closed_port()}")
        result = online()
        assert result.code == 3 and "cannot look up the project: cannot connect to http://127.0.0.1:" in result.err

    def test_circleci_does_not_answer(self, online, monkeypatch):
        with socket.create_server(("127.0.0.1", 0)) as server:
            monkeypatch.setenv("CIRCLECI_CLI_HOST", f"http://127.0.0.1:{server.getsockname()[1]}")
            result = online("--timeout", "0.2")
        assert result.code == 3 and "did not answer within 0.2 seconds" in result.err

    def test_no_proxy_is_there(self, online):
        result = online(at=f"127.0.0.1:{closed_port()}")
        assert result.code == 3
        assert "warning: cannot connect to https://127.0.0.1:" in result.err
        assert "error: --teleport-version is needed" in result.err

    def test_a_proxy_whose_certificate_nobody_knows(self, online, monkeypatch):
        monkeypatch.delenv("SSL_CERT_FILE")
        result = online()
        assert result.code == 3 and "name its file in SSL_CERT_FILE" in result.err

    @pytest.mark.parametrize("version", ["20.0.0", "18.2.0-dev.3", "\x1b[31m"])
    def test_a_cluster_that_orbgen_does_not_know(self, online, proxy, version):
        proxy.clear()
        proxy.expect_request("/webapi/ping").respond_with_json({"server_version": version})
        result = online()
        assert result.code == 3 and "\x1b" not in result.err
        assert "orbgen knows no release" in result.err and "--teleport-version is needed" in result.err

    def test_the_timeout_has_to_be_one(self, online):
        assert "--timeout takes seconds" in online("--timeout", "0").err
        assert "must be the slug of a project" in online("--project-slug", "shop").err
