"""The command `orbgen`: finds the command that is asked for, and turns what goes wrong into words and exit codes."""

from __future__ import annotations

import gc
import os
import sys
from io import TextIOWrapper

from orbgen import __version__
from orbgen.cli.exits import DEFECT, INTERRUPTED, USAGE, UsageProblem

# Each command's module, with the line that the list of commands shows; modules are imported when they are asked for.
COMMANDS = {
    "compile": "Print the pipeline that CircleCI will run.",
    "explain": "Explain a rule, or list all rules.",
    "lint": "Find what is wrong or too open in CircleCI configurations.",
    "orb": "Pack, validate and publish an orb.",
}


def main() -> int:
    """Run the command line; the exit code."""
    # Imports make many objects and no garbage.
    gc.disable()
    _show_all_characters()
    try:
        return _run(sys.argv[1:])
    except UsageProblem as problem:
        sys.stderr.write(f"orbgen: {problem}\n")
        return USAGE
    except KeyboardInterrupt:
        sys.stderr.write("orbgen: interrupted\n")
        return INTERRUPTED
    except BrokenPipeError:
        _close_standard_output()
        return 0
    except Exception as error:  # The one place for what nobody foresaw.
        from orbgen.cli.defect import report

        report(error)
        return DEFECT
    finally:
        # The interpreter looks for garbage before it ends, which would take longer than importing half of orbgen.
        gc.freeze()


def _run(words: list[str]) -> int:
    """Call the command without click where its words are plain; leave all else to click."""
    if words in (["--version"], ["-V"]):
        sys.stdout.write(f"orbgen {__version__}\n")
        return 0
    _import_msgspec()
    if words and words[0] in COMMANDS and "_ORBGEN_COMPLETE" not in os.environ:
        from importlib import import_module

        from orbgen.cli.declare import Command

        command = import_module(f"orbgen.cli.{words[0]}_command").command
        arguments = command.read(words[1:]) if isinstance(command, Command) else None
        if arguments is not None:
            result = command.function(**arguments)
            return result if isinstance(result, int) else 0
    from orbgen.cli.groups import run

    gc.enable()
    return run(words, COMMANDS)


def _import_msgspec() -> None:
    """Import msgspec without `typing_extensions`, which imports `inspect` and all that is behind it.

    msgspec looks for it, since older Pythons lack forms of types that no record of orbgen uses, and goes on without it.
    """
    hidden = "typing_extensions" not in sys.modules
    if hidden:
        sys.modules["typing_extensions"] = None  # type: ignore[assignment]
    try:
        import msgspec  # noqa: F401
    finally:
        if hidden:
            del sys.modules["typing_extensions"]


def _show_all_characters() -> None:
    """Write what the terminal's encoding lacks, such as a letter of a configuration, as an escape."""
    if isinstance(sys.stdout, TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")


def _close_standard_output() -> None:
    """Let the interpreter exit in silence after the reader of our output has gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
