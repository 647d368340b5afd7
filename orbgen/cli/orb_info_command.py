"""`orbgen orb info`: what the registry tells of an orb."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orbgen.cli import declare
from orbgen.cli.exits import CLEAN, REMOTE
from orbgen.cli.orb_registry import open_catalogue, reference_to_ask
from orbgen.cli.remote_settings import timeout_option
from orbgen.cli.streams import write, write_exactly
from orbgen.cli.terminal import say_error
from orbgen.lint.reports.columns import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orbgen.orb.interface import Interface
    from orbgen.remote.orb_catalogue import OrbInfo

_MOST_VERSIONS = 10


@declare.command(name="info")
@declare.argument("reference", metavar="NAMESPACE/ORB[@VERSION]")
@declare.option("--format", "format_", type=("text", "json"), default="text", show_default=True)
@timeout_option
def command(reference: str, format_: str, timeout: float | None) -> int:
    """Tell of a published orb: its versions, its elements with their parameters, how much it is used.

    Without VERSION the newest is meant. A token is needed for private orbs alone.

    Exit codes: 0 printed, 2 wrong usage, 3 there is no such orb, or CircleCI refused or failed.
    """
    from orbgen.orb.sources import interface_in
    from orbgen.remote.failures import RemoteError
    from orbgen.source.problems import UnreadableError

    asked = reference_to_ask(reference)
    with open_catalogue(timeout) as catalogue:
        try:
            found = catalogue.info(asked)
        except RemoteError as error:
            say_error(str(error))
            return REMOTE
    if found is None:
        say_error(f"CircleCI knows no {reference}; a private orb is only seen with a token of its organization")
        return REMOTE
    try:
        interface = interface_in(found.source, asked)
    except UnreadableError:
        say_error(f"the source of {found.orb.name}@{found.version} cannot be read as an orb")
        return REMOTE
    if format_ == "json":
        write_exactly(_json(found, interface))
    else:
        write([printable(line) for line in _lines(found, interface)])
    return CLEAN


def _lines(found: OrbInfo, interface: Interface) -> Iterator[str]:
    yield f"orb         {found.orb.name}"
    yield f"version     {found.version}" + (f", of {found.created[:10]}" if found.created else "")
    if found.orb.created:
        yield f"since       {found.orb.created[:10]}"
    versions = [one.version for one in found.orb.versions]
    if versions:
        more = f" and {len(versions) - _MOST_VERSIONS} more" if len(versions) > _MOST_VERSIONS else ""
        yield f"versions    {', '.join(versions[:_MOST_VERSIONS])}{more}"
    if found.orb.categories:
        yield f"categories  {', '.join([one.name for one in found.orb.categories])}"
    used = found.orb.statistics
    if used is not None and used.builds is not None:
        others = f"{used.projects or 0:,} projects, {used.organizations or 0:,} organizations"
        yield f"30 days     {used.builds:,} builds, {others}"
    for element in interface.elements.values():
        yield f"{element.title}"
        for parameter in element.parameters.values():
            default = "has to be given" if parameter.default is None else f"else '{parameter.default}'"
            values = f" ({', '.join(parameter.values)})" if parameter.values else ""
            yield f"    {parameter.name}: {parameter.type}{values}, {default}"


def _json(found: OrbInfo, interface: Interface) -> str:
    from orbgen.lint.reports.json_text import json_text

    used = found.orb.statistics
    elements = [
        {
            "section": element.section,
            "name": element.name,
            "parameters": [
                {"name": one.name, "type": one.type, "values": list(one.values), "default": one.default}
                for one in element.parameters.values()
            ],
        }
        for element in interface.elements.values()
    ]
    data = {
        "version": 1,
        "orb": found.orb.name,
        "orb_version": found.version,
        "created": found.created,
        "versions": [{"version": one.version, "created": one.created} for one in found.orb.versions],
        "categories": [one.name for one in found.orb.categories or ()],
        "builds": used.builds if used else None,
        "projects": used.projects if used else None,
        "organizations": used.organizations if used else None,
        "elements": elements,
    }
    return json_text(data) + "\n"
