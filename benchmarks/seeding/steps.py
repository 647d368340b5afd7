"""Mistakes in the form of steps."""

from __future__ import annotations

import random

from benchmarks.seeding.edits import deletable, inserted, renamed, replaced, seed, shifted, without, written
from benchmarks.seeding.sites import Edit, File, Seed, Step, choose, merges, misspelt
from orbgen.circleci.grammar import STEPS
from orbgen.source.nodes import Mapping, Sequence


def steps_not_list(file: File, rng: random.Random) -> Seed | None:
    """The steps of a job or command are a mapping or a text."""
    options = []
    for definition in [*file.plain_jobs, *file.definitions["commands"]]:
        pair = file.pair(definition.value, "steps")
        if pair is not None and type(pair.value) is Sequence and "&" not in file.text[slice(*file.extent(pair))]:
            options.append((definition, pair))
    chosen = choose(options, rng)
    if chosen is None:
        return None
    definition, pair = chosen
    places = (definition.key.start, pair.key.start)
    items = pair.value.items  # type: ignore[union-attr]
    if rng.random() < 0.6 and not pair.value.flow and type(items[0]) is Mapping and not items[0].flow:  # type: ignore[union-attr]
        dash = file.text.rfind("-", 0, items[0].outer)
        if len(items) == 1:
            return seed(Edit(dash, dash + 1, " ", False), codes="no-steps", places=(*places, dash))
    text = rng.choice((" checkout", " {run: make}", " {checkout: {}}", " make test"))
    return seed(replaced(pair, text, file), codes="no-steps", places=places)


def step_bad_type(file: File, rng: random.Random) -> Seed | None:
    """A step is a list, nothing, or no text."""
    step = choose([step for step in file.steps if _own_line(file, step) and "&" not in written(file, step.item)], rng)
    if step is None:
        return None
    text = rng.choice((f"- {step.name.text}", "", "true", "12", "[]", "{}", "~"))
    return seed(Edit(step.item.outer, step.item.end, text), codes="step-form", places=(step.item.start,))


def _own_line(file: File, step: Step) -> bool:
    dash = file.text.rfind("-", 0, step.item.outer)
    return not file.text[file.line_start(dash) : dash].strip() and not file.text[dash + 1 : step.item.outer].strip()


def keys_beside_step(file: File, rng: random.Random) -> Seed | None:
    """The keys of a step stand beside its name."""
    options = []
    for step in file.steps:
        pairs = file.movable(step.body)
        if pairs and not merges(step.body) and not step.body.anchor and _own_line(file, step):  # type: ignore[union-attr]
            by = file.column(step.name.outer) - file.column(pairs[0].key.outer)
            if by < 0:
                options.append((step, pairs, by))
    chosen = choose(options, rng)
    if chosen is None:
        return None
    step, pairs, by = chosen
    if {pair.key.text for pair in pairs} & {step.name.text, "type"}:
        return None
    first = file.line_start(pairs[0].key.outer)
    last = file.extent(pairs[-1])[1]
    return seed(shifted(file, first, last, by), codes="misplaced-key", places=(pairs[0].key.start, step.name.start))


def key_beside_step(file: File, rng: random.Random) -> Seed | None:
    """One key of a step stands beside its name, the others are where they belong."""
    options = []
    for step in file.steps:
        pairs = file.movable(step.body)
        if len(pairs) > 1 and not merges(step.body) and not step.body.anchor and _own_line(file, step):  # type: ignore[union-attr]
            by = file.column(step.name.outer) - file.column(pairs[-1].key.outer)
            if by < 0 and pairs[-1].key.text not in (step.name.text, "type"):
                options.append((step, pairs[-1], by))
    chosen = choose(options, rng)
    if chosen is None:
        return None
    step, pair, by = chosen
    return seed(shifted(file, *file.extent(pair), by), codes="misplaced-key", places=(pair.key.start, step.name.start))


