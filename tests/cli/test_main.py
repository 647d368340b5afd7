"""The command as a process: version, help, and terminals that cannot show every letter."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from orbgen import __version__

CONFIG = (
    "version: 2.1\njobs:\n  schnee-☃:\n    docker: [{image: cimg/base:2024.12}]\n    steps: [{run: echo ☃, when: ☃}]\n"
)


def orbgen(*words, cwd=None, **environment):
    return subprocess.run(
        [sys.executable, "-m", "orbgen", *words],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("words", [["--version"], ["-V"], ["--version", "--help"]])
def test_the_version_is_said_with_and_without_click(words):
    run = orbgen(*words)
    assert (run.returncode, run.stdout, run.stderr) == (0, f"orbgen {__version__}\n", "")


def test_without_words_the_commands_are_listed():
    run = orbgen("--help")
    assert run.returncode == 0
    assert "\n  lint     Find what is wrong" in run.stdout


def test_a_wrong_command_is_answered_with_the_nearest():
    run = orbgen("lnt")
    assert (run.returncode, run.stdout) == (2, "")
    assert "no such command 'lnt'; did you mean 'lint'?" in run.stderr


@pytest.mark.parametrize("command", ["lint", "compile"])
def test_letters_that_the_output_cannot_hold_are_written_as_escapes(command, tmp_path):
    (tmp_path / "config.yml").write_text(CONFIG, encoding="utf-8")
    run = orbgen(command, "config.yml", cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert run.returncode == 1
    assert r"schnee-\u2603" in run.stdout + run.stderr
    assert "defect" not in run.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="only there may names be any bytes")
def test_a_file_whose_name_is_no_text_is_linted(tmp_path):
    name = os.fsdecode(b"config-\xff.yml")
    (tmp_path / name).write_text(CONFIG, encoding="utf-8")
    run = orbgen("lint", name, cwd=tmp_path, PYTHONIOENCODING="utf-8:strict")
    assert run.returncode == 1
    assert r"config-\udcff.yml:" in run.stdout


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    jobs = "".join([f"  job-{number}: 1\n" for number in range(3000)])
    (tmp_path / "config.yml").write_text(f"version: 2.1\njobs:\n{jobs}", encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "-m", "orbgen", "lint", "config.yml"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(60) == 0
        assert process.stderr.read() == b""
