"""Where in a configuration a mistake can be planted: its parts as written, found through orbgen's own reader."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple, TypeVar

from orbgen.circleci.grammar import BUILT_IN_STEPS
from orbgen.circleci.orbs import OrbStore
from orbgen.source.nodes import Alias, Document, Mapping, Node, Scalar, Sequence
from orbgen.source.reader import read

Chosen = TypeVar("Chosen")


class Edit(NamedTuple):
    """The text from `start` to `end` replaced; `marked` where the new text is a place to report."""

    start: int
    end: int
    text: str
    marked: bool = True


class Seed(NamedTuple):
    """One mistake: its edits, the kinds of finding that name it, and further places that may be reported.

    `places` are offsets in the text before the edits. `meant` is the name that a suggestion should give back. The
    finding has to note the places of `notes`, offsets too, and of the `marks`, comments in the new text; a comment
    `@sink` marks a place to report. Without codes nothing may be found.
    """

    edits: tuple[Edit, ...]
    codes: frozenset[str]
    places: tuple[int, ...] = ()
    meant: str | None = None
    notes: tuple[int, ...] = ()
    marks: tuple[str, ...] = ()


class Pair(NamedTuple):
    """One key with its value, and the mapping that they stand in."""

    key: Scalar
    value: Node
    mapping: Mapping


class Step(NamedTuple):
    """One item of a list of steps: the name of what it runs, its arguments, and the definition that it stands in."""

    item: Node
    name: Scalar
    body: Node | None
    owner: str


class Entry(NamedTuple):
    """One item of a workflow's jobs."""

    workflow: str
    item: Node
    name: Scalar
    body: Node | None


