"""Values of a plan that come from the environment, since they differ from machine to machine: `${NAME}`.

Such a value is the whole value of its key; there is no default and no text around it. Secrets have no place in a plan,
and none of these keys is one.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

from orbgen.source.nodes import Document
from orbgen.source.nodes import Mapping as MappingNode
from orbgen.source.problems import Problem
from orbgen.source.schemas import fits

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
# The keys that may hold a variable; `*` stands for every name.
_PLACES = (
    ("organization-id",),
    ("project-id",),
    ("teleport", "proxy"),
    ("teleport", "cluster"),
    ("teleport", "version"),
    ("contexts", "*", "id"),
)


def resolved(
    document: Document, data: dict[str, Any], schema: dict[str, Any], environment: Mapping[str, str]
) -> tuple[dict[str, Any], list[Problem]]:
    """A plan's data with the values of its variables, and what is wrong with those.

    A key whose variable is not set, or set to something that the key cannot be, is left out.
    """
    places = list(_variables(data))
    if not places:
        return data, []
    data = copy.deepcopy(data)
    problems = []
    for path, name in places:
        *parents, key = path
        holder = data
        for parent in parents:
            holder = holder[parent]
        value = environment.get(name)
        wanted = _part(schema, path)
        if value is not None and _VARIABLE.fullmatch(value) is None and fits(value, wanted):
            holder[key] = value
            continue
        del holder[key]
        problems.append(_problem(document, path, name, value, wanted["x-expected"]))
    return data, problems


def _variables(data: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each value that is a variable: the way to it, and the variable's name."""
    for place in _PLACES:
        for path, value in _values(data, place):
            match = _VARIABLE.fullmatch(value) if isinstance(value, str) else None
            if match is not None:
                yield path, match[1]


def _values(data: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if not place:
        yield (), data
        return
    if not isinstance(data, dict):
        return
    first, *rest = place
    for key in data if first == "*" else [first] if first in data else []:
        for path, value in _values(data[key], tuple(rest)):
            yield (key, *path), value


def _part(schema: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    for key in path:
        schema = schema.get("properties", {}).get(key) or schema["additionalProperties"]
    return schema


def _problem(document: Document, path: tuple[str, ...], name: str, value: str | None, wanted: str) -> Problem:
    node = document.root
    for key in path:
        assert isinstance(node, MappingNode)
        node = node.fields[key].value
    if value is None:
        message = f"the variable `{name}` is not set in the environment"
        return Problem("missing-variable", message, node.span, f"set it to {wanted}")
    return Problem("value", f"the variable `{name}` is `{value}`, but must be {wanted}", node.span)
