"""Packing: an orb's folder made into the one file that CircleCI takes (circleci.md 7.4, 7.5)."""

from __future__ import annotations

import os

from orbgen.circleci.orb_folder import problem_at
from orbgen.circleci.orb_tree import OrbTree, read_tree
from orbgen.orb.legacy_tree import TOP_LEVEL_KEYS, read_legacy_tree
from orbgen.orb.packed_yaml import TooLargeError, write
from orbgen.source.limits import MAXIMUM_BYTES
from orbgen.source.nodes import Mapping, Sequence
from orbgen.source.problems import Problem, UnreadableError


def read_folder(path: str, *, legacy: bool = False) -> OrbTree:
    """The orb in a folder, by the newer rules or those of the older packer. Raises UnreadableError."""
    if not os.path.isdir(path):
        help = None
        if os.path.isfile(path):
            help = "a file is packed already; name the folder that holds @orb.yml"
        raise UnreadableError(problem_at(path, "there is no such folder", help))
    return read_legacy_tree(path) if legacy else read_tree(path)


def pack(tree: OrbTree, *, legacy: bool = False) -> str:
    """The packed orb. Raises UnreadableError where its fragments cannot be joined as they are written."""
    problems = refused(tree)
    if problems:
        raise UnreadableError(problems[0])
    root = tree.document.root
    assert type(root) is Mapping
    try:
        return write(root, TOP_LEVEL_KEYS if legacy else (), words_are_text=legacy)
    except TooLargeError:
        message = f"packed, the orb would be larger than the {MAXIMUM_BYTES:,} characters that orbgen reads"
        raise UnreadableError(problem_at(tree.folder.root, message)) from None


def refused(tree: OrbTree) -> tuple[Problem, ...]:
    """Why an orb's fragments cannot be packed: aliases that stand for nothing, keys that stand twice."""
    found = list(tree.document.problems)
    for mapping in tree.document.repeating:
        for first, second in mapping.duplicates():
            message = f"mapping key `{second.text}` already defined at line {first.span.line}"
            found.append(Problem("duplicate-key", message, second.span, "remove one of the two"))
    return tuple(found)


def detached_keys(tree: OrbTree) -> tuple[Problem, ...]:
    """List items whose settings stand beside their name instead of under it, as in `- run:` with `name:` below it."""
    found: list[Problem] = []
    seen: set[int] = set()
    waiting = [tree.document.root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if type(node) is Mapping:
            waiting.extend([field.value for field in node.fields.values()])
        elif type(node) is Sequence:
            waiting.extend(node.elements)
            found.extend([_detached(item) for item in node.elements if type(item) is Mapping and _is_detached(item)])
    return tuple(sorted(found, key=lambda problem: (problem.span.source.name, problem.span.start)))


def _is_detached(item: Mapping) -> bool:
    if item.flow or len(item.fields) < 2:
        return False
    first = next(iter(item.fields.values())).value
    return type(first) is not Mapping and type(first) is not Sequence and first.value is None


def _detached(item: Mapping) -> Problem:
    name, *others = item.fields
    message = f"`{name}` has no value, and {', '.join([f'`{key}`' for key in others])} stands beside it"
    help = f"indent `{others[0]}` one level further"
    return Problem("misplaced-key", message, item.fields[name].key.span, help)
