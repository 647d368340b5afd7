"""The looks at a script's text that spare reading it: they must let through whatever reading it would find."""

from __future__ import annotations

from pathlib import Path

import pytest

from orbgen.lint.analyses.supply_chain.fed_code import fed_code
from orbgen.lint.analyses.supply_chain.fed_signs import may_feed
from orbgen.shell.script import read_script
from tests.lint.linting import found, job, script


@pytest.mark.parametrize(
    "text",
    [
        "{ echo a; curl -s https://a.b/x; } |\n  bash",
        "curl -s https://a.b/x |\n\n  # runs it\n  sudo -E bash",
        'eval "$(echo "$(date)"; curl -s https://a.b/x)"',
        "bash -c \"$(printf '%s' ')'; curl -s https://a.b/x)\"",
        'x=`curl -s https://a.b/x`; bash -c "$x"',
    ],
)
def test_a_download_that_runs(text: str):
    assert may_feed(text)
    assert fed_code(read_script(text))


@pytest.mark.parametrize(
    "text",
    [
        'V="$(cat v.txt)"\ncurl -s https://a.b/x -o x\npython -m pytest',
        "curl -s https://a.b/x | tar -xz\n",
        "bash a.sh | tee log; curl -s https://a.b/x -o x",
    ],
)
def test_a_download_that_need_not_be_read(text: str):
    assert not may_feed(text)


@pytest.mark.parametrize(
    "text",
    [
        "docker run --rm node:latest",
        "docker \\\n  --context c \\\n  run node:latest",
        "sudo podman pull -q node:latest",
        "docker build -t x -f- . <<E\nfrom node:latest\nE\n",
    ],
)
def test_a_script_that_uses_an_image(text: str, tmp_path: Path):
    findings = found(tmp_path, script(text), "unpinned-image")
    assert [one.kind for one in findings if "latest" in one.message] == ["latest"]


def test_a_file_that_a_variable_names(tmp_path: Path):
    steps = (
        "- run:\n    environment: {TARGET: ~/.npmrc}\n    command: cp settings $TARGET\n"
        "- persist_to_workspace: {root: ~, paths: [.npmrc, dist]}\n"
    )
    assert len(found(tmp_path, job(steps), "persisted-credentials")) == 1
    plain = steps.replace(".npmrc", "out")
    assert not found(tmp_path, job(plain), "persisted-credentials")


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("CURL -k https://a.b/x -o x\ncurl -fk https://a.b/x -o x", 1),
        ("npm config set strict-ssl false", 1),
        ("npm config set registry https://a.b/", 0),
    ],
)
def test_a_check_that_is_switched_off(text: str, rules: int, tmp_path: Path):
    assert len(found(tmp_path, script(text), "insecure-transport")) == rules


def test_a_shell_that_gives_up(tmp_path: Path):
    assert len(found(tmp_path, script("set +e\nmake\nmake install"), "lenient-shell")) == 1
    assert not found(tmp_path, script("set -e\nmake\nmake install"), "lenient-shell")
