"""`orbgen orb validate`: an orb checked offline, element by element and example by example."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from orbgen.cli import declare
from orbgen.cli.exits import CLEAN, FINDINGS, REMOTE, USAGE, UsageProblem
from orbgen.cli.notes import note
from orbgen.cli.orb_options import orb_option, read_orbs, store_for
from orbgen.cli.problem_report import show_problems
from orbgen.cli.remote_settings import timeout_option
from orbgen.cli.streams import write
from orbgen.cli.terminal import say, say_error, style_for
from orbgen.project.files import MANIFEST

if TYPE_CHECKING:
    from orbgen.circleci.orbs import OrbStore
    from orbgen.orb.validate import Validation


@declare.command(name="validate")
@declare.argument("path", metavar="[DIR|FILE]", required=False, type=declare.Path())
@declare.option("--name", metavar="NAMESPACE/ORB", help="The orb's name, by which its examples import it.")
@orb_option
@declare.option("--format", "format_", type=("full", "concise"), default="full", show_default=True)
@declare.option("--online", is_flag=True, help="Ask CircleCI, too, once nothing was found here.")
@declare.option("--org-id", metavar="UUID", help="With --online, the organization whose private orbs this one uses.")
@timeout_option
def command(
    path: str | None,
    name: str | None,
    orbs: tuple[str, ...],
    format_: str,
    online: bool,
    org_id: str | None,
    timeout: float | None,
) -> int:
    """Check the orb in DIR, or the packed orb in FILE, without a network unless --online is given.

    Every command, job and executor is expanded with its defaults and with each value of its enums and booleans, and
    every example is compiled with the orb in it. FILE may be - for standard input. Without either it is the orb of this
    folder: @orb.yml here, in src or in orb/src, else orb.yml.

    Exit codes: 0 valid, 1 findings, 2 the orb cannot be read, or wrong usage, 3 with --online CircleCI failed.
    """
    from orbgen.source.problems import UnreadableError

    path = path or _orb_here()
    if online and path == "-":
        raise UsageProblem("--online needs a file or folder, which is read twice")
    if name is not None and name.count("/") != 1:
        raise UsageProblem(f"--name takes NAMESPACE/ORB, such as acme/deploy, not '{name}'")
    try:
        validation = validated(path, store_for(read_orbs(orbs), os.curdir), name)
    except UnreadableError as error:
        show_problems((error.problem,))
        return USAGE
    code = report(validation, path, format_)
    if code != CLEAN or not online:
        return code
    return _ask(path, org_id, timeout)


def _orb_here() -> str:
    """The orb of the folder that one is in. Raises UsageProblem where there is none."""
    for folder in (os.curdir, "src", os.path.join("orb", "src")):
        if os.path.isfile(os.path.join(folder, MANIFEST)):
            return folder
    if os.path.isfile("orb.yml"):
        return "orb.yml"
    raise UsageProblem("there is no orb in this folder; name the folder with @orb.yml, or a packed file")


def _ask(path: str, org_id: str | None, timeout: float | None) -> int:
    """CircleCI's own verdict on an orb that was found to be valid."""
    from orbgen.cli.orb_registry import open_registry
    from orbgen.orb.pack import pack, read_folder
    from orbgen.remote.failures import RemoteError
    from orbgen.source.files import read_bytes
    from orbgen.source.reader import read

    source = pack(read_folder(path)) if os.path.isdir(path) else read(read_bytes(path), path).source.text
    with open_registry(timeout, needs_token=False) as registry:
        try:
            refusals = registry.refusals(source, org_id)
        except RemoteError as error:
            say_error(str(error))
            return REMOTE
    for refusal in refusals:
        say_error(f"CircleCI refuses it: {refusal}")
    if not refusals:
        note("CircleCI takes it, too")
    return FINDINGS if refusals else CLEAN


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
