"""The join of one `tbot start`: what its flags, its environment and its tbot.yaml say together (rules.md 2.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

import msgspec

from orbgen.access.environment import Variable
from orbgen.access.join import Join, JoinService, Origin, Program, Setting, settle
from orbgen.access.join_configs import Config, from_base64, hides_services
from orbgen.access.join_file import services_of, settings_of
from orbgen.access.written_texts import span_of
from orbgen.source.nodes import Scalar
from orbgen.source.span import Span
from orbgen.teleport.tbot import LEGACY, services, subcommands
from orbgen.teleport.tbot_command import Given, TbotStart, join_uri

VARIABLES = {
    "TELEPORT_PROXY": "proxy-server",
    "TELEPORT_AUTH_SERVER": "auth-server",
    "TELEPORT_BOT_TOKEN": "token",
    "TBOT_DEBUG": "debug",
    "TBOT_CONFIG": "config-string",
    "TBOT_CONFIG_PATH": "config",
    "TBOT_REGISTRATION_SECRET": "registration-secret",
    "TBOT_BOUND_KEYPAIR_STATIC_KEY": "static-key",
}
# Other names that the command line has for a flag.
_ALIASES = {"proxy": "proxy-server"}
_TRUE = ("1", "t", "true")


class Start(msgspec.Struct, frozen=True, eq=False):
    """One start of tbot: its command line with the script that it stands in, and what it finds when it runs.

    Where it is not `closed`, there may be variables in the environment besides those. `config` reads the file at a
    path, and `folder` gives the normal form of the folder that a destination names.
    """

    step: int
    span: Span
    text: Scalar
    command: TbotStart
    environment: Mapping[str, Variable]
    closed: bool
    config: Callable[[str], Config | None]
    folder: Callable[[str], str | None]
    background: bool = False
    limited: bool = False


def join_of(start: Start) -> Join:
    """The join that a start of tbot is."""
    flags = [_flag(start, given) for given in start.command.all]
    own = {setting.flag: setting for setting in flags if _is_of_service(start.command, setting.flag)}
    flags = [setting for setting in flags if setting.flag not in own]
    given = [*flags, *_from_uris(flags), *_from_environment(start.environment)]
    chosen = settle(given)
    config = _config(start, chosen)
    file = config.file if config is not None else None
    found: list[JoinService] = []
    if file is not None:
        given += settings_of(file)
        found += services_of(file, start.folder)
    settings = settle(given)
    storage = settings.get("storage") or settings.get("data-dir")
    unread = start.command.partial or not start.closed or (config is not None and file is None)
    return Join(
        program=Program.TBOT,
        step=start.step,
        span=start.span,
        settings=settings,
        given=tuple(given),
        unread=unread or (file is not None and hides_services(file)),
        services=(*found, *_own_service(start, settings, own)),
        background=start.background,
        limited=start.limited,
        command=start.command,
        file=file,
        missing_file=chosen["config"] if config is not None and config.missing else None,
        storage_folder=_folder(start, storage),
    )


def _flag(start: Start, given: Given) -> Setting:
    place = span_of(start.text, given.start, given.end)
    return Setting(given.written, given.value, place, Origin.FLAG, _ALIASES.get(given.name, given.name))


def _from_uris(settings: list[Setting]) -> Iterator[Setting]:
    for setting in settings:
        if setting.flag == "join-uri" and setting.value is not None:
            for flag, value in join_uri(setting.value).items():
                yield msgspec.structs.replace(setting, value=value, flag=flag)


def _from_environment(environment: Mapping[str, Variable]) -> Iterator[Setting]:
    for name, flag in VARIABLES.items():
        variable = environment.get(name)
        if variable is not None:
            value = variable.value
            if flag == "debug" and value:
                value = "true" if value.lower() in _TRUE else "false"
            yield Setting(name, value, variable.span, Origin.ENVIRONMENT, flag)


def _config(start: Start, chosen: Mapping[str, Setting]) -> Config | None:
    """The configuration that tbot reads; None where it reads none."""
    for name in ("config-string", "config"):
        setting = chosen.get(name)
        if setting is not None:
            if setting.value is None:
                return Config(None)
            if name == "config-string":
                return from_base64(setting.value, setting.span)
            return start.config(setting.value) or Config(None)
    return None


def _is_of_service(command: TbotStart, flag: str) -> bool:
    """Whether a flag is one of the service that the command names, not one of every start."""
    service = subcommands().get(command.service or LEGACY)
    return service is not None and flag in service.flags and flag not in _common_flags()


@lru_cache(maxsize=1)
def _common_flags() -> frozenset[str]:
    return frozenset((*services()[LEGACY].flags, *services()["noop"].flags))


def _own_service(start: Start, settings: Mapping[str, Setting], own: dict[str, Setting]) -> Iterator[JoinService]:
    """The service that the command line itself names, which is an output of type identity for `--destination-dir`."""
    command = start.command
    if command.service in (None, LEGACY):
        destination = settings.get("destination-dir")
        if destination is not None:
            yield JoinService(
                "identity", destination.span, {"destination": destination}, None, _folder(start, destination)
            )
    elif command.service != "noop" and command.named is not None:
        known = subcommands().get(command.named.written)
        type_ = known.type if known is not None else command.service
        place = start.text.place(command.named.start, command.named.end)
        yield JoinService(type_, place, own, None, _folder(start, own.get("destination")))


def _folder(start: Start, destination: Setting | None) -> str | None:
    """The folder on disk that a destination or the storage is."""
    if destination is None or destination.value is None:
        return None
    return start.folder(destination.value)
