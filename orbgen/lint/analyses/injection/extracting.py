r"""What `sed` prints of a line when it prints only some of its parts, as `sed -nE 's/.*#([0-9]+).*/\\1/p'` does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orbgen.circleci.harmless import takes_in_harmless
from orbgen.shell.words import Command
from orbgen.source.lazy_patterns import lazy_pattern

_PRINTING = lazy_pattern(r"s(?P<sign>[/#|,!@])(?P<pattern>.*)(?P=sign)(?P<put>.*)(?P=sign)[gI]*p[gI]*", re.DOTALL)
_LONGEST = 500
_REFERENCE = lazy_pattern(r"\\([1-9])")
_SAFE_TEXT = lazy_pattern(r"[A-Za-z0-9._/ -]*")
# The characters that mean the same with and without a backslash the other way round in the two notations.
_SWAPPED = "(){}+?|"
_CLASSES = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "digit": "0-9",
    "lower": "a-z",
    "upper": "A-Z",
    "xdigit": "a-fA-F0-9",
}
_CLASS = lazy_pattern(r"\[:([a-z]+):\]")


def prints_safe_groups(command: Command) -> bool:
    """Whether `sed -n` prints, of each line that it takes as a whole, only groups of harmless characters."""
    words = [word.literal for word in command.words[1:]]
    options = [word for word in words if word is not None and word.startswith("-")]
    programs = [word for word in words if word is None or not word.startswith("-")]
    letters = "".join([word[1:] for word in options if not word.startswith("--")])
    silent = "n" in letters or "--quiet" in options or "--silent" in options
    if not silent or set(letters) - set("nEres") or len(programs) != 1 or programs[0] is None:
        return False
    if len(programs[0]) > _LONGEST:
        return False
    match = _PRINTING.fullmatch(programs[0].strip())
    if match is None or match["sign"] in match["put"]:
        return False
    extended = bool(set("Er") & set(letters)) or "--regexp-extended" in options
    pattern = read_pattern(match["pattern"], extended=extended)
    numbers = [int(number) for number in _REFERENCE.findall(match["put"])]
    groups = list(_groups(pattern))
    return (
        pattern.startswith(("^", ".*"))
        and pattern.endswith(("$", ".*"))
        and not pattern.endswith("\\$")
        and _SAFE_TEXT.fullmatch(_REFERENCE.sub("", match["put"])) is not None
        and all([number <= len(groups) and takes_in_harmless(groups[number - 1]) for number in numbers])
    )


def read_pattern(pattern: str, *, extended: bool) -> str:
    """A pattern of `sed` or `grep` in the notation of CircleCI's patterns, as far as the two have the same."""
    plain = _CLASS.sub(lambda match: _CLASSES.get(match[1], match[0]), pattern)
    return plain if extended else _as_extended(plain)


def _as_extended(pattern: str) -> str:
    found, position = [], 0
    while position < len(pattern):
        character = pattern[position]
        if character == "[":
            end = _behind_set(pattern, position)
            found.append(pattern[position:end])
            position = end
            continue
        if character == "\\":
            following = pattern[position + 1 : position + 2]
            found.append(following if following and following in _SWAPPED else character + following)
            position += 2
            continue
        found.append("\\" + character if character in _SWAPPED else character)
        position += 1
    return "".join(found)


def _groups(pattern: str) -> Iterator[str]:
    """What stands in the groups of an extended regular expression, by their numbers."""
    opened: list[int] = []
    found: dict[int, str] = {}
    position = 0
    while position < len(pattern):
        character = pattern[position]
        if character == "[":
            position = _behind_set(pattern, position)
            continue
        if character == "(":
            opened.append(position)
        elif character == ")" and opened:
            start = opened.pop()
            found[start] = pattern[start + 1 : position]
        position += 2 if character == "\\" else 1
    yield from [text for _, text in sorted(found.items())]


def _behind_set(pattern: str, start: int) -> int:
    """Where a set such as `[^]a-z[:digit:]]` that begins at `start` ends."""
    position = start + 1
    if pattern[position : position + 1] == "^":
        position += 1
    if pattern[position : position + 1] == "]":
        position += 1
    while position < len(pattern) and pattern[position] != "]":
        named = pattern.find(":]", position + 2) if pattern.startswith("[:", position) else -1
        position = named + 2 if named >= 0 else position + 1
    return position + 1
