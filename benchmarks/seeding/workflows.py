"""Mistakes in the form of workflows and their entries."""

from __future__ import annotations

import random

from benchmarks.seeding.edits import body_of, inserted, renamed, replaced, seed, shifted, without, written
from benchmarks.seeding.sites import Edit, File, Pair, Seed, choose, merges, misspelt
from orbgen.source.nodes import Mapping, Scalar


def workflow_not_mapping(file: File, rng: random.Random) -> Seed | None:
    """A workflow is a list, a text or nothing."""
    workflow = choose(
        [
            pair
            for pair in file.movable(file.value(file.root, "workflows"))
            if type(pair.value) is Mapping and "&" not in written(file, pair.value)
        ],
        rng,
    )
    if workflow is None:
        return None
    start, end = body_of(file, workflow)
    return seed(
        Edit(start, end, rng.choice(("", " []", " build", " [build]")), False),
        codes="workflow",
        places=(workflow.key.start,),
    )


def workflow_without_jobs(file: File, rng: random.Random) -> Seed | None:
    """A workflow has no jobs, or misspells the key."""
    workflow = choose(file.workflows, rng)
    pair = file.pair(workflow.value, "jobs") if workflow is not None else None
    if workflow is None or pair is None or "&" in written(file, pair.value):
        return None
    places = (workflow.key.start, pair.key.start)
    kind = rng.randrange(3)
    if kind == 0:
        return seed(renamed(pair, misspelt("jobs", rng)), codes="workflow", places=places)
    if kind == 1 and len(file.pairs(workflow.value)) > 1 and file.leads_its_line(pair.key):
        return seed(without(file, pair), codes="workflow", places=places)
    return seed(
        replaced(pair, rng.choice(("", " []", " {}", " build")), file, marked=False), codes="workflow", places=places
    )


def when_and_unless(file: File, rng: random.Random) -> Seed | None:
    """A workflow has `when` and `unless`."""
    workflow = choose(
        [
            pair
            for pair in file.workflows
            if file.value(pair.value, "unless") is None and file.pair(pair.value, "when") is not None
        ],
        rng,
    )
    pair = file.pair(workflow.value, "when") if workflow is not None else None
    if pair is None or not file.leads_its_line(pair.key):
        return None
    return inserted(file, pair, "unless: {equal: [main, << pipeline.git.branch >>]}", "workflow", (pair.key.start,))


def keys_beside_entry(file: File, rng: random.Random) -> Seed | None:
    """The settings of a job stand beside its name."""
    options = []
    for entry in file.filled_entries():
        pairs = file.movable(entry.body)
        if pairs and not entry.body.anchor and not file.text[pairs[0].key.outer - 1 : pairs[0].key.outer].strip():  # type: ignore[union-attr]
            by = file.column(entry.name.outer) - file.column(pairs[0].key.outer)
            if by < 0:
                options.append((entry, pairs, by))
    chosen = choose(options, rng)
    if chosen is None:
        return None
    entry, pairs, by = chosen
    first = file.line_start(pairs[0].key.outer)
    moved = pairs if rng.random() < 0.7 else pairs[-1:]
    if entry.name.text in [pair.key.text for pair in pairs]:
        return None
    first = file.line_start(moved[0].key.outer)
    return seed(
        shifted(file, first, file.extent(pairs[-1])[1], by),
        codes="misplaced-key",
        places=(moved[0].key.start, entry.name.start),
    )


def misspelt_entry_key(file: File, rng: random.Random) -> Seed | None:
    """A special key of an entry is misspelt, so that it is an argument."""
    local = {id(entry.item) for entry, _ in file.entries_of_jobs()}
    options = [
        pair
        for entry in file.filled_entries()
        if id(entry.item) in local
        for pair in file.pairs(entry.body)
        if pair.key.text in ("requires", "filters", "context", "matrix", "pre-steps", "post-steps")
    ]
    pair = choose(options, rng)
    if pair is None or "&" in written(file, pair.value):
        return None
    return seed(renamed(pair, misspelt(pair.key.text, rng)), codes="unexpected-argument", meant=pair.key.text)


