"""The line that says how far a run has come."""

from __future__ import annotations

import io
import os
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
    first, second, gone, rest = terminal.getvalue().split("\x1b[K")
    assert first == f"\r[{'#' * 13}{'.' * 17}] 900 of 2,000 files"
    assert second == f"\r[{'#' * 22}{'.' * 8}] 1,500 of 2,000 files"
    assert (gone, rest) == ("\r", "")


def test_the_line_is_written_while_one_file_takes_long(clock, terminal):
    line = Progress(10, terminal)
    line.step(4)
    clock[0] += 1.1
    line.tick()
    assert "4 of 10 files" in terminal.getvalue()


@pytest.mark.parametrize(
    ("columns", "shown"), [(30, "[######........] 4 of 9 files"), (14, "4 of 9 files"), (9, "4 of 9 f")]
)
def test_the_line_never_breaks(clock, terminal, monkeypatch, columns, shown):
    monkeypatch.setattr(terminal, "fileno", lambda: 2, raising=False)
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((columns, 24)))
    line = Progress(9, terminal)
    clock[0] += 1.1
    line.step(4)
    assert terminal.getvalue() == f"\r{shown}\x1b[K"


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
