"""The client against real servers on this machine: what it sends, and every way in which an answer can go wrong."""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import threading
import time

import msgspec
import pytest
from werkzeug import Response

from orbgen.remote.client import Client
from orbgen.remote.failures import (
    BrokenError,
    GarbledError,
    RefusedError,
    RemoteError,
    SettingsError,
    UnreachableError,
)
from orbgen.remote.settings import Settings
from orbgen.remote.token import Token

GRAPHQL = "/graphql-unstable"


class Me(msgspec.Struct):
    name: str


class Answer(msgspec.Struct):
    me: Me | None


def ask(client: Client, *, changes: bool = False) -> Answer:
    return client.graphql("query { me { name } }", {"a": 1}, Answer, changes=changes)


@pytest.fixture
def failure(client, httpserver, all_said):
    """Asks a server that gives one answer again and again; the error, how often it was asked, and all that is said."""

    def run(answer: Response, *, changes: bool = False, **options):
        httpserver.expect_request(GRAPHQL).respond_with_response(answer)
        with pytest.raises(RemoteError) as caught:
            ask(client(httpserver.url_for(""), **options), changes=changes)
        all_said(caught.value)
        return caught.value, len(httpserver.log)

    return run


@pytest.fixture
def raw_server():
    """Starts a server that gives every connection the same bytes; its address, and the connections that it had."""
    servers = []

    def start(reply: bytes, port: int = 0):
        server = socket.create_server(("127.0.0.1", port))
        servers.append(server)
        connections: list[object] = []

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, place = server.accept()
                    connections.append(place)
                    with connection:
                        connection.recv(65536)
                        connection.sendall(reply)

        threading.Thread(target=serve, daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}", connections

    yield start
    for server in servers:
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class TestSending:
    def test_a_query(self, client, httpserver, secret):
        httpserver.expect_request(GRAPHQL).respond_with_json(
            {"data": {"me": {"name": "x", "more": 1}}, "extensions": {}}
        )
        found = ask(client(httpserver.url_for("")))
        assert found.me is not None
        assert found.me.name == "x"
        ((request, _),) = httpserver.log
        assert request.method == "POST"
        assert request.get_json() == {"query": "query { me { name } }", "variables": {"a": 1}}
        assert request.headers["Authorization"] == secret
        assert request.headers["User-Agent"].startswith("orbgen/")
        assert "Circle-Token" not in request.headers
        assert secret not in request.url

    def test_the_rest_api(self, client, httpserver, secret):
        httpserver.expect_request("/api/v2/context/a%2Fb c").respond_with_json({"name": "y"})
        httpserver.expect_request("/api/v2/context", method="POST").respond_with_json({"name": "z"})
        made = client(httpserver.url_for(""))
        assert made.get(("context", "a%2Fb c"), Me, {"owner-slug": "gh/acme"}).name == "y"
        assert made.post(("context",), {"name": "z"}, Me).name == "z"
        (first, _), (second, _) = httpserver.log
        assert first.args.to_dict() == {"owner-slug": "gh/acme"}
        assert second.get_json() == {"name": "z"}
        assert [request.headers["Circle-Token"] for request in (first, second)] == [secret, secret]
        assert "Authorization" not in first.headers

    def test_a_list_in_pages(self, client, httpserver):
        url = "/api/v2/context"
        httpserver.expect_request(url, query_string="o=1").respond_with_json(
            {"items": [{"name": "a"}, {"name": "b"}], "next_page_token": "t/2"}
        )
        httpserver.expect_request(url, query_string="o=1&page-token=t%2F2").respond_with_json(
            {"items": [{"name": "c"}], "next_page_token": None}
        )
        items = client(httpserver.url_for("")).pages(("context",), Me, {"o": "1"})
        assert [item.name for item in items] == ["a", "b", "c"]

    def test_a_list_whose_pages_go_in_a_circle(self, client, httpserver):
        httpserver.expect_request("/api/v2/context").respond_with_json({"items": [], "next_page_token": "t"})
        with pytest.raises(GarbledError, match="go in a circle"):
            list(client(httpserver.url_for("")).pages(("context",), Me))

    def test_without_a_token_nothing_of_it_is_sent(self, httpserver):
        httpserver.expect_request(GRAPHQL).respond_with_json({"data": {"me": None}})
        host = httpserver.url_for("").rstrip("/")
        with Client(Settings(host, f"{host}{GRAPHQL}", f"{host}/", None, 5.0)) as client:
            assert ask(client).me is None
        ((request, _),) = httpserver.log
        assert "Authorization" not in request.headers

    def test_no_proxy_sees_what_is_not_encrypted(self, client, httpserver, monkeypatch):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
        httpserver.expect_request(GRAPHQL).respond_with_json({"data": {"me": None}})
        assert ask(client(httpserver.url_for(""))).me is None

    def test_nothing_is_logged_of_the_token(self, client, httpserver, secret, caplog):
        caplog.set_level(logging.DEBUG)
        httpserver.expect_request(GRAPHQL).respond_with_json({"data": {"me": None}})
        ask(client(httpserver.url_for("")))
        assert "HTTP Request" in caplog.text
        assert secret not in caplog.text

    @pytest.mark.parametrize("host", ["http://ci.example.com", "HTTP://10.0.0.1:8080"])
    def test_the_token_is_not_sent_without_encryption(self, host, secret, all_said):
        settings = Settings(host, f"{host}/graphql", "https://ci.example.com/", Token(secret, "x"), 5.0)
        with pytest.raises(SettingsError, match="without encryption; use an https address") as caught:
            Client(settings)
        all_said(caught.value)

    @pytest.mark.parametrize(
        ("name", "value"), [("HTTPS_PROXY", "nonsense://user:hunter22@x"), ("SSL_CERT_FILE", "/nowhere/hunter22.pem")]
    )
    def test_an_environment_that_cannot_be_used(self, secret, monkeypatch, name, value):
        monkeypatch.setenv(name, value)
        settings = Settings("https://ci.example.com", "https://ci.example.com/g", "https://ci.example.com/", None, 5.0)
        with pytest.raises(SettingsError, match="look at HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE") as caught:
            Client(settings)
        assert "hunter22" not in repr(caught.value)
        assert caught.value.__context__ is None


