"""Results of files that were linted before, kept in the user's cache folder.

A result is found again by all that it was made of: the file's bytes, the settings, the rules that ran, orbgen itself,
and the day, as some rules tell what is over. What was read or looked for on the way is written down with it and
compared: the orbs, and files of the checkout. Of the files only places are kept, no text: reports read that anew.
"""

from __future__ import annotations

import hashlib
import os
import time
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from orbgen.access.checkout import Checkout
from orbgen.circleci.orbs import OrbSource, OrbStore
from orbgen.lint.result import FileResult
from orbgen.lint.run import Linter, checkout_of
from orbgen.lint.stamp import code_stamp
from orbgen.lint.stored import NotAsStoredError, plain_result, result_from
from orbgen.project.atomic import write_private
from orbgen.project.continuing import setup_files
from orbgen.project.search import Found
from orbgen.source.encoding import decode
from orbgen.source.files import read_bytes
from orbgen.source.nodes import Document
from orbgen.source.problems import UnreadableError
from orbgen.source.span import Source

if TYPE_CHECKING:
    from orbgen.access.repository import Repository

_CHECK = 4
_DAY = 24 * 3600
_KEPT_DAYS = 14
_MOST_BYTES = 64 * 1024 * 1024
# A folder with more files is not the source of an orb.
_MOST_FILES = 2_000
_ABSENT = b""


class _Entry(msgspec.Struct, array_like=True):
    """One stored result, and what it depends on beside its file.

    `orbs` has the path that each reference of an orb was found at, for the linted file (empty) or beside another
    configuration in a folder, `read` the digests of what was read there,
    `checkout` those of files of the checkout, `repository` one of all files there that may have to do with Teleport, if
    somebody asked for them, and `sources` name and digest of the files that places are in.
    """

    result: Any
    repository: bytes
    sources: list[tuple[str, bytes]]
    orbs: list[tuple[str, str, str]]
    read: list[tuple[str, bytes]]
    checkout: list[tuple[str, bytes]]


