"""The command `orbgen`: finds the command that is asked for, and turns what goes wrong into words and exit codes."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from orbgen import __version__
from orbgen.cli.exits import DEFECT, INTERRUPTED, USAGE, UsageProblem

# Each command's module, with the line that the list of commands shows; modules are imported when they are asked for.
COMMANDS = {
    "compile": "Print the pipeline that CircleCI will run.",
    "explain": "Explain a rule, or list all rules.",
    "lint": "Find what is wrong or too open in CircleCI configurations.",
}


class _Commands(click.Group):
    """Commands that are imported when they are used."""

    def list_commands(self, context: click.Context) -> list[str]:
        """The names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command of a name, imported now."""
        if name not in COMMANDS:
            return None
        module = import_module(f"orbgen.cli.{name}_command")
        command: click.Command = module.command
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click, with the nearest command offered for one that does not exist."""
        name = arguments[0] if arguments else ""
        if name and name not in COMMANDS and not name.startswith("-"):
            from orbgen.source.names import nearest

            guess = nearest(name, COMMANDS)
            hint = f"did you mean '{guess}'?" if guess else f"the commands are {', '.join(sorted(COMMANDS))}"
            raise click.UsageError(f"no such command '{name}'; {hint}")
        return super().resolve_command(context, arguments)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", message="orbgen %(version)s")
def command() -> None:
    """Generate, lint, compile and publish CircleCI pipelines that reach servers through Teleport."""


def main() -> int:
    """Run the command line; the exit code."""
    try:
        result = command.main(standalone_mode=False, prog_name="orbgen")
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return USAGE
    except UsageProblem as problem:
        click.echo(f"orbgen: {problem}", err=True)
        return USAGE
    except (KeyboardInterrupt, click.Abort):
        click.echo("orbgen: interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        _close_standard_output()
        return 0
    except Exception as error:  # The one place for what nobody foresaw.
        from orbgen.cli.defect import report

        report(error)
        return DEFECT


def _close_standard_output() -> None:
    """Let the interpreter exit in silence after the reader of our output has gone."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
