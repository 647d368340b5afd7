"""Mistakes in the form of commands, jobs and executors."""

from __future__ import annotations

import random
from itertools import pairwise

from benchmarks.seeding.edits import body_of, deletable, inserted, renamed, replaced, seed, shifted, without
from benchmarks.seeding.sites import Edit, File, Pair, Seed, choose, merges, misspelt
from orbgen.circleci.grammar import EXECUTOR_KINDS, JOB_KEYS
from orbgen.source.nodes import Mapping, Scalar, Sequence


def command_without_steps(file: File, rng: random.Random) -> Seed | None:
    """A command has no steps, or misspells the key."""
    return _without_steps(file, file.definitions["commands"], rng)


def job_without_steps(file: File, rng: random.Random) -> Seed | None:
    """A job has no steps, or misspells the key."""
    return _without_steps(file, file.plain_jobs, rng)


def _without_steps(file: File, definitions: list[Pair], rng: random.Random) -> Seed | None:
    definition = choose(definitions, rng)
    if definition is None:
        return None
    pair = next((pair for pair in deletable(file, definition.value) if pair.key.text == "steps"), None)
    if pair is None or "&" in file.text[slice(*file.extent(pair))]:
        return None
    places = (definition.key.start, pair.key.start)
    kind = rng.randrange(4)
    if kind == 0:
        return seed(renamed(pair, misspelt("steps", rng)), codes="unknown-key no-steps", places=places, meant="steps")
    if kind == 1 and type(pair.value) is Sequence:
        return seed(replaced(pair, "", file, marked=False), codes="no-steps", places=places)
    return seed(without(file, pair), codes="no-steps", places=places)


def command_not_mapping(file: File, rng: random.Random) -> Seed | None:
    """A command is a list, a text or nothing."""
    definition = choose(
        [pair for pair in file.movable(file.value(file.root, "commands")) if type(pair.value) is Mapping], rng
    )
    return _not_mapping(file, definition, rng)


def job_not_mapping(file: File, rng: random.Random) -> Seed | None:
    """A job is a list, a text or nothing."""
    definition = choose(
        [pair for pair in file.movable(file.value(file.root, "jobs")) if type(pair.value) is Mapping], rng
    )
    return _not_mapping(file, definition, rng)


def _not_mapping(file: File, definition: Pair | None, rng: random.Random) -> Seed | None:
    if definition is None:
        return None
    start, end = body_of(file, definition)
    if "&" in file.text[start:end]:
        return None
    kind = rng.randrange(3)
    steps = file.value(definition.value, "steps")
    if kind == 0 and type(steps) is Sequence and not steps.flow:
        first, last = file.line_start(steps.start), file.line_end(steps.end - 1)
        return seed(
            Edit(start, end, "\n" + file.text[first:last].rstrip("\n"), False),
            codes="value no-steps",
            places=(definition.key.start,),
        )
    text = rng.choice(("", " true", " 12", " []"))
    return seed(Edit(start, end, text, False), codes="value", places=(definition.key.start,))


def key_beside_its_job(file: File, rng: random.Random) -> Seed | None:
    """A key of a job stands among the jobs."""
    options = []
    for job in file.plain_jobs:
        pairs = deletable(file, job.value)
        if len(pairs) > 1 and file.leads_its_line(job.key):
            pair = pairs[-1]
            by = file.column(job.key.outer) - file.column(pair.key.outer)
            if pair.key.text in ("steps", "docker", "environment", "working_directory", "machine") and by < 0:
                options.append((job, pair, by))
    chosen = choose(options, rng)
    if chosen is None:
        return None
    job, pair, by = chosen
    return seed(shifted(file, *file.extent(pair), by), codes="misplaced-key value", places=(pair.key.start,))


def job_inside_job(file: File, rng: random.Random) -> Seed | None:
    """A job is indented like a key of the one before it."""
    options = []
    jobs = file.movable(file.value(file.root, "jobs"))
    for before, job in pairwise(jobs):
        inner = file.movable(before.value)
        if inner and type(job.value) is Mapping and not job.value.flow and not merges(job.value):
            options.append((inner[-1], job))
    chosen = choose(options, rng)
    if chosen is None:
        return None
    inner_pair, job = chosen
    by = file.column(inner_pair.key.outer) - file.column(job.key.outer)
    return seed(shifted(file, *file.extent(job), by), codes="unknown-key", places=(job.key.start,))


