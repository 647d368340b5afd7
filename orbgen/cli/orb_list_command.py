"""`orbgen orb list`: the orbs that the registry has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orbgen.cli import declare
from orbgen.cli.exits import CLEAN, REMOTE, UsageProblem
from orbgen.cli.orb_registry import open_catalogue
from orbgen.cli.remote_settings import timeout_option
from orbgen.cli.streams import write, write_exactly
from orbgen.cli.terminal import say_error
from orbgen.lint.reports.columns import printable

if TYPE_CHECKING:
    from orbgen.remote.orb_catalogue import ListedOrb, OrbCatalogue

_SORTS = ("name", "builds", "projects", "organizations")


@declare.command(name="list")
@declare.argument("namespace", metavar="[NAMESPACE]", required=False)
@declare.option("--uncertified", is_flag=True, help="All public orbs, and not those alone that CircleCI certifies.")
@declare.option("--private", is_flag=True, help="The private orbs of NAMESPACE.")
@declare.option("--sort", type=_SORTS, default="name", show_default=True, help="By name, or by use in thirty days.")
@declare.option("--format", "format_", type=("text", "json"), default="text", show_default=True)
@timeout_option
def command(
    namespace: str | None, uncertified: bool, private: bool, sort: str, format_: str, timeout: float | None
) -> int:
    """List the orbs of NAMESPACE with their newest versions, or without it the certified orbs of the registry.

    A token is needed for private orbs alone.

    Exit codes: 0 listed, 2 wrong usage, 3 there is no such namespace, or CircleCI refused or failed.
    """
    from orbgen.remote.failures import RemoteError

    if private and namespace is None:
        raise UsageProblem("--private goes with a namespace: the private orbs of others are not to be seen")
    if uncertified and namespace is not None:
        raise UsageProblem("--uncertified goes without a namespace, all of whose orbs are listed")
    with open_catalogue(timeout, needs_token=private) as catalogue:
        try:
            found = _listed(catalogue, namespace, uncertified=uncertified, private=private)
        except RemoteError as error:
            say_error(str(error))
            return REMOTE
    if found is None:
        say_error(f"there is no namespace '{namespace}'")
        return REMOTE
    ordered = sorted(found, key=lambda orb: (-_use(orb, sort), orb.name))
    if format_ == "json":
        write_exactly(_json(ordered))
    else:
        width = max([len(orb.name) for orb in ordered], default=0)
        write([printable(f"{orb.name:<{width}}  {_newest(orb) or 'no version'}") for orb in ordered])
    return CLEAN


def _listed(
    catalogue: OrbCatalogue, namespace: str | None, *, uncertified: bool, private: bool
) -> list[ListedOrb] | None:
    if namespace is None:
        return list(catalogue.all(certified=not uncertified))
    found = catalogue.of_namespace(namespace, private=private)
    return list(found) if found is not None else None


def _use(orb: ListedOrb, sort: str) -> int:
    if sort == "name" or orb.statistics is None:
        return 0
    count: int | None = getattr(orb.statistics, sort)
    return count or 0


def _newest(orb: ListedOrb) -> str | None:
    return orb.versions[0].version if orb.versions else None


def _json(orbs: list[ListedOrb]) -> str:
    from orbgen.lint.reports.json_text import json_text

    listed = [
        {
            "name": orb.name,
            "version": _newest(orb),
            **{use: getattr(orb.statistics, use) if orb.statistics else None for use in _SORTS[1:]},
        }
        for orb in orbs
    ]
    return json_text({"version": 1, "orbs": listed}) + "\n"
