"""Checking a document against a JSON Schema, each violation at its place and in words that say what to do.

Only what orbgen's own schemas use is told in words of its own; a schema may carry `x-expected`, which says in a few
words what is wanted there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from orbgen.source.names import nearest
from orbgen.source.nodes import Content, Document, Mapping, Scalar
from orbgen.source.nodes import Sequence as List
from orbgen.source.problems import Problem
from orbgen.source.span import Span


def plain(node: Content) -> Any:
    """The value of a node as plain Python data."""
    if type(node) is Mapping:
        return {name: plain(field.value) for name, field in node.fields.items()}
    if type(node) is List:
        return [plain(element) for element in node.elements]
    assert isinstance(node, Scalar)
    return node.value


def violations(document: Document, schema: dict[str, Any]) -> list[Problem]:
    """Every place at which a document breaks a schema, in the order of the places."""
    found: list[Problem] = []
    for error in _validator(schema).iter_errors(plain(document.root)):
        found.extend(_problems(error, document.root))
    return sorted(found, key=lambda problem: (problem.span.start, problem.message))


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """Whether a single value, such as an answer to a question, is what a schema wants."""
    return bool(_validator(schema).is_valid(value))


def _validator(schema: dict[str, Any]) -> Any:
    from jsonschema import Draft202012Validator, validators

    extend: Any = validators.extend
    return extend(Draft202012Validator, {"pattern": _pattern})(schema)


def _pattern(validator: Any, pattern: str, instance: Any, schema: dict[str, Any]) -> Iterator[Any]:
    """As JSON Schema has it: Python's own `$` would let a line break pass behind the text."""
    from jsonschema import ValidationError

    strict = pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern
    if isinstance(instance, str) and re.search(strict, instance) is None:
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _problems(error: Any, root: Content) -> Iterator[Problem]:
    """A violation in words. `error` is a jsonschema ValidationError."""
    path = list(error.absolute_path)
    node = _at(root, path)
    if error.validator in ("anyOf", "oneOf") and error.context and "x-expected" not in error.schema:
        deepest = max(error.context, key=lambda inner: len(inner.absolute_path))
        yield from _problems(deepest, root)
    elif error.validator == "additionalProperties" and isinstance(node, Mapping):
        yield from _unknown_keys(error, node)
    elif error.validator == "required" and isinstance(node, Mapping):
        missing = next(name for name in error.validator_value if name not in node.fields)
        yield _missing(error, node, missing, _key_span(root, path))
    else:
        yield _wrong_value(error, node, _name(path))


def _unknown_keys(error: Any, node: Mapping) -> Iterator[Problem]:
    known = list(error.schema.get("properties", {}))
    for name, field in node.fields.items():
        if name not in known:
            guess = nearest(name, known)
            help = f"did you mean `{guess}`?" if guess else f"the keys here are {', '.join(known)}"
            yield Problem("unknown-key", f"unknown key `{name}`", field.key.span, help, suggestion=guess)


def _missing(error: Any, node: Mapping, name: str, place: Span) -> Problem:
    wanted = error.schema.get("properties", {}).get(name, {}).get("x-expected")
    help = f"add `{name}: ...`: {wanted}" if wanted else f"add `{name}: ...`"
    where = f"in `{place.text}`" if place.text and node.start else "at the top"
    return Problem("missing-key", f"the key `{name}` is missing {where}", place, help)


def _wrong_value(error: Any, node: Content, name: str) -> Problem:
    wanted = error.schema.get("x-expected")
    shown = _shown(node)
    if error.validator in ("enum", "const"):
        choices = [str(choice) for choice in error.schema.get("enum", [error.schema.get("const")])]
        guess = nearest(node.text, choices) if isinstance(node, Scalar) else None
        offer = f"one of {', '.join(choices)}" if len(choices) > 1 else choices[0]
        message = f"{name} is {shown}, but must be {offer}"
        return Problem("value", message, node.span, f"did you mean `{guess}`?" if guess else wanted, suggestion=guess)
    if error.validator == "type":
        kind = _TYPES.get(str(error.validator_value), str(error.validator_value))
        quoted = isinstance(node, Scalar) and error.validator_value == "string" and not isinstance(node.value, str)
        help = f'put it in quotes: "{node.text}"' if quoted and isinstance(node, Scalar) and node.text else wanted
        return Problem("type", f"{name} is {shown}, but must be {kind}", node.span, help)
    if error.validator in ("minItems", "minProperties", "minLength"):
        return Problem("value", f"{name} is empty", node.span, wanted and f"give {wanted}")
    if wanted:
        return Problem("value", f"{name} is {shown}, but must be {wanted}", node.span)
    return Problem("value", f"{name}: {error.message}", node.span)


_TYPES = {"object": "a mapping", "array": "a list", "string": "text", "boolean": "true or false", "integer": "a number"}


def _shown(node: Content) -> str:
    if isinstance(node, Scalar):
        return f"`{node.text}`" if node.text else "empty"
    return "a mapping" if type(node) is Mapping else "a list"


def _name(path: Sequence[str | int]) -> str:
    """The way to a value as people write it: `access[0].host`."""
    name = ""
    for part in path:
        name += f"[{part}]" if isinstance(part, int) else f".{part}" if name else part
    return f"`{name}`" if name else "the file"


def _at(root: Content, path: Sequence[str | int]) -> Content:
    node = root
    for part in path:
        if isinstance(part, int) and type(node) is List:
            node = node.elements[part]
        elif isinstance(part, str) and type(node) is Mapping:
            node = node.fields[part].value
    return node


def _key_span(root: Content, path: Sequence[str | int]) -> Span:
    """The key whose value a path leads to; the first line of the document for the root."""
    node, span = root, Span(root.source, root.start, root.start)
    for part in path:
        if isinstance(part, int) and type(node) is List:
            node = node.elements[part]
            span = Span(node.source, node.start, node.start)
        elif isinstance(part, str) and type(node) is Mapping:
            span, node = node.fields[part].key.span, node.fields[part].value
    return span