class TestRefusals:
    def test_errors_in_the_answer(self, failure, secret):
        body = {"errors": [{"message": f"no field `mee`\nfor {secret}"}, {"message": None}, {}, {"message": "sorry"}]}
        error, asked = failure(Response(json.dumps(body)))
        assert isinstance(error, RefusedError)
        assert str(error).endswith(" refuses: no field `mee` for [token]; sorry")
        assert (asked, error.undecided) == (1, False)

    def test_errors_without_a_word(self, failure):
        error, _ = failure(Response('{"errors": [{}]}'))
        assert str(error).endswith(" refuses: it gives no reason")

    def test_401(self, failure, secret):
        error, asked = failure(Response(f'{{"message": "bad {secret}"}}', 401))
        assert "does not accept the token in CIRCLECI_CLI_TOKEN (401 UNAUTHORIZED)" in str(error)
        assert (asked, error.undecided) == (1, False)

    def test_403_with_the_servers_reason(self, failure, secret):
        error, asked = failure(Response(json.dumps({"message": f"{secret} may not"}), 403))
        assert str(error).endswith("does not allow this (403 FORBIDDEN): [token] may not")
        assert (asked, error.undecided) == (1, False)

    def test_404(self, failure):
        error, _ = failure(Response("<html>not here</html>", 404))
        assert "has no API at this address (404 NOT FOUND): http://" in str(error)

    def test_500_is_not_repeated(self, failure):
        error, asked = failure(Response("<html>oops</html>", 500))
        assert str(error).endswith("failed (500 INTERNAL SERVER ERROR)")
        assert (asked, error.undecided) == (1, True)

    @pytest.mark.parametrize("status", [429, 502, 503, 504])
    def test_what_passes_is_repeated_for_queries(self, failure, status):
        assert failure(Response("later", status))[1] == 3

    @pytest.mark.parametrize("status", [429, 502, 503, 504])
    def test_and_never_for_changes(self, failure, status):
        assert failure(Response("later", status), changes=True)[1] == 1

    def test_a_query_that_works_the_second_time(self, client, httpserver):
        httpserver.expect_ordered_request(GRAPHQL).respond_with_response(Response("", 503))
        httpserver.expect_ordered_request(GRAPHQL).respond_with_json({"data": {"me": {"name": "x"}}})
        assert ask(client(httpserver.url_for(""))).me is not None

    def test_messages_are_fit_for_a_terminal(self, failure):
        text = "\x1b[31mred\x1b[0m\x07\r\n\u202etfel" + "x" * 2000
        error, _ = failure(Response(json.dumps({"message": text}), 400))
        assert str(error).isprintable()
        assert len(str(error)) < 600
        assert str(error).endswith("…")

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_a_redirect_is_not_followed(self, client, httpserver, all_said, status):
        with socket.create_server(("127.0.0.1", 0)) as other:
            other.settimeout(0.2)
            target = f"http://localhost:{other.getsockname()[1]}/graphql-unstable"
            httpserver.expect_request(GRAPHQL).respond_with_response(Response("", status, {"Location": target}))
            with pytest.raises(RefusedError) as caught:
                ask(client(httpserver.url_for("")))
            assert f"redirects to {target}; the token was not sent there" in str(caught.value)
            all_said(caught.value)
            with pytest.raises(TimeoutError):
                other.accept()

    def test_a_redirect_that_repeats_the_token(self, failure, secret):
        error, _ = failure(Response("", 302, {"Location": f"https://evil.example.com/?t={secret}"}))
        assert "redirects to https://evil.example.com/?t=[token];" in str(error)


