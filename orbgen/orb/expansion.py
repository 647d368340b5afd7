"""Configurations that use every element of an orb in every way that its booleans and enums allow.

They are made of nodes and never written: compiling them expands each element with its defaults and with each value, and
what is found stands at its place in the orb's own files.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from orbgen.circleci.grammar import ENTRY_KEYS
from orbgen.source.nodes import Content, Document, Mapping, Node, Scalar, Sequence
from orbgen.source.span import Source

# The types whose values only the user of the orb knows; they are unknown pipeline parameters here.
_OPEN_TYPES = {"string": "string", "boolean": "boolean", "integer": "integer", "env_var_name": "string"}
_DEFAULTS = {"string": "", "boolean": "false", "integer": "0"}
_PLACEHOLDER = "placeholder"
# So many in one configuration that none comes near the limits of one compilation.
_USES = 100


class Expansion(msgspec.Struct, frozen=True, eq=False):
    """Configurations that use the elements, the text that they pretend to stand in, and how many uses they are."""

    documents: tuple[Document, ...]
    source: Source
    uses: int


class _Use(msgspec.Struct, frozen=True, eq=False):
    """One way to use one element."""

    section: str
    name: str
    arguments: dict[str, Node]


def expand(root: Mapping, alias: str) -> Expansion:
    """Configurations that import an orb, given as its root node, under an alias."""
    builder = _Builder(root, alias)
    uses = list(builder.uses())
    documents = [builder.document(uses[start : start + _USES]) for start in range(0, len(uses), _USES)]
    return Expansion(tuple(documents), builder.source, len(uses))


class _Builder:
    def __init__(self, root: Mapping, alias: str) -> None:
        self.root = root
        self.alias = alias
        self.source = Source("(made by orbgen)", "")

    def uses(self) -> Iterator[_Use]:
        for section in ("commands", "executors", "jobs"):
            body = self.root.get(section)
            for name, field in body.fields.items() if type(body) is Mapping else ():
                for arguments in self._variations(field.value, ENTRY_KEYS if section == "jobs" else frozenset()):
                    yield _Use(section, name, arguments)

    def document(self, uses: list[_Use]) -> Document:
        """A configuration with a workflow of its own for each use, so that each stays as it is."""
        jobs: dict[str, Node] = {}
        workflows: dict[str, Node] = {}
        for number, use in enumerate(uses):
            entry, name = self._call(use), f"use {number}"
            if use.section != "jobs":
                jobs[name] = self._job(use)
                entry = self._text(name)
            workflows[name] = self._map({"jobs": self._list([entry])})
        parameters: dict[str, Node] = {
            type_: self._map({"type": self._text(type_), "default": self._plain(default)})
            for type_, default in _DEFAULTS.items()
        }
        image = self._map({"image": self._text("cimg/base:current")})
        fields: dict[str, Node] = {
            "version": self._plain("2.1"),
            "orbs": self._map({self.alias: self.root}),
            "parameters": self._map(parameters),
            "executors": self._map({_PLACEHOLDER: self._map({"docker": self._list([image])})}),
            "jobs": self._map(jobs),
            "workflows": self._map(workflows),
        }
        return Document(self.source, self._map(fields))

    def _job(self, use: _Use) -> Node:
        """A job that uses a command or an executor once."""
        if use.section == "commands":
            return self._map({"executor": self._text(_PLACEHOLDER), "steps": self._list([self._call(use)])})
        invocation = self._map({"name": self._text(f"{self.alias}/{use.name}"), **use.arguments})
        return self._map({"executor": invocation, "steps": self._checkout()})

    def _call(self, use: _Use) -> Node:
        qualified = f"{self.alias}/{use.name}"
        return self._map({qualified: self._map(use.arguments)}) if use.arguments else self._text(qualified)

    # Arguments

    def _variations(self, body: Content, kept: frozenset[str] = frozenset()) -> Iterator[dict[str, Node]]:
        """The arguments of each use: those that must be given, then with each value of each boolean and enum."""
        parameters = body.get("parameters") if type(body) is Mapping else None
        declared = {
            name: field.value
            for name, field in (parameters.fields.items() if type(parameters) is Mapping else ())
            if type(field.value) is Mapping and name not in kept
        }
        needed = {
            name: self._stand_in(declaration)
            for name, declaration in declared.items()
            if declaration.get("default") is None
        }
        yield needed
        for name, declaration in declared.items():
            for value in self._values(declaration):
                yield {**needed, name: value}

    def _values(self, declaration: Mapping) -> list[Node]:
        type_ = declaration.get("type")
        word = type_.text if isinstance(type_, Scalar) else ""
        if word == "boolean":
            return [self._plain("true"), self._plain("false")]
        members = declaration.get("enum")
        if word == "enum" and type(members) is Sequence:
            return [member for member in members.elements if isinstance(member, Scalar)]
        return []

    def _stand_in(self, declaration: Mapping) -> Node:
        """What is given for a parameter without default: where it can be, a value that only CircleCI knows."""
        type_ = declaration.get("type")
        word = type_.text if isinstance(type_, Scalar) else ""
        if word in _OPEN_TYPES:
            return self._text(f"<< pipeline.parameters.{_OPEN_TYPES[word]} >>")
        if word == "steps":
            return self._checkout()
        if word == "executor":
            return self._text(_PLACEHOLDER)
        values = self._values(declaration)
        return values[0] if values else self._text("<< pipeline.parameters.string >>")

    # Nodes

    def _text(self, text: str) -> Scalar:
        return Scalar(self.source, 0, 0, 0, text, '"')

    def _plain(self, text: str) -> Scalar:
        return Scalar(self.source, 0, 0, 0, text)

    def _checkout(self) -> Sequence:
        return self._list([self._text("checkout")])

    def _list(self, items: list[Node]) -> Sequence:
        return Sequence(self.source, 0, 0, 0, items, templated=any([item.templated for item in items]))

    def _map(self, fields: dict[str, Node]) -> Mapping:
        entries: list[tuple[Node, Node]] = [(self._text(name), value) for name, value in fields.items()]
        return Mapping(self.source, 0, 0, 0, entries, templated=any([value.templated for value in fields.values()]))
