"""Orbs from local sources: finding the file that a reference means, and reading it, packed or as a tree of fragments.

Nothing is fetched. An orb whose source is not at hand stays unknown (circleci.md 7.1, 7.2, 7.5).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import msgspec

from orbgen.circleci.text import Part, text_from
from orbgen.source.limits import MAXIMUM_BYTES
from orbgen.source.nodes import Content, Document, Mapping, Node, Scalar, Sequence
from orbgen.source.problems import Problem, UnreadableError
from orbgen.source.reader import decode, read
from orbgen.source.span import Source, Span

REFERENCE = re.compile(
    r"(?P<name>[a-z][a-z0-9_-]+/[a-z][a-z0-9_-]+)@(?P<version>dev:[.a-zA-Z0-9_/-]+|\d+|\d+\.\d+|\d+\.\d+\.\d+|volatile)"
)
TEMPLATED_REFERENCE = re.compile(r"[a-z][a-z0-9_-]+/[a-z][a-z0-9_-]+@[^@]*<<.+>>.*")
_INCLUDE = re.compile(r"<<\s*include\(([-\w/.]+)\)\s*>>")
_SECTIONS = ("commands", "jobs", "executors", "examples")
_YAML = (".yml", ".yaml")


class OrbSource(msgspec.Struct, frozen=True):
    """One orb at hand: its name (`ns/name`, or an address), its version, None where it serves any, and where it is."""

    name: str
    version: str | None
    path: str


class OrbStore:
    """The orbs at hand, first match wins: those given one by one, then folders laid out as `ns/name@version.yml`."""

    def __init__(self, given: tuple[OrbSource, ...] = (), folders: tuple[str, ...] = ()) -> None:
        self.given = given
        self.folders = folders
        self._documents: dict[str, Document] = {}

    def find(self, reference: str) -> OrbSource | None:
        """The source that a reference means; partial versions and `volatile` mean the newest at hand."""
        name, version = reference, None
        if not reference.startswith("https://"):
            name, _, version = reference.partition("@")
        best = _newest([source for source in self.given if source.name == name], version)
        for folder in self.folders:
            best = best or _newest(list(_listed(folder, name)), version)
        return best

    def read(self, source: OrbSource) -> Document:
        """The orb's document, read once. Raises UnreadableError, also where the file is missing."""
        known = self._documents.get(source.path)
        if known is None:
            known = self._documents[source.path] = read_orb(source.path)
        return known


def _listed(folder: str, name: str) -> Iterator[OrbSource]:
    """The versions of an orb in a folder."""
    namespace, _, short = name.partition("/")
    directory = os.path.join(folder, namespace)
    try:
        found = sorted(os.listdir(directory))
    except OSError:
        return
    for entry in found:
        base = entry.removesuffix(".yml").removesuffix(".yaml")
        if base.startswith(f"{short}@"):
            yield OrbSource(name, base[len(short) + 1 :], os.path.join(directory, entry))


def _newest(sources: list[OrbSource], wanted: str | None) -> OrbSource | None:
    """The source that serves a version, the newest where several do."""
    serving = [source for source in sources if _serves(source.version, wanted)]
    return max(serving, key=lambda source: _order(source.version), default=None)


def _serves(version: str | None, wanted: str | None) -> bool:
    if version is None or wanted is None or version == wanted:
        return True
    if wanted == "volatile":
        return not version.startswith("dev:")
    return version.startswith(f"{wanted}.") and wanted[:1].isdigit()


def _order(version: str | None) -> tuple[int, ...]:
    numbers = (version or "").split(".")
    return tuple([int(number) for number in numbers]) if all([number.isdigit() for number in numbers]) else ()


def read_orb(path: str) -> Document:
    """The orb in a file, or in a folder: a tree with `@orb.yml` (or `src/@orb.yml`), else a packed `orb.yml`.

    Raises UnreadableError.
    """
    if os.path.isdir(path):
        nested = os.path.join(path, "src")
        packed = os.path.join(path, "orb.yml")
        if not os.path.isfile(packed):
            return _read_tree(nested if os.path.isfile(os.path.join(nested, "@orb.yml")) else path)
        path = packed
    return read(_bytes(path), path)


