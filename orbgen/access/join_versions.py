"""Which version of Teleport's software a job run states, and where (rules.md 2.6, teleport.md 5)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

import msgspec

from orbgen.access.following import RunCommand, commands_of
from orbgen.access.join_containers import ENGINES
from orbgen.access.value_places import Stated, stated_in, whole
from orbgen.access.version_statements import StatedBy, StatedVersion, read_image, read_version
from orbgen.circleci.pipeline import JobRun, Step
from orbgen.circleci.text import is_known
from orbgen.shell.outputs import next_stage
from orbgen.shell.words import EnclosureKind, PartKind, Word
from orbgen.shell.wrappers import Unwrapped, unwrap
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.nodes import Mapping, Scalar, Sequence

_NUMBER = r"\d{1,3}\.\d{1,4}\.\d{1,4}(?:-(?:alpha|beta|dev|rc)[0-9.]*)?"
# Teleport's archives and packages, by the names that they have on every server.
_ARCHIVE = lazy_pattern(
    rf"teleport(?:-ent)?(?:-(?P<letters>v*)(?P<tar>{_NUMBER})-(?:linux|darwin|windows)-"
    rf"|[-_](?P<package>{_NUMBER})(?:-1)?(?:[._][a-z0-9_]+)?\.(?:deb|rpm|pkg))"
)
_INSTALL_SCRIPT = lazy_pattern(
    r"https?://(?:cdn\.teleport\.dev|(?:www\.|get\.)?goteleport\.com)/(?:static/)?"
    r"install(?:-v(?P<version>\d[0-9.]*\d))?\.sh"
)
_INSTALL_FILE = lazy_pattern(r"(?:teleport[-_])?install(?:[-_]teleport)?(?:-v[0-9.]+)?\.sh")
# The script that a proxy serves installs its own version.
_OF_THE_PROXY = "/scripts/install.sh"
_CHANNEL = lazy_pattern(r"(?:apt|yum)\.releases\.(?:teleport\.dev|goteleport\.com).*?stable/v(\d{1,3})\b", re.DOTALL)
_PACKAGE = lazy_pattern(r"teleport(?:-ent)?(?:-fips)?(?:(?:=|-)(?P<version>\d[0-9A-Za-z.~-]*)|@(?P<major>\d+))?")
_SHELLS = frozenset(("bash", "sh", "dash", "zsh"))
# What only says a version, without an installation in the job's own files.
_NO_INSTALLATION = (StatedBy.IMAGE, StatedBy.VARIABLE)
_MANAGERS = frozenset(("apt-get", "apt", "yum", "dnf", "microdnf", "zypper", "brew"))
_VARIABLE = lazy_pattern(r"(?:TELEPORT|TBOT|TSH|TCTL)_VERSION")
_ORB = lazy_pattern(r"(?:^|[/_-])(?:teleport|tbot|tsh|tctl)(?:$|[/_-])")


def stated_versions(run: JobRun) -> tuple[StatedVersion, ...]:
    """Every version of Teleport's software that a job run states, in the order of its steps."""
    reader = VersionReader(run)
    if reader.needed:
        for command in commands_of(run, reader.wants):
            reader.read(command)
    reader.read_up_to(len(run.steps))
    found: dict[tuple[str, StatedBy], StatedVersion] = {}
    for one in reader.stated:
        if isinstance(one, StatedVersion):
            found.setdefault((one.text, one.by), one)
    return tuple(found.values())


def _names_teleport(script: str) -> bool:
    return any([word in script for word in ("teleport", "tbot", "TELEPORT", "TBOT", _OF_THE_PROXY)])


class _Unstated(msgspec.Struct, frozen=True):
    """An installation of a version that is not known."""

    step: int


