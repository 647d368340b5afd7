"""The form of an orb: what the registry asks of it beyond what the compiler reads (circleci.md 1.2, 7.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from orbgen.source.names import nearest
from orbgen.source.nodes import Content, Document, Mapping, Scalar
from orbgen.source.problems import Problem

SECTIONS = ("commands", "executors", "jobs", "examples")
_TOP_LEVEL_KEYS = ("version", "description", "display", "orbs", *SECTIONS)
_DISPLAY_KEYS = ("home_url", "source_url")
_EXAMPLE_KEYS = ("description", "usage", "result")
_NAME = re.compile(r"[a-z][a-z\d_-]*", re.ASCII)


def check_form(document: Document) -> Iterator[Problem]:
    """What is wrong with an orb's keys, names, addresses and examples, seen from outside its elements."""
    root = document.root
    if type(root) is not Mapping:
        return
    yield from _version(root)
    for name, field in root.fields.items():
        guess = None if name in _TOP_LEVEL_KEYS else nearest(name, _TOP_LEVEL_KEYS)
        if guess is not None:
            message = f"`{name}` is no key of an orb, and CircleCI leaves it out"
            help = f"did you mean `{guess}`?"
            yield Problem("ignored-key", message, field.key.span, help, suggestion=guess)
    description = root.get("description")
    if description is not None and not isinstance(description, Scalar):
        yield Problem("value", "an orb's `description` must be a text", description.span)
    yield from _display(root.get("display"))
    yield from _examples(root.get("examples"))


def _version(root: Mapping) -> Iterator[Problem]:
    version = root.get("version")
    if version is None:
        yield Problem("version", "the orb has no `version`", root.span, "add `version: 2.1`")
    elif not isinstance(version, Scalar) or version.text != "2.1":
        yield Problem("version", "an orb has version 2.1", version.span, "write `version: 2.1`")


def _display(display: Content | None) -> Iterator[Problem]:
    if display is None or (isinstance(display, Scalar) and display.value is None):
        return
    if type(display) is not Mapping:
        yield Problem("value", "`display` must be a mapping", display.span, "it takes home_url and source_url")
        return
    for name, field in display.fields.items():
        if name not in _DISPLAY_KEYS:
            message = f"extraneous key [{name}] is not permitted in `display`"
            guess = nearest(name, _DISPLAY_KEYS)
            help = f"did you mean `{guess}`?" if guess else "permitted keys: home_url, source_url"
            yield Problem("unknown-key", message, field.key.span, help, suggestion=guess)
        elif not isinstance(field.value, Scalar) or not _is_address(field.value.value):
            message = f"`{name}` must be an address such as https://example.com; the registry refuses the orb"
            yield Problem("value", message, field.value.span)


def _is_address(value: object) -> bool:
    if not isinstance(value, str) or any([character.isspace() for character in value]):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _examples(examples: Content | None) -> Iterator[Problem]:
    if type(examples) is not Mapping:
        if examples is not None and not (isinstance(examples, Scalar) and examples.value is None):
            yield Problem("value", "`examples` must be a mapping of names to examples", examples.span)
        return
    for name, field in examples.fields.items():
        if not _NAME.fullmatch(name):
            message = f"string [{name}] does not match pattern ^{_NAME.pattern}$, so it cannot be a name in examples"
            help = "begin with a lower-case letter; go on with lower-case letters, digits, `-` and `_`"
            yield Problem("value", message, field.key.span, help)
        example = field.value
        if type(example) is not Mapping:
            yield Problem("value", f"example '{name}' must be a mapping with `usage`", field.key.span)
            continue
        for key, inner in example.fields.items():
            if key not in _EXAMPLE_KEYS:
                message = f"extraneous key [{key}] is not permitted in example '{name}'"
                guess = nearest(key, _EXAMPLE_KEYS)
                help = f"did you mean `{guess}`?" if guess else f"permitted keys: {', '.join(_EXAMPLE_KEYS)}"
                yield Problem("unknown-key", message, inner.key.span, help, suggestion=guess)
        usage = example.get("usage")
        if type(usage) is not Mapping:
            place = field.key if usage is None else usage
            message = f"required key [usage] not found in example '{name}'" if usage is None else (
                f"`usage` of example '{name}' must be a configuration"
            )  # fmt: skip
            yield Problem("value", message, place.span, "add `usage:` with a configuration that uses the orb")