def _bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        raise UnreadableError(_problem(path, f"cannot read the orb: {error.strerror}")) from None


def _problem(path: str, message: str) -> Problem:
    return Problem("orb-source", message, Span(Source(path, ""), 0, 0))


def _read_tree(root: str) -> Document:
    """A folder of fragments as one document; each node keeps its place in its own file."""
    manifest = os.path.join(root, "@orb.yml")
    if not os.path.isfile(manifest):
        raise UnreadableError(_problem(root, "@orb.yml file not found, are you sure this is the Orb root?"))
    document = read(_bytes(manifest), manifest)
    top = document.root
    entries: list[tuple[Node, Node]] = list(top.entries) if type(top) is Mapping else []
    for section in _SECTIONS:
        fragments: list[tuple[Node, Node]] = []
        for path in _fragments(os.path.join(root, section)):
            fragment = read(_bytes(path), path)
            if section != "examples":
                _include(fragment.root, root)
                _sort(fragment.root)
            name = os.path.basename(path).rpartition(".")[0]
            fragments.append((Scalar(fragment.source, 0, 0, 0, name), fragment.root))
        if fragments:
            key = Scalar(document.source, 0, 0, 0, section)
            written = top.get(section) if type(top) is Mapping else None
            inline = list(written.entries) if type(written) is Mapping else []
            body = Mapping(document.source, 0, 0, 0, inline + fragments)
            body.templated = any([value.templated for _, value in body.entries])
            entries.append((key, body))
    return Document(document.source, Mapping(document.source, 0, len(document.source.text), 0, entries))


def _fragments(directory: str) -> Iterator[str]:
    """The YAML files below a section's folder, deeper folders only organise; dot-files are skipped."""
    for folder, folders, files in os.walk(directory):
        folders[:] = sorted([name for name in folders if not name.startswith(".")])
        for name in sorted(files):
            if name.endswith(_YAML) and not name.startswith((".", "@")):
                yield os.path.join(folder, name)


def _sort(node: Content) -> None:
    """The packer writes maps in alphabetical order, so that is the order that CircleCI sees."""
    if type(node) is Mapping:
        fields = node.fields
        node.entries[:] = [(fields[name].key, fields[name].value) for name in sorted(fields)]
        node._fields = None
        for field in fields.values():
            _sort(field.value)
    elif type(node) is Sequence:
        for element in node.elements:
            _sort(element)


def _include(node: Content, root: str) -> None:
    """Put the text of included scripts in the place of `<<include(..)>>`, kept at its own place and never templated."""
    if not node.templated:
        return
    if type(node) is Mapping:
        for index, (key, value) in enumerate(node.entries):
            node.entries[index] = (key, _included(value, root))
    elif type(node) is Sequence:
        for index, value in enumerate(node.items):
            node.items[index] = _included(value, root)


def _included(node: Node, root: str) -> Node:
    if isinstance(node, Scalar):
        match = _INCLUDE.fullmatch(node.text.strip())
        return node if match is None else _script(node, match.group(1), root)
    if isinstance(node, Sequence | Mapping):
        _include(node, root)
    return node


def _script(scalar: Scalar, relative: str, root: str) -> Scalar:
    path = os.path.normpath(os.path.join(root, relative))
    if not path.startswith(os.path.normpath(root) + os.sep):
        raise UnreadableError(Problem("orb-source", f"the include `{relative}` leaves the orb's folder", scalar.span))
    try:
        source = decode(_bytes(path), path)
    except UnreadableError:
        raise UnreadableError(Problem("orb-source", f"could not open {path} for inclusion", scalar.span)) from None
    script = Scalar(source, 0, len(source.text), 0, source.text)
    return text_from(script, (Part(source.text, script, 0, len(source.text)),), source.text)
