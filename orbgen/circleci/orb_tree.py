"""An orb's folder of fragments as one document, in which each node keeps its place in its author's file.

The files in the folder itself are merged at the top, each folder in it is a section, and a file in a section, however
deep, is one element named as the file (circleci.md 7.5).
"""

from __future__ import annotations

import os

import msgspec

from orbgen.circleci.orb_anchors import join_anchors
from orbgen.circleci.orb_folder import MAXIMUM_FOLDER_DEPTH, Entry, OrbFolder, problem_at
from orbgen.circleci.orb_includes import include_files
from orbgen.source.nodes import Document, Mapping, Node, Scalar
from orbgen.source.problems import Note, Problem, UnreadableError
from orbgen.source.reader import read
from orbgen.source.span import Source

MANIFEST = "@orb.yml"
SECTIONS = ("commands", "executors", "jobs", "examples")


class Fragment(msgspec.Struct, frozen=True, eq=False):
    """One file of the folder: its entry, its document, and the mapping that it holds."""

    entry: Entry
    document: Document
    root: Mapping

    @property
    def is_merged(self) -> bool:
        """Whether the file's keys belong to the level on which it stands: its name begins with `@`."""
        return self.entry.name.startswith("@")


class OrbTree(msgspec.Struct, frozen=True, eq=False):
    """An orb read from a folder: the whole as one document, and the `parts` that it is made of, one a file.

    `warnings` are places where the packed orb will hardly be what was meant.
    """

    folder: OrbFolder
    document: Document
    warnings: tuple[Problem, ...] = ()
    parts: tuple[Document, ...] = ()


def read_tree(root: str, instead: dict[str, bytes] | None = None) -> OrbTree:
    """The orb in a folder, of which some files may be `instead` of those on the disk.

    Raises UnreadableError with the place; lesser problems are in the document.
    """
    folder = OrbFolder(root, instead)
    manifest = find_manifest(root)
    files: list[Fragment] = []
    sections: dict[str, list[Fragment]] = {}
    for entry in folder.entries(root):
        if entry.is_folder:
            sections[entry.name] = _collect(folder, entry, 1)
        elif entry.is_yaml:
            files.append(read_fragment(folder, entry))
    every = [*files, *[fragment for fragments in sections.values() for fragment in fragments]]
    problems = join_anchors([fragment.document for fragment in every])
    warnings: list[Problem] = []
    top: dict[str, tuple[Node, Node]] = {}
    for fragment in files:
        _merge(top, fragment, warnings)
    for name, fragments in sections.items():
        if fragments:
            _add_section(top, name, fragments)
    source = next((fragment.document.source for fragment in files if fragment.entry.name == manifest), None)
    if source is None:
        raise UnreadableError(problem_at(root, f"{manifest} was there a moment ago, and is no more"))
    document = assemble(source, top, every)
    document.problems = problems
    include_files(document.root, folder)
    return OrbTree(folder, document, tuple(warnings), tuple([fragment.document for fragment in every]))


def find_manifest(root: str, names: tuple[str, ...] = (MANIFEST, "orb.yml")) -> str:
    """The name of the file that makes a folder an orb.

    Raises UnreadableError where there is none, with where it may be.
    """
    for name in names:
        if os.path.isfile(os.path.join(root, name)):
            return name
    nested = os.path.join(root, "src")
    help = f"did you mean {nested}?" if os.path.isfile(os.path.join(nested, MANIFEST)) else None
    message = f"{MANIFEST} file not found, are you sure this is the Orb root?"
    raise UnreadableError(problem_at(root, message, help))


def read_fragment(folder: OrbFolder, entry: Entry) -> Fragment:
    """A file that must hold a mapping; an empty one holds an empty mapping. Raises UnreadableError."""
    document = read(folder.read(entry.path), entry.path)
    root = document.root
    if type(root) is Mapping:
        return Fragment(entry, document, root)
    if isinstance(root, Scalar) and root.value is None:
        return Fragment(entry, document, Mapping(document.source, root.start, root.end, root.outer, []))
    found = "a text or number" if isinstance(root, Scalar) else "a list"
    message = f"expected a map in {entry.path}, but it holds {found}"
    raise UnreadableError(Problem("orb-source", message, root.span, "write `KEY: VALUE` pairs"))


