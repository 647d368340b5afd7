"""`orbgen orb review`: what the users of an orb will miss in its source."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from orbgen.cli import declare
from orbgen.cli.completion import complete_codes
from orbgen.cli.exits import CLEAN, FINDINGS, USAGE, UsageProblem
from orbgen.cli.lint_reports import Reports
from orbgen.cli.linters import Linters
from orbgen.cli.notes import note
from orbgen.cli.problem_report import show_problems
from orbgen.cli.progress import Progress
from orbgen.cli.remote_settings import timeout_option
from orbgen.cli.terminal import color_option, style_for
from orbgen.lint.findings import Persona
from orbgen.lint.reports.columns import printable
from orbgen.lint.reports.formats import FORMATS

if TYPE_CHECKING:
    from orbgen.cli.lint_fixing import Fixing
    from orbgen.lint.findings import Severity
    from orbgen.lint.result import FileResult
    from orbgen.source.nodes import Scalar

_PATIENCE = 20.0  # seconds


@declare.command(name="review")
@declare.argument("folder", metavar="DIR", type=declare.Path())
@declare.option(
    "--name",
    metavar="NAMESPACE/ORB[@VERSION]",
    help="The orb as examples should import it; by default the plan's orb, at the version of CIRCLE_TAG.",
)
@declare.option("--private", is_flag=True, help="The orb is private: no list of orbs shows its description.")
@declare.option(
    "--exclude",
    multiple=True,
    metavar="CODE",
    shell_complete=complete_codes,
    help="Leave out this check, such as RC009; may be given again. ORB_VAL_RC_EXCLUDE lists more.",
)
@declare.option("--online", is_flag=True, help="Ask the addresses of the orb whether they answer.")
@timeout_option
@declare.option(
    "--format", "format_", type=tuple(FORMATS), default="full", show_default=True, help="How findings are printed."
)
@declare.option(
    "--output",
    multiple=True,
    metavar="[FORMAT=]FILE",
    help="Write a report to a file as well, such as junit=results/review.xml; may be given again.",
)
@declare.option(
    "--persona",
    type=tuple([member.value for member in Persona]),
    help="Who is reading: pedantic sees more; default if neither this nor the plan says.",
)
@declare.option(
    "--fix", is_flag=True, help="Show what the safe fixes change, as a diff; with --write make the changes."
)
@declare.option("--unsafe-fixes", is_flag=True, help="As --fix, with the fixes that you should look at too.")
@declare.option("--write", "write_", is_flag=True, help="With --fix or --unsafe-fixes, make the changes.")
@color_option
def command(
    folder: str,
    name: str | None,
    private: bool,
    exclude: tuple[str, ...],
    online: bool,
    timeout: float | None,
    format_: str,
    output: tuple[str, ...],
    persona: str | None,
    fix: bool,
    unsafe_fixes: bool,
    write_: bool,
    color: bool | None,
) -> int:
    """Look in the source of an orb, the folder DIR, for what its users will miss.

    The checks are those of the review of orb-tools, RC001 to RC012, and have its codes beside the names of our rules.

    Exit codes: 0 clean, 1 findings or a fix that --write has not made, 2 a folder that cannot be read or wrong usage.
    """
    from orbgen.cli.lint_fixing import fixing_for
    from orbgen.lint.reports.summary import summary_line
    from orbgen.lint.result import Summary

    fixing = fixing_for((folder,), safe=fix, unsafe=unsafe_fixes, write=write_, color=color)
    printing = fixing is None or fixing.reports
    reports = Reports(format_, style_for(sys.stdout, color), output, Progress(1, sys.stderr, wanted=False),
                      printing=printing)  # fmt: skip
    asked = _timeout(timeout) if online and not private else None
    result, failing = reviewed(folder, name, exclude, private=private, persona=persona, fixing=fixing, asked=asked)
    summary = Summary()
    summary.add(result, failing)
    reports.add(reports.parts(result, failing))
    reports.close(summary)
    note(summary_line(summary, style_for(sys.stderr, color)))
    if fixing is not None:
        fixing.close()
    if summary.unreadable:
        return USAGE
    return FINDINGS if summary.failed or (fixing is not None and fixing.pending) else CLEAN


def reviewed(
    folder: str,
    name: str | None,
    exclude: tuple[str, ...] = (),
    *,
    private: bool = False,
    persona: str | None = None,
    fixing: Fixing | None = None,
    asked: float | None = None,
) -> tuple[FileResult, Severity]:
    """What is found in the orb in a folder, with codes, and from which severity on that fails.

    Its addresses are `asked` for so many seconds whether they answer. Raises UsageProblem.
    """
    from orbgen.lint.policy import Flags
    from orbgen.orb.review import (
        RULES,
        UnknownCodeError,
        coded,
        ignored,
        manifest_of,
        read_codes,
        with_orb,
        with_silent,
    )
    from orbgen.project.facts import Facts
    from orbgen.project.search import Found
    from orbgen.source.problems import UnreadableError

    def adjusted(facts: Facts) -> Facts:
        return with_orb(facts, name, os.environ, private=private)

    try:
        excluded = read_codes((*exclude, os.environ.get("ORB_VAL_RC_EXCLUDE", "")))
        adjusted(Facts())
        manifest = manifest_of(folder)
    except UnreadableError as error:
        show_problems((error.problem,))
        raise UsageProblem(f"{folder} cannot be reviewed") from None
    except (UnknownCodeError, ValueError) as error:
        raise UsageProblem(str(error)) from None
    linters = Linters(Flags(persona, select=RULES, ignore=ignored(excluded)), (), None, ignoring=True)
    linters.adjusted = adjusted
    ((result, failing),) = linters.results([Found(manifest, named=True, tree=True)], fixing, workers=1)
    if asked is not None and not result.problems:
        result = with_silent(result, _silent(folder, asked))
    return coded(result, excluded), failing


def _timeout(seconds: float | None) -> float:
    """Raises UsageProblem."""
    if seconds is not None and not 0 < seconds <= 3600:
        raise UsageProblem("--timeout takes seconds, from more than 0 to 3600")
    return seconds or _PATIENCE


def _silent(folder: str, timeout: float) -> dict[str, tuple[Scalar, str]]:
    """The addresses of an orb that do not answer, by their keys, and why."""
    from orbgen.orb.review import addresses_of
    from orbgen.remote.reachability import silence_of

    reasons = {key: (url, silence_of(url.text, timeout)) for key, url in addresses_of(folder).items()}
    return {key: (url, printable(reason)) for key, (url, reason) in reasons.items() if reason is not None}
