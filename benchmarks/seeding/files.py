"""Mistakes in a whole file: its version, its orbs, what it has to run."""

from __future__ import annotations

import random

from benchmarks.seeding.edits import renamed, seed, without
from benchmarks.seeding.sites import Edit, File, Seed, choose, misspelt
from orbgen.circleci.grammar import NEEDS_VERSION_2_1
from orbgen.source.nodes import Scalar


def old_version(file: File, rng: random.Random) -> Seed | None:
    """The version is 2, but keys of 2.1 are used."""
    version = file.value(file.root, "version")
    needing = [
        pair
        for pair in file.pairs(file.root)
        if pair.key.text in NEEDS_VERSION_2_1 and not (isinstance(pair.value, Scalar) and pair.value.value is None)
    ]
    if version is None or file.version != "2.1" or not needing:
        return None
    return seed(
        Edit(version.start, version.end, rng.choice(("2", "2.0"))),
        codes="version",
        places=tuple([pair.key.start for pair in needing]),
    )


def no_version(file: File, rng: random.Random) -> Seed | None:
    """The version is missing, misspelt or none of CircleCI's."""
    pair = file.pair(file.root, "version")
    if pair is None or not file.leads_its_line(pair.key):
        return None
    kind = rng.randrange(3)
    if kind == 0:
        rest = [other.key.start for other in file.pairs(file.root) if other != pair]
        return seed(without(file, pair), codes="version", places=(0, *rest[:1]))
    if kind == 1:
        return seed(renamed(pair, misspelt("version", rng)), codes="version")
    return seed(Edit(pair.value.start, pair.value.end, rng.choice(("3", "2.2", "1.0", "latest"))), codes="version")


def root_not_mapping(file: File, rng: random.Random) -> Seed | None:
    """The file is empty, all comments, or no mapping."""
    text = rng.choice(("", "# empty\n", "- version: 2.1\n", "config\n"))
    return seed(Edit(0, len(file.text), text), codes="value", places=(0,))


def no_workflow(file: File, rng: random.Random) -> Seed | None:
    """The workflows are gone or misspelt, and no job is called `build`."""
    pair = file.pair(file.root, "workflows")
    jobs = file.pair(file.root, "jobs")
    if pair is None or jobs is None or any([job.key.text == "build" for job in file.section("jobs")]):
        return None
    if rng.random() < 0.5:
        return seed(
            renamed(pair, rng.choice(("workflow", "worflows", "workflows_"))),
            codes="workflow",
            places=(jobs.key.start,),
        )
    return seed(without(file, pair), codes="workflow", places=(jobs.key.start,))


def nothing_to_run(file: File, rng: random.Random) -> Seed | None:
    """Neither jobs nor workflows are left."""
    pairs = [pair for name in ("jobs", "workflows") if (pair := file.pair(file.root, name)) is not None]
    if len(pairs) < 2 or not all([file.leads_its_line(pair.key) for pair in pairs]):
        return None
    places = tuple([pair.key.start for pair in file.pairs(file.root)])
    return seed(*[without(file, pair) for pair in pairs], codes="workflow", places=places)


def duplicate_key(file: File, rng: random.Random) -> Seed | None:
    """A key stands twice in one mapping."""
    nodes = [pair.value for section in file.definitions.values() for pair in section]
    nodes += [workflow.value for workflow in file.workflows]
    pairs = [pair for node in nodes for mapping in file.mappings(node) for pair in file.movable(mapping)]
    pairs += [pair for section in ("jobs", "commands") for pair in file.movable(file.value(file.root, section))]
    pair = choose([pair for pair in pairs if "&" not in file.text[slice(*file.extent(pair))]], rng)
    if pair is None:
        return None
    first, last = file.extent(pair)
    text = file.text[first:last]
    if not text.endswith("\n"):
        return None
    return seed(Edit(last, last, text, False), codes="duplicate-key", places=(first, last))


def bad_orb_reference(file: File, rng: random.Random) -> Seed | None:
    """The reference of an orb is malformed."""
    pair = choose(
        [
            pair
            for pair in file.section("orbs")
            if isinstance(pair.value, Scalar)
            and "@" in pair.value.text
            and "<<" not in pair.value.text
            and not pair.value.style
        ],
        rng,
    )
    if pair is None:
        return None
    name, _, version = pair.value.text.partition("@")  # type: ignore[union-attr]
    broken = (
        name,
        f"{name}@latest",
        f"{name}@v{version}",
        f"{name.partition('/')[2]}@{version}",
        f"{name}:{version}",
        f"{name}@dev",
        f"{name}@{version}@1",
        f"{name}@",
        f"{name}@1.x",
        f"{name}@{version}-beta",
    )
    return seed(Edit(pair.value.start, pair.value.end, rng.choice(broken)), codes="orb-reference")


KINDS = {
    "21-key-in-20": (old_version,),
    "no-version": (no_version,),
    "root-not-mapping": (root_not_mapping,),
    "no-workflow-no-build": (no_workflow,),
    "nothing-to-run": (nothing_to_run,),
    "duplicate-key": (duplicate_key,),
    "bad-orb-ref": (bad_orb_reference,),
}
