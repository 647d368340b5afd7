"""Mistakes in YAML: what no parser reads."""

from __future__ import annotations

import random
import re

from benchmarks.seeding.sites import Edit, File, Pair, Seed, choose
from orbgen.source.nodes import Mapping, Scalar

_CODES = frozenset({"yaml-syntax"})


def _pairs(file: File) -> list[Pair]:
    """Keys with a plain scalar on the same line, outside of flow collections."""
    found = []
    for mapping in file.mappings(file.root):
        for pair in file.pairs(mapping) if not mapping.flow else ():
            value = pair.value
            if (
                isinstance(value, Scalar)
                and not value.style
                and value.text
                and "\n" not in file.text[value.start : value.end]
            ):
                found.append(pair)
    return [pair for pair in found if file.line_start(pair.key.start) == file.line_start(pair.value.start)]


def _chosen(file: File, rng: random.Random) -> Pair | None:
    return choose(_pairs(file), rng)


def tab(file: File, rng: random.Random) -> Seed | None:
    """A line is indented with a tab."""
    pair = choose(
        [pair for pair in _pairs(file) if file.leads_its_line(pair.key) and file.column(pair.key.start) > 1], rng
    )
    if pair is None:
        return None
    start = file.line_start(pair.key.start)
    return Seed((Edit(start, pair.key.start, "\t", False),), _CODES, (start,))


def open_quote(file: File, rng: random.Random) -> Seed | None:
    """A quote is not closed."""
    pair = _chosen(file, rng)
    if pair is None:
        return None
    return Seed((Edit(pair.value.start, pair.value.end, rng.choice("'\"") + pair.value.text),), _CODES)  # type: ignore[union-attr]


def open_bracket(file: File, rng: random.Random) -> Seed | None:
    """A list or mapping in brackets is not closed."""
    pair = _chosen(file, rng)
    if pair is None:
        return None
    return Seed((Edit(pair.value.start, pair.value.end, rng.choice(("[a, b", "{a: b"))),), _CODES)


def no_colon(file: File, rng: random.Random) -> Seed | None:
    """The colon behind a key is missing."""
    pair = choose(
        [
            pair
            for mapping in file.mappings(file.root)
            if type(mapping) is Mapping and len(mapping.entries) > 1
            for pair in file.movable(mapping)[1:]
        ],
        rng,
    )
    if pair is None:
        return None
    colon = file.text.find(":", pair.key.end)
    return Seed((Edit(colon, colon + 1, ""),), _CODES, (pair.key.start,))


def colon_in_text(file: File, rng: random.Random) -> Seed | None:
    """A plain text holds a colon with a space."""
    pair = _chosen(file, rng)
    if pair is None:
        return None
    return Seed((Edit(pair.value.start, pair.value.end, f"echo: {pair.value.text}: done"),), _CODES)  # type: ignore[union-attr]


def bad_indentation(file: File, rng: random.Random) -> Seed | None:
    """A key is indented a little more or less than its neighbours."""
    options = []
    for mapping in file.mappings(file.root):
        pairs = file.movable(mapping)
        options.extend([pair for pair in pairs[1:] if file.column(pair.key.start) > 1])
    pair = choose(options, rng)
    if pair is None:
        return None
    start = file.line_start(pair.key.outer)
    return Seed((Edit(start, start + 1, "", False),), _CODES, (pair.key.start, file.line_end(pair.key.start)))


def reserved_start(file: File, rng: random.Random) -> Seed | None:
    """A plain text begins with a character that YAML keeps for itself."""
    pair = _chosen(file, rng)
    if pair is None:
        return None
    return Seed((Edit(pair.value.start, pair.value.end, rng.choice("@`%") + "text"),), _CODES)


def stray_bracket(file: File, rng: random.Random) -> Seed | None:
    """A bracket is closed twice."""
    match = choose(list(re.finditer(r"^[^#\n|>'\"]*: \[[^\[\]\n'\"]*\]$", file.text, re.MULTILINE)), rng)
    if match is None:
        return None
    return Seed((Edit(match.end(), match.end(), rng.choice("]}")),), _CODES, (match.start(),))


def text_behind_quote(file: File, rng: random.Random) -> Seed | None:
    """Text goes on behind a closing quote."""
    pair = _chosen(file, rng)
    if pair is None:
        return None
    return Seed((Edit(pair.value.start, pair.value.end, f'"{pair.key.text}" and more'),), _CODES)


def conflict(file: File, rng: random.Random) -> Seed | None:
    """A merge conflict was left in the file."""
    pair = choose([pair for pair in _pairs(file) if file.leads_its_line(pair.key)], rng)
    if pair is None:
        return None
    start = file.line_start(pair.key.start)
    return Seed((Edit(start, start, "<<<<<<< HEAD\n"),), _CODES)


def dash_missing(file: File, rng: random.Random) -> Seed | None:
    """A list of steps or jobs has an item without its dash, at the dashes' column."""
    step = choose(
        [
            step
            for step in file.steps
            if file.text[step.item.outer - 2 : step.item.outer] == "- "
            and not file.text[file.line_start(step.item.outer) : step.item.outer - 2].strip()
        ],
        rng,
    )
    if step is None:
        return None
    return Seed((Edit(step.item.outer - 2, step.item.outer, ""),), _CODES | {"no-steps"}, (step.item.start,))


KINDS = {
    "yaml-syntax": (
        tab,
        open_quote,
        open_bracket,
        no_colon,
        colon_in_text,
        bad_indentation,
        reserved_start,
        stray_bracket,
        text_behind_quote,
        conflict,
        dash_missing,
    ),
}
