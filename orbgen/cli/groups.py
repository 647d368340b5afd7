"""The command line as click reads it: the list of commands, help, completion and what is wrong with the words."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click

from orbgen import __version__
from orbgen.cli.declare import Command
from orbgen.cli.exits import CLEAN, USAGE
from orbgen.cli.terminal import say, say_error


class CommandTable(click.Group):
    """Commands that are imported when they are used: names with a line on each, and a pattern of their modules."""

    listed: Mapping[str, str] = {}
    modules = "orbgen.cli.{}_command"

    def list_commands(self, context: click.Context) -> list[str]:
        """The names of all commands."""
        return sorted(self.listed)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command of a name, imported now."""
        if name not in self.listed:
            return None
        found: Command | click.Command = import_module(self.modules.format(name.replace("-", "_"))).command
        return found.click() if isinstance(found, Command) else found

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(self.listed.items()))

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """As click; without any word the help is shown, as wrong usage."""
        if not args and not context.resilient_parsing:
            click.echo(context.get_help(), err=True)
            context.exit(USAGE)
        return super().parse_args(context, args)

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click, with the nearest command offered for one that does not exist."""
        name = arguments[0] if arguments else ""
        if name and name not in self.listed and not name.startswith("-"):
            from orbgen.source.names import nearest

            guess = nearest(name, self.listed)
            hint = f"did you mean '{guess}'?" if guess else f"the commands are {', '.join(sorted(self.listed))}"
            raise click.UsageError(f"no such command '{name}'; {hint}", context)
        return super().resolve_command(context, arguments)


@click.group(cls=CommandTable, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", message="orbgen %(version)s")
def command() -> None:
    """Lint and compile CircleCI pipelines that reach servers through Teleport, offline."""


def run(words: list[str], commands: Mapping[str, str]) -> int:
    """Run the command that the words ask for; the exit code. Raises KeyboardInterrupt where it was interrupted."""
    command.listed = commands
    try:
        result = command.main(words, standalone_mode=False, prog_name="orbgen")
        return result if isinstance(result, int) else CLEAN
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        say_error(_sentence(error))
        say(f"{context.command_path if context is not None else 'orbgen'} --help", "help")
        return USAGE
    except click.Abort:
        raise KeyboardInterrupt from None


def _sentence(error: click.ClickException) -> str:
    if isinstance(error, click.NoSuchOption):
        from orbgen.source.names import nearest

        options = [name for option in error.ctx.command.params for name in option.opts] if error.ctx else []
        guess = nearest(error.option_name, [name for name in options if name.startswith("--")])
        guess = guess or next(iter(error.possibilities or ()), None)
        return f"no such option '{error.option_name}'" + (f"; did you mean '{guess}'?" if guess else "")
    message = " ".join(error.format_message().split()).removesuffix(".")
    return message[:1].lower() + message[1:]
