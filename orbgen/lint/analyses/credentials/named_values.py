"""The values in a document that have a name: variables, parameters, arguments, assignments in scripts."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from orbgen.circleci.text import code_of
from orbgen.lint.analyses.credentials.secret_names import is_secret_name
from orbgen.project.facts import Facts
from orbgen.shell.script import Script, read_script
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence
from orbgen.source.span import Span

_ASSIGNMENT = lazy_pattern(r"(?<![\w.$-])([A-Za-z_][A-Za-z0-9_]*)=(?=[^\s;&|)])")
# Sections whose keys are names that their author chose.
_SECTIONS = ("jobs", "commands", "executors", "workflows", "job-groups", "orbs")


class NamedValue(msgspec.Struct, frozen=True, eq=False):
    """A value and its name. `start` is where it stands in the scalar's text, `text` the value itself.

    `beside` are the other values and names of its map. A `service` is a container besides the first. `owner` is the key
    of the job, command or executor that it stands in, and `script` the script that assigns it.
    """

    name: str
    text: str
    scalar: Scalar
    start: int = 0
    beside: dict[str, str] = {}
    service: bool = False
    owner: Scalar | None = None
    script: Script | None = None

    def place(self, start: int, end: int) -> Span:
        """Where characters of the value stand in the file."""
        return self.scalar.place(self.start + start, self.start + end)


class _Place(msgspec.Struct, frozen=True):
    """Where the walk is: the name that a scalar here goes by, and what is around it, the innermost `map` too."""

    name: str = ""
    service: bool = False
    owner: Scalar | None = None
    map: Mapping | None = None

    @property
    def beside(self) -> dict[str, str]:
        """The names and values of the map."""
        return {
            key.text: value.text
            for key, value in (self.map.entries if self.map is not None else ())
            if isinstance(key, Scalar) and isinstance(value, Scalar)
        }


def secret_values(root: Content, facts: Facts) -> Iterator[NamedValue]:
    """The values whose names say that they are secrets, also in definitions that nothing uses."""
    yield from _values(root, _Place(), facts, depth=0)


def service_values(root: Content) -> set[str]:
    """The values that the environments of containers besides the first are given."""
    return set(_service_values(root, inside=False))


def _values(node: Content, place: _Place, facts: Facts, depth: int) -> Iterator[NamedValue]:
    if type(node) is Mapping:
        yield from _of_mapping(node, place, facts, depth)
    elif type(node) is Sequence:
        for item in node.items:
            if isinstance(item, (Scalar, Sequence, Mapping)):
                yield from _values(item, place, facts, depth)
    elif isinstance(node, Scalar):
        yield from _of_scalar(node, place, facts)


def _of_mapping(node: Mapping, place: _Place, facts: Facts, depth: int) -> Iterator[NamedValue]:
    for key, value in node.entries:
        if not isinstance(key, Scalar) or not isinstance(value, (Scalar, Sequence, Mapping)):
            continue  # What an alias stands for is looked at where it is written.
        declared = key.text == "default"
        name = place.name if declared else key.text
        if isinstance(value, Scalar) and "=" not in value.text and not is_secret_name(name, facts):
            continue  # Most of what is written is neither an assignment nor a secret.
        owner = key if depth == 1 and place.name in _SECTIONS else place.owner
        inner = _Place(name, place.service, owner, None if declared else node)
        if key.text == "docker" and type(value) is Sequence:
            for index, item in enumerate(value.items):
                if isinstance(item, (Scalar, Sequence, Mapping)):
                    yield from _values(item, _Place(service=index > 0, owner=owner), facts, depth + 1)
            continue
        yield from _values(value, inner, facts, depth + 1)


def _of_scalar(node: Scalar, place: _Place, facts: Facts) -> Iterator[NamedValue]:
    text = node.text
    if is_secret_name(place.name, facts) and "\n" not in text:
        yield NamedValue(place.name, text, node, 0, place.beside, place.service, place.owner)
    elif "=" in text:
        names = {match[1] for match in _ASSIGNMENT.finditer(text)}
        if any([is_secret_name(name, facts) for name in names]):
            yield from _of_script(node, place, facts)


def _of_script(node: Scalar, place: _Place, facts: Facts) -> Iterator[NamedValue]:
    """What a script assigns; also a single `NAME=value` in a list of variables."""
    script = read_script(code_of(node))
    before = [assignment for command in script.commands for assignment in command.assignments]
    for assignment in (*script.assignments, *before):
        value = assignment.value
        if value is None or not value.parts or not is_secret_name(assignment.name, facts):
            continue
        literal, part = value.literal, value.parts[0]
        # Text with escapes has no simple way back to its place.
        if literal and len(value.parts) == 1:
            start = script.text.find(literal, part.start, part.end)
            if start >= 0:
                beside = {one.name: one.value.literal or "" for one in script.assignments if one.value is not None}
                yield NamedValue(
                    assignment.name, literal, node, start, beside, place.service, place.owner, script
                )  # fmt: skip


def _service_values(node: Content, *, inside: bool) -> Iterator[str]:
    if type(node) is Mapping:
        for key, value in node.entries:
            if not isinstance(key, Scalar) or not isinstance(value, (Scalar, Sequence, Mapping)):
                continue
            if key.text == "docker" and type(value) is Sequence:
                for container in value.elements[1:]:
                    yield from _service_values(container, inside=True)
            else:
                yield from _service_values(value, inside=inside)
    elif type(node) is Sequence:
        for item in node.items:
            if isinstance(item, (Scalar, Sequence, Mapping)):
                yield from _service_values(item, inside=inside)
    elif inside and node.text:
        yield node.text.partition("=")[2] if "=" in node.text else node.text
