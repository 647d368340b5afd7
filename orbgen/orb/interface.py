"""What users of an orb write: the names of its elements, their parameters, and the values that those take."""

from __future__ import annotations

import msgspec

from orbgen.circleci.output import Data, data_of, freeze
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence

SECTIONS = ("commands", "jobs", "executors")
# Their values are text, however YAML types what is written for them.
_TEXTS = ("string", "enum", "env_var_name", "executor")
_DECLARING = ("parameters", "description")


class Parameter(msgspec.Struct, frozen=True):
    """One parameter: its type, the values of an enum in order, and its default, None where it must be given.

    A default is text as users would write it; `fixed` is the same to compare by.
    """

    name: str
    type: str
    values: tuple[str, ...] = ()
    default: str | None = None
    fixed: object = None
    description: str = ""

    @property
    def required(self) -> bool:
        """Whether every user must give it."""
        return self.default is None


class Element(msgspec.Struct, frozen=True):
    """A command, job or executor. `body` is all but its parameters and description, to compare by."""

    section: str
    name: str
    parameters: dict[str, Parameter]
    body: object
    description: str = ""

    @property
    def title(self) -> str:
        """The element as messages call it, such as "command 'deploy'"."""
        return f"{self.section.removesuffix('s')} '{self.name}'"


class Interface(msgspec.Struct, frozen=True):
    """The elements of an orb by section and name, its examples, and `about`: its description and addresses."""

    elements: dict[tuple[str, str], Element]
    examples: dict[str, object]
    imports: object
    about: object


def interface_of(root: Content) -> Interface:
    """What users of an orb can write; what is not of an orb's form counts as absent."""
    elements: dict[tuple[str, str], Element] = {}
    for section in SECTIONS:
        body = root.get(section) if type(root) is Mapping else None
        for name, field in body.fields.items() if type(body) is Mapping else ():
            elements[section, name] = _element(section, name, field.value)
    examples = root.get("examples") if type(root) is Mapping else None
    return Interface(
        elements,
        {name: _fixed(field.value) for name, field in examples.fields.items()} if type(examples) is Mapping else {},
        _fixed(root.get("orbs")) if type(root) is Mapping else None,
        tuple([_fixed(root.get(key)) for key in ("description", "display")]) if type(root) is Mapping else None,
    )


def _element(section: str, name: str, node: Content) -> Element:
    if type(node) is not Mapping:
        # A name that stands for an element of another orb.
        return Element(section, name, {}, _fixed(node))
    declared = node.get("parameters")
    parameters = {
        key: _parameter(key, field.value)
        for key, field in (declared.fields.items() if type(declared) is Mapping else ())
    }
    body = tuple(sorted([(key, _fixed(field.value)) for key, field in node.fields.items() if key not in _DECLARING]))
    return Element(section, name, parameters, body, _text(node.get("description")))


def _parameter(name: str, node: Content) -> Parameter:
    if type(node) is not Mapping:
        return Parameter(name, "")
    type_ = _text(node.get("type"))
    values = node.get("enum")
    members = [_text(member) for member in values.elements] if type(values) is Sequence else []
    default = node.get("default")
    shown = fixed = None
    if default is not None:
        as_text = type_ in _TEXTS and isinstance(default, Scalar)
        shown = _text(default) if isinstance(default, Scalar) else _shown(data_of(default))
        fixed = shown if as_text else _fixed(default)
    return Parameter(name, type_, tuple(members), shown, fixed, _text(node.get("description")))


def _text(node: Content | None) -> str:
    return node.text if isinstance(node, Scalar) else ""


def _fixed(node: Content | None) -> object:
    """A value to compare by, in which the order of keys does not matter."""
    return freeze(_sorted(data_of(node)))


def _sorted(data: Data) -> Data:
    if isinstance(data, dict):
        return {key: _sorted(data[key]) for key in sorted(data)}
    return [_sorted(item) for item in data] if isinstance(data, list) else data


def _shown(data: Data) -> str:
    return msgspec.json.encode(data).decode()
