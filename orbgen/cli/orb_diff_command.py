"""`orbgen orb diff`: what is new for the users of an orb."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

import msgspec

from orbgen.cli import declare
from orbgen.cli.exits import CLEAN, FINDINGS, REMOTE, USAGE, UsageProblem
from orbgen.cli.orb_registry import REFERENCE, open_registry, reference_to_ask
from orbgen.cli.problem_report import show_problems
from orbgen.cli.remote_settings import timeout_option
from orbgen.cli.streams import write, write_exactly
from orbgen.cli.terminal import color_option, say_error, style_for
from orbgen.project.files import MANIFEST

if TYPE_CHECKING:
    from orbgen.lint.reports.style import Style
    from orbgen.orb.difference import Bump, Difference
    from orbgen.orb.interface import Interface

_HEADINGS = {"major": "major: users have to change something", "minor": "minor: users can do more",
             "patch": "patch: users have nothing to do"}  # fmt: skip


@declare.command(name="diff")
@declare.argument("old", metavar="OLD", type=declare.Path())
@declare.argument("new", metavar="NEW", type=declare.Path())
@declare.option("--online", is_flag=True, help="Ask CircleCI for the source of NAMESPACE/ORB@VERSION.")
@declare.option("--from", "from_", metavar="VERSION", help="The version of OLD, where OLD does not say it.")
@declare.option("--to", metavar="VERSION", help="The version that NEW is to have.")
@declare.option(
    "--exit-code",
    is_flag=True,
    help="Exit with 1 if the step from version to version is too small, or, where one is not known, if it is major.",
)
@declare.option("--format", "format_", type=("text", "json"), default="text", show_default=True)
@timeout_option
@color_option
def command(
    old: str,
    new: str,
    online: bool,
    from_: str | None,
    to: str | None,
    exit_code: bool,
    format_: str,
    timeout: float | None,
    color: bool | None,
) -> int:
    """Say what is new in the orb NEW for those who use OLD, and which step in its version follows from that.

    OLD and NEW are folders with @orb.yml, packed files, or with --online NAMESPACE/ORB@VERSION; without a version, or
    with a part of one, that is the newest one. The examples and scripts of an orb are no part of its interface.

    Exit codes: 0 compared, 1 with --exit-code a step that is too small, 2 an orb that cannot be read, or wrong usage,
    3 CircleCI refused or failed.
    """
    from orbgen.orb.difference import difference
    from orbgen.remote.failures import RemoteError
    from orbgen.source.problems import UnreadableError

    try:
        before, old_version = _read(old, from_, online=online, timeout=timeout)
        after, new_version = _read(new, to, online=online, timeout=timeout)
    except UnreadableError as error:
        show_problems((error.problem,))
        return USAGE
    except RemoteError as error:
        say_error(str(error))
        return REMOTE
    found = difference(before, after)
    if format_ == "json":
        write_exactly(_json(found, old, new, old_version, new_version))
    else:
        write(difference_lines(found, old_version, new_version, style_for(sys.stdout, color)))
    return FINDINGS if exit_code and too_small(found.bump, old_version, new_version) else CLEAN


def too_small(bump: Bump, old_version: str | None, new_version: str | None) -> bool:
    """Whether the step from one version to another is smaller than a change asks for.

    Where a version is not known, whether users have to change something.
    """
    from orbgen.orb.difference import Bump, step_between

    step = step_between(old_version, new_version) if old_version and new_version else None
    return bump is Bump.MAJOR if step is None else bump.rank > step.rank


def _read(text: str, version: str | None, *, online: bool, timeout: float | None) -> tuple[Interface, str | None]:
    """An orb and its version, where that is known. Raises UsageProblem, UnreadableError and RemoteError."""
    from orbgen.orb.sources import interface_at, interface_in

    if version is not None and not re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", version, re.ASCII):
        raise UsageProblem(f"'{version}' is no version; write three numbers, as in 1.2.3")
    # A folder may bear the name of a published orb and be none itself.
    is_here = os.path.exists(os.path.join(text, MANIFEST)) if online else os.path.isdir(text)
    if is_here or os.path.isfile(text) or text == "-" or not REFERENCE.fullmatch(text):
        return interface_at(text), version
    if not online:
        raise UsageProblem(f"there is no file or folder {text}; add --online to ask CircleCI for this orb")
    with open_registry(timeout, needs_token=False) as registry:
        found = registry.source(reference_to_ask(text))
        if found is None:
            raise UsageProblem(f"CircleCI knows no {text}; a private orb is only seen with a token of its organization")
        return interface_in(found.source, text), version or found.version


def difference_lines(found: Difference, old_version: str | None, new_version: str | None, style: Style) -> list[str]:
    """What is new, by the step that it asks for, and the version that follows."""
    lines: list[str] = []
    for bump, heading in _HEADINGS.items():
        changes = [change for change in found.changes if change.bump.value == bump]
        if changes:
            lines += [style(heading, "bold"), *[f"  {change.message}" for change in changes]]
    if not found.changes:
        return ["nothing is new"]
    return [*lines, _verdict(found.bump, old_version, new_version)]


def _verdict(bump: Bump, old_version: str | None, new_version: str | None) -> str:
    from orbgen.orb.difference import step_between

    following = _following(bump, old_version)
    if old_version and new_version and following:
        step = step_between(old_version, new_version)
        if step is None:
            return f"{new_version} does not come after {old_version}; a {bump.value} step leads to {following}"
        enough = "is enough" if step.rank >= bump.rank else f"is too small; a {bump.value} one leads to {following}"
        return f"the step from {old_version} to {new_version} {enough}"
    return f"the step is {bump.value}" + (f": {following} comes after {old_version}" if following else "")


def _following(bump: Bump, version: str | None) -> str | None:
    try:
        return bump.after(version) if version else None
    except ValueError:
        return None


def _json(found: Difference, old: str, new: str, old_version: str | None, new_version: str | None) -> str:
    from orbgen.lint.reports.json_text import json_text

    data = {
        "version": 1,
        "old": {"orb": old, "version": old_version},
        "new": {"orb": new, "version": new_version},
        "bump": found.bump.value,
        "next": _following(found.bump, old_version),
        "changes": [{**msgspec.structs.asdict(change), "bump": change.bump.value} for change in found.changes],
    }
    return json_text(data) + "\n"
