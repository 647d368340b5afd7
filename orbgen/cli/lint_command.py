"""`orbgen lint`: findings in CircleCI configurations."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

from orbgen.cli import declare
from orbgen.cli.completion import complete_rules
from orbgen.cli.exits import CLEAN, FINDINGS, USAGE, UsageProblem
from orbgen.cli.lint_reports import Reports
from orbgen.cli.linters import Linters
from orbgen.cli.notes import note
from orbgen.cli.orb_options import orb_option, read_orbs
from orbgen.cli.progress import Progress
from orbgen.cli.terminal import color_option, say, style_for
from orbgen.lint.findings import Confidence, Persona, Severity
from orbgen.lint.reports.formats import FORMATS

if TYPE_CHECKING:
    from orbgen.cli.lint_baseline import BaselineWriter
    from orbgen.cli.lint_fixing import Fixing
    from orbgen.lint.result import Summary
    from orbgen.project.search import Found

_NAMED_ORBS = 5


@declare.command(name="lint")
@declare.argument("paths", nargs=-1, metavar="[PATH]...", type=declare.Path())
@declare.option(
    "--format", "format_", type=tuple(FORMATS), default="full", show_default=True, help="How findings are printed."
)
@declare.option(
    "--output",
    multiple=True,
    metavar="[FORMAT=]FILE",
    help="Write a report to a file as well, such as junit=results/junit.xml or findings.sarif; may be given again.",
)
@declare.option(
    "--min-severity",
    type=tuple([member.value for member in Severity]),
    help="Hide findings below this severity; info if neither this nor the plan says.",
)
@declare.option(
    "--min-confidence",
    type=tuple([member.value for member in Confidence]),
    help="Hide findings below this confidence; medium if neither this nor the plan says.",
)
@declare.option(
    "--persona",
    type=tuple([member.value for member in Persona]),
    help="Who is reading: pedantic and auditor see more; default if neither this nor the plan says.",
)
@declare.option(
    "--fail-on",
    type=tuple([member.value for member in Severity]),
    help="Exit with 1 from this severity on; info alone never fails; low if neither this nor the plan says.",
)
@declare.option(
    "--select",
    multiple=True,
    metavar="RULE",
    shell_complete=complete_rules,
    help="Only this rule, RULE[KIND] or group, such as teleport-*; may be given again.",
)
@declare.option(
    "--ignore",
    multiple=True,
    metavar="RULE",
    shell_complete=complete_rules,
    help="Leave out this rule, RULE[KIND] or group; may be given again.",
)
@declare.option(
    "--fix", is_flag=True, help="Show what the safe fixes change, as a diff; with --write make the changes."
)
@declare.option("--unsafe-fixes", is_flag=True, help="As --fix, with the fixes that you should look at too.")
@declare.option("--write", "write_", is_flag=True, help="With --fix or --unsafe-fixes, make the changes.")
@declare.option(
    "--baseline",
    type=declare.Path(dir_okay=False),
    metavar="FILE",
    help="Leave out the findings that this file lists; by default the one that the plan names, if any.",
)
@declare.option(
    "--write-baseline",
    type=declare.Path(dir_okay=False),
    metavar="FILE",
    help="Write the findings to FILE instead of reporting them, so that --baseline FILE leaves them out.",
)
@declare.option("--no-ignores", is_flag=True, help="Show also what a comment ignores.")
@declare.option(
    "--config",
    "plan",
    type=declare.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="The plan with the settings; by default the nearest orbgen.yml, up to the root of the repository.",
)
@orb_option
@declare.option(
    "--now",
    metavar="DATE",
    help="The day to look at, such as 2027-01-31, for what ends some day; today if absent.",
)
@declare.option(
    "--workers",
    type=int,
    metavar="N",
    help="How many processes lint the files; by default as many as there are processors, or one for a few files.",
)
@declare.option("--no-cache", is_flag=True, help="Lint each file anew, and keep no results for the next time.")
@declare.option("--quiet", "-q", is_flag=True, help="Print findings only, no notes and no summary.")
@color_option
def command(
    paths: tuple[str, ...],
    format_: str,
    output: tuple[str, ...],
    min_severity: str | None,
    min_confidence: str | None,
    persona: str | None,
    fail_on: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fix: bool,
    unsafe_fixes: bool,
    write_: bool,
    baseline: str | None,
    write_baseline: str | None,
    no_ignores: bool,
    plan: str | None,
    orbs: tuple[str, ...],
    now: str | None,
    workers: int | None,
    no_cache: bool,
    quiet: bool,
    color: bool | None,
) -> int:
    """Find what is wrong or too open in CircleCI configurations, after orbs, commands and matrices are expanded.

    Teleport's tokens, bots, roles and tbot.yaml are read too. PATH is a file, a folder, or - for standard input.
    Without one, the .circleci folder of this repository is linted, and Teleport's files if something there may join.

    Exit codes: 0 clean, 1 findings or a fix that --write has not made, 2 a file that cannot be read or wrong usage.
    """
    from orbgen.lint.policy import Flags
    from orbgen.lint.result import Repeats, Summary

    flags = Flags(persona, min_severity, min_confidence, fail_on, select, ignore, baseline, write_baseline is not None)
    linters = Linters(flags, read_orbs(orbs), plan, ignoring=not no_ignores, today=_day(now))
    fixing = _fixing(paths, safe=fix, unsafe=unsafe_fixes, write=write_, color=color)
    # What was imported stays; sweeping up after the files need not look at it each time.
    gc.freeze()
    summary, repeats = Summary(), Repeats()
    files = _files(paths)
    if fixing is not None:
        files = fixing.ordered(files)
    progress = Progress(len(files), sys.stderr, wanted=not quiet)
    keeping = _keeping(write_baseline)
    printing = keeping is None and (fixing is None or fixing.reports)
    reports = Reports(format_, style_for(sys.stdout, color), output, progress, printing=printing)
    linters.offering = reports.offering
    found = linters.results(files, fixing, workers, caching=not no_cache, heard=progress.tick)
    try:
        for done, (whole, failing) in enumerate(found, 1):
            result = repeats.left_out(whole)
            summary.add(result, failing)
            reports.add(reports.parts(result, failing))
            if keeping is not None:
                keeping.add(result)
            progress.step(done)
    finally:
        progress.clear()
    if not summary.files and not summary.unreadable:
        none = "no file here is CircleCI's or Teleport's"
        what = "the YAML files here are parts of configurations" if summary.skipped else none
        raise UsageProblem(f"nothing to lint: {what}; name a complete one")
    reports.close(summary)
    if not quiet and keeping is None:
        _close(summary, color)
        if fixing is not None:
            fixing.close()
    if keeping is not None:
        keeping.write(unreadable=summary.unreadable, quiet=quiet)
        return CLEAN
    if summary.unreadable:
        return USAGE
    return FINDINGS if summary.failed or (fixing is not None and fixing.pending) else CLEAN


def _day(now: str | None) -> str | None:
    """The day of `--now`."""
    if now is None:
        return None
    from datetime import date

    try:
        return date.fromisoformat(now).isoformat()
    except ValueError:
        raise UsageProblem(f"--now takes a day such as 2027-01-31, not {now!r}") from None


def _files(paths: tuple[str, ...]) -> list[Found]:
    from orbgen.project.files import NoConfigurationError, find_config
    from orbgen.project.search import find_files
    from orbgen.project.teleport_kinds import file_may_join

    if paths:
        return find_files(paths)
    try:
        folder = os.path.dirname(find_config(os.curdir))
    except NoConfigurationError as error:
        raise UsageProblem(f"{error}; name a file or folder to lint") from None
    files = find_files((folder,))
    if any([file_may_join(file.path) for file in files]):
        root = os.path.dirname(os.path.normpath(folder)) or os.curdir
        known = {file.path for file in files}
        more = [file for file in find_files((root,)) if file.teleport and file.path not in known]
        files = sorted([*files, *more], key=lambda file: file.path.split(os.sep))
    return files


def _fixing(paths: tuple[str, ...], *, safe: bool, unsafe: bool, write: bool, color: bool | None) -> Fixing | None:
    """What mends the files; None where that is not asked for."""
    if not (safe or unsafe):
        if write:
            raise UsageProblem("--write goes with --fix or --unsafe-fixes")
        return None
    from orbgen.cli.lint_fixing import Fixing

    return Fixing(unsafe=unsafe, write=write, piped="-" in paths, color=color)


def _keeping(path: str | None) -> BaselineWriter | None:
    """What writes the baseline; None where that is not asked for."""
    if path is None:
        return None
    from orbgen.cli.lint_baseline import BaselineWriter

    return BaselineWriter(path)


def _close(summary: Summary, color: bool | None) -> None:
    from orbgen.lint.reports.summary import counted, summary_line

    if summary.missing_orbs:
        names = sorted(summary.missing_orbs)
        more = f" and {len(names) - _NAMED_ORBS} more" if len(names) > _NAMED_ORBS else ""
        shown = ", ".join(names[:_NAMED_ORBS])
        say(f"not at hand, so not looked into: {shown}{more}; give the source with --orb NAME=PATH", "note")
    if summary.skipped:
        verb = (
            "is a part of a configuration and was" if summary.skipped == 1 else "are parts of configurations and were"
        )
        say(f"{counted(summary.skipped, 'YAML file')} {verb} left out", "note")
    if summary.baselines:
        from orbgen.cli.lint_baseline import say_known

        say_known(summary)
    note(summary_line(summary, style_for(sys.stderr, color)))
