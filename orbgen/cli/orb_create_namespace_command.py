"""`orbgen orb create-namespace`: the namespace of an organization's orbs."""

from __future__ import annotations

import re
import sys

from orbgen.cli import declare
from orbgen.cli.exits import CLEAN, INTERRUPTED, REMOTE, UsageProblem
from orbgen.cli.notes import note
from orbgen.cli.orb_registry import open_registry
from orbgen.cli.remote_settings import timeout_option
from orbgen.cli.streams import write
from orbgen.cli.terminal import say, say_error

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_SYSTEMS = {"gh": "GITHUB", "github": "GITHUB", "bb": "BITBUCKET", "bitbucket": "BITBUCKET"}


@declare.command(name="create-namespace")
@declare.argument("name", metavar="NAME")
@declare.option("--org-id", metavar="UUID", help="The organization's id, which its settings show.")
@declare.option("--org-slug", metavar="SYSTEM/NAME", help="The organization as gh/NAME or bb/NAME.")
@declare.option("--yes", is_flag=True, help="Create it without asking.")
@timeout_option
def command(name: str, org_id: str | None, org_slug: str | None, yes: bool, timeout: float | None) -> int:
    """Claim the namespace NAME for an organization, which is done once by an admin of it.

    An organization has one namespace, and its name cannot be changed.

    Exit codes: 0 created, 2 wrong usage, 3 CircleCI refused or failed, or the namespace is taken.
    """
    from orbgen.orb.publish import is_namespace
    from orbgen.remote.failures import RemoteError

    if not is_namespace(name):
        raise UsageProblem(
            f"'{name}' is no name of a namespace: it takes small letters, digits, - and _, a letter first"
        )
    system, account = _organization(org_id, org_slug)
    sent = False
    with open_registry(timeout) as registry:
        if not yes and not sys.stdin.isatty():
            raise UsageProblem("there is no terminal to ask on; add --yes to create it without a question")
        try:
            if registry.namespace_id(name) is not None:
                say_error(f"the namespace '{name}' is taken; if it is your organization's, it can be used as it is")
                return REMOTE
            identity = org_id
            if identity is None:
                found = registry.organization_of(system, account)
                if found is None:
                    say_error(
                        f"there is no organization {org_slug}, or the token may not see it; --org-id names it, too"
                    )
                    return REMOTE
                identity = found.id
            if not yes and not _confirmed(name, org_slug or identity):
                say("nothing was created")
                return INTERRUPTED
            sent = True
            registry.create_namespace(name, identity)
        except RemoteError as error:
            say_error(str(error))
            undecided = sent and error.undecided
            say("it may be there all the same; the same command tells" if undecided else "nothing was created", "note")
            return REMOTE
    note(f"created the namespace {name}")
    write([name])
    return CLEAN


def _organization(org_id: str | None, org_slug: str | None) -> tuple[str, str]:
    """The system and name in a slug, empty where the id is given. Raises UsageProblem."""
    if (org_id is None) == (org_slug is None):
        raise UsageProblem("name the organization by --org-id or by --org-slug")
    if org_id is not None:
        if _ID.fullmatch(org_id) is None:
            raise UsageProblem("--org-id takes an id such as 01234567-89ab-cdef-0123-456789abcdef")
        return "", ""
    system, slash, account = (org_slug or "").partition("/")
    if system not in _SYSTEMS or not slash or not account or "/" in account:
        raise UsageProblem(f"--org-slug takes gh/NAME or bb/NAME, not '{org_slug}'; for others there is --org-id")
    return _SYSTEMS[system], account


def _confirmed(name: str, organization: str) -> bool:
    from orbgen.cli.orb_release import confirmed

    note(f"{name} will be the only namespace of {organization}, for ever")
    return confirmed(f"Create the namespace {name}?")
