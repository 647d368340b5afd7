"""`orbgen orb validate`: an orb checked offline, element by element and example by example."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from orbgen.cli import declare
from orbgen.cli.exits import CLEAN, FINDINGS, USAGE, UsageProblem
from orbgen.cli.notes import note
from orbgen.cli.orb_options import orb_option, read_orbs, store_for
from orbgen.cli.problem_report import show_problems
from orbgen.cli.streams import write
from orbgen.cli.terminal import say, style_for

if TYPE_CHECKING:
    from orbgen.circleci.orbs import OrbStore
    from orbgen.orb.validate import Validation


@declare.command(name="validate")
@declare.argument("path", metavar="DIR|FILE")
@declare.option("--name", metavar="NAMESPACE/ORB", help="The orb's name, by which its examples import it.")
@orb_option
@declare.option("--format", "format_", type=("full", "concise"), default="full", show_default=True)
def command(path: str, name: str | None, orbs: tuple[str, ...], format_: str) -> int:
    """Check the orb in DIR, or the packed orb in FILE, without a network.

    Every command, job and executor is expanded with its defaults and with each value of its enums and booleans, and
    every example is compiled with the orb in it. FILE may be - for standard input.

    Exit codes: 0 valid, 1 findings, 2 the orb cannot be read, or wrong usage.
    """
    from orbgen.source.problems import UnreadableError

    if name is not None and name.count("/") != 1:
        raise UsageProblem(f"--name takes NAMESPACE/ORB, such as acme/deploy, not '{name}'")
    try:
        validation = validated(path, store_for(read_orbs(orbs), os.curdir), name)
    except UnreadableError as error:
        show_problems((error.problem,))
        return USAGE
    return report(validation, path, format_)


def validated(path: str, store: OrbStore, name: str | None) -> Validation:
    """The validation of a folder, a file or standard input. Raises UnreadableError."""
    from orbgen.orb.validate import validate_file, validate_folder
    from orbgen.source.files import read_bytes

    if os.path.isdir(path):
        return validate_folder(path, store, name)
    return validate_file(read_bytes(path), "<stdin>" if path == "-" else path, store, name)


def report(validation: Validation, path: str, format_: str) -> int:
    """Print what was found; the exit code."""
    from orbgen.lint.reports import concise, full
    from orbgen.lint.reports.summary import summary_line
    from orbgen.lint.result import FileResult, Summary

    result = FileResult(path, validation.findings, validation.problems)
    report_file = concise.report_file if format_ == "concise" else full.report_file
    write(report_file(result, style_for(sys.stdout)))
    for name in validation.unlinked:
        say(f"example '{name}' does not seem to import this orb; if it does, give the orb's name with --name", "note")
    if validation.missing:
        names = ", ".join(validation.missing)
        say(f"not at hand, so not looked into: {names}; give the source with --orb NAME=PATH", "note")
    summary = Summary()
    summary.add(result)
    if summary.unreadable or summary.failed:
        note(summary_line(summary, style_for(sys.stderr)))
        return USAGE if summary.unreadable else FINDINGS
    note(f"{path} is valid: {validation.contents}; {validation.uses} use{'s' * (validation.uses != 1)} expanded")
    return CLEAN
