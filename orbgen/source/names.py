"""Names that are nearly right."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, candidates: Iterable[str], limit: int = 2) -> str | None:
    """The candidate that is fewest slips away from `name`, or None where all are further than `limit`.

    A slip is a letter added, dropped, changed, or swapped with its neighbour; a short name is allowed fewer.
    """
    limit = min(limit, max(len(name) // 3, 1))
    best, best_distance = None, limit + 1
    for candidate in candidates:
        if candidate != name and abs(len(candidate) - len(name)) < best_distance:
            distance = slips(name, candidate, best_distance)
            if distance < best_distance:
                best, best_distance = candidate, distance
    return best


def slips(first: str, second: str, limit: int) -> int:
    """How many slips lie between two names (optimal string alignment); `limit` or more is given as `limit`."""
    before: list[int] = []
    above = list(range(len(second) + 1))
    for row, letter in enumerate(first, 1):
        line = [row]
        for column, other in enumerate(second, 1):
            distance = min(above[column] + 1, line[column - 1] + 1, above[column - 1] + (letter != other))
            if row > 1 and column > 1 and letter == second[column - 2] and first[row - 2] == other:
                distance = min(distance, before[column - 2] + 1)
            line.append(distance)
        if min(line) >= limit:
            return limit
        before, above = above, line
    return min(above[-1], limit)
