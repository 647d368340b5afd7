"""The session of docs/init.md in tmux, typed key by key: from an empty repository to a clean lint."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_docs import ROOT, blocks, commands

PATIENCE = 60.0  # seconds
# The bottom line of the terminal while somebody is waited for.
WAITING = re.compile(r"(?:^\$|: ?|\[y/N\]) ?$")
MOST_KEYS = 300  # at five keys a second, which is a slow typist, a minute


class Tmux:
    """A shell in tmux, of a hundred columns."""

    def __init__(self, folder: Path, socket: str) -> None:
        (folder / "bin").mkdir()
        script = folder / "bin" / "orbgen"
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m orbgen "$@"\n', encoding="utf-8")
        script.chmod(0o755)
        self.keys = 0
        self._call = ["tmux", "-S", socket, "-f", os.devnull]
        surroundings = {
            "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}", "HOME": str(folder), "PS1": "$ ",
            "NO_COLOR": "1", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), "GIT_CONFIG_GLOBAL": os.devnull,
        }  # fmt: skip
        size = ("-x", "100", "-y", "200")
        subprocess.run(
            [*self._call, "new-session", "-d", *size, "bash", "--norc", "--noprofile"],
            env=surroundings, cwd=folder, check=True, timeout=PATIENCE,
        )  # fmt: skip

    def type(self, line: str) -> None:
        """Type a line when the terminal waits for one."""
        self.settled()
        if line:
            self._run("send-keys", "-l", line)
        self._run("send-keys", "Enter")
        self.keys += len(line) + 1
        # The line has to be there before the terminal can be waited for again.
        time.sleep(0.05)

    def settled(self) -> list[str]:
        """The lines of the terminal, once it waits for somebody."""
        deadline = time.monotonic() + PATIENCE
        before: list[str] = []
        while time.monotonic() < deadline:
            shown = self._run("capture-pane", "-p", "-J").rstrip("\n").split("\n")
            if shown == before and WAITING.search(shown[-1]):
                return [line.rstrip() for line in shown]
            before = shown
            time.sleep(0.1)
        raise AssertionError("\n".join(before))

    def end(self) -> None:
        self._run("kill-server")

    def _run(self, *words: str) -> str:
        return subprocess.run(
            [*self._call, *words], check=True, capture_output=True, encoding="utf-8", timeout=PATIENCE
        ).stdout


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    if shutil.which("tmux") is None:
        pytest.skip("there is no tmux")
    # The name of a socket has to be short, and those of pytest's folders need not be.
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        started = Tmux(tmp_path, f"{folder}/tmux")
        yield started
        started.end()


def test_the_session_of_the_page(tmux):
    page = (ROOT / "docs" / "init.md").read_text(encoding="utf-8")
    before, session, after = [block for block in blocks(page) if block.language == "console"][:3]
    assert session.mark == "terminal"
    for command in commands(before):
        tmux.type(command.text)
    tmux.keys = 0
    (init,) = commands(session)
    tmux.type(init.text)
    for line in init.expected:
        asked = re.match(r".*(?:\)| \[[^\]]*\]|[a-z]):(?: (.+))?$", line)
        if asked and not line.startswith(("choices", "next")):
            tmux.type(asked[1] or "")
    for command in commands(after)[:2]:
        tmux.type(command.text)
    shown = tmux.settled()
    promised = [line for block in (session, after) for line in block.lines if line != "$ cd .."]
    assert shown[-len(promised) - 1 : -1] == promised
    assert shown[-2] == "no findings in 4 files"
    assert tmux.keys < MOST_KEYS, tmux.keys
