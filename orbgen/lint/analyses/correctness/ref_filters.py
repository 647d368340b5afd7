"""Patterns of branches and tags, and cron lines: where CircleCI does not make of them what was meant."""

from __future__ import annotations

import re
import warnings

import msgspec

from orbgen.circleci.patterns import MAXIMUM_LENGTH
from orbgen.source.lazy_patterns import lazy_pattern

_NOT_IN_REFS = lazy_pattern(r"[*?\[^~:\\ ]")
# What Java reads and Python does not, or differently: nobody can say here whether such a pattern is right.
_OTHER_ENGINES = lazy_pattern(r"\\[pPQEzZGXRhHvVkN]|[*+?}]\+|\(\?|&&|\[\[")
_PREFIX = lazy_pattern(r"\^((?:[\w /-]|\\[./-])+)", re.ASCII)
# Names that a pattern such as `/^main/` may well mean as a whole.
_WHOLE_NAMES = frozenset(
    ("main", "master", "develop", "development", "dev", "trunk", "staging", "production", "gh-pages")
)
_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_FIELDS = ("minute", "hour", "day of the month", "month", "day of the week")
_NAMES = lazy_pattern(r"(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)")


class Mistake(msgspec.Struct, frozen=True):
    """What is wrong with a filter: the kind, a sentence, and what to write instead."""

    kind: str
    message: str
    help: str


def mistake_in_filter(text: str, others: tuple[str, ...], *, branches: bool) -> Mistake | None:
    """What is wrong with one item of `only` or `ignore`; `others` are the items beside it."""
    if text.startswith("/") and (len(text) < 2 or not text.endswith("/")):
        message = f"`{text}` begins with a slash and has no closing one, so it is a name that no ref can have"
        return Mistake("slash", message, f"write a pattern between slashes: `{text}/`")
    if text.startswith("/"):
        return mistake_in_pattern(text[1:-1], others)
    if _NOT_IN_REFS.search(text):
        shown = " ".join(text.split())
        message = f"`{shown[:60]}` is taken for a name, and no branch or tag can have it, so it matches nothing"
        return Mistake("glob", message, f"write a pattern between slashes, as in `{as_pattern(shown)[:60]}`")
    for start in ("refs/heads/", "refs/tags/", *(("origin/",) if branches else ())):
        if text.startswith(start) and text != start:
            message = (
                f"`{text}` matches no {'branch' if branches else 'tag'}: CircleCI compares the name without `{start}`"
            )
            return Mistake("ref", message, f"write `{text.removeprefix(start)}`")
    return None


def as_pattern(text: str) -> str:
    """A name with wildcards as a pattern between slashes."""
    inner = text.removeprefix("^").replace("\\", "").replace("/", r"\/").replace(".", r"\.")
    return f"/{re.sub(r'[*]+', '.*', inner).replace('?', '.').strip()}/"


def mistake_in_pattern(pattern: str, others: tuple[str, ...] = ()) -> Mistake | None:
    """What is wrong with a regular expression that has to match a whole name; `others` stand beside it."""
    if len(pattern) > MAXIMUM_LENGTH:
        return None
    prefix = _PREFIX.fullmatch(pattern)
    if prefix is not None:
        name = prefix[1].replace("\\", "")
        if name in _WHOLE_NAMES or any(
            [other.startswith(f"/{pattern}") and other != f"/{pattern}/" for other in others]
        ):
            return None
        message = f"`/{pattern}/` has to match the whole name, so it matches `{name}` alone and nothing that begins so"
        return Mistake(
            "prefix", message, f"write `/{pattern}.*/` for names that begin so, `/{pattern}$/` for that name alone"
        )
    if _OTHER_ENGINES.search(pattern):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        return Mistake("regex", f"`/{pattern}/` is no regular expression: {error}", "mend the pattern")
    return None


def mistake_in_cron(text: str) -> Mistake | None:
    """What is wrong with the cron line of a schedule (circleci.md 6.6)."""
    fields = text.split()
    if len(fields) != len(_FIELDS):
        return Mistake("cron", f"`{text}` has {len(fields)} fields, and a cron line has five", "write `0 3 * * *`")
    for field, name, bounds in zip(fields, _FIELDS, _BOUNDS, strict=True):
        reason = _reason(field, name, bounds)
        if reason:
            return Mistake(
                "cron", f"the {name} of `{text}` {reason}, so the schedule never runs", "list the values: `0,15,30,45`"
            )
    return None


def _reason(field: str, name: str, bounds: tuple[int, int]) -> str:
    if "/" in field:
        return "has a step, which CircleCI does not know"
    if "," in field and "-" in field:
        return "has a range in a list, which CircleCI does not know"
    if "-" in field and name == "day of the week" and _NAMES.search(field):
        return "has a range of days, which CircleCI does not know"
    for number in re.findall(r"[0-9]+", field):
        if not bounds[0] <= int(number[:9]) <= bounds[1]:
            return f"is {number}, not within {bounds[0]} and {bounds[1]}"
    return ""
