"""What a tbot.yaml gives to a join, and the join that one makes on its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from orbgen.access.join import Join, JoinService, Origin, Program, Setting, settle
from orbgen.project.facts import Facts
from orbgen.source.nodes import Document, Mapping, Scalar
from orbgen.source.span import Span
from orbgen.teleport.tbot_command import join_uri
from orbgen.teleport.tbot_file import FileSetting, TbotFile
from orbgen.teleport.versions import VersionRange, known_versions

ON_ITS_OWN = -1


def file_join(document: Document, facts: Facts | None = None) -> Join:
    """The join of a tbot.yaml on its own: what a command line may say besides is not known."""
    root = document.root
    span = Span(document.source, root.start, root.start)
    if type(root) is not Mapping:
        return Join(program=Program.TBOT, step=ON_ITS_OWN, span=span, versions=planned(facts), settings={}, unread=True)
    file = TbotFile(root)
    given = list(settings_of(file))
    field = root.fields.get("onboarding") or next(iter(root.fields.values()), None)
    return Join(
        program=Program.TBOT,
        step=ON_ITS_OWN,
        span=field.key.span if field is not None else span,
        versions=planned(facts),
        settings=settle(given),
        given=tuple(given),
        unread=True,
        services=tuple(services_of(file, lambda path: None)),
        file=file,
    )


def planned(facts: Facts | None) -> VersionRange:
    """The versions that may run where nothing in a job run says which: the plan's, or any that is known."""
    if facts is not None and facts.teleport_version is not None:
        return VersionRange.only(facts.teleport_version)
    return known_versions()


def settings_of(file: TbotFile) -> Iterator[Setting]:
    """What a file says of how tbot joins; a join URI stands for what it holds."""
    for one in file.settings:
        yield _setting(one)
        if one.flag == "join-uri" and one.value is not None:
            for flag, value in join_uri(one.value).items():
                yield Setting(one.key, value, one.node.span, Origin.FILE, flag)


def services_of(file: TbotFile, folder_of: Callable[[str], str | None]) -> Iterator[JoinService]:
    """The outputs and services of a file; `folder_of` gives the normal form of the folder that a destination names."""
    for one in file.services:
        settings = {setting.flag: _setting(setting) for setting in one.settings}
        destination = settings.get("destination")
        place = destination.value if destination is not None else None
        folder = folder_of(place) if place is not None else None
        type_node = one.entry.get("type")
        span = type_node.span if isinstance(type_node, Scalar) else one.entry.span
        yield JoinService(one.type, span, settings, one.entry, folder)


def _setting(one: FileSetting) -> Setting:
    return Setting(one.key, one.value, one.node.span, Origin.FILE, one.flag)