class File:
    """One configuration with the parts that are written in it; what an alias stands for counts once, at its anchor.

    `at_hand` are the orbs, by the names that it gives them, whose sources are.
    """

    def __init__(self, name: str, text: str, store: OrbStore | None = None) -> None:
        self.name = name
        self.text = text
        self.document: Document = read(text.encode(), name)
        if type(self.document.root) is not Mapping:
            raise ValueError(f"{name} is no mapping")
        self.root: Mapping = self.document.root
        self.at_hand = frozenset(
            [
                pair.key.text
                for pair in self.section("orbs")
                if store is not None and isinstance(pair.value, Scalar) and store.find(pair.value.text) is not None
            ]
        )

    def pairs(self, node: Node | None) -> list[Pair]:
        """The keys of a mapping that are written in it."""
        if type(node) is not Mapping:
            return []
        return [Pair(key, value, node) for key, value in node.entries if type(key) is Scalar and key.text != "<<"]

    def value(self, node: Node | None, key: str) -> Node | None:
        """The value of a key, as written."""
        return next((pair.value for pair in self.pairs(node) if pair.key.text == key), None)

    def pair(self, node: Node | None, key: str) -> Pair | None:
        """A key with its value."""
        return next((pair for pair in self.pairs(node) if pair.key.text == key), None)

    def section(self, name: str) -> list[Pair]:
        """The definitions of a section."""
        return self.pairs(self.value(self.root, name))

    @property
    def version(self) -> str:
        """The configuration's version as written."""
        node = self.value(self.root, "version")
        return node.text if isinstance(node, Scalar) else ""

    @cached_property
    def definitions(self) -> dict[str, list[Pair]]:
        """Commands, jobs and executors whose body is written out."""
        return {
            section: [pair for pair in self.section(section) if type(pair.value) is Mapping]
            for section in ("commands", "jobs", "executors")
        }

    @cached_property
    def plain_jobs(self) -> list[Pair]:
        """Jobs that build, written out without merge keys."""
        return [
            pair
            for pair in self.definitions["jobs"]
            if not merges(pair.value) and self.value(pair.value, "type") is None
        ]

    @cached_property
    def steps(self) -> list[Step]:
        """Every step of every job and command."""
        found: list[Step] = []
        for section in ("jobs", "commands"):
            for pair in self.definitions[section]:
                found.extend(self._steps(self.value(pair.value, "steps"), pair.key.text))
        for entry in self.entries:
            for key in ("pre-steps", "post-steps"):
                found.extend(self._steps(self.value(entry.body, key), ""))
        return found

    def _steps(self, node: Node | None, owner: str) -> Iterator[Step]:
        for item in node.items if type(node) is Sequence else ():
            if isinstance(item, Scalar) and isinstance(item.value, str) and "<<" not in item.text:
                yield Step(item, item, None, owner)
            elif type(item) is Mapping and len(item.entries) == 1:
                key, value = item.entries[0]
                if type(key) is Scalar and key.text != "<<":
                    yield Step(item, key, value, owner)
                    if key.text in ("when", "unless"):
                        yield from self._steps(self.value(value, "steps"), owner)

    def runs(self, *, keys: tuple[str, ...] = ()) -> list[Step]:
        """The `run` steps with a mapping that has the given keys."""
        return [
            step
            for step in self.steps
            if step.name.text == "run" and type(step.body) is Mapping and set(keys) <= set(step.body.fields)
        ]

    @cached_property
    def calls(self) -> list[Step]:
        """The steps that call a command of this file."""
        names = {pair.key.text for pair in self.section("commands")}
        return [step for step in self.steps if step.name.text in names]

    @cached_property
    def built_in(self) -> list[Step]:
        """The steps that are CircleCI's own."""
        names = {pair.key.text for pair in self.section("commands")}
        return [step for step in self.steps if step.name.text in BUILT_IN_STEPS and step.name.text not in names]

    @cached_property
    def workflows(self) -> list[Pair]:
        """The workflows that are mappings."""
        return [pair for pair in self.section("workflows") if type(pair.value) is Mapping]

    @cached_property
    def entries(self) -> list[Entry]:
        """The items of the workflows' jobs."""
        found = []
        for workflow in self.workflows:
            jobs = self.value(workflow.value, "jobs")
            for item in jobs.items if type(jobs) is Sequence else ():
                if isinstance(item, Scalar) and isinstance(item.value, str):
                    found.append(Entry(workflow.key.text, item, item, None))
                elif type(item) is Mapping and len(item.entries) == 1 and type(item.entries[0][0]) is Scalar:
                    key, value = item.entries[0]
                    found.append(Entry(workflow.key.text, item, key, value))  # type: ignore[arg-type]
        return found

    def filled_entries(self) -> list[Entry]:
        """The entries with settings of their own, without merge keys."""
        return [entry for entry in self.entries if type(entry.body) is Mapping and not merges(entry.body)]

    def entries_of_jobs(self) -> list[tuple[Entry, Mapping]]:
        """The entries that run a job of this file, each with that job."""
        jobs = {pair.key.text: pair.value for pair in self.definitions["jobs"]}
        found = []
        for entry in self.entries:
            job = jobs.get(entry.name.text)
            if type(job) is Mapping:
                found.append((entry, job))
        return found

    def requirements(self) -> list[tuple[Entry, Sequence, Scalar]]:
        """The names in `requires` lists."""
        found = []
        for entry in self.entries:
            needed = self.value(entry.body, "requires")
            for item in needed.items if type(needed) is Sequence else ():
                if isinstance(item, Scalar) and "<<" not in item.text:
                    found.append((entry, needed, item))
        return found  # type: ignore[return-value]

    def scalars(self, node: Node | None) -> Iterator[Scalar]:
        """Every scalar value below a node."""
        if isinstance(node, Scalar):
            yield node
        elif type(node) is Sequence:
            for item in node.items:
                yield from self.scalars(item)
        elif type(node) is Mapping:
            for _, value in node.entries:
                yield from self.scalars(value)

    def mappings(self, node: Node | None) -> Iterator[Mapping]:
        """Every mapping at or below a node."""
        if type(node) is Mapping:
            yield node
            for _, value in node.entries:
                yield from self.mappings(value)
        elif type(node) is Sequence:
            for item in node.items:
                yield from self.mappings(item)

    @cached_property
    def aliases(self) -> list[Alias]:
        """Every alias, in the order of the text."""
        found: list[Alias] = []
        pending: list[Node] = [self.root]
        while pending:
            node = pending.pop()
            if type(node) is Alias:
                found.append(node)
            elif type(node) is Sequence:
                pending.extend(node.items)
            elif type(node) is Mapping:
                for key, value in node.entries:
                    pending.extend((key, value))
        return sorted(found, key=lambda alias: alias.start)

    # Lines

    def line_start(self, offset: int) -> int:
        """The offset of the first character of the line that an offset is on."""
        return self.text.rfind("\n", 0, offset) + 1

    def line_end(self, offset: int) -> int:
        """The offset behind the line break of the line that an offset is on."""
        newline = self.text.find("\n", offset)
        return len(self.text) if newline < 0 else newline + 1

    def column(self, offset: int) -> int:
        """How many characters stand before an offset on its line."""
        return offset - self.line_start(offset)

    def leads_its_line(self, node: Node) -> bool:
        """Whether only blanks stand before a node on its line."""
        return not self.text[self.line_start(node.outer) : node.outer].strip()

    def extent(self, pair: Pair) -> tuple[int, int]:
        """The lines of a key and its value in block style, as offsets."""
        return self.line_start(pair.key.outer), self.line_end(max(pair.key.end, pair.value.end) - 1)

    def movable(self, node: Node | None) -> list[Pair]:
        """The keys of a mapping in block style that have their lines to themselves."""
        if type(node) is not Mapping or node.flow:
            return []
        return [pair for pair in self.pairs(node) if self.leads_its_line(pair.key)]