def unknown_job_key(file: File, rng: random.Random) -> Seed | None:
    """A job has a key that is misspelt, or belongs elsewhere."""
    job = choose(file.plain_jobs, rng)
    pairs = deletable(file, job.value) if job is not None else []
    pair = choose(pairs, rng)
    if pair is None:
        return None
    if rng.random() < 0.5:
        new = pair.key.text.replace("_", "-")
        if new == pair.key.text:
            new = misspelt(pair.key.text, rng, set(JOB_KEYS))
        if pair.key.text in (*EXECUTOR_KINDS, "steps"):
            return None
        edit = renamed(pair, new)
        # Without its declarations a job's references stand for nothing, and its calls pass what it does not take.
        return seed(edit, codes="unknown-key", meant=pair.key.text)
    key, value = rng.choice(
        (
            ("context", "deploy"),
            ("requires", "[test]"),
            ("name", "Build"),
            ("when", "on_fail"),
            ("filters", "{branches: {only: main}}"),
            ("timeout", "10m"),
            ("image", "cimg/base:2024.01"),
            ("cache", "true"),
            ("services", "[docker]"),
            ("env", "{A: b}"),
        )
    )
    return inserted(file, pair, f"{key}: {value}", "unknown-key")


def unknown_executor_key(file: File, rng: random.Random) -> Seed | None:
    """An executor has a key that is misspelt, or belongs into a job."""
    definition = choose(file.definitions["executors"], rng)
    pair = choose(deletable(file, definition.value) if definition else [], rng)
    if pair is None:
        return None
    return inserted(
        file,
        pair,
        rng.choice(("steps: [checkout]", "parallelism: 2", "resource-class: small", "image: a/b")),
        "unknown-key",
    )


def unknown_command_key(file: File, rng: random.Random) -> Seed | None:
    """A command has a key that only jobs have."""
    definition = choose(file.definitions["commands"], rng)
    pair = choose(deletable(file, definition.value) if definition else [], rng)
    if pair is None:
        return None
    return inserted(
        file,
        pair,
        rng.choice(("executor: default", "docker: [{image: a/b}]", "environment: {A: b}", "when: always")),
        "unknown-key",
    )


def job_without_executor(file: File, rng: random.Random) -> Seed | None:
    """A job has no executor, an empty one, or misspells the key."""
    job = choose(
        [
            job
            for job in file.plain_jobs
            if sum([pair.key.text in EXECUTOR_KINDS for pair in file.pairs(job.value)]) == 1
        ],
        rng,
    )
    if job is None:
        return None
    pair = next((pair for pair in deletable(file, job.value) if pair.key.text in EXECUTOR_KINDS), None)
    if pair is None or "&" in file.text[slice(*file.extent(pair))]:
        return None
    places = (job.key.start, pair.key.start)
    kind = rng.randrange(3)
    if kind == 0:
        return seed(
            renamed(pair, misspelt(pair.key.text, rng)),
            codes="unknown-key no-executor",
            places=places,
            meant=pair.key.text,
        )
    if kind == 1:
        return seed(replaced(pair, "", file, marked=False), codes="no-executor", places=places)
    return seed(without(file, pair), codes="no-executor", places=places)


def wrong_job_type(file: File, rng: random.Random) -> Seed | None:
    """A job has a type that does not exist."""
    job = choose(file.plain_jobs, rng)
    pair = choose(file.movable(job.value) if job is not None else [], rng)
    if pair is None:
        return None
    return inserted(file, pair, f"type: {rng.choice(('bulid', 'approvel', 'deploy', 'test', 'relase'))}", "value")


def executor_form(file: File, rng: random.Random) -> Seed | None:
    """An executor is invoked in a form that CircleCI does not know."""
    options = []
    for job in file.plain_jobs:
        pair = file.pair(job.value, "executor")
        if pair is not None and isinstance(pair.value, Scalar) and pair.value.text and "<<" not in pair.value.text:
            options.append(pair)
    pair = choose(options, rng)
    if pair is None:
        return None
    name = pair.value.text  # type: ignore[union-attr]
    form = rng.choice((f"{{{name}: {{tag: '1.0'}}}}", f"[{name}]", f"{{name: [{name}]}}", f"{{executor: {name}}}"))
    return seed(Edit(pair.value.start, pair.value.end, form), codes="executor-form", places=(pair.key.start,))


KINDS = {
    "command-no-steps": (command_without_steps,),
    "command-not-mapping": (command_not_mapping,),
    "command-unknown-key": (unknown_command_key,),
    "executor-unknown-key": (unknown_executor_key,),
    "executor-form": (executor_form,),
    "job-no-steps": (job_without_steps,),
    "job-not-mapping": (
        job_not_mapping,
        key_beside_its_job,
    ),
    "job-no-executor": (job_without_executor,),
    "job-unknown-key": (
        unknown_job_key,
        unknown_job_key,
        job_inside_job,
    ),
    "job-type": (wrong_job_type,),
}
