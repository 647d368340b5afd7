"""A configuration that uses every element of an orb in every way that its booleans and enums allow.

It is made of nodes and never written: compiling it expands each element with its defaults and with each value, and what
is found stands at its place in the orb's own files.
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


class Expansion(msgspec.Struct, frozen=True, eq=False):
    """The configuration, and in how many ways it uses elements."""

    document: Document
    uses: int


def expand(root: Mapping, alias: str) -> Expansion:
    """The configuration that imports an orb, given as its root node, under an alias."""
    return _Builder(root, alias).expansion()


class _Builder:
    def __init__(self, root: Mapping, alias: str) -> None:
        self.root = root
        self.alias = alias
        self.source = Source("(made by orbgen)", "")
        self.jobs: dict[str, Node] = {}
        self.workflows: dict[str, Node] = {}
        self.uses = 0

    def expansion(self) -> Expansion:
        for name, body in self._elements("commands"):
            for number, arguments in enumerate(self._variations(body)):
                steps = self._list([self._call(name, arguments)])
                self._run("command", name, number, {"executor": self._text(_PLACEHOLDER), "steps": steps})
        for name, body in self._elements("executors"):
            for number, arguments in enumerate(self._variations(body)):
                invocation = self._map({"name": self._text(f"{self.alias}/{name}"), **arguments})
                self._run("executor", name, number, {"executor": invocation, "steps": self._checkout()})
        for name, body in self._elements("jobs"):
            entries = [self._call(name, arguments) for arguments in self._variations(body, ENTRY_KEYS)]
            self.uses += len(entries)
            self.workflows[f"job {name}"] = self._map({"jobs": self._list(entries)})
        parameters: dict[str, Node] = {
            type_: self._map({"type": self._text(type_), "default": self._plain(default)})
            for type_, default in _DEFAULTS.items()
        }
        image = self._map({"image": self._text("cimg/base:current")})
        config = self._map(
            {
                "version": self._plain("2.1"),
                "orbs": self._map({self.alias: self.root}),
                "parameters": self._map(parameters),
                "executors": self._map({_PLACEHOLDER: self._map({"docker": self._list([image])})}),
                "jobs": self._map(self.jobs),
                "workflows": self._map(self.workflows),
            }
        )
        return Expansion(Document(self.source, config), self.uses)

    def _elements(self, section: str) -> Iterator[tuple[str, Content]]:
        body = self.root.get(section)
        if type(body) is Mapping:
            for name, field in body.fields.items():
                yield name, field.value

    def _run(self, kind: str, name: str, number: int, job: dict[str, Node]) -> None:
        """A job that uses an element once, in a workflow named as the element."""
        self.uses += 1
        job_name = f"{kind} {name} {number}"
        self.jobs[job_name] = self._map(job)
        self.workflows[job_name] = self._map({"jobs": self._list([self._text(job_name)])})

    def _call(self, name: str, arguments: dict[str, Node]) -> Node:
        qualified = f"{self.alias}/{name}"
        return self._map({qualified: self._map(arguments)}) if arguments else self._text(qualified)

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
