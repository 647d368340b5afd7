"""Running the command line: in this process where that is enough, in one of its own where it matters."""

from __future__ import annotations

import gc
import os
import secrets
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from pytest_httpserver import HTTPServer

from orbgen.cli.main import main
from tests.cli.orb_server import FakeRegistry
from tests.cli.running import Result, Run, command


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder to work in, and nothing in the environment that changes what is printed or found."""
    for name in ("NO_COLOR", "COLUMNS", "TERM", "XDG_CACHE_HOME", "FORCE_HYPERLINK"):
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "home"
    folder = tmp_path / "folder"
    home.mkdir()
    folder.mkdir()
    # The search for a configuration ends at the root of a repository.
    (folder / ".git").mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def write(plain_surroundings: Path) -> Callable[[str, str], Path]:
    """Write a text to a file in the folder."""

    def write(name: str, text: str) -> Path:
        path = plain_surroundings / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def orbgen() -> Run:
    """Run `orbgen` in this process."""

    def run(*arguments: object, stdin: bytes | str = b"") -> Result:
        with CliRunner().isolation(input=stdin) as (out, err, _):
            code = main([str(argument) for argument in arguments])
            sys.stdout.flush()
            sys.stderr.flush()
            result = Result(code, out.getvalue().decode(), err.getvalue().decode())
        # A process that ends has no use for collecting garbage; this one goes on.
        gc.unfreeze()
        gc.enable()
        return result

    return run


@pytest.fixture
def process() -> Run:
    """Run `orbgen` in a process of its own."""

    def run(*arguments: object, stdin: bytes = b"", **environment: str) -> Result:
        done = subprocess.run(
            command(*arguments),
            input=stdin,
            env={**os.environ, **environment},
            capture_output=True,
            timeout=60,
            check=False,
        )
        return Result(done.returncode, done.stdout.decode("utf-8", "surrogateescape"), done.stderr.decode())

    return run


@pytest.fixture
def secret() -> str:
    """A token that no other test has."""
    return f"CCIPAT_{secrets.token_hex(20)}"


@pytest.fixture
def registry(httpserver: HTTPServer, secret: str) -> FakeRegistry:
    """A registry of orbs on this machine."""
    fake = FakeRegistry(secret)
    httpserver.expect_request("/graphql-unstable").respond_with_handler(fake)
    return fake


@pytest.fixture
def remote(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    httpserver: HTTPServer,
    registry: FakeRegistry,
    secret: str,
) -> Run:
    """Run `orbgen orb` in this process against that registry; fails where the token is shown."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("HOST", "TOKEN", "ENDPOINT", "REST_ENDPOINT", "TIMEOUT"):
        monkeypatch.delenv(f"CIRCLECI_CLI_{name}", raising=False)
    for name in ("CIRCLE_TAG", "ORB_VAL_RC_EXCLUDE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CIRCLECI_CLI_HOST", httpserver.url_for(""))
    monkeypatch.setenv("CIRCLECI_CLI_TOKEN", secret)

    def run(*arguments: object) -> Result:
        code = main(["orb", *[str(argument) for argument in arguments]])
        said = capsys.readouterr()
        for text in (said.out, said.err):
            assert secret not in text
            assert secret[10:26] not in text
            assert "defect" not in text
        gc.unfreeze()
        gc.enable()
        return Result(code, said.out, said.err)

    return run
