"""`orbgen generate`: writes the jobs and the Teleport resources that the plan asks for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

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
@declare.option("--only", multiple=True, type=("config", "teleport", "orb"),
              help="Only the CircleCI configuration, the Teleport resources, or the packed orb.")  # fmt: skip
@declare.option("--target", type=("tctl", "terraform", "operator"),
              help="The form of the Teleport resources; else the plan says, or tctl.")  # fmt: skip
@declare.option("--templates", type=declare.Path(exists=True, file_okay=False), metavar="FOLDER",
              help="A folder of templates that take the places of orbgen's own.")  # fmt: skip
@declare.option("--force", is_flag=True, help="Overwrite what was changed by hand in orbgen's part.")
@declare.option("--quiet", "-q", is_flag=True, help="Do not print what is left to do.")
def command(
    plan_path: str | None,
    diff: bool,
    check: bool,
    stdout: bool,
    only: tuple[str, ...],
    target: str | None,
    templates: str | None,
    force: bool,
    quiet: bool,
) -> int:
    """Write the CircleCI jobs and the Teleport resources that orbgen.yml asks for.

    The jobs are merged into .circleci/config.yml, everything else in it kept to the byte; a second run changes
    nothing. The files are written below the folder of the plan.

    Exit codes: 0 written or nothing to do, 1 --check found something to change, 2 the plan or a file cannot be used.
    """
    from orbgen.generate.files import GenerateError
    from orbgen.project.plan import PlanError, read_plan

    path = plan_path or _find_plan()
    folder = os.path.dirname(path)
    try:
        plan = read_plan(_bytes(path) or b"", path)
        if target is not None:
            plan = msgspec.structs.replace(plan, teleport=msgspec.structs.replace(plan.teleport, target=target))
    except PlanError as error:
        show_problems(error.problems)
        return USAGE
    try:
        found = _changes(plan, _existing(plan, folder), templates, only, force=force)
    except GenerateError as error:
        show_problems(error.problems)
        if stdout:
            # What cannot be merged can be added by hand.
            _print_files(_changes(plan, {}, templates, only, force=force))
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


def _existing(plan: Plan, folder: str) -> dict[str, bytes]:
    """The files below a folder that the plan is about, or an earlier one was."""
    from orbgen.generate.files import paths_of

    paths = dict.fromkeys([*paths_of(plan), *_written_orbs(folder)])
    return {name: data for name in paths if (data := _bytes(os.path.join(folder, name))) is not None}


def _changes(
    plan: Plan, existing: dict[str, bytes], templates: str | None, only: tuple[str, ...], *, force: bool
) -> tuple[Change, ...]:
    """What has to become of some files. Raises GenerateError."""
    from orbgen.generate.files import PARTS, changes
    from orbgen.generate.templates import TemplateError, Templates

    try:
        chosen = Templates(templates)
    except TemplateError as error:
        raise UsageProblem(f"{error.path}: {error}") from None
    return changes(plan, existing, _packed_orb(plan), force=force, templates=chosen, parts=only or PARTS)


def _written_orbs(folder: str) -> list[str]:
    """The sources of orbs that lie beside the configuration, some of which orbgen may have written."""
    import glob

    from orbgen.generate.files import ORBS_FOLDER

    found = glob.glob(f"{ORBS_FOLDER}/*/*.yml", root_dir=folder or os.curdir)
    return sorted([path.replace(os.sep, "/") for path in found])


def _packed_orb(plan: Plan) -> str | None:
    """The orb that the plan's configuration uses, packed."""
    if plan.orb is None:
        return None
    import tempfile

    from orbgen.generate.orb_settings import OrbSettings
    from orbgen.orb.pack import pack, read_folder
    from orbgen.orb.render import write_orb

    name, _, version = plan.orb.partition("@")
    settings = OrbSettings(name=name, version=version)
    if plan.teleport.version is not None:
        settings = msgspec.structs.replace(settings, teleport_version=str(plan.teleport.version))
    with tempfile.TemporaryDirectory() as folder:
        write_orb(folder, settings)
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
            if change.after is None:
                os.unlink(path)
                write([f"removed    {change.path}"])
                continue
            os.makedirs(os.path.dirname(path) or os.curdir, exist_ok=True)
            write_atomically(path, change.after)
        except OSError as error:
            raise UsageProblem(f"{path} cannot be written: {error.strerror}") from None
        write([f"{'created' if change.before is None else 'updated':<10} {change.path}"])


def _print(found: Sequence[Change], needed: Sequence[Change], *, diff: bool, stdout: bool) -> None:
    if stdout:
        _print_files(found)
        return
    if not diff:
        return
    import difflib

    for change in needed:
        before, after = ((data or b"").decode("utf-8", "replace") for data in (change.before, change.after))
        old = "/dev/null" if change.before is None else f"a/{change.path}"
        new = "/dev/null" if change.after is None else f"b/{change.path}"
        lines = difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), old, new)
        write_exactly("".join(lines))


def _print_files(found: Sequence[Change]) -> None:
    """The files one behind the other; those in YAML can be read as one stream of documents."""
    shown = [change for change in found if change.after is not None]
    for index, change in enumerate(shown):
        if index and change.path.endswith((".yml", ".yaml")):
            write(["---"])
        write([f"# ==> {change.path}"])
        write_exactly((change.after or b"").decode("utf-8", "surrogateescape"))


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
