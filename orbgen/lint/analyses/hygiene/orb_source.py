"""What an orb's author wrote: its elements, and the run steps in them, whatever calls or conditions are around."""

from __future__ import annotations

import os
from collections.abc import Iterator

import msgspec

from orbgen.circleci.orb_includes import Mixed
from orbgen.circleci.text import Text
from orbgen.lint.context import Context
from orbgen.project.files import MANIFEST
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence
from orbgen.source.span import Span

SECTIONS = ("commands", "executors", "jobs", "examples")
_STEPS = ("steps", "pre-steps", "post-steps")
_AROUND_STEPS = ("when", "unless")


class Element(msgspec.Struct, frozen=True, eq=False):
    """One element of an orb: the section that it belongs to, its name where that is written, and its body."""

    section: str
    name: str
    key: Scalar
    node: Mapping

    @property
    def title(self) -> str:
        """The element as messages call it, such as "command 'deploy'"."""
        return f"{self.section.removesuffix('s')} '{self.name}'"


class RunStep(msgspec.Struct, frozen=True, eq=False):
    """A `run` as it is written: its key, its body, and the script in it, which is the body where that is a text."""

    key: Scalar
    body: Content
    script: Scalar | None
    index: int

    @property
    def name(self) -> str:
        """The name that the step is given; empty if none."""
        name = self.body.get("name") if type(self.body) is Mapping else None
        return name.text.strip() if isinstance(name, Scalar) and name.value is not None else ""


def top_of(context: Context) -> Span:
    """The place of what an orb lacks as a whole: its version, or the start of the file."""
    root = context.document.root
    version = root.fields.get("version") if type(root) is Mapping else None
    return version.key.span if version is not None else Span(context.document.source, 0, 0)


def is_unpacked(context: Context) -> bool:
    """Whether an orb lies in a folder, so that it still shows which scripts are included."""
    return os.path.basename(context.document.source.name) == MANIFEST


def elements(root: Content) -> Iterator[Element]:
    """The elements of an orb that have a body; a name that stands for an element of another orb has none."""
    for section in SECTIONS:
        body = root.get(section) if type(root) is Mapping else None
        for name, field in body.fields.items() if type(body) is Mapping else ():
            if type(field.value) is Mapping:
                yield Element(section, name, field.key, field.value)


def parameters(element: Element) -> Iterator[tuple[Scalar, Content]]:
    """The keys and the declarations of an element's parameters."""
    declared = element.node.get("parameters")
    for field in declared.fields.values() if type(declared) is Mapping else ():
        yield field.key, field.value


def run_steps(element: Element) -> Iterator[RunStep]:
    """The run steps of a command or job, also those in conditions and in the defaults of its parameters, each once."""
    waiting = [element.node.get(key) for key in _STEPS]
    for _, declaration in parameters(element):
        waiting.append(declaration.get("default") if type(declaration) is Mapping else None)
    seen: set[int] = set()
    count = 0
    for node in waiting:
        for item in _items(node, seen):
            field = item.fields.get("run")
            if field is not None and not (isinstance(field.value, Scalar) and field.value.value is None):
                body = field.value
                script = body if isinstance(body, Scalar) else body.get("command") if type(body) is Mapping else None
                yield RunStep(field.key, body, script if isinstance(script, Scalar) else None, count)
                count += 1


def _items(node: Content | None, seen: set[int]) -> Iterator[Mapping]:
    """The steps that are mappings, in a list and in whatever is around further lists of steps."""
    if type(node) is not Sequence or id(node) in seen:
        return
    seen.add(id(node))
    for item in node.elements:
        if type(item) is Mapping and id(item) not in seen:
            seen.add(id(item))
            yield item
            for name, field in item.fields.items():
                # A condition, and a call of a command that takes steps.
                if type(field.value) is Mapping:
                    for key, inner in field.value.fields.items():
                        if key in _STEPS or name not in (*_AROUND_STEPS, "run"):
                            yield from _items(inner.value, seen)


def is_included(script: Scalar) -> bool:
    """Whether a script, or a part of it, stands in a file of its own: nothing else fills an orb's source in."""
    return isinstance(script, Text | Mixed)