class TestBrokenAnswers:
    @pytest.mark.parametrize(
        ("body", "words"),
        [
            (b"", "is empty"),
            (b" \n", "is empty"),
            (b"<!doctype html><title>Log in</title>", "is a page for browsers"),
            (b'{"data": {"me": {"na', "is no JSON, or is cut off"),
            (b"nonsense", "is no JSON, or is cut off"),
            (b'{"data": {"me": {"name": "\xff"}}}', "is no JSON, or is cut off"),
            (b'{"data": {"me": ' + b"[" * 100_000, "is no JSON, or is cut off"),
            (b"[]", "is not of the form"),
            (b"{}", "is not of the form"),
            (b'{"data": null}', "is not of the form"),
            (b'{"data": {}}', "is not of the form"),
            (b'{"data": {"me": {"name": 5}}}', "is not of the form"),
            (b'{"data": {"me": "x"}}', "is not of the form"),
            (b'{"errors": "no"}', "is not of the form"),
        ],
        ids=str,
    )
    def test_garbage(self, failure, body, words):
        error, asked = failure(Response(body))
        assert isinstance(error, GarbledError)
        assert words in str(error)
        assert (asked, error.undecided) == (1, True)

    def test_garbage_that_repeats_the_token(self, failure, secret):
        error, _ = failure(Response(f'{{"data": {{"me": "{secret}"}}}}'))
        assert "is not of the form" in str(error)

    @pytest.mark.parametrize(("changes", "asked"), [(False, 3), (True, 1)])
    @pytest.mark.parametrize(
        "reply",
        [
            b"",
            b"HTTP/1.1 200",
            b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"data"',
            b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"dat',
            b"220 mail.example.com ESMTP\r\n",
        ],
    )
    def test_an_answer_that_is_cut_off(self, raw_server, client, all_said, reply, changes, asked):
        host, connections = raw_server(reply)
        with pytest.raises(BrokenError, match="broke off before it had answered") as caught:
            ask(client(host), changes=changes)
        assert (len(connections), caught.value.undecided) == (asked, True)
        all_said(caught.value)

    def test_an_answer_that_is_encoded_wrongly(self, failure):
        error, _ = failure(Response(b"plain", headers={"Content-Encoding": "gzip"}))
        assert "not encoded as it says" in str(error)

    def test_an_answer_without_end(self, failure, monkeypatch):
        monkeypatch.setattr("orbgen.remote.exchange.LARGEST_ANSWER", 100_000)
        error, _ = failure(Response(b"x" * 200_000))
        assert "more than 100,000 bytes" in str(error)


class TestTime:
    @pytest.fixture
    def slow(self, httpserver):
        """A server that keeps its clients waiting until the test is over."""
        over = threading.Event()

        def late(request):
            over.wait(10)
            return Response("{}")

        httpserver.expect_request(GRAPHQL).respond_with_handler(late)
        yield httpserver
        over.set()

    @pytest.mark.parametrize("changes", [False, True])
    def test_a_server_that_does_not_answer(self, slow, client, all_said, changes):
        begin = time.monotonic()
        with pytest.raises(BrokenError, match=r"did not answer within 0\.2 seconds") as caught:
            ask(client(slow.url_for(""), timeout=0.2), changes=changes)
        assert time.monotonic() - begin < 2
        assert caught.value.undecided
        all_said(caught.value)

    def test_a_server_that_answers_drop_by_drop(self, client, httpserver, all_said):
        def drops():
            for _ in range(100):
                time.sleep(0.05)
                yield b" "

        httpserver.expect_request(GRAPHQL).respond_with_handler(lambda request: Response(drops()))
        with pytest.raises(BrokenError, match="did not answer within") as caught:
            ask(client(httpserver.url_for(""), timeout=0.3))
        all_said(caught.value)


class TestNoConnection:
    @pytest.mark.parametrize("changes", [False, True])
    def test_a_server_that_is_down(self, client, all_said, changes):
        with pytest.raises(
            UnreachableError, match=r"cannot connect to http://127\.0\.0\.1:\d+: Connection refused"
        ) as caught:
            ask(client(f"http://127.0.0.1:{closed_port()}"), changes=changes)
        assert not caught.value.undecided
        all_said(caught.value)

    @pytest.mark.parametrize("changes", [False, True])
    def test_it_is_tried_again_since_nothing_was_sent(self, raw_server, client, changes):
        port = closed_port()
        made = client(f"http://127.0.0.1:{port}", pauses=(0.3, 0.3))
        answer = json.dumps({"data": {"me": {"name": "x"}}}).encode()
        reply = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(answer), answer)
        threading.Timer(0.1, lambda: raw_server(reply, port)).start()
        assert ask(made, changes=changes).me is not None

    def test_a_server_without_encryption_where_it_should_have_some(self, client, httpserver, all_said):
        with pytest.raises(UnreachableError, match="cannot connect to https://") as caught:
            ask(client(httpserver.url_for("").replace("http://", "https://")))
        all_said(caught.value)
