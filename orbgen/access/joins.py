"""Joins: where a job run obtains Teleport credentials, and what it leaves on disk (rules.md 2.5, 2.6)."""

from __future__ import annotations

import msgspec

from orbgen.access.checkout import Checkout
from orbgen.access.following import RunCommand, commands_of
from orbgen.access.join import Join, Origin, Program, Setting
from orbgen.access.join_command import VARIABLES, Start, join_of
from orbgen.access.join_configs import Config, WorkFiles
from orbgen.access.join_containers import ENGINES, Container, container_of
from orbgen.access.join_file import planned
from orbgen.access.join_outputs import written_by
from orbgen.access.join_terraform import PROGRAMS, terraform_join
from orbgen.access.join_versions import VersionReader
from orbgen.access.paths import expand_known
from orbgen.access.version_statements import StatedBy, StatedVersion, version_of_tag
from orbgen.access.writing import Removals, Written
from orbgen.circleci.jobs import environment_of, image_environment_of
from orbgen.circleci.pipeline import JobRun
from orbgen.project.facts import Facts
from orbgen.shell.arguments import split
from orbgen.shell.words import EnclosureKind
from orbgen.shell.wrappers import Unwrapped
from orbgen.source.nodes import Scalar
from orbgen.teleport.tbot_command import TbotStart, read_tbot

_TERRAFORM_SETTING = "TF_TELEPORT"


def joins_of(run: JobRun, checkout: Checkout, facts: Facts | None = None) -> tuple[Join, ...]:
    """The joins of a job run, in the order of its steps."""
    if not _may_join(run):
        return ()
    reader = _Reader(run, checkout, facts)
    for command in commands_of(run, lambda script: True):
        reader.read(command)
    return reader.finish()


def _may_join(run: JobRun) -> bool:
    """Whether anything in a job run names what joins: most runs of a pipeline are not looked into further."""
    scripts = [step.command for step in run.steps]
    texts = [script.text for script in scripts if script is not None]
    if any(["tbot" in text or "TBOT" in text for text in texts]):
        return True
    own = [step.argument("environment") for step in run.steps]
    written = [node.source.text[node.start : node.end] for node in own if node is not None]
    for name, value in {**image_environment_of(run), **environment_of(run)}.items():
        written += [name, value.text if isinstance(value, Scalar) else ""]
    if any(["tbot" in text for text in written]):
        return True
    terraform = any([program in text for text in texts for program in PROGRAMS])
    return terraform and any([_TERRAFORM_SETTING in text for text in (*texts, *written)])


