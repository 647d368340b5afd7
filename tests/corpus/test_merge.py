"""The guide's job merged into real configurations: every line of theirs stays, and so does what they compile to."""

from __future__ import annotations

from pathlib import Path

import pytest

from orbgen.circleci.compiler import compile_document
from orbgen.circleci.inputs import Inputs
from orbgen.circleci.output import freeze, pipeline_data
from orbgen.generate.files import CONFIG, GenerateError, changes
from orbgen.project.files import FileKind, kind_of
from orbgen.project.plan import Plan
from orbgen.source.problems import UnreadableError
from orbgen.source.reader import read
from tests.generate.plans import guide

STYLES = {"inline": guide(), "orb": guide(orb="acme/teleport@1.0.0")}


def configs(corpus: Path) -> list[Path]:
    return sorted(corpus.glob("configs/*/.circleci/config.yml"))


def merged(plan: Plan, data: bytes) -> bytes:
    return changes(plan, {CONFIG: data})[0].after or b""


@pytest.mark.parametrize("style", STYLES)
def test_whatever_can_be_merged_keeps_all_that_was_there(corpus: Path, style: str):
    plan = STYLES[style]
    done, refused = [], []
    for path in configs(corpus):
        data = path.read_bytes()
        try:
            if kind_of(read(data, CONFIG).root, CONFIG) is not FileKind.CONFIG:
                continue
            after = merged(plan, data)
        except UnreadableError:
            continue
        except GenerateError as error:
            refused.append(error.problems[0].code)
            continue
        done.append(path)
        iterator = iter(after.split(b"\n"))
        assert all(any(line == other for other in iterator) for line in data.removesuffix(b"\n").split(b"\n")), path
        assert merged(plan, after) == after, path
    assert len(done) > 90
    assert set(refused) <= {"setup", "version", "value"}


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
