"""Joins: where a job run obtains Teleport credentials, and what it leaves on disk (rules.md 2.5, 2.6)."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from orbgen.access.checkout import Checkout
from orbgen.access.following import RunCommand, Variable, commands_of
from orbgen.access.join import Join, JoinService, Origin, Program, Setting, settle
from orbgen.access.join_file import planned, services_of, settings_of
from orbgen.access.join_outputs import written_by
from orbgen.access.paths import expand_known
from orbgen.access.writing import Removals, Written
from orbgen.circleci.pipeline import JobRun
from orbgen.project.facts import Facts
from orbgen.shell.wrappers import Unwrapped
from orbgen.source.span import Span
from orbgen.teleport.tbot import LEGACY, subcommands
from orbgen.teleport.tbot_command import Given, TbotStart, join_uri, read_tbot
from orbgen.teleport.tbot_file import TbotFile, read_tbot_file

_TERRAFORM = ("plan", "apply", "destroy", "import", "refresh")
_TERRAFORM_VARIABLES = {
    "TF_TELEPORT_JOIN_METHOD": "join-method",
    "TF_TELEPORT_JOIN_TOKEN": "token",
    "TF_TELEPORT_ADDR": "proxy-server",
}
_VARIABLES = {
    "TELEPORT_PROXY": "proxy-server",
    "TELEPORT_AUTH_SERVER": "auth-server",
    "TELEPORT_BOT_TOKEN": "token",
    "TBOT_DEBUG": "debug",
    "TBOT_CONFIG": "config-string",
    "TBOT_CONFIG_PATH": "config",
}


def joins_of(run: JobRun, checkout: Checkout, facts: Facts | None = None) -> tuple[Join, ...]:
    """The joins of a job run, in the order of its steps."""
    reader = _Reader(checkout, facts)
    for command in commands_of(run, reader.wants):
        reader.read(command)
    return reader.finish()


class _Reader:
    """Follows a run's scripts: what they join, write and remove."""

    def __init__(self, checkout: Checkout, facts: Facts | None) -> None:
        self.checkout = checkout
        self.facts = facts
        self.joins: list[Join] = []
        # What was written, and the number of the join that wrote it.
        self.written: list[Written] = []
        self.owners: list[int] = []
        self.removals = Removals()
        self.files: dict[str, str | None] = {}

    def wants(self, script: str) -> bool:
        """Whether there can be anything in a script."""
        interesting = "tbot" in script or "TF_TELEPORT" in script or "terraform" in script or "tofu" in script
        return interesting or "<<" in script or (bool(self.joins) and "rm" in script)

    def read(self, at: RunCommand) -> None:
        """Read one command."""
        found = at.found
        if found is None:
            return
        self._note_file(at, found)
        if found.name == "tbot":
            start = read_tbot(found.arguments, at.value)
            if start is not None:
                self._add(self._join(at, found, start))
        elif found.name in ("terraform", "tofu"):
            join = self._terraform(at, found)
            if join is not None:
                self._add(join)
        else:
            self.removals.apply(at, self.written)

    def _add(self, join: Join) -> None:
        self.written += written_by(join)
        self.owners += [len(self.joins)] * (len(self.written) - len(self.owners))
        self.joins.append(join)

    def _note_file(self, at: RunCommand, found: Unwrapped) -> None:
        """Remember what a here-document, `echo` or `printf` writes into a file."""
        redirections = at.command.redirections
        target = next((one.target for one in redirections if one.writes and one.target is not None), None)
        if target is None and found.name == "tee" and found.arguments:
            target = found.arguments[-1]
        path = at.path_of(target)
        if path is None:
            return
        document = next((one.document for one in redirections if one.document is not None), None)
        if document is not None:
            self.files[path] = document.text
        elif found.name in ("echo", "printf") and found.arguments:
            self.files[path] = at.value(found.arguments[-1])

    def _join(self, at: RunCommand, found: Unwrapped, start: TbotStart) -> Join:
        flags = dict(_from_flags(at, start))
        given = [*flags.values(), *_from_uri(flags), *_from_environment(at, found)]
        config, unread = self._config(at, settle(given))
        if config is not None:
            given += settings_of(config)
        settings = settle(given)
        services = tuple(services_of(config, lambda path: _folder(at, path))) if config is not None else ()
        storage = settings.get("storage") or settings.get("data-dir")
        return Join(
            program=Program.TBOT,
            step=at.step,
            span=at.text.place(found.start, found.start + len("tbot")),
            versions=planned(self.facts),
            settings=settings,
            given=tuple(given),
            unread=unread,
            services=(*services, *_own_service(at, start, flags)),
            background=found.background,
            command=start,
            file=config,
            storage_folder=_folder(at, storage.value) if storage is not None else None,
        )

    def _config(self, at: RunCommand, settings: dict[str, Setting]) -> tuple[TbotFile | None, bool]:
        """The configuration file that tbot reads, and whether there is one that cannot be read here."""
        if "config-string" in settings:
            return _encoded(settings["config-string"].value)
        if "config" not in settings:
            return None, False
        path = at.path(settings["config"].value)
        if path is None:
            return None, True
        content = self.files.get(path)
        if content is None and path not in self.files and path.startswith(at.home + "/"):
            content = self.checkout.text(path[len(at.home) + 1 :])
        found = read_tbot_file(content, path) if content is not None else None
        return found, found is None

    def _terraform(self, at: RunCommand, found: Unwrapped) -> Join | None:
        action = next((word.literal for word in found.arguments if not (word.literal or "-").startswith("-")), None)
        if action not in _TERRAFORM:
            return None
        given = [
            Setting(name, at.variables[name], _variable_place(at, name), Origin.ENVIRONMENT, flag)
            for name, flag in _TERRAFORM_VARIABLES.items()
            if name in at.variables
        ]
        settings = settle(given)
        if "join-method" not in settings:
            return None
        return Join(
            program=Program.TERRAFORM,
            step=at.step,
            span=at.span,
            versions=planned(self.facts),
            settings=settings,
            given=tuple(given),
            unread=True,
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


def _from_flags(at: RunCommand, start: TbotStart) -> Iterator[tuple[str, Setting]]:
    for flag, given in start.flags.items():
        yield flag, _flag(at, flag, given)


def _flag(at: RunCommand, flag: str, given: Given) -> Setting:
    return Setting(f"--{flag}", given.value, at.text.place(given.start, given.end), Origin.FLAG, flag)


def _from_uri(flags: dict[str, Setting]) -> Iterator[Setting]:
    uri = flags.get("join-uri")
    if uri is not None and uri.value is not None:
        for flag, value in join_uri(uri.value).items():
            yield msgspec.structs.replace(uri, value=value, flag=flag)


def _from_environment(at: RunCommand, found: Unwrapped) -> Iterator[Setting]:
    prefix = at.text.place(at.command.start, found.start)
    before = {name: Variable(value, prefix) for name, value in found.environment.items()}
    variables = {**at.environment, **before}
    for name, flag in _VARIABLES.items():
        variable = variables.get(name)
        if variable is not None and name not in found.unset:
            yield Setting(name, variable.value, variable.span, Origin.ENVIRONMENT, flag)


def _variable_place(at: RunCommand, name: str) -> Span:
    variable = at.environment.get(name)
    return variable.span if variable is not None else at.span


def _own_service(at: RunCommand, start: TbotStart, flags: dict[str, Setting]) -> Iterator[JoinService]:
    """The service that the command line itself names, which is an output of type identity for `--destination-dir`."""
    type_ = start.service
    if type_ is None and "destination-dir" not in flags:
        return
    service = subcommands()[type_ or "identity"]
    common = subcommands()[LEGACY].flags
    settings = {flag: setting for flag, setting in flags.items() if flag in service.flags and flag not in common}
    if type_ is None:
        settings = {"destination": flags["destination-dir"]}
    destination = settings.get("destination")
    folder = _folder(at, destination.value) if destination is not None else None
    yield JoinService(service.type, at.span, settings, None, folder)


def _encoded(text: str | None) -> tuple[TbotFile | None, bool]:
    import base64
    import binascii

    try:
        content = base64.b64decode(text or "", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None, True
    found = read_tbot_file(content, "TBOT_CONFIG") if content else None
    return found, found is None


def _folder(at: RunCommand, destination: str | None) -> str | None:
    """The folder that a destination names: a path or `file://` address, none for memory and the like."""
    if destination is None:
        return None
    local = destination.removeprefix("file://")
    return None if "://" in local else at.path(expand_known(local, at.folder or at.home))
