"""`orbgen lint`: findings in CircleCI configurations."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.cli import declare
from orbgen.cli.completion import complete_rules
from orbgen.cli.exits import CLEAN, FINDINGS, USAGE, UsageProblem
from orbgen.cli.notes import note
from orbgen.cli.orb_options import orb_option, read_orbs, store_for
from orbgen.cli.progress import Progress
from orbgen.cli.streams import write
from orbgen.cli.terminal import color_option, say, style_for
from orbgen.lint.findings import Confidence, Persona, Severity

if TYPE_CHECKING:
    from orbgen.circleci.orbs import OrbSource
    from orbgen.lint.engine import LoadedRule
    from orbgen.lint.reports.style import Style
    from orbgen.lint.result import FileResult, Summary
    from orbgen.lint.run import Thresholds
    from orbgen.lint.selection import Selection
    from orbgen.project.files import Found

FORMATS = ("full", "concise")
_NAMED_ORBS = 5


@declare.command(name="lint")
@declare.argument("paths", nargs=-1, metavar="[PATH]...", type=declare.Path())
@declare.option("--format", "format_", type=FORMATS, default="full", show_default=True, help="How findings are shown.")
@declare.option(
    "--min-severity",
    type=tuple([member.value for member in Severity]),
    default="info",
    show_default=True,
    help="Hide findings below this severity.",
)
@declare.option(
    "--min-confidence",
    type=tuple([member.value for member in Confidence]),
    default="medium",
    show_default=True,
    help="Hide findings below this confidence.",
)
@declare.option(
    "--persona",
    type=tuple([member.value for member in Persona]),
    default="default",
    show_default=True,
    help="Who is reading: pedantic and auditor see more.",
)
@declare.option(
    "--fail-on",
    type=tuple([member.value for member in Severity]),
    default="low",
    show_default=True,
    help="Exit with 1 from this severity on; info alone never fails.",
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
@orb_option
@declare.option("--quiet", "-q", is_flag=True, help="Print findings only, no notes and no summary.")
@color_option
def command(
    paths: tuple[str, ...],
    format_: str,
    min_severity: str,
    min_confidence: str,
    persona: str,
    fail_on: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    orbs: tuple[str, ...],
    quiet: bool,
    color: bool | None,
) -> int:
    """Find what is wrong or too open in CircleCI configurations, after orbs, commands and matrices are expanded.

    PATH is a file, a folder, or - for standard input. Without one, the .circleci folder of this repository is linted.

    Exit codes: 0 clean, 1 findings, 2 a file that cannot be read or wrong usage.
    """
    from orbgen.lint.engine import load_rules
    from orbgen.lint.result import Summary
    from orbgen.lint.run import Thresholds

    thresholds = Thresholds(Severity(min_severity), Confidence(min_confidence), Persona(persona))
    rules = load_rules()
    selection = _selection(select, ignore, rules)
    summary = Summary()
    style = style_for(sys.stdout, color)
    files = _files(paths)
    progress = Progress(len(files), sys.stderr, wanted=not quiet)
    for done, result in enumerate(_results(files, rules, thresholds, selection, read_orbs(orbs)), 1):
        summary.add(result)
        lines = list(_report(format_, result, style))
        if lines:
            progress.clear()
            write(lines)
        progress.step(done)
    progress.clear()
    if not summary.files and not summary.unreadable:
        raise UsageProblem("nothing to lint: the YAML files here are parts of configurations; name a complete one")
    if not quiet:
        _close(summary, color)
    if summary.unreadable:
        return USAGE
    return FINDINGS if summary.reaches(Severity(fail_on)) else CLEAN


def _files(paths: tuple[str, ...]) -> list[Found]:
    from orbgen.project.files import NoConfigurationError, find_config, find_files

    if paths:
        return find_files(paths)
    try:
        return find_files((os.path.dirname(find_config(os.curdir)),))
    except NoConfigurationError as error:
        raise UsageProblem(f"{error}; name a file or folder to lint") from None


def _selection(select: tuple[str, ...], ignore: tuple[str, ...], rules: tuple[LoadedRule, ...]) -> Selection:
    from orbgen.lint.selection import Selection, UnknownRuleError, read_patterns

    names = tuple([loaded.rule.name for loaded in rules])

    def page(name: str) -> str:
        with open(rules[names.index(name)].page, encoding="utf-8") as file:
            return file.read()

    try:
        return Selection(read_patterns(select, names, page), read_patterns(ignore, names, page))
    except UnknownRuleError as error:
        raise UsageProblem(str(error)) from None


def _results(
    files: list[Found],
    rules: tuple[LoadedRule, ...],
    thresholds: Thresholds,
    selection: Selection,
    orbs: tuple[OrbSource, ...],
) -> Iterator[FileResult]:
    """The result for each file, which is compiled with the orbs that lie beside it."""
    from orbgen.lint.run import Linter, unread

    linter, folder = None, None
    for found in files:
        if found.problem is not None:
            yield unread(found.path, found.problem)
            continue
        beside = os.path.dirname(found.path)
        if linter is None or beside != folder:
            linter, folder = Linter(rules, store_for(orbs, beside), thresholds, selection=selection), beside
        yield linter.lint(found.path, named=found.named)


def _report(format_: str, result: FileResult, style: Style) -> Iterator[str]:
    if format_ == "full":
        from orbgen.lint.reports.full import report_file
    else:
        from orbgen.lint.reports.concise import report_file
    return report_file(result, style)


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
    note(summary_line(summary, style_for(sys.stderr, color)))
