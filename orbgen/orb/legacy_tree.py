"""An orb's folder as the older packer reads it, which many build scripts still run (circleci.md 7.4)."""

from __future__ import annotations

from orbgen.circleci.orb_folder import MAXIMUM_FOLDER_DEPTH, Entry, OrbFolder, problem_at
from orbgen.circleci.orb_includes import include_files
from orbgen.circleci.orb_tree import (
    MANIFEST,
    SECTIONS,
    Fragment,
    OrbTree,
    assemble,
    find_manifest,
    fragment_key,
    read_fragment,
)
from orbgen.source.nodes import Content, Mapping, Node, Scalar
from orbgen.source.problems import UnreadableError

# The order in which it writes what it keeps.
TOP_LEVEL_KEYS = ("version", "description", "display", "orbs", "commands", "executors", "jobs", "examples")
_EXAMPLE_KEYS = ("description", "usage", "result")
_USAGE_KEYS = ("version", "setup", "orbs", "jobs", "workflows")

Level = dict[str, tuple[Node, Node]]


def read_legacy_tree(root: str) -> OrbTree:
    """The orb in a folder, its top-level keys in the order of the older packer. Raises UnreadableError."""
    folder = OrbFolder(root)
    find_manifest(root, (MANIFEST,))
    fragments: list[Fragment] = []
    top = _level(folder, root, fragments, 0)
    source = next(fragment.document.source for fragment in fragments if fragment.entry.name == MANIFEST)
    kept = {name: top[name] for name in TOP_LEVEL_KEYS if name in top and not _is_empty(top[name][1])}
    if "examples" in kept:
        key, examples = kept["examples"]
        kept["examples"] = (key, _only_known_keys(examples))
    document = assemble(source, kept, fragments)
    include_files(document.root, folder, whole_only=True)
    return OrbTree(folder, document)


def _level(folder: OrbFolder, path: str, fragments: list[Fragment], depth: int) -> Level:
    """What one folder becomes: maps merged key by key, of two equal keys the later wins."""
    if depth > MAXIMUM_FOLDER_DEPTH:
        raise UnreadableError(problem_at(path, f"folders are nested more than {MAXIMUM_FOLDER_DEPTH} deep here"))
    level: Level = {}
    for entry in folder.entries(path):
        if entry.is_folder:
            if entry.name in SECTIONS:
                inner = _level(folder, entry.path, fragments, depth + 1)
                _nest(level, _written_nowhere(fragments[-1], entry), inner)
        elif entry.is_yaml:
            fragment = read_fragment(folder, entry)
            fragments.append(fragment)
            entries = _entries(fragment.root)
            if depth == 0 or fragment.is_merged:
                level.update(entries)
            else:
                _nest(level, fragment_key(fragment), entries)
    return level


def _written_nowhere(fragment: Fragment, entry: Entry) -> Scalar:
    """A section's key, placed where the last of its files begins."""
    return fragment_key(fragment, entry.name)


def _nest(level: Level, key: Scalar, entries: Level) -> None:
    """Put entries below a key, beside those that are there already."""
    known = level.get(key.text)
    body = {**(_entries(known[1]) if known is not None else {}), **entries}
    level[key.text] = (known[0] if known is not None else key, _mapping(key, body))


def _entries(node: Node) -> Level:
    return {name: (field.key, field.written) for name, field in node.fields.items()} if type(node) is Mapping else {}


def _mapping(place: Node, entries: Level) -> Mapping:
    body = Mapping(place.source, place.start, place.end, place.outer, list(entries.values()))
    body.templated = any([value.templated for _, value in body.entries])
    return body


def _is_empty(node: Node) -> bool:
    if isinstance(node, Scalar):
        return node.value in (None, "")
    return type(node) is Mapping and not node.fields


def _only_known_keys(examples: Node) -> Node:
    """Examples without the keys that the packer drops, such as the executors and commands of a usage."""
    if type(examples) is not Mapping:
        return examples
    return _mapping(examples, {name: (key, _example(value)) for name, (key, value) in _entries(examples).items()})


def _example(node: Node) -> Node:
    if type(node) is not Mapping:
        return node
    kept: Level = {}
    for name in _EXAMPLE_KEYS:
        field = node.fields.get(name)
        if field is not None and not _is_empty(field.value):
            kept[name] = (field.key, field.value if name == "description" else _usage(field.value))
    return _mapping(node, kept)


def _usage(node: Content) -> Node:
    if type(node) is not Mapping:
        return node
    kept: Level = {}
    for name in _USAGE_KEYS:
        field = node.fields.get(name)
        if field is not None and not _is_empty(field.value):
            kept[name] = (field.key, _as_text(field.value) if name == "version" else field.value)
    return _mapping(node, kept)


def _as_text(node: Content) -> Content:
    """The version of an example, which the packer takes for text."""
    if not isinstance(node, Scalar):
        return node
    return Scalar(node.source, node.start, node.end, node.outer, node.text, '"')
