"""Orbs from local sources: finding the file that a reference means, and reading it, packed or as a tree of fragments.

Nothing is fetched. An orb whose source is not at hand stays unknown (circleci.md 7.1, 7.2, 7.5).
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import msgspec

from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.limits import MAXIMUM_BYTES
from orbgen.source.nodes import Document
from orbgen.source.problems import Problem, UnreadableError
from orbgen.source.reader import read
from orbgen.source.span import Source, Span

EXACT_VERSION = lazy_pattern(r"dev:[.a-zA-Z0-9_/-]+|[0-9]+\.[0-9]+\.[0-9]+")
_VERSION = lazy_pattern(rf"{EXACT_VERSION.pattern}|[0-9]+(?:\.[0-9]+)?|volatile")
REFERENCE = lazy_pattern(rf"[a-z][a-z0-9_-]+/[a-z][a-z0-9_-]+@(?:{_VERSION.pattern})")
TEMPLATED_REFERENCE = lazy_pattern(r"[a-z][a-z0-9_-]+/[a-z][a-z0-9_-]+@[^@]*<<.+>>.*|\s*<<[^<>]+>>\s*")

# So many orbs are kept for the next file that uses them.
_MOST_KEPT = 100
# Where an orb's repository keeps its source.
_USUAL_FOLDERS = ("orb", "src")


class OrbSource(msgspec.Struct, frozen=True):
    """One orb at hand: its name (`ns/name`, or an address), its version, None where it serves any, and where it is."""

    name: str
    version: str | None
    path: str


class OrbStore:
    """The orbs at hand, first match wins: those given one by one, then folders laid out as `ns/name@version.yml`."""

    def __init__(
        self,
        given: tuple[OrbSource, ...] = (),
        folders: tuple[str, ...] = (),
        documents: dict[str, Document] | None = None,
    ) -> None:
        self.given = given
        self.folders = folders
        self._documents: dict[str, Document] = {} if documents is None else documents

    def beside(self, folder: str) -> OrbStore:
        """The same orbs, and before those in folders the ones beside a configuration that lies in a folder."""
        return OrbStore(self.given, (os.path.join(folder, "orbs"), *self.folders), self._documents)

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
            known = read_orb(source.path)
            if len(self._documents) >= _MOST_KEPT:
                del self._documents[next(iter(self._documents))]
            self._documents[source.path] = known
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
        version = base.removeprefix(f"{short}@")
        if version != base and _VERSION.fullmatch(version):
            yield OrbSource(name, version, os.path.join(directory, entry))


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
    """The orb in a file, or in a folder: a tree with `@orb.yml`, else a packed `orb.yml`.

    In a folder it may lie in `src`, in `orb`, or in the one folder that has such a file. Raises UnreadableError.
    """
    if not os.path.isdir(path):
        return read(_bytes(path), path)
    from orbgen.circleci.orb_tree import MANIFEST  # Most runs meet no orb in a folder.

    for name in (MANIFEST, "orb.yml"):
        found = [root for root in _roots(path) if os.path.isfile(os.path.join(root, name))]
        usual = [root for root in found if root in (path, *[os.path.join(path, inner) for inner in _USUAL_FOLDERS])]
        if usual or len(found) == 1:
            root = (usual or found)[0]
            return _tree(root) if name == MANIFEST else read(_bytes(os.path.join(root, name)), os.path.join(root, name))
        if found:
            places = ", ".join([os.path.basename(root) for root in found])
            raise UnreadableError(_problem(path, f"the folder holds several orbs, in {places}; name one of them"))
    message = f"the folder has neither `{MANIFEST}`, `src/{MANIFEST}` nor `orb.yml`"
    raise UnreadableError(_problem(path, message))


def _roots(path: str) -> list[str]:
    """Where in a folder an orb may lie: the folder itself, then those in it, the usual ones first."""
    try:
        with os.scandir(path) as found:
            inner = sorted([entry.name for entry in found if entry.is_dir() and not entry.name.startswith(".")])
    except OSError as error:
        raise UnreadableError(_problem(path, f"cannot read the folder: {error.strerror}")) from None
    ordered = sorted(inner, key=lambda name: name not in _USUAL_FOLDERS)
    return [path, *[os.path.join(path, name) for name in ordered]]


def _tree(root: str) -> Document:
    from orbgen.circleci.orb_tree import read_tree
    from orbgen.circleci.packed_order import sort_keys

    document = read_tree(root).document
    sort_keys(document.root)
    return document


def _bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        raise UnreadableError(_problem(path, f"cannot read the orb: {error.strerror}")) from None


def _problem(path: str, message: str) -> Problem:
    return Problem("orb-source", message, Span(Source(path, ""), 0, 0))
