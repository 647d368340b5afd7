"""Where a plan names rules of lint."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.source.files import read_bytes
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence
from orbgen.source.reader import read
from orbgen.source.span import Span


def place_of_rule(path: str, name: str) -> Span | None:
    """Where a plan, which is one that can be read, names a rule by some text, which may be one of several."""
    root = read(read_bytes(path), path).root
    lint = root.get("lint") if type(root) is Mapping else None
    if type(lint) is not Mapping:
        return None
    for scalar in _named(lint):
        if name in [piece.strip() for piece in scalar.text.split(",")]:
            return scalar.span
    return None


def _named(lint: Mapping) -> Iterator[Scalar]:
    selected, ignored, rules = lint.get("select"), lint.get("ignore"), lint.get("rules")
    named: list[Content | None] = [*selected.elements] if type(selected) is Sequence else []
    for entry in ignored.elements if type(ignored) is Sequence else ():
        named.append(entry.get("rule") if type(entry) is Mapping else None)
    yield from [node for node in named if isinstance(node, Scalar)]
    if type(rules) is Mapping:
        yield from [field.key for field in rules.fields.values()]
