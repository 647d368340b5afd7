"""The order of CircleCI's job map.

Its compiler is written in Clojure, where a map of up to eight entries keeps their order and a larger one is ordered by
the hashes of its keys: Murmur3 over Java's string hash, five bits at a time from the lowest. Every published compiled
configuration with nine or more jobs shows this order.
"""

from __future__ import annotations

from collections.abc import Iterable

ORDERED_ENTRIES = 8
_MASK = 0xFFFFFFFF


def map_order(keys: Iterable[str]) -> list[str]:
    """The keys in the order in which CircleCI prints a map that was filled in the given order."""
    listed = list(keys)
    if len(listed) <= ORDERED_ENTRIES:
        return listed
    return sorted(listed, key=_path)


def _path(key: str) -> tuple[int, ...]:
    """The way to a key through the levels of the hash tree."""
    value = _murmur(_java_hash(key))
    return tuple([(value >> shift) & 31 for shift in range(0, 35, 5)])


def _java_hash(text: str) -> int:
    value = 0
    units = text.encode("utf-16-be", "surrogatepass")
    for index in range(0, len(units), 2):
        value = (31 * value + (units[index] << 8 | units[index + 1])) & _MASK
    return value


def _rotate(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (32 - bits))) & _MASK


def _murmur(value: int) -> int:
    """Murmur3, 32 bits, of one integer with seed 0; Clojure gives 0 for 0."""
    if value == 0:
        return 0
    mixed = _rotate((value * 0xCC9E2D51) & _MASK, 15) * 0x1B873593 & _MASK
    hashed = (_rotate(mixed, 13) * 5 + 0xE6546B64) & _MASK ^ 4
    hashed = (hashed ^ hashed >> 16) * 0x85EBCA6B & _MASK
    hashed = (hashed ^ hashed >> 13) * 0xC2B2AE35 & _MASK
    return hashed ^ hashed >> 16
