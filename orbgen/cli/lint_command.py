"""`orbgen lint`: findings in CircleCI configurations."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from orbgen.cli import declare
from orbgen.cli.exits import CLEAN, FINDINGS, USAGE, UsageProblem
from orbgen.cli.notes import note
from orbgen.cli.orb_options import store_from
from orbgen.lint.engine import LoadedRule, load_rules
from orbgen.lint.findings import Confidence, Persona, Severity
from orbgen.lint.reports.style import Style
from orbgen.lint.result import FileResult, Summary
from orbgen.lint.run import Linter, Thresholds
from orbgen.project.files import NoConfigurationError, find_config, find_files


@declare.command(name="lint")
@declare.argument("paths", nargs=-1, metavar="[PATH]...")
@declare.option(
    "--format",
    "format_",
    type=("full", "concise"),
    default="full",
    show_default=True,
    help="How findings are shown.",
)
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
@declare.option("--select", multiple=True, metavar="RULE", help="Run only this rule; may be given several times.")
@declare.option("--ignore", multiple=True, metavar="RULE", help="Leave this rule out; may be given several times.")
@declare.option(
    "--orb",
    "orbs",
    multiple=True,
    metavar="NAME[@VERSION]=PATH",
    help="The source of an orb: a packed file or an unpacked folder.",
)
@declare.option("--quiet", "-q", is_flag=True, help="Print findings only, no notes and no summary.")
@declare.option("--color/--no-color", default=None, help="Colours; by default on a terminal without NO_COLOR.")
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
    style = Style(coloured=_coloured(color))
    thresholds = Thresholds(Severity(min_severity), Confidence(min_confidence), Persona(persona))
    summary = Summary()
    try:
        files = list(find_files(paths or (os.path.dirname(find_config(os.curdir)) or os.curdir,)))
    except NoConfigurationError as error:
        raise UsageProblem(f"{error}; name a file or folder to lint") from None
    linter = Linter(_chosen(select, ignore), store_from(orbs, ".circleci"), thresholds)
    for path, named in files:
        result = linter.lint(path, named=named)
        summary.add(result)
        for line in _report(format_, result, style):
            sys.stdout.write(line + "\n")
    sys.stdout.flush()
    if not quiet:
        _close(summary, style)
    if summary.problems:
        return USAGE
    return FINDINGS if summary.reaches(Severity(fail_on)) else CLEAN


def _chosen(select: tuple[str, ...], ignore: tuple[str, ...]) -> tuple[LoadedRule, ...]:
    rules = load_rules()
    names = [loaded.rule.name for loaded in rules]
    for name in (*select, *ignore):
        if name not in names:
            from orbgen.source.names import nearest

            guess = nearest(name, names)
            hint = f"did you mean '{guess}'?" if guess else "orbgen explain lists all rules"
            raise UsageProblem(f"there is no rule '{name}'; {hint}")
    return tuple(
        [loaded for loaded in rules if (not select or loaded.rule.name in select) and loaded.rule.name not in ignore]
    )


def _report(format_: str, result: FileResult, style: Style) -> Iterator[str]:
    if format_ == "full":
        from orbgen.lint.reports.full import report_file
    else:
        from orbgen.lint.reports.concise import report_file
    return report_file(result, style)


def _close(summary: Summary, style: Style) -> None:
    from orbgen.lint.reports.full import summary_lines

    if summary.missing_orbs:
        names = ", ".join(sorted(summary.missing_orbs))
        note(f"note: not at hand, so not looked into: {names}; give a source with --orb NAME=PATH")
    if summary.skipped:
        note(f"note: {summary.skipped} YAML files are no complete configurations and were left out")
    for line in summary_lines(summary, style):
        note(line)


def _coloured(wanted: bool | None) -> bool:
    if wanted is not None:
        return wanted
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
