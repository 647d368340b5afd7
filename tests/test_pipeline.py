"""The project's own pipeline: it compiles, nothing is to be said of it, and it publishes the orb as it should."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from orbgen.orb.render import DEFAULTS

ROOT = Path(__file__).parent.parent
CONFIG = ".circleci/config.yml"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "orbgen", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture(scope="module")
def pipeline() -> Any:
    """What CircleCI makes of the configuration."""
    done = run("compile", CONFIG)
    assert done.returncode == 0, done.stderr
    return yaml.safe_load(done.stdout)


def test_nothing_is_to_be_said_of_it():
    done = run("lint", "--persona", "auditor", ".circleci", "orb")
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("job", "tag", "version"),
    [
        ("publish-orb-for-development", "", "dev:alpha"),
        ("publish-orb", "v1.4.2", "1.4.2"),
        ("publish-orb", "v1.4.2; touch x", "1.4.2; touch x"),
    ],
)
def test_the_orb_is_published_as_the_version_that_is_meant(pipeline, tmp_path, job, tag, version):
    program = tmp_path / ".venv" / "bin" / "orbgen"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    program.chmod(0o755)
    body = pipeline["jobs"][job]
    (script,) = [
        step["run"]["command"] for step in body["steps"] if "run" in step and "publish" in step["run"]["command"]
    ]
    variables = {name: value for one in body["environment"] for name, value in one.items()}
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        cwd=tmp_path,
        env={**os.environ, **variables, "CIRCLE_TAG": tag},
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    )
    assert done.stdout.splitlines() == ["orb", "publish", "orb/src", f"{DEFAULTS.name}@{version}", "--yes"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [".venv"]


def test_only_what_was_checked_is_published_and_only_from_main_and_tags(pipeline):
    (workflow,) = [found for name, found in pipeline["workflows"].items() if name != "version"]
    entries = {name: body for entry in workflow["jobs"] for name, body in entry.items()}
    publishing = {name: body for name, body in entries.items() if "context" in body}
    assert publishing.keys() == {"publish-orb-for-development", "publish-orb"}
    for body in publishing.values():
        assert set(body["requires"]) == entries.keys() - publishing.keys()
    assert publishing["publish-orb-for-development"]["filters"] == 'pipeline.git.branch == "main"'
    assert publishing["publish-orb"]["filters"] == r'(pipeline.git.tag or "") matches /^v[0-9]+\.[0-9]+\.[0-9]+$/'