class ResultCache:
    """The stored results in a folder; nothing is stored or found where the folder is not the user's own."""

    def __init__(self, folder: str) -> None:
        self.folder = os.path.join(folder, "lint")
        self.usable = _prepare(folder) and _prepare(self.folder)
        self._stamp = code_stamp() if self.usable else b""
        self._digests: dict[str, bytes] = {}
        # By root and facts what is in a checkout, with what was looked for to find it; by root what it holds now.
        self.repositories: dict[tuple[str, int], _RecordedRepository] = {}
        self._states: dict[str, bytes] = {}

    def lint(self, linter: Linter, found: Found) -> FileResult:
        """The result for a file, as it was stored or as the linter finds it now."""
        path = found.path
        settings = {"named": found.named, "tree": found.tree, "likely": found.likely, "teleport": found.teleport}
        if not self.usable or path == "-" or not os.path.isfile(path):
            return linter.lint(path, **settings)
        try:
            data = None if found.tree else read_bytes(path)
        except UnreadableError:
            return linter.lint(path, **settings)
        content = hashlib.sha256(data).digest() if data is not None else digest_of(os.path.dirname(path) or os.curdir)
        entry = self._entry(linter, found, content)
        result = self._stored(entry, linter, path)
        if result is None:
            with _Recording(linter, self.repositories) as recording:
                result = linter.examined(path, data=data, **settings)
            if result.linted and (data is not None or content == digest_of(os.path.dirname(path) or os.curdir)):
                self._store(entry, result, recording)
        return linter.judged(result, path)

    def prune(self) -> None:
        """Remove what was not used for two weeks, and the oldest if there is too much; not more than once a day."""
        marker = os.path.join(self.folder, "pruned")
        now = time.time()
        try:
            if not self.usable or (os.path.exists(marker) and now - os.path.getmtime(marker) < _DAY):
                return
            write_private(marker, b"")
            files = sorted(_files_in(self.folder))
            size = sum([size for _, size, _ in files])
            for used, length, path in files:
                if now - used < _KEPT_DAYS * _DAY and size <= _MOST_BYTES:
                    break
                os.unlink(path)
                size -= length
        except OSError:
            return

    # Finding and storing

    def _entry(self, linter: Linter, found: Found, content: bytes) -> str:
        """The path of the entry for a file."""
        parts = (
            self._stamp,
            content,
            os.fsencode(found.path),
            (found.named, found.tree, found.likely, found.teleport, linter.ignoring),
            linter.facts,
            linter.selection,
            linter.store.given,
            [digest_of(path) for path in setup_files(found.path)],
            linter.today,
        )
        key = hashlib.sha256(msgspec.msgpack.encode(parts, order="sorted")).hexdigest()
        return os.path.join(self.folder, key[:2], key[2:])

    def _stored(self, path: str, linter: Linter, linted: str) -> FileResult | None:
        """The stored result; None where there is none, or where something that it depends on has changed."""
        try:
            with open(path, "rb") as file:
                data = file.read()
            if int.from_bytes(data[:_CHECK], "big") != zlib.crc32(data[_CHECK:]):
                return None
            entry = msgspec.msgpack.decode(data[_CHECK:], type=_Entry)
            if not self._holds(entry, linter, linted):
                return None
            result = result_from(entry.result, [_source(name, digest) for name, digest in entry.sources])
            if time.time() - os.path.getmtime(path) > _DAY:
                os.utime(path)
        except (OSError, msgspec.DecodeError, NotAsStoredError, UnreadableError):
            return None
        return result

    def _holds(self, entry: _Entry, linter: Linter, linted: str) -> bool:
        if entry.checkout:
            checkout = Checkout(checkout_of(linted))
            if any([_digest(checkout.text(path)) != digest for path, digest in entry.checkout]):
                return False
        if entry.repository and self._state_of(checkout_of(linted)) != entry.repository:
            return False
        store = linter.store
        for folder, reference, path in entry.orbs:
            if _path_of((store.beside(folder) if folder else store).find(reference)) != path:
                return False
        return all([self._digest_of(path) == digest for path, digest in entry.read])

    def _state_of(self, root: str) -> bytes:
        """The digest of a checkout's files that may have to do with Teleport, worked out once in a run."""
        if root not in self._states:
            from orbgen.access.repository import Repository

            self._states[root] = Repository(Checkout(root)).digest
        return self._states[root]

    def _digest_of(self, path: str) -> bytes:
        """The digest of an orb, worked out once in a run."""
        if path not in self._digests:
            self._digests[path] = digest_of(path)
        return self._digests[path]

    def _store(self, path: str, result: FileResult, recording: _Recording) -> None:
        plain, sources = plain_result(result)
        try:
            named = [(source.name, _digest_of_source(source)) for source in sources]
            entry = _Entry(
                plain,
                recording.repository,
                named,
                [(folder, reference, path) for (folder, reference), path in recording.orbs.items()],
                [(orb, self._digest_of(orb)) for orb in recording.read],
                list(recording.checkout.items()),
            )
            data = msgspec.msgpack.encode(entry)
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            write_private(path, zlib.crc32(data).to_bytes(_CHECK, "big") + data)
        except (OSError, UnreadableError, NotAsStoredError, UnicodeEncodeError):
            return  # Nobody waits for it.


def _files_in(folder: str) -> Iterator[tuple[float, int, str]]:
    """When each entry was last used, its size and its path."""
    for inner in os.scandir(folder):
        if inner.is_dir(follow_symlinks=False):
            for file in os.scandir(inner):
                status = file.stat(follow_symlinks=False)
                yield status.st_mtime, status.st_size, file.path


class _Seen:
    """What was looked for beside a file, and read."""

    def __init__(self) -> None:
        self.orbs: dict[tuple[str, str], str] = {}
        self.read: dict[str, None] = {}
        self.checkout: dict[str, bytes] = {}


class _RecordedRepository(msgspec.Struct, frozen=True, eq=False):
    """What is in a checkout, and what was looked for to find it."""

    repository: Repository
    seen: _Seen


