"""What holds for every script of the orb, whatever it does."""

from __future__ import annotations

import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

SCRIPTS = sorted((Path(__file__).parent.parent.parent.parent / "orb" / "src" / "scripts").glob("*.sh"))
each_script = pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)

# What bash learnt after 3.2, the one that macOS comes with.
NEWER = (
    r"\$\{\w+(\[[@*]\])?(,|\^|@)",
    r"\b(declare|local|typeset) -[a-zA-Z]*[Ang]",
    r"\b(mapfile|readarray|coproc|wait -n)\b",
    r"\|&|&>>|;&|;;&",
    r"\[\[ -[vR] ",
    r"\$\{\w+:[^}]*: ?-\d",
    r"%\([^)]*\)T",
    r"\$\{?(EPOCHSECONDS|EPOCHREALTIME|BASH_ARGV0|SRANDOM)\b",
    # It reads no quotes in what replaces a pattern within quotes.
    r"\"[^\"]*\$\{\w+//?[^}/]*/[^}]*\$'",
    # An empty array counts as unset there, which is an error here: it has to be guarded, or be known to hold something.
    r"(?<!\+)\"\$\{(?!members|words)\w+\[@\]\}\"",
)


def code(script: Path) -> str:
    """A script without its comments."""
    return re.sub(r"^\s*#.*$", "", script.read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_there_are_scripts():
    assert len(SCRIPTS) >= 19


@each_script
def test_shellcheck_has_nothing_to_say(script):
    shellcheck = Path(sysconfig.get_path("scripts")) / "shellcheck"
    run = subprocess.run(
        [shellcheck, "--severity=style", "--norc", script], capture_output=True, text=True, check=False, timeout=60
    )
    assert run.stdout + run.stderr == ""
    assert run.returncode == 0


@each_script
def test_circleci_reads_a_script_as_plain_text(script):
    # It takes `<<` for the beginning of a reference, in comments as well.
    assert "<<" not in script.read_text(encoding="utf-8")


@each_script
def test_a_script_runs_in_the_bash_of_macos(script):
    assert [pattern for pattern in NEWER if re.search(pattern, code(script))] == []


@each_script
def test_no_text_becomes_code(script):
    assert not re.search(r"\beval\b|\b(ba|da|z|k)?sh -c\b", code(script))


@each_script
def test_what_a_script_reads_is_listed_at_its_top(script):
    text = script.read_text(encoding="utf-8")
    listed = re.findall(r"^# (PARAM_\w+)  ", text, flags=re.MULTILINE)
    assert sorted(set(re.findall(r"PARAM_\w+", code(script)))) == sorted(listed)


@each_script
@pytest.mark.parametrize("shell", ["dash", "busybox sh"])
def test_a_shell_that_is_not_bash_is_told_so(script, shell):
    if shutil.which(shell.split()[0]) is None:
        pytest.skip(f"there is no {shell} here")
    run = subprocess.run([*shell.split(), "-e", script], capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 1
    assert run.stdout == ""
    assert (
        run.stderr == "This step needs bash, and this image has none: install it, or use an image such as cimg/base.\n"
    )
