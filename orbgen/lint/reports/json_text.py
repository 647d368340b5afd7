"""JSON as the reports write it: two spaces, UTF-8, and no text that other programs cannot read."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from orbgen.lint.reports.columns import without_surrogates

# What JSON is made of.
Json: TypeAlias = Any


def json_text(value: Json, depth: int = 0) -> str:
    """A value as JSON whose lines are `depth` levels deep in the whole."""
    try:
        data = msgspec.json.encode(value)
    except UnicodeEncodeError:
        data = msgspec.json.encode(_readable(value))
    text = msgspec.json.format(data, indent=2).decode("utf-8")
    pad = "  " * depth
    return pad + text.replace("\n", f"\n{pad}")


def listed(values: list[Json], depth: int) -> str:
    """Values as elements of a list, without its brackets."""
    return ",\n".join([json_text(value, depth) for value in values])


def _readable(value: Json) -> Json:
    """The same with lone surrogates, which UTF-8 cannot hold, written out: bytes of a file's name, escapes in YAML."""
    if isinstance(value, str):
        return without_surrogates(value)
    if isinstance(value, dict):
        return {key: _readable(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_readable(inner) for inner in value]
    return value
