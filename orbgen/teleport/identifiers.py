"""CircleCI's ids, and what people write in their place (teleport.md 1.2)."""

from __future__ import annotations

import re

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_VARIABLE = re.compile(r"\$[A-Za-z_][A-Za-z0-9_]*")
_BRACKETED = re.compile(r"<[^<>]+>")
_GROUPS = (8, 4, 4, 4, 12)


def is_variable(text: str) -> bool:
    """Whether a text is a shell's variable and nothing else, as in `$PROJECT_ID`."""
    return _VARIABLE.fullmatch(text) is not None


def flaw_of(text: str) -> str | None:
    """Why no id of CircleCI's is equal to a text: `placeholder`, `case` or `not-uuid`; None for an id."""
    if is_variable(text) or _BRACKETED.fullmatch(text) or _is_repeated(text) or "example" in text.lower():
        return "placeholder"
    if _UUID.fullmatch(text):
        return None
    return "case" if _UUID.fullmatch(text.lower()) else "not-uuid"


def _is_repeated(text: str) -> bool:
    """Whether a text has the form of an id with one letter or digit all through, or through each group."""
    groups = text.split("-")
    return tuple(map(len, groups)) == _GROUPS and all([len(set(group)) == 1 and group.isalnum() for group in groups])
