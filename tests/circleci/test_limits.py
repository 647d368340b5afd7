"""Whatever a file holds, compiling it ends soon, with little memory, and with a sentence; and cost grows with size."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.circleci.enormous import ENORMOUS

SECONDS = 1.0
KILOBYTES = 200 * 1024

# What is said of each.
STEPS = "beyond one of orbgen's limits: 60,000 steps, 30,000 calls of commands, 64 levels of them"
FILLED = "with everything filled in, the configuration goes beyond one of orbgen's limits"
EXPANDED = "with its aliases expanded the document has more than 250,000 nodes"
TOLD = {
    "a command that calls itself": "command 'c' calls itself",
    "commands that call one another": "command 'a' calls itself",
    "calls that double": STEPS,
    "calls that double in many jobs": STEPS,
    "calls of nothing that double": STEPS,
    "a text that doubles": FILLED,
    "a long text that doubles": FILLED,
    "steps that are passed on deeper and deeper": FILLED,
    "a matrix of a million": "the matrix has 1,000,000 combinations; orbgen expands at most 1,024",
    "many matrices": "the configuration has more than 5,000 job runs",
    "matrices that require one another": "the jobs depend on one another in more than 100,000 ways",
    "lists nested deeply": "nest",
    "maps nested deeply": "nest",
    "lists nested deeply in lines": "nest",
    "aliases of aliases": EXPANDED,
    "aliases of aliases in the variables of many jobs": "the pipeline has more than 500,000 values",
    "aliases of aliases to be filled in in many jobs": FILLED,
    "merges of merges": EXPANDED,
    "many names that are nearly right": "Cannot find a definition for command named my-comand0x",
    "many requirements that are nearly right": "Job 'somejob0' requires 'somejbo0x'",
    "jobs that all require one another": "is part of a cycle: j0 requires j1 requires j0",
}


def _measured(what: str) -> Any:
    """What the program of the configurations prints, run on its own so that its memory is its own."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.circleci.enormous", what],
        cwd=Path(__file__).parent.parent.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.fixture(scope="module")
def enormous() -> Any:
    return _measured("enormous")


@pytest.fixture(scope="module")
def growing() -> Any:
    return _measured("growing")


def test_every_enormous_configuration_has_its_sentence():
    assert TOLD.keys() == ENORMOUS.keys()


@pytest.mark.parametrize("name", ENORMOUS)
def test_an_enormous_configuration_is_refused_soon(enormous: Any, name: str):
    found = enormous["found"][name]
    assert any([TOLD[name] in message for message in found["told"]]), found["told"][:5]
    # It is compiled twice, once as `lint` and once as `compile` does.
    assert found["seconds"] < 2 * SECONDS


def test_enormous_configurations_take_little_memory(enormous: Any):
    assert enormous["kilobytes"] < KILOBYTES


@pytest.mark.parametrize("name", ["lines", "job runs"])
def test_cost_grows_with_size(growing: Any, name: str):
    found = growing["found"][name]
    assert found["told"] == [[], [], []]
    _, some, more = found["seconds"]
    # Four times as much may take four times as long, not sixteen.
    assert more < 7 * some
    assert more < SECONDS