def merges(node: Node | None) -> bool:
    """Whether a mapping has merge keys."""
    return type(node) is Mapping and any([type(key) is Scalar and key.text == "<<" for key, _ in node.entries])


def choose(options: list[Chosen], rng: random.Random) -> Chosen | None:
    """One of the options, or None where there are none."""
    return rng.choice(options) if options else None


def misspelt(name: str, rng: random.Random, known: set[str] = frozenset()) -> str:  # type: ignore[assignment]
    """The name with one slip in it: letters swapped, one lost, one doubled, one changed; none of the known names."""
    for _ in range(50):
        index = rng.randrange(len(name))
        slip = rng.randrange(4)
        if slip == 0 and index + 1 < len(name):
            new = name[:index] + name[index + 1] + name[index] + name[index + 2 :]
        elif slip == 1 and len(name) > 3:
            new = name[:index] + name[index + 1 :]
        elif slip == 2:
            new = name[:index] + name[index] + name[index:]
        else:
            new = name[:index] + rng.choice("aeiorstn") + name[index + 1 :]
        if new not in known and new != name and new[0].isalpha() and new[-1].isalnum():
            return new
    return name + "-x"


def applied(text: str, seed: Seed) -> tuple[str, frozenset[int]]:
    """The text with a seed's edits, and the lines at which the mistake may be reported."""
    edits = sorted(seed.edits)
    pieces, position, offsets = [], 0, []
    length = 0
    for edit in edits:
        pieces.append(text[position : edit.start])
        length += edit.start - position
        if edit.marked:
            first = len(edit.text) - len(edit.text.lstrip())
            offsets.extend([length + min(first, len(edit.text)), length + max(len(edit.text.rstrip()), first)])
        pieces.append(edit.text)
        length += len(edit.text)
        position = edit.end
    new = "".join([*pieces, text[position:]])
    offsets.extend([_moved(place, edits) for place in seed.places])
    if seed.marks:
        offsets.append(new.find("@sink"))
    return new, frozenset([new.count("\n", 0, offset) + 1 for offset in offsets if offset >= 0])


def moved_line(text: str, seed: Seed, line: int) -> int:
    """The line on which a line of the text stands after a seed's edits."""
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    edits = sorted(seed.edits)
    moved = _moved(start, edits)
    return applied(text, seed)[0].count("\n", 0, moved) + 1


def noted(text: str, seed: Seed) -> frozenset[int]:
    """The lines that the finding has to note, in the text after the edits."""
    offsets = [_moved(place, sorted(seed.edits)) for place in seed.notes]
    offsets += [found for mark in seed.marks if (found := text.find(f"# {mark}")) >= 0]
    return frozenset([text.count("\n", 0, offset) + 1 for offset in offsets])


def _moved(offset: int, edits: list[Edit]) -> int:
    shift = 0
    for edit in edits:
        if edit.end <= offset:
            shift += len(edit.text) - (edit.end - edit.start)
        elif edit.start < offset:
            return edit.start + shift
    return offset + shift
