"""Mistakes planted by a fixed seed in configurations without any: each is found at its line, with nothing beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.seeded import KINDS, Checker, Outcome, clean_files, plant
from benchmarks.seeding.sites import File
from orbgen.circleci.orbs import OrbSource, OrbStore

ROOT = Path(__file__).parent.parent.parent
OWN = (*sorted((Path(__file__).parent / "planted").glob("*.yml")), *sorted((ROOT / "docs").rglob("config.yml")))


# One orb as a folder of fragments, and the packed one that it imports.
STORE = OrbStore(
    (
        OrbSource("example-shop/server", "1.0.0", str(ROOT / "docs" / "examples" / "orb" / "src")),
        OrbSource("example-shop/tools", "1.4.0", str(ROOT / "docs" / "examples" / "orb" / "tools.yml")),
    )
)


@pytest.fixture(scope="module")
def checker(tmp_path_factory) -> Checker:
    return Checker(str(tmp_path_factory.mktemp("seeded")), STORE)


@pytest.fixture(scope="module")
def own_files() -> list[File]:
    return [File(str(path), path.read_text(encoding="utf-8"), STORE) for path in OWN]


def told(outcomes: list[Outcome]) -> list[str]:
    """What is not as it should be, one line each."""
    return [
        f"{outcome.verdict} {outcome.kind} ({outcome.planter}) lines {outcome.lines}: "
        + "; ".join([f"{said.line} {said.codes[0]}: {said.message}" for said in outcome.said])
        for outcome in outcomes
        if outcome.verdict != "found" or outcome.aside or outcome.more
    ]


def test_the_configurations_have_no_mistake_of_their_own(checker: Checker, own_files: list[File]):
    compiling = ("pipeline-value-injection", "parameter-injection")
    said = [said for file in own_files for said in checker.before(file)]
    assert [each.message for each in said if not set(each.codes) <= set(compiling)] == []


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_planted_mistake_is_found_and_nothing_else(kind: str, checker: Checker, own_files: list[File]):
    outcomes = list(plant(own_files, [kind], 8, 1, checker))
    assert len(outcomes) == 8
    assert told(outcomes) == []


def test_names_that_are_nearly_right_are_suggested(checker: Checker, own_files: list[File]):
    kinds = ["undefined-job", "undefined-command", "undefined-executor", "undefined-alias", "unexpected-argument"]
    outcomes = list(plant(own_files, kinds, 80, 2, checker))
    asked = [outcome for outcome in outcomes if outcome.suggested is not None]
    assert len(asked) > 30
    assert [outcome.seed.meant for outcome in asked if not outcome.suggested] == []


def test_mistakes_planted_in_real_configurations_are_found(corpus: Path, checker: Checker):
    files = clean_files(corpus, checker, every=16)
    outcomes = list(plant(files, sorted(KINDS), 2 * len(KINDS), 3, checker))
    found = [outcome for outcome in outcomes if outcome.verdict == "found"]
    assert len(found) >= 0.99 * len(outcomes), "\n".join(told(outcomes))
    assert len([outcome for outcome in outcomes if outcome.aside]) <= 0.02 * len(outcomes), "\n".join(told(outcomes))


def test_a_mistake_in_an_orb_is_shown_at_the_call_that_runs_into_it(tmp_path: Path):
    folder = tmp_path / "src"
    (folder / "commands").mkdir(parents=True)
    (folder / "@orb.yml").write_text("version: 2.1\ndescription: Says hello.\n", encoding="utf-8")
    greeting = "parameters:\n  to: {type: string}\nsteps:\n  - run: ./greet << parameters.too >>\n"
    (folder / "commands" / "greet.yml").write_text(greeting, encoding="utf-8")
    (tmp_path / "lint").mkdir()
    checker = Checker(str(tmp_path / "lint"), OrbStore((OrbSource("example-shop/hello", "1.0.0", str(folder)),)))
    said = checker.check(
        "config.yml",
        "version: 2.1\norbs: {hello: example-shop/hello@1.0.0}\njobs:\n  build:\n"
        "    docker: [{image: a/b}]\n    steps:\n      - hello/greet: {to: you}\n",
    )
    assert [(each.codes, each.line, each.notes) for each in said] == [(("undefined-parameter",), 7, (4,))]
    assert said[0].help == "did you mean 'parameters.to'?"
