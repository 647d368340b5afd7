"""The line that says how far a run has come."""

from __future__ import annotations

import io
import time

import pytest

from orbgen.cli.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch):
    """A clock that a test turns."""
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    return Terminal()


def test_short_work_is_done_in_silence(clock, terminal):
    line = Progress(3, terminal)
    for done in (1, 2, 3):
        clock[0] += 0.3
        line.step(done)
    line.clear()
    assert terminal.getvalue() == ""


def test_long_work_has_a_line_that_is_taken_away(clock, terminal):
    line = Progress(2000, terminal)
    clock[0] += 1.1
    line.step(900)
    line.step(901)
    clock[0] += 0.2
    line.step(1500)
    line.clear()
    line.clear()
    assert terminal.getvalue() == "\r900 of 2,000 files\r1,500 of 2,000 files\r\x1b[K"


@pytest.mark.parametrize(("terminal_name", "wanted"), [("dumb", True), ("xterm", False)])
def test_it_can_be_unwanted(clock, terminal, monkeypatch, terminal_name, wanted):
    monkeypatch.setenv("TERM", terminal_name)
    line = Progress(2, terminal, wanted=wanted)
    clock[0] += 5
    line.step(1)
    assert terminal.getvalue() == ""


def test_a_file_gets_no_progress(clock):
    file = io.StringIO()
    line = Progress(2, file)
    clock[0] += 5
    line.step(1)
    assert file.getvalue() == ""
