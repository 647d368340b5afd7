"""Texts that a pattern matches, to ask what happens to a branch or tag of such a name."""

from __future__ import annotations

from functools import lru_cache

from orbgen.circleci.matching import full_match
from orbgen.circleci.patterns import (
    Characters,
    Choice,
    Edge,
    Look,
    Node,
    Repeat,
    Sequence,
    UnsharedPattern,
    read,
)

MOST_SAMPLES = 8
# Characters that names are likely to have, and some that they are not.
_LIKELY = "a1-Zz0./_ %é"


@lru_cache(maxsize=512)
def samples(pattern: str) -> tuple[str, ...]:
    """A few unlike texts that a pattern matches as a whole; none where it cannot be read, or none was found."""
    try:
        found = _texts(read(pattern).node)
    except UnsharedPattern:
        return ()
    return tuple([text for text in dict.fromkeys(found) if text and full_match(pattern, text)][:MOST_SAMPLES])


def _texts(node: Node) -> list[str]:
    """Some texts for a part of a pattern, as if conditions on places did not matter."""
    if isinstance(node, Characters):
        return [_character(node)]
    if isinstance(node, Edge | Look):
        return [""]
    if isinstance(node, Choice):
        return [text for option in node.options for text in _texts(option)][: 2 * MOST_SAMPLES]
    if isinstance(node, Repeat):
        inner = _texts(node.inner)
        times = sorted({node.least, max(node.least, 1 if node.most is None else min(node.most, 1))})
        return [text * count for count in times for text in inner][: 2 * MOST_SAMPLES]
    return _joined(node)


def _joined(node: Sequence) -> list[str]:
    found = [""]
    for part in node.parts:
        texts = _texts(part)
        # Each text of a part occurs, but not each with each.
        count = min(max(len(found), len(texts)), 2 * MOST_SAMPLES)
        found = [found[index % len(found)] + texts[index % len(texts)] for index in range(count)]
    return found


def _character(node: Characters) -> str:
    if not node.negated and node.ranges:
        return next((one for one in _LIKELY if node.hold(one, fold=False)), node.ranges[0][0])
    return next((one for one in _LIKELY if node.hold(one, fold=False)), "a")
