"""The command line as a whole: help, wrong usage, interrupts, streams that go away, defects, completion."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

from orbgen import __version__
from orbgen.cli.main import COMMANDS
from tests.cli.running import PASTED, command


@pytest.mark.parametrize("words", [["--version"], ["-V"], ["--version", "--help"]])
def test_the_version_is_said_with_and_without_click(orbgen, words):
    assert orbgen(*words) == (0, f"orbgen {__version__}\n", "")


def test_help_lists_every_command_with_its_line(orbgen):
    code, out, _ = orbgen("--help")
    assert code == 0
    for name, line in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(line)}$", out, re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_that_begins_as_the_list_says(orbgen, name):
    code, out, err = orbgen(name, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"Usage: orbgen {name} ")


def test_without_a_command_the_help_is_wrong_usage(orbgen):
    code, out, err = orbgen()
    assert (code, out) == (2, "")
    assert "Commands:" in err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["litn"], "error: no such command 'litn'; did you mean 'lint'?"),
        (["frobnicate"], f"error: no such command 'frobnicate'; the commands are {', '.join(COMMANDS)}"),
        (["lint", "--fromat", "full"], "error: no such option '--fromat'; did you mean '--format'?"),
        (["--versoin"], "error: no such option '--versoin'; did you mean '--version'?"),
        (
            ["lint", "--format", "concice"],
            "error: invalid value for '--format': 'concice' is not one of 'full', 'concise', 'json', 'sarif', 'junit', "
            "'github', 'gitlab', 'markdown', 'html'; did you mean 'concise'?",
        ),
        (["lint", "--fail-on"], "error: option '--fail-on' requires an argument"),
        (["explain", "a", "b"], "error: got unexpected extra argument (b)"),
    ],
)
def test_wrong_usage_is_one_sentence_with_what_was_meant(orbgen, arguments, sentence):
    code, out, err = orbgen(*arguments)
    first, second = err.splitlines()
    assert (code, out) == (2, "")
    assert first == sentence
    assert re.fullmatch(r"help: orbgen( lint| explain)? --help", second)


def test_an_interrupt_ends_with_its_exit_code_and_no_traceback(write):
    read_end, write_end = os.pipe()
    os.mkfifo("pipe.yml")
    started = f"import os; os.write({write_end}, b'x'); from orbgen.cli.main import main; exit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", started, "lint", "pipe.yml"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=[write_end],
    )  # fmt: skip
    os.read(read_end, 1)
    # Opening a pipe waits until somebody writes into it, so the run is surely not over.
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    os.close(read_end)
    os.close(write_end)
    assert (process.returncode, out) == (130, b"")
    assert err.decode().strip() == "interrupted"


def test_an_interrupt_during_the_start_is_met_with_manners(monkeypatch, orbgen):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("orbgen.cli.streams.prepare_streams", interrupted)
    assert orbgen("--version") == (130, "", "interrupted\n")


@pytest.mark.parametrize(
    ("arguments", "unbuffered"),
    [(["lint", "many.yml"], ""), (["lint", "many.yml"], "1"), (["compile", "many.yml"], "1"), (["--help"], "")],
)
def test_a_reader_that_goes_away_ends_the_run_in_silence(write, arguments, unbuffered):
    steps = "".join([f"      - run: make << pipeline.git.branch >> {number}\n" for number in range(300)])
    write("many.yml", PASTED.replace("      - checkout\n", steps))
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    process = subprocess.Popen(
        command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, pipesize=4096
    )
    with process:
        assert process.stdout is not None and process.stderr is not None
        if arguments != ["--help"]:
            os.read(process.stdout.fileno(), 10)
        process.stdout.close()
        err = process.stderr.read()
    assert (process.returncode, err) == (141, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
@pytest.mark.parametrize("arguments", [["lint", "x.yml"], ["compile", "x.yml"], ["rules"], ["--help"]])
def test_output_that_cannot_be_written_is_one_sentence(write, arguments):
    write("x.yml", PASTED)
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command(*arguments), stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr.decode() == "error: cannot write the output: No space left on device\n"


@pytest.mark.parametrize("stream", ["0", "1", "2"])
def test_closed_streams_are_no_defect(write, stream):
    write("x.yml", PASTED)
    shell = " ".join(command("lint", "-q", "x.yml" if stream != "0" else "-"))
    done = subprocess.run(["bash", "-c", f"{shell} {stream}>&-"], capture_output=True, timeout=60, check=False)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert b"defect" not in done.stderr


def test_an_encoding_without_our_marks_is_no_defect(write, process):
    write("日本.yml", PASTED)
    code, out, err = process("lint", "日本.yml", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert code == 1
    assert "--> \\u65e5\\u672c.yml:8:19" in out
    assert err == "1 finding (1 medium) in 1 file\n"


def test_a_folder_that_is_gone_is_one_sentence(tmp_path):
    gone = tmp_path / "gone"
    shell = f"mkdir {gone}; cd {gone}; rmdir {gone}; exec {' '.join(command('lint'))}"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr == "error: the current folder does not exist any more\n"


def test_a_defect_is_reported_without_anything_of_the_users(monkeypatch, orbgen, write):
    secret = "token-7f3a"
    write("config.yml", f"# {secret}\n{PASTED}")

    def broken(*_: object) -> None:
        local = secret  # noqa: F841
        raise RuntimeError(f"it was {secret}") from ValueError(secret)

    monkeypatch.setattr("orbgen.lint.run.run_rules", broken)
    code, out, err = orbgen("lint", "config.yml")
    assert (code, out) == (70, "")
    assert err.startswith("error: this is a defect of orbgen; please report it with the lines below")
    assert f"orbgen {__version__}, Python " in err
    assert "RuntimeError in:\n" in err
    assert re.search(r"^    orbgen/lint/run\.py:\d+ lint$", err, re.MULTILINE)
    assert secret not in err
    assert str(write("x", "").parent) not in err
    assert len(err.splitlines()) < 20


def complete(shell: str, words: str, process) -> list[str]:
    """What the shell is offered for the last of the words."""
    _, out, _ = process(
        _ORBGEN_COMPLETE=f"{shell}_complete", COMP_WORDS=words, COMP_CWORD=str(len(words.split(" ")) - 1)
    )
    return [line.removeprefix("plain,") for line in out.splitlines()]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("orbgen ", [*COMMANDS]),
        ("orbgen li", ["lint"]),
        ("orbgen orb pa", ["pack"]),
        ("orbgen lint --fo", ["--format"]),
        ("orbgen lint --format g", ["github", "gitlab"]),
        ("orbgen lint --min-severity m", ["medium"]),
        ("orbgen lint --select teleport-j", ["teleport-join-without-context"]),
        ("orbgen explain compile", ["compile-error"]),
        ("orbgen compile conf", ["file,conf"]),
        ("orbgen orb re", ["render", "review"]),
        ("orbgen orb review sr", ["file,sr"]),
        ("orbgen orb review src --exclude RC01", ["RC010", "RC011", "RC012"]),
        ("orbgen orb publish src acme/deploy --increment m", ["major", "minor"]),
        ("orbgen lint conf", ["file,conf"]),
    ],
)
def test_completion(process, words, offered):
    assert complete("bash", words, process) == offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(process, shell):
    code, out, _ = process(_ORBGEN_COMPLETE=f"{shell}_source")
    assert code == 0
    assert "_ORBGEN_COMPLETE" in out
    if shutil.which(shell):
        assert subprocess.run([shell, "-n"], input=out.encode(), timeout=30, check=False).returncode == 0


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
def test_bash_completes(process, tmp_path):
    script = tmp_path / "completion"
    script.write_text(process(_ORBGEN_COMPLETE="bash_source").out)
    (tmp_path / "orbgen").write_text(f'#!/bin/sh\nexec {" ".join(command())} "$@"\n')
    (tmp_path / "orbgen").chmod(0o755)
    asked = f"source {script}; COMP_WORDS=(orbgen lint --persona a); COMP_CWORD=3; _orbgen_completion orbgen"
    done = subprocess.run(
        ["bash", "-c", f'{asked}; echo "${{COMPREPLY[@]}}"'],
        env={**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("auditor\n", "")
