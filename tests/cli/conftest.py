"""Running the command line: in this process where that is enough, in one of its own where it matters."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from orbgen.cli.main import main
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