def run_empty(file: File, rng: random.Random) -> Seed | None:
    """A `run` step has no command at all."""
    step = choose(
        [
            step
            for step in file.steps
            if step.name.text == "run"
            and step.body is not None
            and "&" not in written(file, step.item)
            and type(step.item) is Mapping
            and not step.item.flow
        ],
        rng,
    )
    if step is None or step.body is None:
        return None
    colon = file.text.find(":", step.name.end)
    text = rng.choice(("", ' ""', " ~", " |", " {}"))
    return seed(Edit(colon + 1, step.body.end, text, False), codes="empty-run", places=(step.name.start,))


def run_without_command(file: File, rng: random.Random) -> Seed | None:
    """A `run` step has a name, but its command is missing, empty or misspelt."""
    step = choose([step for step in file.runs(keys=("command",)) if not merges(step.body)], rng)
    pair = next((pair for pair in deletable(file, step.body if step else None) if pair.key.text == "command"), None)
    if step is None or pair is None or "&" in file.text[slice(*file.extent(pair))]:
        return None
    places = (step.name.start, pair.key.start)
    kind = rng.randrange(3)
    if kind == 0:
        new = rng.choice((misspelt("command", rng), "commands", "cmd", "script"))
        return seed(renamed(pair, new), codes="empty-run ignored-key", places=places)
    if kind == 1:
        return seed(
            replaced(pair, rng.choice(("", ' ""', " ~", " |")), file, marked=False), codes="empty-run", places=places
        )
    return seed(without(file, pair), codes="empty-run", places=places)


def unknown_run_key(file: File, rng: random.Random) -> Seed | None:
    """A step has a key that CircleCI drops."""
    step = choose([step for step in file.built_in if type(step.body) is Mapping and step.name.text in STEPS], rng)
    pair = choose(file.movable(step.body) if step else [], rng)
    if step is None or pair is None:
        return None
    known = STEPS[step.name.text].keys
    optional = [
        key
        for key in ("working_directory", "no_output_timeout", "environment", "background", "name", "when")
        if key == pair.key.text
    ]
    if optional and rng.random() < 0.6:
        new = misspelt(pair.key.text, rng, set(known))
        return seed(renamed(pair, new), codes="ignored-key", meant=pair.key.text)
    key = rng.choice(("workdir", "env", "if", "condition", "description", "timeout", "files", "shel", "user"))
    return None if key in known else inserted(file, pair, f"{key}: some", "ignored-key")


def step_without_required(file: File, rng: random.Random) -> Seed | None:
    """A built-in step lacks a key that it needs."""
    options = []
    for step in file.built_in:
        grammar = STEPS.get(step.name.text)
        if grammar is None or not grammar.required or step.name.text in ("run", "deploy"):
            continue
        for pair in deletable(file, step.body):
            group = next((group for group in grammar.required if pair.key.text in group), None)
            if group is not None and sum([other.key.text in group for other in file.pairs(step.body)]) == 1:
                options.append((step, pair))
    chosen = choose(options, rng)
    if chosen is None or "&" in file.text[slice(*file.extent(chosen[1]))]:
        return None
    step, pair = chosen
    return seed(without(file, pair), codes="missing-argument", places=(step.name.start,))


def when_without(file: File, rng: random.Random) -> Seed | None:
    """A conditional step lacks its condition or its steps."""
    step = choose([step for step in file.steps if step.name.text in ("when", "unless")], rng)
    pair = choose(
        [pair for pair in deletable(file, step.body) if pair.key.text in ("condition", "steps")] if step else [], rng
    )
    if step is None or pair is None or "&" in file.text[slice(*file.extent(pair))]:
        return None
    if rng.random() < 0.4:
        new = misspelt(pair.key.text, rng)
        return seed(renamed(pair, new), codes="condition unknown-key", places=(step.name.start,))
    return seed(without(file, pair), codes="condition", places=(step.name.start,))


KINDS = {
    "steps-not-list": (steps_not_list,),
    "step-bad-type": (step_bad_type,),
    "step-many-keys": (
        keys_beside_step,
        key_beside_step,
    ),
    "step-missing-key": (step_without_required,),
    "run-empty": (run_empty,),
    "run-no-command": (run_without_command,),
    "run-unknown-key": (unknown_run_key,),
    "when-step": (when_without,),
}
