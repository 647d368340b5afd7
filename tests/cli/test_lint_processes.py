"""`orbgen lint` on many files: several processes, one result."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.cli.running import BROKEN, CONFIG, PASTED, command

# What makes a process fail at one file, in ways that nobody foresaw.
FAILING = """
import os, sys
from orbgen.cli.main import main
from orbgen.lint import run
real = run.Linter.examined
def examined(self, path, **settings):
    if path == "c7.yml":
        {}
    return real(self, path, **settings)
run.Linter.examined = examined
sys.exit(main(["lint", "--format=concise", "--workers=3", "."]))
"""


@pytest.fixture
def many(write):
    """Configurations of which some have findings and one cannot be read, some far larger than the others."""
    for number in range(20):
        text = (CONFIG, PASTED, BROKEN)[number % 3]
        more = "".join(
            [f"  extra{n}: {{docker: [{{image: 'cimg/base:2024.12'}}], steps: [checkout]}}\n" for n in range(60)]
        )
        write(
            f"{number:02}/.circleci/config.yml",
            text.replace("jobs:\n", f"jobs:\n{more}", 1) if number % 9 == 0 else text,
        )
    write("07/.circleci/config.yml", "jobs: [\n")


def children(process: int) -> list[int]:
    with open(f"/proc/{process}/task/{process}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def running(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("format_", ["full", "concise"])
def test_as_many_processes_as_one_likes_say_the_same(process, many, format_):
    one = process("lint", "--workers=1", f"--format={format_}", ".")
    assert one.code == 2
    assert "19 files; 1 file could not be read" in one.err
    for workers in ("--workers=2", "--workers=5", "--quiet"):
        several = process("lint", workers, f"--format={format_}", ".")
        assert (several.code, several.out) == (one.code, one.out)
        assert several.err == ("" if workers == "--quiet" else one.err)


def test_standard_input_and_pipes_are_read_by_other_processes_too(process, write):
    write("a.yml", CONFIG)
    assert "<stdin>:8:19" in process("lint", "--workers=2", "--format=concise", "-", "a.yml", stdin=PASTED.encode()).out


@pytest.mark.parametrize("workers", ["0", "-3", "many"])
def test_a_number_of_processes_that_cannot_be(process, workers):
    code, _, err = process("lint", f"--workers={workers}", ".")
    assert code == 2
    assert "--workers" in err


def test_the_settings_of_all_folders_are_looked_at_before_any_file(process, many, write):
    write("13/.circleci/orbgen.yml", "lint: {personas: pedantic}\n")
    code, out, err = process("lint", "--workers=2", ".")
    assert (code, out) == (2, "")
    assert "did you mean `persona`?" in err


@pytest.mark.parametrize(
    ("failing", "said"),
    [
        ("raise KeyError('sk-secret')", "  KeyError in:\n"),
        ("os.kill(os.getpid(), 11)", "  a process was ended by signal SIGSEGV\n"),
        ("os._exit(9)", "  a process ended by itself with code 9\n"),
        ("sys.setrecursionlimit(50); (f := lambda: f())()", "  RecursionError in:\n"),
    ],
)
def test_a_process_that_fails_names_the_file(write, failing, said):
    for number in range(12):
        write(f".circleci/c{number}.yml", CONFIG)
    os.chdir(".circleci")
    done = subprocess.run(
        [sys.executable, "-c", FAILING.format(failing)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 70
    assert "error: this is a defect of orbgen" in done.stderr
    assert "(at c7.yml)\n" in done.stderr
    assert said in done.stderr
    assert "sk-secret" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="this system does not list processes")
class TestInterrupted:
    """Runs in which every process waits for a pipe that nobody writes into."""

    @pytest.fixture
    def waiting(self, plain_surroundings):
        os.mkfifo("a.yml")
        os.mkfifo("b.yml")
        with subprocess.Popen(
            command("lint", "--workers=2", "a.yml", "b.yml"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        ) as process:  # fmt: skip
            end = time.monotonic() + 20
            while len(children(process.pid)) < 2 and time.monotonic() < end:
                time.sleep(0.02)
            started = children(process.pid)
            assert len(started) == 2
            # They are forked before they ignore interrupts, and come to the pipes soon after.
            time.sleep(0.1)
            yield process, started
            process.kill()

    @pytest.mark.parametrize("to_all", [True, False])
    def test_an_interrupt_ends_all_processes_at_once(self, waiting, to_all):
        process, started = waiting
        if to_all:
            os.killpg(process.pid, signal.SIGINT)
        else:
            os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=10)
        assert (process.returncode, out, err) == (130, "", "interrupted\n")
        assert not any([running(child) for child in started])

    def test_a_process_that_is_killed_is_told_from_one_that_takes_long(self, waiting):
        process, started = waiting
        os.kill(started[0], signal.SIGKILL)
        _, err = process.communicate(timeout=10)
        assert process.returncode == 70
        assert "a process was ended by signal SIGKILL" in err
        assert "(at a.yml)" in err or "(at b.yml)" in err
        assert not any([running(child) for child in started])

    def test_processes_end_when_the_first_one_is_gone(self, waiting):
        process, started = waiting
        process.kill()
        process.wait(timeout=10)
        for name in ("a.yml", "b.yml"):
            # What they wait for comes, and nobody is there to tell.
            with open(name, "w", encoding="utf-8") as pipe:
                pipe.write(CONFIG)
        end = time.monotonic() + 10
        while any([running(child) for child in started]) and time.monotonic() < end:
            time.sleep(0.02)
        assert not any([running(child) for child in started])


def test_a_reader_that_leaves_ends_all_processes(many):
    shell = f"set -o pipefail; {' '.join(command('lint', '--workers=2', '.'))} | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.splitlines()[-1] == "141"
    assert done.stderr == ""