class _Reader:
    """Follows a run's scripts: what they join, write and remove."""

    def __init__(self, run: JobRun, checkout: Checkout, facts: Facts | None) -> None:
        self.run = run
        self.planned = planned(facts)
        self.versions = VersionReader(run)
        self.files = WorkFiles(run, checkout)
        self.joins: list[Join] = []
        # What was written, and the number of the join that wrote it.
        self.written: list[Written] = []
        self.owners: list[int] = []
        self.removals = Removals()

    def read(self, at: RunCommand) -> None:
        """Read one command."""
        self.files.note(at)
        self.versions.read(at)
        found = at.found
        if found is None:
            return
        join = stated = None
        if found.name == "tbot":
            command = read_tbot(split(found.arguments, at.value, at.elements))
            join = join_of(self._start(at, found, command)) if command is not None else None
            stated = self.versions.current
        elif found.name in PROGRAMS:
            join = terraform_join(at)
        elif found.name in ("systemctl", "service"):
            join = _of_service_manager(at)
            stated = self.versions.current
        elif found.name in ENGINES:
            container = container_of(at)
            join = join_of(self._contained(at, found, container)) if container is not None else None
            stated = version_of_tag(container.tag, container.place, at.step) if container is not None else None
        else:
            self.removals.apply(at, self.written)
        if join is not None and _is_run(at):
            self._add(join, stated)

    def _add(self, join: Join, stated: StatedVersion | None) -> None:
        versions = stated.versions if stated is not None and stated.versions is not None else self.planned
        join = msgspec.structs.replace(join, versions=versions, version=_version(stated))
        self.written += written_by(join)
        self.owners += [len(self.joins)] * (len(self.written) - len(self.owners))
        self.joins.append(join)

    def _start(self, at: RunCommand, found: Unwrapped, command: TbotStart) -> Start:
        def config(path: str) -> Config | None:
            named = at.path(path)
            return self.files.read(named, at.step) if named is not None else None

        seen = at.seen(VARIABLES)
        surely = [
            name for name, variable in seen.items()
            if variable.certain and (name in found.granted or not found.perhaps_cleared)
        ]  # fmt: skip
        return Start(
            step=at.step,
            span=at.span,
            text=at.text,
            command=command,
            environment={name: seen[name] for name in surely},
            closed=len(surely) == len(seen),
            config=config,
            folder=lambda destination: _folder(at, destination),
            background=_is_background(self.run, at, found),
            limited=found.limited,
        )

    def _contained(self, at: RunCommand, found: Unwrapped, container: Container) -> Start:
        def config(path: str) -> Config | None:
            outside = container.outside(path)
            return self.files.read(outside, at.step) if outside is not None else None

        def folder(destination: str) -> str | None:
            local = destination.removeprefix("file://")
            return container.outside(local) if local.startswith("/") else None

        return Start(
            step=at.step,
            span=at.span,
            text=at.text,
            command=container.command,
            environment=container.environment,
            closed=container.closed,
            config=config,
            folder=folder,
            background=container.detached or _is_background(self.run, at, found),
            limited=found.limited,
        )

    def finish(self) -> tuple[Join, ...]:
        """The joins, each with what it leaves behind."""
        self.removals.finish(self.written)
        return tuple([
            msgspec.structs.replace(join, written=tuple([
                event for event, owner in zip(self.written, self.owners, strict=True) if owner == index
            ]))
            for index, join in enumerate(self.joins)
        ])  # fmt: skip


def _version(stated: StatedVersion | None) -> Setting | None:
    """The setting that states a version."""
    if stated is None:
        return None
    origin = Origin.ENVIRONMENT if stated.by is StatedBy.VARIABLE else Origin.FILE
    return Setting(stated.by.value, stated.text, stated.span, origin, "version")


def _of_service_manager(at: RunCommand) -> Join | None:
    """The join of `systemctl start tbot`, of which only the place is known."""
    assert at.found is not None
    words = {word.text for word in split(at.found.arguments, at.value, at.elements)}
    if not words & {"start", "restart", "--now"} or not words & {"tbot", "tbot.service"}:
        return None
    return Join(program=Program.TBOT, step=at.step, span=at.span, settings={}, unread=True, background=True)


def _functions(at: RunCommand) -> list[str]:
    return [one.name for one in at.command.around if one.kind is EnclosureKind.FUNCTION]


def _is_run(at: RunCommand) -> bool:
    """Whether a command is run at all: one in a function that nothing calls is not."""
    functions = _functions(at)
    if not functions:
        return True
    called = {word.literal for command in at.script.commands for word in command.words}
    return all([name in called or _is_named(name, called) for name in functions])


def _is_named(name: str, texts: set[str | None]) -> bool:
    """Whether a function is named inside of a text, as in `trap 'stop' EXIT`."""
    return any([name in text.split() for text in texts if text])


def _is_background(run: JobRun, at: RunCommand, found: Unwrapped) -> bool:
    """Whether the script goes on while the program runs, or the job while the script does."""
    background = run.steps[at.step].argument("background")
    if found.background or (isinstance(background, Scalar) and background.value is True):
        return True
    functions = _functions(at)
    calls = [one for one in at.script.commands if one.name in functions] if functions else []
    return bool(calls) and all([call.background for call in calls])


def _folder(at: RunCommand, destination: str) -> str | None:
    """The folder that a destination names: a path or `file://` address, none for memory and the like."""
    local = destination.removeprefix("file://")
    return None if "://" in local else at.path(expand_known(local, at.folder or at.home))
