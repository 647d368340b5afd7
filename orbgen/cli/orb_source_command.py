"""`orbgen orb source`: the source of a published orb."""

from __future__ import annotations

from orbgen.cli import declare
from orbgen.cli.exits import CLEAN, REMOTE
from orbgen.cli.orb_registry import open_registry, reference_to_ask
from orbgen.cli.remote_settings import timeout_option
from orbgen.cli.streams import write_exactly
from orbgen.cli.terminal import say_error


@declare.command(name="source")
@declare.argument("reference", metavar="NAMESPACE/ORB[@VERSION]")
@timeout_option
def command(reference: str, timeout: float | None) -> int:
    """Print the source of a published orb; without VERSION that of the newest.

    VERSION may be a part of one, as in 1.2, `volatile`, or a development label. A token is needed for private orbs
    alone.

    Exit codes: 0 printed, 2 wrong usage, 3 there is no such orb, or CircleCI refused or failed.
    """
    from orbgen.remote.failures import RemoteError

    asked = reference_to_ask(reference)
    with open_registry(timeout, needs_token=False) as registry:
        try:
            found = registry.source(asked)
        except RemoteError as error:
            say_error(str(error))
            return REMOTE
    if found is None:
        say_error(f"CircleCI knows no {reference}; a private orb is only seen with a token of its organization")
        return REMOTE
    write_exactly(found.source if found.source.endswith("\n") else f"{found.source}\n")
    return CLEAN
