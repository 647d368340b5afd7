"""A job of every kind merged into real configurations: every line of theirs stays, and so does what they compile to."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from orbgen.circleci.compiler import compile_document
from orbgen.circleci.inputs import Inputs
from orbgen.circleci.output import freeze, pipeline_data
from orbgen.generate.files import CONFIG, GenerateError, changes
from orbgen.project.plan import Plan
from orbgen.source.problems import UnreadableError
from orbgen.source.reader import read
from tests.generate.plans import entries, every_kind, guide, plan_of

STYLES = {
    # Written out, the commands are as long as many a configuration; three kinds bring most of them.
    "inline": plan_of(
        "".join([entries("18.6.4")[name] for name in ("run-command", "database", "terraform")]), "18.6.4"
    ),
    "orb": every_kind("18.6.4", "style: orb\norb: acme/teleport@1.0.0\n"),
}


def configs(corpus: Path) -> list[Path]:
    return sorted(corpus.glob("configs/*/.circleci/config.yml"))


def merged(plan: Plan, data: bytes) -> bytes:
    return changes(plan, {CONFIG: data})[0].after or b""


@pytest.mark.parametrize("style", STYLES)
def test_whatever_can_be_merged_keeps_all_that_was_there(corpus: Path, style: str):
    plan = STYLES[style]
    refused: Counter[str] = Counter()
    done = 0
    for path in configs(corpus):
        data = path.read_bytes()
        try:
            after = merged(plan, data)
        except GenerateError as error:
            assert all([problem.help for problem in error.problems]), "it says what to do instead"
            refused[error.problems[0].code] += 1
            continue
        done += 1
        iterator = iter(after.split(b"\n"))
        assert all(any(line == other for other in iterator) for line in data.removesuffix(b"\n").split(b"\n")), path
        assert merged(plan, after) == after, path
    print(f"{done} merged, {sum(refused.values())} refused: {dict(refused)}")
    assert done > 90
    # Setup configurations, version 2, no mapping at all, and a name that is taken.
    assert set(refused) <= {"setup", "version", "value", "taken"}


def test_what_they_compile_to_stays_as_it_was(corpus: Path):
    plan = guide()
    compared = 0
    for path in configs(corpus)[::7]:
        data = path.read_bytes()
        try:
            after = merged(plan, data)
        except (GenerateError, UnreadableError):
            continue
        old, new = (pipeline_data(compile_document(read(one, CONFIG), Inputs())) for one in (data, after))
        for section in ("jobs", "workflows"):
            theirs, now = old[section], new[section]
            assert isinstance(theirs, dict) and isinstance(now, dict)
            for name, value in theirs.items():
                assert freeze(now[name]) == freeze(value), (path, section, name)
        compared += 1
    assert compared > 10
