"""Shells that hide failures, and scripts in which there is none to hide."""

from __future__ import annotations

from pathlib import Path

import pytest

from orbgen.lint.findings import Persona, Severity
from tests.lint.linting import found, job


def config(shell: str | None, script: str) -> str:
    lines = "".join([f"    {line}\n" for line in script.splitlines()])
    step = f"- run:\n    command: |\n{''.join(['    ' + line for line in lines.splitlines(keepends=True)])}"
    return job(step + (f"    shell: {shell}\n" if shell is not None else ""))


@pytest.mark.parametrize(
    ("shell", "script", "lacks"),
    [
        ("bash", "make\nmake install", "-e"),
        ("/bin/sh", "make; make install", "-e"),
        ("zsh --login", "make\nmake install", "-e"),
        ("/bin/bash --login -o pipefail", "make\nmake install", "-e"),
        ("env bash", "make\nmake install", "-e"),
        ("bash -e", "make | tee log", "-o pipefail"),
        ("bash -eu", "make | tee log\nmake", "-o pipefail"),
        ("bash", "if [ -e x ]; then\n  make\n  make install\nfi", "-e"),
        ("bash -eo pipefail", "make\nmake | tee log", None),
        ("bash -o errexit -o pipefail", "make\nmake | tee log", None),
        ("/bin/bash --login -exo pipefail", "make\nmake | tee log", None),
        ("sh -e", "make | tee log", None),
        ("sh", "make | tee log", None),
        ("bash", "make", None),
        ("bash", "make && make install", None),
        ("bash", "echo a\nmake", None),
        ("bash -e", "echo a | tee log", None),
        ("bash", "set -eo pipefail\nmake\nmake | tee log", None),
        ("bash", "if make; then\n  make install\nfi", None),
        ("bash", "make || exit 1", None),
        ("pwsh", "make\nmake install", None),
        ("python", "make\nmake install", None),
        ("<< pipeline.git.branch >>", "make\nmake install", None),
        (None, "make\nmake | tee log", None),
    ],
)
def test_shells(tmp_path: Path, shell: str | None, script: str, lacks: str | None):
    reported = found(tmp_path, config(shell, script), "lenient-shell")
    assert [finding.message.split("`")[1] for finding in reported] == ([] if lacks is None else [lacks])
    for finding in reported:
        assert finding.primary.text == shell
        assert (finding.severity, finding.persona) == (Severity.LOW, Persona.PEDANTIC)


@pytest.mark.parametrize(
    ("script", "hides"),
    [
        ("set +e\nmake\nmake install", True),
        ("set +exu\nmake\nmake install", True),
        ("set +x\nmake\nmake install", False),
        ("set +e\nmake", False),
        ("set +e\nmake\necho $?", False),
        ("set +e\nmake\nset -e\nmake install", False),
        ("set +e\nmake\nmake install\nexit 0", False),
        ("set +e\nmake || make again\nmake install", False),
        ("make\nset +e\nmake\nmake install", False),
    ],
)
def test_scripts_that_give_up(tmp_path: Path, script: str, hides: bool):
    reported = found(tmp_path, config(None, script), "lenient-shell")
    assert [finding.primary.text.split()[0] for finding in reported] == ["set"] * hides


def test_the_shell_of_an_executor(tmp_path: Path):
    text = job("- run: |\n    make\n    make install", keys="executor: e").replace(
        '    docker: [{image: "cimg/base:2026.01"}]\n', "", 1
    )
    more = 'executors: {e: {docker: [{image: "cimg/base:2026.01"}], shell: bash}}\n'
    (finding,) = found(tmp_path, text.replace("jobs:\n", f"{more}jobs:\n", 1), "lenient-shell")
    assert finding.primary.text == "bash"
    assert finding.related[0].span.text == "make"


def test_what_leaves_a_loop_does_not_fail(tmp_path: Path):
    script = "for x in *; do\n  if [ $x = a ]; then\n    continue\n  fi\n  make $x\n  break\ndone"
    (finding,) = found(tmp_path, config("sh", script.replace("  break", "  make again")), "lenient-shell")
    assert finding.related[0].span.text == "make $x"
