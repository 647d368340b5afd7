"""`orbgen orb create`: an orb's name taken in its namespace."""

from __future__ import annotations

import sys

from orbgen.cli import declare
from orbgen.cli.exits import CLEAN, INTERRUPTED, REMOTE, UsageProblem
from orbgen.cli.notes import note
from orbgen.cli.orb_registry import open_registry
from orbgen.cli.remote_settings import timeout_option
from orbgen.cli.streams import write
from orbgen.cli.terminal import say, say_error


@declare.command(name="create")
@declare.argument("orb", metavar="NAMESPACE/ORB")
@declare.option("--private", is_flag=True, help="Only this organization can see and use the orb.")
@declare.option("--yes", is_flag=True, help="Create it without asking.")
@timeout_option
def command(orb: str, private: bool, yes: bool, timeout: float | None) -> int:
    """Create the orb NAMESPACE/ORB, without any version, which is done once by an admin of the organization.

    An orb stays public or private for ever, and its name cannot be changed. One that exists already is left as it is.

    Exit codes: 0 created or there already, 2 wrong usage, 3 CircleCI refused or failed.
    """
    from orbgen.orb.publish import is_orb_name
    from orbgen.remote.failures import RemoteError

    if not is_orb_name(orb):
        raise UsageProblem(f"'{orb}' is no name of an orb; write NAMESPACE/ORB, such as acme/deploy")
    namespace, _, name = orb.partition("/")
    sent = False
    with open_registry(timeout) as registry:
        if not yes and not sys.stdin.isatty():
            raise UsageProblem("there is no terminal to ask on; add --yes to create it without a question")
        try:
            state = registry.state(namespace, name)
            if state.orb_exists:
                return _there(orb, state.is_private, private=private)
            identity = registry.namespace_id(namespace)
            if identity is None:
                say_error(
                    f"there is no namespace '{namespace}'; an organization admin claims it once with "
                    f"`orbgen orb create-namespace {namespace} --org-id ORGANIZATION_ID`"
                )
                return REMOTE
            if not yes and not _confirmed(orb, private=private):
                say("nothing was created")
                return INTERRUPTED
            sent = True
            registry.create_orb(identity, name, private=private)
        except RemoteError as error:
            say_error(str(error))
            undecided = sent and error.undecided
            say("it may be there all the same; the same command tells" if undecided else "nothing was created", "note")
            return REMOTE
    note(f"created {orb}, {'private' if private else 'public'}")
    write([orb])
    return CLEAN


def _there(orb: str, is_private: bool | None, *, private: bool) -> int:
    """Tell of an orb that exists."""
    if is_private is not None and is_private is not private:
        kind = "private" if is_private else "public"
        say_error(f"{orb} exists already and is {kind}, which can never be changed")
        return REMOTE
    note(f"{orb} exists already; nothing was created")
    write([orb])
    return CLEAN


def _confirmed(orb: str, *, private: bool) -> bool:
    from orbgen.cli.orb_release import confirmed

    who = "private, for this organization alone" if private else "public, for everybody to read and use"
    note(f"{orb} will be {who}, for ever")
    return confirmed(f"Create {orb}?")
