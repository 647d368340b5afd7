"""The guard that keeps tests off the network."""

from __future__ import annotations

import socket

import pytest


@pytest.mark.parametrize(
    ("family", "address"),
    [
        (socket.AF_INET, ("192.0.2.1", 443)),
        (socket.AF_INET, ("example.invalid", 443)),
        (socket.AF_INET6, ("2001:db8::1", 443)),
    ],
)
@pytest.mark.parametrize("method", ["connect", "connect_ex"])
def test_other_machines_are_out_of_reach(family, address, method):
    with socket.socket(family) as client, pytest.raises(pytest.fail.Exception, match="stay on this machine"):
        getattr(client, method)(address)


def test_loopback_is_within_reach():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()


def test_unix_sockets_are_within_reach(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # The path of such a socket has to be short.
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind("socket")
        server.listen()
        client.connect("socket")
