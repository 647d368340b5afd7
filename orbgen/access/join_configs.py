"""The tbot.yaml that a join reads: of the checkout, written earlier in the run, or given as a text (rules.md 2.6)."""

from __future__ import annotations

import os
import posixpath
from functools import lru_cache

import msgspec

from orbgen.access.checkout import Checkout
from orbgen.access.file_writes import file_writes
from orbgen.access.following import RunCommand
from orbgen.access.paths import DEFAULT_WORKING_DIRECTORY, normal
from orbgen.access.written_texts import Piece, WrittenText, relocated
from orbgen.circleci.pipeline import JobRun
from orbgen.circleci.text import is_known
from orbgen.shell.wrappers import Unwrapped
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.nodes import Mapping, Scalar, Sequence
from orbgen.source.span import Span
from orbgen.teleport.tbot_file import TbotFile, read_tbot_file

# Programs that change or make files whose names are among their arguments, and those that do so in place if told to.
_CHANGING = frozenset((
    "patch", "ln", "install", "curl", "wget", "envsubst", "gomplate", "consul-template", "sponge", "truncate", "dd",
    "touch", "unzip", "tar", "git",
))  # fmt: skip
_EDITORS = frozenset(("sed", "yq", "perl", "ex"))
_IN_PLACE = lazy_pattern(r"--in-?place.*|-[A-Za-z]*i.*")
# Words of scripts that bring files whose names do not show.
_FETCHING = ("clone", "submodule", "unzip", "s3 ", "gsutil", "rsync", "envsubst", "gomplate")
_BRINGING = frozenset(("attach_workspace", "restore_cache", "attach-workspace", "restore-cache"))


class Config(msgspec.Struct, frozen=True, eq=False):
    """What tbot reads: the file, None where it cannot be known, or where it is `missing`: surely not there."""

    file: TbotFile | None
    missing: bool = False


class WorkFiles:
    """The files of a job run: those of the checkout, and what scripts write."""

    def __init__(self, run: JobRun, checkout: Checkout) -> None:
        self.run = run
        self.checkout = checkout
        self.folder = _checkout_folder(run)
        # What scripts write; None for a text that is not known.
        self.written: dict[str, WrittenText | None] = {}

    def note(self, at: RunCommand) -> None:
        """Remember what a command writes."""
        for write in file_writes(at):
            path = at.path_of(write.target)
            if path is not None:
                before = self.written.get(path) if write.append else None
                unknown = write.text is None or (write.append and path in self.written and before is None)
                appended = write.append and path not in self.written and self._text(path) is not None
                if unknown or appended or write.text is None:
                    self.written[path] = None
                else:
                    self.written[path] = before.followed_by(write.text) if before is not None else write.text
        found = at.found
        if found is not None and found.name in ("cp", "mv"):
            self._copy(at)
        elif found is not None and _changes_arguments(found):
            for path in map(at.path_of, found.arguments):
                if path is not None:
                    self.written[path] = None

    def _copy(self, at: RunCommand) -> None:
        assert at.found is not None
        words = [word for word in at.found.arguments if not (word.literal or "").startswith("-")]
        paths = [at.path_of(word) for word in words]
        if len(paths) < 2 or paths[-1] is None:
            return
        target = paths[-1]
        for source in paths[:-1]:
            text = self.written.get(source) if source is not None else None
            self.written[target] = text
            if source is not None:
                self.written[posixpath.join(target, posixpath.basename(source))] = text

    def read(self, path: str, step: int) -> Config:
        """The tbot.yaml at a path in its normal form, as a step of the run finds it."""
        if path in self.written:
            text = self.written[path]
            return Config(_of_written(text) if text is not None else None)
        content = self._text(path)
        if content is not None:
            return Config(_of_checkout(content, self._name(path)))
        return Config(None, missing=self._is_missing(path, step))

    def _inside(self, path: str) -> str | None:
        return path[len(self.folder) + 1 :] if path.startswith(self.folder + "/") else None

    def _text(self, path: str) -> str | None:
        inside = self._inside(path)
        return self.checkout.text(inside) if inside is not None else None

    def _name(self, path: str) -> str:
        """The name of a file of the checkout as people know it: from where they are, if it lies below."""
        whole = os.path.join(self.checkout.root, self._inside(path) or "")
        relative = os.path.relpath(whole)
        return os.path.abspath(whole) if relative.startswith(os.pardir) else relative

    def _is_missing(self, path: str, step: int) -> bool:
        """Whether a file of the checkout is surely not there: nothing that came before may have brought it."""
        inside = self._inside(path)
        whole = os.path.join(self.checkout.root, inside or "")
        if inside is None or os.path.lexists(whole) or not os.path.isdir(os.path.dirname(whole)):
            return False
        earlier = self.run.steps[:step]
        if not any([one.name == "checkout" for one in earlier]):
            return False
        if any([one.opaque or one.name in _BRINGING for one in earlier]):
            return False
        name = posixpath.basename(path)
        texts = [one.command.text for one in earlier if one.command is not None]
        if any([word in text for text in texts for word in (name, *_FETCHING)]):
            return False
        own = self.run.steps[step].command
        return own is None or (own.text.count(name) == 1 and not any([word in own.text for word in _FETCHING]))


def _changes_arguments(found: Unwrapped) -> bool:
    """Whether a program may change the files that its arguments name."""
    if found.name in _EDITORS:
        return any([_IN_PLACE.fullmatch(word.literal or "") is not None for word in found.arguments])
    return found.name in _CHANGING


def _checkout_folder(run: JobRun) -> str:
    """Where the `checkout` step puts the repository: the working directory, unless it says another."""
    working = (run.body or {}).get("working_directory")
    home = normal(working.text) if isinstance(working, Scalar) and is_known(working) else None
    for step in run.steps:
        path = step.argument("path") if step.name == "checkout" else None
        if isinstance(path, Scalar) and is_known(path):
            return normal(path.text, home or DEFAULT_WORKING_DIRECTORY) or DEFAULT_WORKING_DIRECTORY
    return home or DEFAULT_WORKING_DIRECTORY


def from_base64(text: str, span: Span) -> Config:
    """The tbot.yaml that a text holds in base64, as of `TBOT_CONFIG`; all of it stands where the text does."""
    import base64
    import binascii

    try:
        content = base64.b64decode("".join(text.split()), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return Config(None)
    place = Scalar(span.source, span.start, span.end, span.start, span.text)
    return Config(_of_written(WrittenText((Piece(content, place, 0, len(span.text)),))) if content else None)


def _of_written(text: WrittenText) -> TbotFile | None:
    found = read_tbot_file(text.text, "")
    if found is None:
        return None
    root = relocated(found.root, text)
    assert type(root) is Mapping
    return TbotFile(root)


@lru_cache(maxsize=64)
def _of_checkout(text: str, name: str) -> TbotFile | None:
    """Two job runs that read one file find the same places in it."""
    return read_tbot_file(text, name)


def hides_services(file: TbotFile) -> bool:
    """Whether a file may give more than it shows: where a tool fills in the list of services."""
    return any([not isinstance(file.root.get(key), (Sequence, type(None))) for key in ("services", "outputs")])
