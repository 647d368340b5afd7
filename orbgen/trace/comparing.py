"""What a change opens or closes: the ways before and after it."""

from __future__ import annotations

import enum

import msgspec

from orbgen.trace.starts import Exposure
from orbgen.trace.ways import Kind, Way

_OPENNESS = (Exposure.GATED, Exposure.GUARDED, Exposure.UNKNOWN, Exposure.WEAK, Exposure.OPEN)


class Change(enum.Enum):
    """What became of a way."""

    ADDED = "added"
    WIDENED = "widened"
    CHANGED = "changed"
    NARROWED = "narrowed"
    GONE = "gone"


class Difference(msgspec.Struct, frozen=True, eq=False):
    """One way that is not what it was, in one sentence."""

    change: Change
    sentence: str
    before: Way | None
    after: Way | None


def differences(before: tuple[Way, ...], after: tuple[Way, ...]) -> tuple[Difference, ...]:
    """What differs between the ways before and after a change, what opens first."""
    old, new = _open_ways(before), _open_ways(after)
    found = []
    for key, way in new.items():
        was = old.get(key)
        found += [_added(way)] if was is None else _compared(was, way)
    found += [_gone(way) for key, way in old.items() if key not in new]
    return tuple(sorted(found, key=lambda one: list(Change).index(one.change)))


def _open_ways(ways: tuple[Way, ...]) -> dict[str, Way]:
    """The ways that Teleport lets through, by what stays the same when labels, rules or filters change."""
    found: dict[str, Way] = {}
    for way in ways:
        if way.refused is None:
            role = next((stop.key for stop in way.stops if stop.kind is Kind.ROLE), "")
            target = way.reaches[0].target.value if way.reaches else way.stops[-1].key
            found[f"{way.path} {way.workflow}/{way.job} {way.bot} {role} {target}"] = way
    return found


def _compared(before: Way, after: Way) -> list[Difference]:
    opened = _OPENNESS.index(after.exposure) - _OPENNESS.index(before.exposure)
    name = f"job {after.job}"
    target, was = after.stops[-1], before.stops[-1]
    start, began = after.stops[0].words, before.stops[0].words
    if opened:
        change = Change.WIDENED if opened > 0 else Change.NARROWED
        guarded = after.exposure is Exposure.GUARDED
        now = "starts it now, and only the context or the token keeps others out" if guarded else "gets in now"
        return [Difference(change, f"{name}: {start} {now}; before it was {began}", before, after)]
    if target.words != was.words:
        change = Change.WIDENED if target.wide and not was.wide else Change.NARROWED if was.wide else Change.CHANGED
        return [Difference(change, f"{name}: it reaches {target.words}; before it was {was.words}", before, after)]
    token, held = after.stops[2].words, before.stops[2].words
    if token != held:
        wider = _is_wider(after, before)
        change = Change.WIDENED if wider else Change.NARROWED if _is_wider(before, after) else Change.CHANGED
        return [Difference(change, f"{name}: {token} lets it in; before it was {held}", before, after)]
    if start != began:
        return [Difference(Change.CHANGED, f"{name}: {start} starts it; before it was {began}", before, after)]
    return []


def _is_wider(one: Way, other: Way) -> bool:
    """Whether the rule that admits one way asks for less than the rule of another."""
    rules = [way.grant.admission.rule if way.grant.admission is not None else None for way in (one, other)]
    if rules[0] is None or rules[1] is None:
        return False
    asked = [(rule.project is not None) + (rule.context is not None) for rule in rules if rule is not None]
    return asked[0] < asked[1]


def _added(way: Way) -> Difference:
    return Difference(Change.ADDED, f"job {way.job}: {_told(way)}, which nothing did before", None, way)


def _gone(way: Way) -> Difference:
    return Difference(Change.GONE, f"job {way.job}: no way leads to {way.stops[-1].words} any more", way, None)


def _told(way: Way) -> str:
    return f"{way.stops[0].words} leads to {way.stops[-1].words}"