class VersionReader:
    """Follows a job run: what it installs, and in which version."""

    def __init__(self, run: JobRun) -> None:
        self.run = run
        self.stated: list[StatedVersion | _Unstated] = list(_of_images(run))
        self.needed = any([step.command is not None and _names_teleport(step.command.text) for step in run.steps])
        self._steps = 0
        self._channel: StatedVersion | None = None
        self._variables: set[str] = set()
        # The install script that was fetched and not run yet: the version in its name, and where its address stands.
        self._fetched: tuple[str | None, Stated] | None = None
        # The script that is being read, and whether there can be anything in it.
        self._current: Scalar | None = None
        self._interesting = False

    def wants(self, script: str) -> bool:
        """Whether a script may state a version: one that names Teleport, or may run an install script from a file."""
        return _names_teleport(script) or (self._fetched is not None and ".sh" in script)

    def read_up_to(self, step: int) -> None:
        """Take note of what the opaque steps before a step state."""
        while self._steps < step:
            self.stated += _of_opaque(self.run.steps[self._steps], self._steps)
            self._steps += 1

    def read(self, at: RunCommand) -> None:
        """Take note of what a command states."""
        self.read_up_to(at.step)
        if at.text is not self._current:
            self._current, self._interesting = at.text, self.wants(at.text.text)
            if self._interesting:
                self._note_variables(at)
        found = at.found
        if found is None or not self._interesting:
            return
        if found.name in _MANAGERS:
            self.stated += self._packages(at, found.arguments)
        if found.name in _SHELLS or found.name.endswith(".sh"):
            self._started(at, found)
        if found.name in ENGINES:
            self.stated += _of_container(at, found.arguments)
        for word in at.command.words:
            self._address(at, word)

    @property
    def current(self) -> StatedVersion | None:
        """The version that runs as things stand: that of the last installation, of the image, or a variable's.

        None where none is stated, or where the last installation does not say its version.
        """
        installed = [one for one in self.stated if isinstance(one, _Unstated) or one.by not in _NO_INSTALLATION]
        if installed:
            return installed[-1] if isinstance(installed[-1], StatedVersion) else None
        others = [one for one in self.stated if isinstance(one, StatedVersion)]
        images = [one for one in others if one.by is StatedBy.IMAGE and one.step < 0]
        variables = [one for one in others if one.by is StatedBy.VARIABLE]
        return next(iter((*images[-1:], *variables[-1:])), None)

    def _address(self, at: RunCommand, word: Word) -> None:
        """An archive, the install script or a package channel that a word names."""
        text = whole(at, word)
        if "teleport" not in text and _OF_THE_PROXY not in text:
            return
        archive = _ARCHIVE.search(text) if "://" in text else None
        if archive is not None:
            group = "tar" if archive["tar"] else "package"
            stated = stated_in(at, word, *archive.span(group))
            one = read_version(archive[group], stated, StatedBy.URL, at.step)
            if archive["tar"] and archive["letters"] != "v":
                one = msgspec.structs.replace(one, malformed=True)
            if at.found is not None and at.found.name not in ("echo", "printf"):
                self.stated.append(one)
            return
        channel = _CHANNEL.search(text)
        if channel is not None:
            self._channel = read_version(
                f"v{channel[1]}", stated_in(at, word, *channel.span(1)), StatedBy.CHANNEL, at.step
            )
        elif "://" in text and at.found is not None and at.found.name in ("curl", "wget"):
            self._script(at, word, text)

    def _script(self, at: RunCommand, word: Word, address: str) -> None:
        """An install script that is fetched: the proxy's own, or that of Teleport's server, which takes a version."""
        match = _INSTALL_SCRIPT.search(address)
        if match is None:
            if _OF_THE_PROXY in address:
                self.stated.append(_Unstated(at.step))
            return
        place = stated_in(at, word, 0, len(address))
        reader = _reader_of(at)
        if reader is None:
            self._fetched = (match["version"], place)
        else:
            self._installs(at, _behind_standard_input(reader), match["version"], place)

    def _started(self, at: RunCommand, found: Unwrapped) -> None:
        """An install script that is run from a file, as `bash install.sh V`, or as `bash <(curl ...) V`."""
        words = [word for word in found.arguments if not (word.literal or "").startswith("-")]
        if found.name not in _SHELLS:
            if self._fetched is not None and _INSTALL_FILE.fullmatch(found.name):
                self._installs(at, words, *self._fetched)
            return
        if not words or not words[0].parts:
            return
        first = words[0].parts[0]
        match = _INSTALL_SCRIPT.search(first.text) if first.kind is PartKind.SUBSTITUTION else None
        if match is not None:
            place = Stated(at.place(words[0].start, words[0].end), by_parameter=False)
            self._installs(at, words[1:], match["version"], place)
        elif self._fetched is not None and _INSTALL_FILE.fullmatch(posixpath.basename(at.value(words[0]) or "")):
            self._installs(at, words[1:], *self._fetched)

    def _installs(self, at: RunCommand, arguments: list[Word], named: str | None, place: Stated) -> None:
        """What the install script of Teleport's server is told: a version, or none in its name or behind it."""
        self._fetched = None
        if arguments:
            text = whole(at, arguments[0])
            known = at.value(arguments[0]) is not None
            stated = stated_in(at, arguments[0], 0, len(text))
            self.stated.append(read_version(text, stated, StatedBy.SCRIPT, at.step) if known else _Unstated(at.step))
        elif named:
            self.stated.append(read_version(named, place, StatedBy.SCRIPT, at.step))
        else:
            self.stated.append(StatedVersion("", None, None, place.span, StatedBy.SCRIPT, at.step, floating=True))

    def _packages(self, at: RunCommand, words: tuple[Word, ...]) -> Iterator[StatedVersion | _Unstated]:
        texts = [at.value(word) for word in words]
        if not {"install", "add", "reinstall", "upgrade", "update"} & set(texts):
            return
        for word, text in zip(words, texts, strict=True):
            match = _PACKAGE.fullmatch(text or "")
            if match is None:
                if whole(at, word).startswith(("teleport=", "teleport-ent=")):
                    yield _Unstated(at.step)
                continue
            for group in ("version", "major"):
                if match[group]:
                    # A package's own number stands behind that of the software.
                    version = re.sub(r"[-~]\d+$", "", match[group])
                    start = match.start(group)
                    stated = stated_in(at, word, start, start + len(version))
                    yield read_version(version, stated, StatedBy.PACKAGE, at.step)
                    break
            else:
                yield self._channel or _Unstated(at.step)

    def _note_variables(self, at: RunCommand) -> None:
        """Variables whose name says that they are a version: the last resort."""
        for name, variable in at.environment.items():
            if name not in self._variables and _VARIABLE.fullmatch(name) and variable.value is not None:
                self._variables.add(name)
                stated = Stated(variable.span, by_parameter=False)
                self.stated.append(read_version(variable.value, stated, StatedBy.VARIABLE, at.step))
        for assignment in at.script.assignments:
            if assignment.name not in self._variables and _VARIABLE.fullmatch(assignment.name):
                value = at.variables.get(assignment.name)
                if value is not None and assignment.value is not None:
                    self._variables.add(assignment.name)
                    stated = stated_in(at, assignment.value, 0, len(value))
                    self.stated.append(read_version(value, stated, StatedBy.VARIABLE, at.step))


