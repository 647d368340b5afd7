"""The way in: finds the command that is asked for, and turns what goes wrong into words and exit codes."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

# Each command with the line that the list of commands shows. A command lives in a module of its name, as `command` in
# `lint_command.py`, which is imported when it is asked for.
COMMANDS = {
    "compile": "Print the pipeline that CircleCI will run.",
    "explain": "Explain a rule of lint.",
    "generate": "Write the jobs and the Teleport resources that orbgen.yml asks for.",
    "init": "Write orbgen.yml, the plan of what to reach through Teleport.",
    "lint": "Find what is wrong or too open in CircleCI configurations.",
    "new-rule": "Begin a rule of lint, in a checkout of orbgen.",
    "orb": "Pack, check, compare and publish an orb.",
    "rules": "List the rules of lint.",
    "schema": "Print the JSON schema of a file, for editors.",
    "trace": "Show who can reach what, from a push to a server.",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line with the given words, or those that the program was started with; the exit code.

    Everything is imported inside, so that an interrupt is met with manners from the first moment.
    """
    # Imports make many objects and no garbage.
    gc.disable()
    try:
        return _run(list(sys.argv[1:] if arguments is None else arguments))
    except KeyboardInterrupt:
        from orbgen.cli.exits import INTERRUPTED

        sys.stderr.write("interrupted\n")
        return INTERRUPTED
    except Exception as error:  # The one place for what nobody foresaw.
        from orbgen.cli.defect import report
        from orbgen.cli.exits import DEFECT

        report(error)
        return DEFECT
    finally:
        # The interpreter looks for garbage before it ends, which would take longer than importing half of orbgen.
        gc.freeze()


def _run(words: list[str]) -> int:
    from orbgen.cli.exits import CLEAN, READER_GONE, USAGE, UsageProblem
    from orbgen.cli.streams import ReaderGone, discard_output, prepare_streams

    prepare_streams()
    try:
        result = _call(words)
        sys.stdout.flush()
        return result if isinstance(result, int) else CLEAN
    except UsageProblem as problem:
        from orbgen.cli.terminal import say_error

        say_error(str(problem))
        return USAGE
    except (ReaderGone, BrokenPipeError):
        discard_output()
        return READER_GONE


def _call(words: list[str]) -> object:
    """Call the command without click where its words are plain; leave all else to click."""
    if words in (["--version"], ["-V"]):
        from orbgen import __version__

        sys.stdout.write(f"orbgen {__version__}\n")
        return None
    _import_msgspec()
    if words and words[0] in COMMANDS and "_ORBGEN_COMPLETE" not in os.environ:
        from importlib import import_module

        from orbgen.cli.declare import Command

        _check_folder()
        command = import_module(f"orbgen.cli.{words[0].replace('-', '_')}_command").command
        arguments = command.read(words[1:]) if isinstance(command, Command) else None
        if arguments is not None:
            return command.function(**arguments)
    from orbgen.cli.groups import run

    gc.enable()
    return run(words, COMMANDS)


def _check_folder() -> None:
    try:
        os.getcwd()
    except FileNotFoundError:
        from orbgen.cli.exits import UsageProblem

        raise UsageProblem("the current folder does not exist any more") from None


def _import_msgspec() -> None:
    """Import msgspec without what it, and the module `uuid` that it needs, would import for nothing.

    `typing_extensions` imports `inspect` and all that is behind it. msgspec looks for it, since older Pythons lack
    forms of types that no record of orbgen uses, and goes on without it. Of its own modules orbgen uses those that read
    and write, and no schemas. Before Python 3.13 `uuid` asks `platform`, which compiles a dozen patterns, for the name
    of the system, which is known.
    """
    from types import ModuleType

    hidden: dict[str, ModuleType | None] = {"typing_extensions": None}
    for name in ("inspect", "_json_schema", "toml", "yaml"):
        hidden[f"msgspec.{name}"] = part = ModuleType(f"msgspec.{name}")
        vars(part).update(schema=None, schema_components=None)
    if sys.platform == "linux":
        hidden["platform"] = system = ModuleType("platform")
        vars(system)["system"] = lambda: "Linux"
    hidden = {name: module for name, module in hidden.items() if name not in sys.modules}
    sys.modules.update(hidden)  # type: ignore[arg-type]  # None is how a module is said not to be there
    try:
        import msgspec  # noqa: F401 (so that it is there for all that import it later)
    finally:
        for name in hidden:
            del sys.modules[name]
