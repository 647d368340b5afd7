"""What limits a job to some branches and tags (circleci.md 4.3, 6.3)."""

from __future__ import annotations

import re


def expression(branches: tuple[str, ...], tags: tuple[str, ...]) -> str:
    """The expression that is true for some branches and tags; a tag with a `*` behind it stands for its beginnings."""
    terms = [f"pipeline.git.branch == {_quoted(name)}" for name in branches]
    for name in tags:
        start, star, _ = name.partition("*")
        terms.append(f"pipeline.git.tag {'starts-with' if star else '=='} {_quoted(start)}")
    return " or ".join(terms)


def branch_patterns(branches: tuple[str, ...]) -> tuple[str, ...]:
    """Branches for the older map of filters, in which a name between slashes would be a pattern."""
    return tuple([f"/{_escaped(name)}/" if name.startswith("/") else name for name in branches])


def tag_patterns(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Tags for the older map of filters."""
    return tuple([f"/{_escaped(name[:-1])}.*/" if name.endswith("*") else branch_patterns((name,))[0] for name in tags])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _escaped(text: str) -> str:
    """A text as a regular expression of Java's that means itself."""
    return re.sub(r"([\\^$.|?*+()\[\]{}])", r"\\\1", text)
