"""`orbgen orb`: the commands for an orb's source."""

from __future__ import annotations

import click

from orbgen.cli.groups import CommandTable

# Each command's module, with the line that the list of commands shows; modules are imported when they are asked for.
COMMANDS = {
    "create": "Create an orb in a namespace, once.",
    "create-namespace": "Claim the namespace of an organization, once.",
    "diff": "Say what is new for users, and which version follows.",
    "info": "Tell of a published orb.",
    "list": "List published orbs.",
    "pack": "Make an orb's folder into one file.",
    "promote": "Make a development version a production version.",
    "publish": "Check an orb and publish it as a version.",
    "render": "Write the source of the Teleport orb.",
    "review": "Find what the users of an orb will miss in its source.",
    "source": "Print the source of a published orb.",
    "validate": "Check an orb in every way that it can be used, offline.",
}


class _OrbCommands(CommandTable):
    listed = COMMANDS
    modules = "orbgen.cli.orb_{}_command"


@click.group(name="orb", cls=_OrbCommands)
def command() -> None:
    """Pack, check, compare and publish an orb."""
