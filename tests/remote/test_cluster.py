"""What a Teleport proxy says of its cluster, and every other answer at its address."""

from __future__ import annotations

import socket
import time

import pytest
from werkzeug import Response

from orbgen.remote.cluster import Cluster, ask_cluster
from orbgen.remote.failures import BrokenError, GarbledError, RefusedError, UnreachableError


@pytest.fixture
def ask(httpserver):
    """Asks a server that gives one answer."""

    def run(answer: Response | dict[str, object], timeout: float = 5.0) -> Cluster:
        expected = httpserver.expect_request("/webapi/ping", method="GET")
        if isinstance(answer, dict):
            expected.respond_with_json(answer)
        else:
            expected.respond_with_response(answer)
        return ask_cluster(f"127.0.0.1:{httpserver.port}", timeout, scheme="http")

    return run


def test_version_name_and_edition(ask, httpserver):
    cluster = ask({"server_version": "18.2.0", "cluster_name": "shop.example", "edition": "ent", "auth": {"type": "x"}})
    assert (cluster.name, str(cluster.release), cluster.enterprise, cluster.fips) == (
        "shop.example",
        "18.2.0",
        True,
        False,
    )
    ((request, _),) = httpserver.log
    assert "Authorization" not in request.headers and "Circle-Token" not in request.headers


@pytest.mark.parametrize("edition", ["oss", "community", ""])
def test_the_other_editions(ask, edition):
    assert not ask({"server_version": "16.4.0", "edition": edition, "fips": True}).enterprise


@pytest.mark.parametrize(
    ("server", "tools", "release"),
    [
        ("18.2.0", "18.1.4", "18.1.4"),
        ("18.2.0", "17.7.1", "17.7.1"),
        ("18.2.0", "16.0.0", "18.2.0"),
        ("18.2.0", "19.0.0", "18.2.0"),
        ("18.2.0", "latest", "18.2.0"),
        ("18.2.0-dev.1", "18.1.0", "None"),
    ],
)
def test_the_release_of_the_tools(server, tools, release):
    assert str(Cluster("x", server, tools).release) == release


@pytest.mark.parametrize(
    "body", ["", "<html>Sign in</html>", "[]", "{}", '{"server_version": 18}', "\xff", "[" * 100_000]
)
def test_what_is_no_proxy(ask, body):
    with pytest.raises(GarbledError, match="not a Teleport proxy's; is this its web address"):
        ask(Response(body))


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (302, "redirects elsewhere (302 Found); is this the proxy's own address?"),
        (401, "does not tell strangers which Teleport it is (401 Unauthorized)"),
        (403, "does not tell strangers which Teleport it is (403 Forbidden)"),
        (404, "is no Teleport proxy (404 Not Found)"),
        (500, "failed (500 Internal Server Error)"),
        (599, "failed (599)"),
    ],
)
def test_refusals(ask, status, words):
    with pytest.raises(RefusedError) as caught:
        ask(Response("no", status, {"Location": "https://elsewhere.example/"} if status == 302 else None))
    assert str(caught.value).endswith(words)


def test_nobody_there():
    with pytest.raises(UnreachableError, match=r"cannot connect to https://127\.0\.0\.1:1"):
        ask_cluster("127.0.0.1:1")


def test_a_proxy_that_does_not_answer():
    with socket.create_server(("127.0.0.1", 0)) as server:
        started = time.monotonic()
        with pytest.raises(BrokenError, match=r"did not answer within 0\.2 seconds"):
            ask_cluster(f"127.0.0.1:{server.getsockname()[1]}", 0.2, scheme="http")
        assert time.monotonic() - started < 5


def test_names_are_fit_for_a_terminal(ask):
    cluster = ask({"server_version": "18.2.0\n", "cluster_name": "\x1b[31mred" + "x" * 1000})
    assert cluster.name.isprintable() and len(cluster.name) <= 255
    assert cluster.version == "18.2.0"