def _collect(folder: OrbFolder, entry: Entry, depth: int) -> list[Fragment]:
    """The fragments below a section's folder, in order."""
    if depth > MAXIMUM_FOLDER_DEPTH:
        raise UnreadableError(problem_at(entry.path, f"folders are nested more than {MAXIMUM_FOLDER_DEPTH} deep here"))
    found: list[Fragment] = []
    for inner in folder.entries(entry.path):
        if inner.is_folder:
            found.extend(_collect(folder, inner, depth + 1))
        elif inner.is_yaml:
            found.append(read_fragment(folder, inner))
    return found


def _merge(top: dict[str, tuple[Node, Node]], fragment: Fragment, warnings: list[Problem]) -> None:
    """Put the keys of a file at the top; sections are joined, of other equal keys the later wins."""
    for name, field in fragment.root.fields.items():
        known = top.get(name)
        if known is not None and name in SECTIONS and is_section(known[1]) and is_section(field.value):
            top[name] = (known[0], _joined(name, known[1], _entries(field.value)))
            continue
        if known is not None:
            message = f"`{name}` stands in two files of the orb's folder; this one is used"
            related = (Note(known[0].span, "this one is lost"),)
            warnings.append(Problem("duplicate-key", message, field.key.span, "remove one", related=related))
        top[name] = (field.key, field.value)


def _add_section(top: dict[str, tuple[Node, Node]], name: str, fragments: list[Fragment]) -> None:
    key, written = top.get(name) or (fragment_key(fragments[0], name), Mapping(fragments[0].root.source, 0, 0, 0, []))
    if not is_section(written):
        message = f"`{name}` must be a mapping, since there is a folder {name} whose files are added to it"
        raise UnreadableError(Problem("orb-source", message, written.span))
    added: list[tuple[Node, Node]] = []
    for fragment in fragments:
        added.extend(_entries(fragment.root) if fragment.is_merged else [(fragment_key(fragment), fragment.root)])
    top[name] = (key, _joined(name, written, added))


def _joined(section: str, first: Node, added: list[tuple[Node, Node]]) -> Mapping:
    """A section with more elements. Raises UnreadableError where two have one name."""
    entries = _entries(first)
    places = {key.text: key for key, _ in entries if isinstance(key, Scalar)}
    for key, value in added:
        assert isinstance(key, Scalar)
        other = places.get(key.text)
        if other is not None:
            message = f"{other.source.name} and {key.source.name} both define `{key.text}` in {section}"
            related = (Note(other.span, "the other one"),)
            raise UnreadableError(Problem("orb-source", message, key.span, "rename one of them", related=related))
        places[key.text] = key
        entries.append((key, value))
    body = Mapping(first.source, first.start, first.end, first.outer, entries)
    body.templated = any([value.templated for _, value in entries])
    return body


def assemble(source: Source, top: dict[str, tuple[Node, Node]], fragments: list[Fragment]) -> Document:
    """The document of a whole orb with the problems of all its fragments; sections without elements are left out."""
    entries = [
        entry for name, entry in top.items() if name not in SECTIONS or not is_section(entry[1]) or _entries(entry[1])
    ]
    root = Mapping(source, 0, len(source.text), 0, entries)
    root.templated = any([value.templated for _, value in entries])
    problems = tuple([problem for fragment in fragments for problem in fragment.document.problems])
    return Document(source, root, problems, tuple([again for one in fragments for again in one.document.repeating]))


def is_section(node: Node) -> bool:
    """Whether elements can be added to a node: it is a mapping, or nothing."""
    return type(node) is Mapping or (isinstance(node, Scalar) and node.value is None)


def _entries(node: Node) -> list[tuple[Node, Node]]:
    return [(field.key, field.written) for field in node.fields.values()] if type(node) is Mapping else []


def fragment_key(fragment: Fragment, name: str | None = None) -> Scalar:
    """The key of an element that a file is. It is written nowhere, so it is placed at the file's start."""
    return Scalar(fragment.document.source, 0, 0, 0, fragment.entry.stem if name is None else name, '"')
