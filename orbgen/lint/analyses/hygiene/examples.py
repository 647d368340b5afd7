"""The examples of an orb, and which version of the orb they import."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.nodes import Content, Mapping, Scalar, walk
from orbgen.source.span import Span

_MAJOR = lazy_pattern(r"([0-9]+)(?:\.[0-9]+){0,2}", re.ASCII)
_SECTIONS = ("commands", "executors", "jobs")


class StaleImport(msgspec.Struct, frozen=True):
    """An example's import of its own orb at another major version: the version, the current one, what to write."""

    example: str
    version: str
    current: str
    reference: str
    place: Span


def stale_imports(root: Content, own: str | None) -> Iterator[StaleImport]:
    """The examples that import `namespace/name` at another major version than `own`, which is a whole reference.

    Under which alias an example imports the orb does not matter, but it must use an element of it.
    """
    examples = root.get("examples") if type(root) is Mapping else None
    name, _, current = (own or "").partition("@")
    major = _MAJOR.fullmatch(current)
    if type(examples) is not Mapping or major is None:
        return
    sections = [root.get(section) for section in _SECTIONS] if type(root) is Mapping else []
    own_elements = {element for section in sections if type(section) is Mapping for element in section.fields}
    for example, field in examples.fields.items():
        usage = field.value.get("usage") if type(field.value) is Mapping else None
        imports = usage.get("orbs") if type(usage) is Mapping else None
        for alias, imported in imports.fields.items() if type(imports) is Mapping else ():
            reference = imported.value
            if not isinstance(reference, Scalar) or not reference.text.startswith(f"{name}@"):
                continue
            version = reference.text.partition("@")[2]
            found = _MAJOR.fullmatch(version)
            if found is not None and found[1] != major[1] and _is_used(alias, own_elements, usage):
                yield StaleImport(example, version, current, f"{name}@{current}", reference.span)


def _is_used(alias: str, elements: set[str], usage: Content | None) -> bool:
    prefix = f"{alias}/"
    return usage is not None and any(
        [
            isinstance(node, Scalar) and node.text.startswith(prefix) and node.text.removeprefix(prefix) in elements
            for node in walk(usage)
        ]
    )
