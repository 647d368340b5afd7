"""Matching regular expressions against whole texts, as CircleCI does.

Patterns come from users, and a backtracking matcher such as Python's can take time without bound for one. This one
follows all ways through a pattern at once, so its time grows with pattern times text.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias, Union

import msgspec

from orbgen.circleci import patterns
from orbgen.circleci.patterns import Characters, Choice, Edge, Look, Node, Repeat, Sequence, UnsharedPattern

MAXIMUM_TEXT = 10_000
MAXIMUM_PROGRAM = 5_000
MAXIMUM_STEPS = 500_000

# Line breaks that one engine's `.` and `$` know and the other's do not; vertical tab belongs to `\\s` in one only.
_DISPUTED = frozenset("\r\x0b\x85\u2028\u2029")


class _TooLongError(Exception):
    """A pattern or a match beyond a limit."""


class _Fork(msgspec.Struct, frozen=True):
    """Goes on at several places."""

    targets: tuple[int, ...]


class _Ahead(msgspec.Struct, frozen=True):
    """Goes on behind itself where the program at `start` finds something, or nothing."""

    start: int
    after: int
    negated: bool


_Instruction: TypeAlias = Union[Characters, Edge, _Fork, _Ahead, None]


class _Program:
    """A pattern as instructions; each goes on at the next one, and None is the end of a match."""

    def __init__(self, node: Node, *, fold: bool) -> None:
        self.instructions: list[_Instruction] = []
        self.fold = fold
        self.edges: set[str] = set()
        self._write(node)
        self._add(None)

    def _add(self, instruction: _Instruction) -> int:
        if len(self.instructions) >= MAXIMUM_PROGRAM:
            raise _TooLongError
        self.instructions.append(instruction)
        return len(self.instructions) - 1

    def _write(self, node: Node) -> None:
        if isinstance(node, Sequence):
            for part in node.parts:
                self._write(part)
        elif isinstance(node, Choice):
            self._write_choice(node)
        elif isinstance(node, Repeat):
            self._write_repeat(node)
        elif isinstance(node, Look):
            place = self._add(None)
            self._write(node.inner)
            self._add(None)
            self.instructions[place] = _Ahead(place + 1, len(self.instructions), node.negated)
        else:
            if isinstance(node, Edge):
                self.edges.add(node.kind)
            self._add(node)

    def _write_choice(self, node: Choice) -> None:
        fork = self._add(None)
        starts, ends = [], []
        for option in node.options:
            starts.append(len(self.instructions))
            self._write(option)
            ends.append(self._add(None))
        self.instructions[fork] = _Fork(tuple(starts))
        for end in ends:
            self.instructions[end] = _Fork((len(self.instructions),))

    def _write_repeat(self, node: Repeat) -> None:
        for _ in range(node.least):
            self._write(node.inner)
        if node.most is None:
            fork = self._add(None)
            self._write(node.inner)
            self._add(_Fork((fork,)))
            self.instructions[fork] = _Fork((fork + 1, len(self.instructions)))
            return
        forks = []
        for _ in range(node.most - node.least):
            forks.append(self._add(None))
            self._write(node.inner)
        for fork in forks:
            self.instructions[fork] = _Fork((fork + 1, len(self.instructions)))


class _Run:
    """One match of a program against a text."""

    def __init__(self, program: _Program, text: str) -> None:
        self.instructions = program.instructions
        self.fold = program.fold
        self.text = text
        self.steps = 0
        self.found: dict[tuple[int, int], bool] = {}

    def matches(self, start: int, position: int, *, whole: bool) -> bool:
        """Whether the program at `start` matches from a position on, up to the end of the text if `whole`."""
        text, length = self.text, len(self.text)
        states = self._reach([start], position)
        while states:
            if None in [self.instructions[state] for state in states] and (position == length or not whole):
                return True
            if position == length:
                return False
            character = text[position]
            position += 1
            following = []
            for state in states:
                instruction = self.instructions[state]
                if isinstance(instruction, Characters) and instruction.hold(character, fold=self.fold):
                    following.append(state + 1)
            states = self._reach(following, position)
        return False

    def _reach(self, pending: list[int], position: int) -> list[int]:
        """The instructions that read a character or end a match, reached without reading one."""
        seen = set(pending)
        reached = []
        while pending:
            state = pending.pop()
            self.steps += 1
            if self.steps > MAXIMUM_STEPS:
                raise _TooLongError
            instruction = self.instructions[state]
            if isinstance(instruction, _Fork):
                targets = instruction.targets
            elif isinstance(instruction, Edge):
                targets = (state + 1,) if self._at(instruction.kind, position) else ()
            elif isinstance(instruction, _Ahead):
                targets = (instruction.after,) if self._ahead(instruction, position) else ()
            else:
                reached.append(state)
                continue
            for target in targets:
                if target not in seen:
                    seen.add(target)
                    pending.append(target)
        return reached

    def _at(self, kind: str, position: int) -> bool:
        if kind == "^":
            return position == 0
        if kind == "$":
            return position == len(self.text)
        before, after = (self._is_word(index) for index in (position - 1, position))
        return (before is not after) is (kind == "b")

    def _is_word(self, index: int) -> bool:
        return 0 <= index < len(self.text) and (self.text[index].isalnum() or self.text[index] == "_")

    def _ahead(self, look: _Ahead, position: int) -> bool:
        key = (look.start, position)
        if key not in self.found:
            self.found[key] = self.matches(look.start, position, whole=False)
        return self.found[key] is not look.negated


@lru_cache(maxsize=512)
def _program(pattern: str) -> _Program | None:
    try:
        read = patterns.read(pattern)
        return _Program(read.node, fold=read.fold)
    except (UnsharedPattern, _TooLongError):
        return None


@lru_cache(maxsize=4096)
def full_match(pattern: str, text: str) -> bool | None:
    """Whether a whole text matches a pattern; None where that is not sure, or would take too long."""
    program = _program(pattern)
    if program is None or len(text) > MAXIMUM_TEXT or not _DISPUTED.isdisjoint(text):
        return None
    if not text.isascii() and (program.fold or program.edges & {"b", "B"}):
        return None
    if text.endswith("\n") and "$" in program.edges:
        return None
    try:
        return _Run(program, text).matches(0, 0, whole=True)
    except _TooLongError:
        return None