def requires_not_list(file: File, rng: random.Random) -> Seed | None:
    """`requires` is a text or a mapping."""
    options = []
    for entry, needed, item in file.requirements():
        pair = file.pair(entry.body, "requires")
        if pair is not None and len(needed.items) == 1:
            options.append((pair, item))
    chosen = choose(options, rng)
    if chosen is None:
        return None
    pair, item = chosen
    word = f'"{item.text}"' if ":" in item.text or item.style else item.text
    text = rng.choice((f" {word}", f" {{{word}: }}"))
    return seed(replaced(pair, text, file), codes="value", places=(pair.key.start,))


def bad_filter_key(file: File, rng: random.Random) -> Seed | None:
    """A key of `filters` is misspelt, or stands a level too high."""
    options = []
    for entry in file.entries:
        filters = file.value(entry.body, "filters")
        for pair in file.pairs(filters):
            if pair.key.text in ("branches", "tags") and not merges(filters):
                options.append(pair)
                options.extend([inner for inner in file.pairs(pair.value) if inner.key.text in ("only", "ignore")])
    chosen = choose(options, rng)
    if chosen is None:
        return None
    name = chosen.key.text
    other = {"branches": "branch", "tags": "tag", "only": "include", "ignore": "exclude"}[name]
    new = rng.choice((misspelt(name, rng, {"only", "ignore", "branches", "tags"}), other, "changes"))
    return seed(renamed(chosen, new), codes="unknown-key")


def filters_not_mapping(file: File, rng: random.Random) -> Seed | None:
    """`filters`, or what stands in it, is a list."""
    options: list[Pair] = []
    for entry in file.entries:
        pair = file.pair(entry.body, "filters")
        if (
            pair is not None
            and type(pair.value) is Mapping
            and not merges(pair.value)
            and "&" not in written(file, pair.value)
        ):
            options.extend([pair, *[inner for inner in file.pairs(pair.value) if type(inner.value) is Mapping]])
    chosen = choose(options, rng)
    if chosen is None:
        return None
    return seed(replaced(chosen, " [main]", file), codes="value", places=(chosen.key.start,))


def wrong_status(file: File, rng: random.Random) -> Seed | None:
    """A requirement waits for a status that does not exist."""
    chosen = choose(
        [(entry, item) for entry, needed, item in file.requirements() if not needed.flow and not item.style], rng
    )
    if chosen is None:
        return None
    item = chosen[1]
    status = rng.choice(("succeeded", "sucess", "fail", "cancelled", "done", "[success, faild]"))
    return seed(Edit(item.start, item.end, f"{item.text}: {status}"), codes="value")


def inline_type(file: File, rng: random.Random) -> Seed | None:
    """An entry has an inline type other than approval."""
    entry = choose(
        [
            entry
            for entry in file.filled_entries()
            if isinstance(node := file.value(entry.body, "type"), Scalar) and node.text == "approval"
        ],
        rng,
    )
    pair = file.pair(entry.body, "type") if entry is not None else None
    if pair is None:
        return None
    return seed(
        Edit(pair.value.start, pair.value.end, rng.choice(("aproval", "approve", "manual", "build", "no-op"))),
        codes="value",
    )


def entry_bad_type(file: File, rng: random.Random) -> Seed | None:
    """An entry of a workflow is empty, a list, or has a text for its settings."""
    needed = {item.text for _, _, item in file.requirements()}
    options = [each for each in file.entries if each.name.text not in needed and "&" not in written(file, each.item)]
    entry = choose([each for each in options if file.value(each.body, "name") is None], rng)
    if entry is None:
        return None
    text = rng.choice(("", f"[{entry.name.text}]", "~", "true"))
    if file.text[entry.item.end : entry.item.end + 1] not in ("", "\n", "\r") and not text:
        return None
    return seed(Edit(entry.item.outer, entry.item.end, text), codes="workflow", places=(entry.item.start,))


KINDS = {
    "workflow-not-mapping": (workflow_not_mapping,),
    "workflow-no-jobs": (workflow_without_jobs,),
    "workflow-when-unless": (when_and_unless,),
    "wfjob-many-keys": (keys_beside_entry,),
    "wfjob-unknown-key": (misspelt_entry_key,),
    "wfjob-bad-type": (entry_bad_type,),
    "requires-not-list": (requires_not_list,),
    "requires-status": (wrong_status,),
    "bad-filter-key": (bad_filter_key,),
    "filters-not-mapping": (filters_not_mapping,),
    "inline-type": (inline_type,),
}
