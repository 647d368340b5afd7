"""`orbgen generate`: writes the jobs and the Teleport resources that the plan asks for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from orbgen.cli import declare
from orbgen.cli.exits import CLEAN, FINDINGS, USAGE, UsageProblem
from orbgen.cli.notes import note
from orbgen.cli.problem_report import show_problems
from orbgen.cli.streams import write, write_exactly

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orbgen.generate.files import Change
    from orbgen.project.plan import Plan


@declare.command(name="generate")
@declare.option("--plan", "plan_path", type=declare.Path(exists=True, dir_okay=False), metavar="FILE",
              help="The plan; by default the orbgen.yml of this repository.")  # fmt: skip
@declare.option("--diff", is_flag=True, help="Show what would change, and write nothing.")
@declare.option("--check", is_flag=True, help="Exit with 1 if something would change, and write nothing.")
@declare.option("--stdout", is_flag=True, help="Print the files, and write nothing.")
@declare.option("--force", is_flag=True, help="Overwrite what was changed by hand in orbgen's part.")
@declare.option("--quiet", "-q", is_flag=True, help="Do not print what is left to do.")
def command(plan_path: str | None, diff: bool, check: bool, stdout: bool, force: bool, quiet: bool) -> int:
    """Write the CircleCI jobs and the Teleport resources that orbgen.yml asks for.

    The jobs are merged into .circleci/config.yml, everything else in it kept to the byte; a second run changes
    nothing. The files are written below the folder of the plan.

    Exit codes: 0 written or nothing to do, 1 --check found something to change, 2 the plan or a file cannot be used.
    """
    from orbgen.generate.files import GenerateError, changes, paths_of
    from orbgen.project.plan import PlanError, read_plan

    path = plan_path or _find_plan()
    folder = os.path.dirname(path)
    try:
        plan = read_plan(_bytes(path) or b"", path)
        existing = {name: data for name in paths_of(plan) if (data := _bytes(os.path.join(folder, name))) is not None}
        found = changes(plan, existing, _packed_orb(plan), force=force)
    except (PlanError, GenerateError) as error:
        show_problems(error.problems)
        return USAGE
    needed = [change for change in found if change.needed]
    if diff or check or stdout:
        _print(found, needed, diff=diff, stdout=stdout)
        if check and needed and not diff:
            for change in needed:
                note(f"{change.path} is not what {path} asks for; run `orbgen generate`")
        return FINDINGS if check and needed else CLEAN
    _write(found, folder)
    if not quiet:
        _close(plan)
    return CLEAN


def _packed_orb(plan: Plan) -> str | None:
    """The orb that the plan's configuration uses, packed."""
    if plan.orb is None:
        return None
    import tempfile

    from orbgen.orb.pack import pack, read_folder
    from orbgen.orb.render import OrbSettings, write_orb

    name, _, version = plan.orb.partition("@")
    with tempfile.TemporaryDirectory() as folder:
        write_orb(folder, OrbSettings(name=name, version=version, teleport_version=str(plan.teleport.version)))
        return pack(read_folder(os.path.join(folder, "src")))


def _find_plan() -> str:
    """The plan of the nearest folder from here up to the repository's root."""
    from orbgen.project.settings import PLAN_NAME, find_plan

    found = find_plan(os.curdir)
    if found is None:
        raise UsageProblem(f"there is no {PLAN_NAME} here or above; write one with `orbgen init`")
    return found


def _bytes(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageProblem(f"{path} cannot be read: {error.strerror}") from None


def _write(found: tuple[Change, ...], folder: str) -> None:
    from orbgen.project.atomic import write_atomically

    for change in found:
        path = os.path.join(folder, change.path)
        if not change.needed:
            write([f"unchanged  {change.path}"])
            continue
        try:
            os.makedirs(os.path.dirname(path) or os.curdir, exist_ok=True)
            write_atomically(path, change.after)
        except OSError as error:
            raise UsageProblem(f"{path} cannot be written: {error.strerror}") from None
        write([f"{'created' if change.before is None else 'updated':<10} {change.path}"])


def _print(found: Sequence[Change], needed: Sequence[Change], *, diff: bool, stdout: bool) -> None:
    import difflib

    if stdout:
        for change in found:
            write([f"# ==> {change.path}"])
            write_exactly(change.after.decode("utf-8", "surrogateescape"))
    elif diff:
        for change in needed:
            before, after = ((data or b"").decode("utf-8", "replace") for data in (change.before, change.after))
            name = "/dev/null" if change.before is None else f"a/{change.path}"
            lines = difflib.unified_diff(
                before.splitlines(keepends=True), after.splitlines(keepends=True), name, f"b/{change.path}"
            )
            write_exactly("".join(lines))


def _close(plan: Plan) -> None:
    import textwrap

    from orbgen.generate.files import path_of_orb
    from orbgen.generate.next_steps import next_steps

    lines = ["", "What is left to do:"]
    number = 0
    for step in next_steps(plan, path_of_orb(plan)):
        if step.why:
            number += 1
            lines += ["", *textwrap.wrap(f"{number}. {step.why}:", 96, subsequent_indent="   "), ""]
        lines.append(f"     {step.what}")
    write(lines)