def _reader_of(at: RunCommand) -> Unwrapped | None:
    """The shell that a command's output is piped into."""
    stage = next((one for one in reversed(at.command.around) if one.kind is EnclosureKind.PIPELINE), None)
    reader = next_stage(at.script, stage) if stage is not None and not stage.last else None
    found = unwrap(reader, at.variables) if reader is not None else None
    return found if found is not None and found.name in _SHELLS else None


def _behind_standard_input(shell: Unwrapped) -> list[Word]:
    """The arguments of a script that a shell reads from its input, as in `bash -s V` and `bash -s -- V`."""
    for index, word in enumerate(shell.arguments):
        literal = word.literal or ""
        if literal.startswith("-") and not literal.startswith("--") and "s" in literal:
            return [one for one in shell.arguments[index + 1 :] if one.literal != "--"]
    return []


def _of_images(run: JobRun) -> Iterator[StatedVersion]:
    """The versions of the images that a job runs in."""
    images = (run.body or {}).get("docker")
    for index, item in enumerate(images.elements if type(images) is Sequence else ()):
        node = item.get("image") if type(item) is Mapping else None
        if isinstance(node, Scalar) and is_known(node):
            found = read_image(node.text, node.span, -1 if index == 0 else 0)
            if found is not None:
                yield found


def _of_container(at: RunCommand, words: tuple[Word, ...]) -> Iterator[StatedVersion]:
    texts = [at.value(word) for word in words]
    if not {"run", "pull", "create"} & set(texts):
        return
    for word, text in zip(words, texts, strict=True):
        if text is not None and "/" in text and not text.startswith(("-", "/", ".")):
            found = read_image(text, at.text.place(word.start, word.end), at.step)
            if found is not None:
                yield found


def _of_opaque(step: Step, index: int) -> Iterator[StatedVersion | _Unstated]:
    """What a step of an orb states whose source is not at hand."""
    if not step.opaque or not _ORB.search(step.name):
        return
    node = step.argument("version")
    if isinstance(node, Scalar) and is_known(node):
        yield read_version(node.text, Stated(node.span, by_parameter=True), StatedBy.PARAMETER, index)
    else:
        yield _Unstated(index)
