"""Regular expressions that take in nothing which a shell reads as more than a word."""

from __future__ import annotations

from functools import lru_cache

from orbgen.circleci.patterns import Characters, Choice, Edge, Look, Node, Repeat, Sequence, UnsharedPattern, read

# The ranges of rules.md 2.3's safe set; a space parts words, but ends no command.
_SAFE = (("a", "z"), ("A", "Z"), ("0", "9"), (".", "."), ("_", "_"), ("/", "/"), ("-", "-"), (" ", " "))


@lru_cache(maxsize=512)
def takes_in_harmless(pattern: str) -> bool:
    """Whether whatever a pattern takes in as a whole is made of harmless characters; not if the pattern is unclear."""
    try:
        return _is_harmless(read(pattern).node)
    except UnsharedPattern:
        return False


def _is_harmless(node: Node) -> bool:
    if isinstance(node, Characters):
        return not node.negated and all([_is_safe(low, high) for low, high in node.ranges])
    if isinstance(node, Sequence):
        return all([_is_harmless(part) for part in node.parts])
    if isinstance(node, Choice):
        return all([_is_harmless(option) for option in node.options])
    # What must follow is read by other parts.
    return _is_harmless(node.inner) if isinstance(node, Repeat) else isinstance(node, Edge | Look)


def _is_safe(low: str, high: str) -> bool:
    return any([start <= low and high <= end for start, end in _SAFE])
