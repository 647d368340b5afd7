"""What every test has: no way out to the network, no deadline for property tests, and the corpus if there is one."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

# A busy machine is no defect, so an example may take its time.
hypothesis.settings.register_profile("orbgen", deadline=None)
hypothesis.settings.load_profile("orbgen")


def _stays_here(family: int, address: Any) -> bool:
    if family == socket.AF_UNIX:
        return True
    if family not in (socket.AF_INET, socket.AF_INET6):
        return False
    host = address[0]
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Refuse every connection from the test process but those to this machine's loopback and to Unix sockets."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            connect = getattr(socket.socket, name)

            def guarded(self: socket.socket, address: Any, *, connect: Any = connect) -> Any:
                if not _stays_here(self.family, address):
                    pytest.fail(f"a test tried to reach {address!r}; tests stay on this machine")
                return connect(self, address)

            patch.setattr(socket.socket, name, guarded)
        yield


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real configurations that `ORBGEN_CORPUS` names; without it the test is skipped."""
    folder = os.environ.get("ORBGEN_CORPUS")
    if not folder:
        pytest.skip("ORBGEN_CORPUS names no folder of real configurations")
    return Path(folder)
