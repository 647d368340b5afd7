"""What a misspelt or misplaced key is taken for once it is reported, so that one mistake gives one problem."""

from __future__ import annotations

from orbgen.circleci.compilation import Compilation, Scope
from orbgen.circleci.grammar import CONCRETE_EXECUTORS, EXECUTOR_KINDS, JOB_KEYS
from orbgen.circleci.library import Kind
from orbgen.source.nodes import Alias, Field, Mapping, Node, Scalar

# Keys that nothing is named after.
_NEVER_NAMES = frozenset(("steps", "parameters", "environment", "working_directory", "resource_class", "parallelism"))
# What a mapping has to hold for it to be a definition.
_MARKS = {
    Kind.COMMAND: frozenset(("steps",)),
    Kind.JOB: frozenset((*EXECUTOR_KINDS, "steps", "type")),
    Kind.EXECUTOR: frozenset(CONCRETE_EXECUTORS),
    Kind.JOB_GROUP: frozenset(("jobs",)),
}


def respelt(compilation: Compilation, node: Mapping, keys: frozenset[str]) -> Mapping:
    """The known keys of a mapping, and each unknown one that comes near to a known and absent one under its name."""
    fields = node.fields
    if fields.keys() <= keys:
        return node
    entries: list[tuple[Node, Node]] = []
    for name, field in fields.items():
        meant = name if name in keys else compilation.nearest(name, keys)
        if meant == name:
            entries.append((field.key, field.value))
        elif meant is not None and meant not in fields:
            key = field.key
            entries.append((Scalar(key.source, key.start, key.end, key.outer, meant), field.value))
    return _like(node, entries)


def _like(node: Mapping, entries: list[tuple[Node, Node]]) -> Mapping:
    made = Mapping(node.source, node.start, node.end, node.outer, entries, node.flow)
    made.templated = any([value.templated for _, value in entries])
    return made


def base(node: Mapping) -> int:
    """What identifies the mapping that a mapping takes its keys from in the end, itself where it merges none."""
    while True:
        merged = [value.target for key, value in node.entries if _merges(key) and type(value) is Alias]
        first = next((target for target in merged if type(target) is Mapping and target.end < node.start), None)
        if first is None:
            return node.start
        node = first


def _merges(key: Node) -> bool:
    return type(key) is Scalar and key.merges


def gathered(
    compilation: Compilation, section: Mapping, kind: Kind, keys: frozenset[str], scope: Scope
) -> dict[str, Field]:
    """The definitions of a section; keys of a definition that stand among them are taken into the one above.

    They are reported together. A key with a text, on its own, is a definition by another name to CircleCI, which looks
    at it only where something uses it.
    """
    found: dict[str, Field] = {}
    above: str | None = None
    fields = list(section.fields.items())
    while fields:
        count = _misplaced(fields, kind, keys)
        for name, field in fields[:count]:
            message = f"`{name}` stands among the {kind.value}s, as if it were one itself"
            help = f"check the indentation: this key belongs under the name of a {kind.value}"
            if above is not None:
                help = f"it is a key of a {kind.value}: indent it under `{above}`"
                found[above] = _with(found[above], field)
            compilation.report("misplaced-key", message, field.key.span, scope, help=help, cause=(kind, above))
        if not count:
            above = fields[0][0]
            found[above] = fields[0][1]
        del fields[: count or 1]
    return found


def _misplaced(fields: list[tuple[str, Field]], kind: Kind, keys: frozenset[str]) -> int:
    """How many of the first fields are keys of a definition; none unless one of them can be nothing else."""
    count, certain = 0, False
    for name, field in fields:
        value = field.value
        text = isinstance(value, Scalar) and (value.value is None or isinstance(value.value, str))
        definition = type(value) is Mapping and _MARKS[kind] & value.fields.keys() and name not in _NEVER_NAMES
        if name not in keys or definition:
            break
        count += 1
        certain = certain or not text
    return count if certain else 0


def _with(above: Field, field: Field) -> Field:
    """A definition with one key more."""
    node, key = above.value, above.key
    if type(node) is Mapping:
        return Field(key, _like(node, [*node.entries, (field.key, field.written)]), above.written)
    if isinstance(node, Scalar) and node.value is None:
        made = Mapping(key.source, key.start, field.value.end, key.outer, [])
        return Field(key, _like(made, [(field.key, field.written)]), above.written)
    return above


def jobs_inside(node: Mapping) -> dict[str, Field]:
    """The unknown keys of a job that are jobs themselves, indented too far."""
    return {
        name: field
        for name, field in node.fields.items()
        if name not in JOB_KEYS and type(field.value) is Mapping and _MARKS[Kind.JOB] & field.value.fields.keys()
    }
