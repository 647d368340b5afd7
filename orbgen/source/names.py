"""Names that are nearly right."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 100


def nearest(name: str, candidates: Iterable[str], limit: int = 2) -> str | None:
    """The candidate that is fewest slips away from `name`, or None where all are further than `limit`.

    A slip is a letter added, dropped, changed, or swapped with its neighbour; a short name is allowed fewer. Of several
    that are equally far, one with the same letters comes first, since swapped letters are the commonest slip.
    A name longer than people type is compared with none.
    """
    if len(name) > LONGEST:
        return None
    limit = min(limit, max(len(name) // 3, 1))
    best, best_distance = None, limit + 1
    length, letters, spelt = len(name), set(name), sorted(name)
    for candidate in candidates:
        if abs(len(candidate) - length) >= best_distance or candidate == name:
            continue
        # A slip changes the set of letters by two at most.
        if len(letters.symmetric_difference(candidate)) > 2 * best_distance - 2:
            continue
        swapped = sorted(candidate) == spelt
        distance = slips(name, candidate, best_distance + swapped)
        if distance < best_distance or (swapped and distance == best_distance and sorted(best or "") != spelt):
            best, best_distance = candidate, distance
    return best


def slips(first: str, second: str, limit: int) -> int:
    """How many slips lie between two names (optimal string alignment); `limit` or more is given as `limit`."""
    start, end = 0, min(len(first), len(second))
    while start < end and first[start] == second[start]:
        start += 1
    behind = 0
    while behind < end - start and first[-1 - behind] == second[-1 - behind]:
        behind += 1
    first, second = first[start : len(first) - behind], second[start : len(second) - behind]
    if not first or not second:
        return min(len(first) + len(second), limit)
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
