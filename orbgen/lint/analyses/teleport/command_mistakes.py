"""What is wrong with the command line of a join: in every version of tbot, and in those that may run it.

teleport.md 3.1, 3.3. What a tbot.yaml says is judged in `orbgen.teleport`.
"""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.access.join import Join, Origin, Setting
from orbgen.source.names import nearest
from orbgen.teleport.mistakes import Effect, Mistake
from orbgen.teleport.tbot import LEGACY, Service, services, start_flags, subcommands
from orbgen.teleport.tbot_file_versions import judged
from orbgen.teleport.versions import gates, known_versions, table

# What the old form and the subcommands call the same thing.
_OTHER_FORM = {"data-dir": "storage", "destination-dir": "destination"}
_BACK = {new: old for old, new in _OTHER_FORM.items()}
_ADDRESSES = ("proxy-server", "auth-server")


def flags_of(join: Join) -> list[Setting]:
    """Every flag of the command line, those of its service too."""
    own = [setting for service in join.services for setting in service.settings.values()]
    return [setting for setting in (*join.given, *own) if setting.origin is Origin.FLAG]


def invalid_command(join: Join) -> Iterator[Mistake]:
    """What no version of tbot takes."""
    command = join.command
    if command is None:
        return
    service = _service(join)
    if service is None:
        if command.service is not None and command.named is not None:
            guess = nearest(command.service, subcommands())
            help = f"did you mean `{guess}`?" if guess else f"the services are {', '.join(sorted(subcommands()))}"
            yield Mistake("flag", f"tbot has no service `{command.service}`", join.span, Effect.REFUSED, help, guess)
        return
    for setting in flags_of(join):
        if setting.flag not in service.flags and not service.open:
            found = _unknown_flag(setting, service, join)
            if found is not None:
                yield found
    if service.output and _lacks_destination(join):
        message = f"`tbot start {command.service}` has to be told where to write"
        help = 'add `--destination`, as in `--destination="file://$(mktemp -d)"`'
        yield Mistake("flag", message, join.span, Effect.REFUSED, help)
    yield from _two_addresses(join)
    yield from _unknown_method(join)


def _service(join: Join) -> Service | None:
    """The form of the command; None where it is not known, or no such service exists."""
    assert join.command is not None
    if join.command.service is None:
        return services()[LEGACY] if join.command.legacy else None
    return subcommands().get(join.command.service)


def _unknown_flag(setting: Setting, service: Service, join: Join) -> Mistake | None:
    written = setting.name
    other = _OTHER_FORM.get(setting.flag) if service.type != LEGACY else _BACK.get(setting.flag)
    if other is not None:
        form = "`tbot start` without a service" if service.type != LEGACY else "a service, as in `tbot start identity`"
        message = f"`{written}` is for {form}"
        return Mistake("flag", message, setting.span, Effect.REFUSED, f"write `--{other}` here", f"--{other}")
    if setting.flag in start_flags():
        what = "tbot start" if service.type == LEGACY else f"tbot start {service.type}"
        return Mistake("flag", f"`{what}` has no flag `{written}`", setting.span, Effect.REFUSED, "drop it")
    guess = nearest(setting.flag, service.flags)
    if guess is None and join.versions == known_versions():
        # A version that is newer than orbgen may have it.
        return None
    help = f"did you mean `--{guess}`?" if guess else "drop it"
    suggestion = f"--{guess}" if guess else None
    return Mistake("flag", f"tbot has no flag `{written}`", setting.span, Effect.REFUSED, help, suggestion)


def _lacks_destination(join: Join) -> bool:
    """Whether an output that the command line names has no destination, and no word could be one."""
    command = join.command
    assert command is not None
    named = [service for service in join.services if service.entry is None and service.type is not None]
    return not command.partial and any([service.settings.get("destination") is None for service in named])


def _unknown_method(join: Join) -> Iterator[Mistake]:
    """A join method that no version has, on the command line; one in a file is the file's mistake."""
    given = join.settings.get("join-method")
    methods = table("tokens")["join-methods"]
    if given is None or given.origin is Origin.FILE or not given.value or given.value in methods:
        return
    guess = nearest(given.value, methods)
    help = f"did you mean `{guess}`?" if guess else "CircleCI's jobs join by `circleci`"
    yield Mistake("key", f"there is no join method `{given.value}`", given.span, Effect.REFUSED, help)


def _two_addresses(join: Join) -> Iterator[Mistake]:
    """A proxy and an auth server, said in different places; a file that says both is the file's mistake."""
    proxy, auth = [join.settings.get(name) for name in _ADDRESSES]
    if proxy is None or auth is None or not proxy.value or not auth.value:
        return
    if proxy.origin is Origin.FILE and auth.origin is Origin.FILE:
        return
    loser = auth if auth.origin is Origin.ENVIRONMENT or proxy.origin is not Origin.ENVIRONMENT else proxy
    other = proxy if loser is auth else auth
    message = f"tbot takes a proxy or an auth server, not both: this is `{loser.name}`, and `{other.name}` is there too"
    help = f"drop it, or run tbot by `env -u {loser.name}`" if loser.origin is Origin.ENVIRONMENT else "keep the proxy"
    yield Mistake("conflict", message, loser.span, Effect.REFUSED, help)


def mismatched_command(join: Join) -> Iterator[Mistake]:
    """What the versions that may run do not have, or advise against."""
    command, versions = join.command, join.versions
    service = _service(join) if command is not None else None
    if command is None or service is None:
        return
    if command.service is not None:
        yield from judged("a service behind `tbot start`", gates()["start-services"], join.span, versions)
        if service.type != LEGACY:
            yield from judged(f"the service {service.type}", service.gate, join.span, versions)
    for setting in flags_of(join):
        flag = service.flags.get(setting.flag)
        if flag is not None:
            yield from judged(f"`{setting.name}`", flag.gate, setting.span, versions)