class _Recording(_Seen):
    """Takes down what a linter looks for beside the file that it lints."""

    def __init__(self, linter: Linter, repositories: dict[tuple[str, int], _RecordedRepository]) -> None:
        super().__init__()
        self.linter = linter
        self.repositories = repositories
        self._asked: list[_RecordedRepository] = []

    def __enter__(self) -> _Recording:
        linter = self.linter
        self._before = linter.store, linter.checkout, linter.repository
        linter.store = _RecordingStore(linter.store, self)
        linter.checkout = lambda root: _RecordingCheckout(root, self.checkout)
        linter.repository = self._repository
        return self

    def __exit__(self, *_: object) -> None:
        self.linter.store, self.linter.checkout, self.linter.repository = self._before
        for asked in self._asked:
            # It is looked at piece by piece, and may have been by another file before.
            self.orbs.update(asked.seen.orbs)
            self.read.update(asked.seen.read)
            self.checkout.update(asked.seen.checkout)

    @property
    def repository(self) -> bytes:
        """The digest of the checkout's files that may have to do with Teleport; empty where nobody asked for them."""
        return self._asked[0].repository.digest if self._asked else b""

    def _repository(self, root: str) -> Repository:
        from orbgen.access.repository import Repository

        key = root, id(self.linter.facts)
        known = self.repositories.get(key)
        if known is None:
            seen = _Seen()
            store = _RecordingStore(self._before[0], seen)
            found = Repository(_RecordingCheckout(root, seen.checkout), self.linter.facts, store)
            known = self.repositories[key] = _RecordedRepository(found, seen)
        self._asked.append(known)
        return known.repository


class _RecordingStore(OrbStore):
    def __init__(self, store: OrbStore, seen: _Seen, folder: str = "") -> None:
        super().__init__(store.given, store.folders)
        self.folder = folder
        self.store = store
        self.seen = seen

    def beside(self, folder: str) -> OrbStore:
        return _RecordingStore(self.store.beside(folder), self.seen, folder or os.curdir)

    def find(self, reference: str) -> OrbSource | None:
        found = self.store.find(reference)
        self.seen.orbs[self.folder, reference] = _path_of(found)
        return found

    def read(self, source: OrbSource) -> Document:
        self.seen.read[source.path] = None
        return self.store.read(source)


class _RecordingCheckout(Checkout, frozen=True):
    """A checkout that takes down which of its files were read or looked for."""

    seen: dict[str, bytes]

    def text(self, path: str) -> str | None:
        found = super().text(path)
        self.seen[path] = _digest(found)
        return found


def _path_of(source: OrbSource | None) -> str:
    return source.path if source is not None else ""


def _digest(text: str | None) -> bytes:
    return _ABSENT if text is None else hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def digest_of(path: str) -> bytes:
    """The digest of a file, or of all files in a folder with their names; that of nothing where it cannot be read."""
    hasher = hashlib.sha256()
    try:
        if not os.path.isdir(path):
            return hashlib.sha256(read_bytes(path)).digest() if os.path.isfile(path) else _ABSENT
        count = 0
        for directory, folders, files in os.walk(path):
            folders[:] = sorted([name for name in folders if not name.startswith(".")])
            for name in sorted(files):
                inner = os.path.join(directory, name)
                count += 1
                if count > _MOST_FILES:
                    return os.urandom(16)
                if not name.startswith(".") and os.path.isfile(inner):
                    data = read_bytes(inner)
                    hasher.update(b"%d %d " % (len(inner), len(data)) + os.fsencode(inner) + data)
    except (OSError, UnreadableError):
        return _ABSENT
    return hasher.digest()


def _source(name: str, digest: bytes) -> Source:
    """A file's source, as it was. Raises NotAsStoredError and UnreadableError."""
    if digest == _ABSENT:
        return Source(name, "")
    data = read_bytes(name)
    if hashlib.sha256(data).digest() != digest:
        raise NotAsStoredError("the file has changed")
    return decode(data, name)


def _digest_of_source(source: Source) -> bytes:
    """The digest of a source's file. Raises NotAsStoredError where its text is not that of its file any more."""
    if not source.text:
        return _ABSENT
    if not os.path.isfile(source.name):
        raise NotAsStoredError("the text is that of no file")
    data = read_bytes(source.name)
    if decode(data, source.name).text != source.text:
        raise NotAsStoredError("the file has changed")
    return hashlib.sha256(data).digest()


def _prepare(folder: str) -> bool:
    """Whether a folder is there, or can be made, for the user alone to write into."""
    try:
        os.makedirs(os.path.dirname(folder), exist_ok=True)
        if not os.path.isdir(folder):
            os.mkdir(folder, 0o700)
        status = os.stat(folder)
    except OSError:
        return False
    return status.st_uid == os.geteuid() and not status.st_mode & 0o022 and os.access(folder, os.W_OK | os.X_OK)
