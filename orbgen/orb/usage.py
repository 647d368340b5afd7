"""The examples of an orb as configurations in which the orb itself takes the place of its published version."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import msgspec

from orbgen.source.nodes import Content, Document, Mapping, Node, Scalar, Sequence

# What examples write where the reader chooses a version.
_PLACEHOLDER = re.compile(r"(?P<name>[a-z][a-z0-9_-]+/[a-z][a-z0-9_-]+)@[xX](?:\.[yYxX](?:\.[zZxX])?)?")
_ELEMENT_SECTIONS = ("commands", "executors", "jobs")


class Usage(msgspec.Struct, frozen=True, eq=False):
    """One example: its name, its configuration, and whether the orb could be put into it."""

    name: str
    document: Document
    injected: bool


def usages(root: Mapping, own_name: str | None) -> Iterator[Usage]:
    """Every example of an orb; `own_name` is `namespace/name` where that is known."""
    examples = dict(_examples(root))
    own_name = own_name or _guess(examples, root)
    for name, config in examples.items():
        imports = config.get("orbs")
        entries: list[tuple[Node, Node]] = []
        injected = False
        for field in imports.fields.values() if type(imports) is Mapping else ():
            own = own_name is not None and _name_of(field.value) == own_name
            injected = injected or own
            entries.append((field.key, root if own else _any_version(field.value) or field.written))
        complete = _with_imports(config, imports, entries) if type(imports) is Mapping else config
        yield Usage(name, Document(config.source, complete), injected)


def _examples(root: Mapping) -> Iterator[tuple[str, Mapping]]:
    examples = root.get("examples")
    for name, field in examples.fields.items() if type(examples) is Mapping else ():
        config = field.value.get("usage") if type(field.value) is Mapping else None
        if type(config) is Mapping:
            yield name, config


def _name_of(reference: Content) -> str | None:
    """The `namespace/name` of a reference."""
    if not isinstance(reference, Scalar) or "@" not in reference.text or "://" in reference.text:
        return None
    return reference.text.partition("@")[0]


def _any_version(reference: Content) -> Scalar | None:
    """A reference whose version is left open, such as `circleci/node@x.y`, as one to the newest version."""
    match = _PLACEHOLDER.fullmatch(reference.text) if isinstance(reference, Scalar) else None
    if match is None:
        return None
    return Scalar(reference.source, reference.start, reference.end, reference.outer, f"{match['name']}@volatile", '"')


def _guess(examples: dict[str, Mapping], root: Mapping) -> str | None:
    """The orb whose elements, as the examples use them, are most like those of this one."""
    elements = {
        name for section in _ELEMENT_SECTIONS if type(body := root.get(section)) is Mapping for name in body.fields
    }
    counts: Counter[str] = Counter()
    for config in examples.values():
        imports = config.get("orbs")
        for alias, field in imports.fields.items() if type(imports) is Mapping else ():
            name = _name_of(field.value)
            if name is not None:
                used = sum(
                    [text.partition("/")[2] in elements for text in _texts(config) if text.startswith(f"{alias}/")]
                )
                counts[name] += used
    if len(counts) == 1:
        return next(iter(counts))
    best = counts.most_common(2)
    return best[0][0] if best and best[0][1] and (len(best) == 1 or best[1][1] < best[0][1]) else None


def _texts(root: Mapping) -> Iterator[str]:
    """Every key and text of a configuration; what aliases share only once."""
    seen: set[int] = set()
    waiting: list[Content] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Scalar):
            yield node.text
        elif id(node) not in seen:
            seen.add(id(node))
            if type(node) is Mapping:
                yield from node.fields
                waiting.extend([field.value for field in node.fields.values()])
            elif type(node) is Sequence:
                waiting.extend(node.elements)


def _with_imports(config: Mapping, imports: Mapping, entries: list[tuple[Node, Node]]) -> Mapping:
    """The configuration with other entries under `orbs`."""
    replaced: list[tuple[Node, Node]] = []
    for name, field in config.fields.items():
        replaced.append((field.key, _mapping(imports, entries) if name == "orbs" else field.written))
    return _mapping(config, replaced)


def _mapping(place: Mapping, entries: list[tuple[Node, Node]]) -> Mapping:
    templated = any([value.templated for _, value in entries])
    return Mapping(place.source, place.start, place.end, place.outer, entries, templated=templated)
