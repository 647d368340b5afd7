"""`orbgen trace`: who can reach what through CircleCI and Teleport."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from orbgen.cli import declare
from orbgen.cli.exits import CLEAN, FINDINGS, UsageProblem
from orbgen.cli.orb_options import orb_option, read_orbs, store_for
from orbgen.cli.streams import write, write_exactly
from orbgen.cli.terminal import say

if TYPE_CHECKING:
    from orbgen.circleci.orbs import OrbSource
    from orbgen.trace.comparing import Difference
    from orbgen.trace.ways import Way

FORMATS = ("text", "json", "dot", "mermaid", "html")
_FAIL_ON = ("added", "widened", "any", "never")


@declare.command(name="trace")
@declare.argument("paths", nargs=-1, type=declare.Path(exists=True))
@declare.option("--to", metavar="TARGET", default="", help="Ways to this, as node:env=prod, kube:..., or context:NAME.")
@declare.option("--from", "start", metavar="START", default="",
                help="Ways from branch:any, branch:NAME, tag, fork, schedule or api.")  # fmt: skip
@declare.option("--job", metavar="NAME", default="", help="Ways through this job.")
@declare.option("--bot", metavar="NAME", default="", help="Ways through this bot.")
@declare.option("--format", "format_", type=FORMATS, default="text", show_default=True)
@declare.option("-o", "--output", type=declare.Path(dir_okay=False), metavar="FILE", help="Write to FILE.")
@declare.option("--compare", metavar="REVISION", default="", help="Tell what differs from another revision of git.")
@declare.option("--fail-on", type=_FAIL_ON, default="widened", show_default=True,
                help="With --compare: what makes the exit code 1.")  # fmt: skip
@declare.option("--config", "plan", type=declare.Path(dir_okay=False), metavar="FILE", help="The plan to use.")
@orb_option
def command(
    paths: tuple[str, ...],
    to: str,
    start: str,
    job: str,
    bot: str,
    format_: str,
    output: str | None,
    compare: str,
    fail_on: str,
    plan: str | None,
    orbs: tuple[str, ...],
) -> int:
    """Show who can reach what: from a push to a job, its contexts, a token, a bot, its roles, and what they reach.

    PATHS are repositories, or folders in them; without any it is the one of the current folder. With --to or --from it
    is a question: the answer is yes, with the ways, or no, with what makes it so.

    Exit codes: 0 no way, or no question was asked; 1 there is a way, or --compare found what --fail-on names; 2 wrong
    usage.
    """
    from orbgen.trace.questions import Question, QuestionError

    question = Question(to, start, job, bot)
    try:
        question.check()
    except QuestionError as error:
        raise UsageProblem(str(error)) from None
    given = read_orbs(orbs)
    roots = tuple(dict.fromkeys([_root(path) for path in paths or (os.curdir,)]))
    ways = tuple([way for root in roots for way in _ways(root, given, plan)])
    if compare:
        return _compare(roots, ways, compare, fail_on, given, plan)
    found = tuple([way for way in ways if question.fits(way)])
    if format_ == "html":
        _write_page(found, roots, given, plan, output)
    else:
        _write_lines(_lines(found, format_), output)
    if not (to or start):
        if not ways:
            say("no job here joins Teleport")
        return CLEAN
    if format_ == "text" or output is not None:
        _answer(question, ways, found)
    return FINDINGS if found else CLEAN


def _root(path: str) -> str:
    from orbgen.lint.run import checkout_of

    return checkout_of(os.path.join(path, "x") if os.path.isdir(path) else path)


def _ways(root: str, orbs: tuple[OrbSource, ...], plan: str | None) -> tuple[Way, ...]:
    from orbgen.access.checkout import Checkout
    from orbgen.access.repository import Repository
    from orbgen.cli.plan_settings import settings_for
    from orbgen.project.settings import SettingsReader
    from orbgen.trace.ways import ways_of

    settings = settings_for(SettingsReader(plan), root)
    store = store_for(orbs, os.path.join(root, ".circleci"), settings.orbs_folder)
    return ways_of(Repository(Checkout(root), settings.facts, store), settings.facts)


def _lines(ways: tuple[Way, ...], format_: str) -> list[str]:
    if format_ == "json":
        from orbgen.trace.reports.json_format import json_lines

        return list(json_lines(ways))
    if format_ == "dot":
        from orbgen.trace.reports.dot import dot_lines

        return list(dot_lines(ways))
    if format_ == "mermaid":
        from orbgen.trace.reports.mermaid import mermaid_lines

        return list(mermaid_lines(ways))
    from orbgen.trace.reports.text import text_lines

    return list(text_lines(ways))


def _write_lines(lines: list[str], output: str | None) -> None:
    if output is None:
        write(lines)
    else:
        _write_file("".join([f"{line}\n" for line in lines]), output)


def _write_file(text: str, output: str) -> None:
    from orbgen.project.atomic import write_atomically

    try:
        write_atomically(output, text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise UsageProblem(f"{output} cannot be written: {error.strerror}") from None


def _write_page(
    ways: tuple[Way, ...], roots: tuple[str, ...], orbs: tuple[OrbSource, ...], plan: str | None, output: str | None
) -> None:
    """The page, with what lint finds in the same repositories."""
    from orbgen import __version__
    from orbgen.cli.trace_findings import findings_in
    from orbgen.trace.reports.html_format import html_page

    title = ", ".join([os.path.basename(os.path.abspath(root)) for root in roots])
    text = html_page(ways, findings_in(roots, orbs, plan), title, __version__)
    if output is None:
        write_exactly(text)
    else:
        _write_file(text, output)


def _answer(question: object, ways: tuple[Way, ...], found: tuple[Way, ...]) -> None:
    """Yes or no, and for a no what stands in the way."""
    from orbgen.trace.questions import Question

    assert isinstance(question, Question)
    if found:
        say(f"yes: {len(found)} {'way' if len(found) == 1 else 'ways'}")
        return
    leading = [way for way in ways if question.leads(way)]
    if not leading:
        say("no: nothing that jobs get from Teleport leads there, as far as this repository shows")
        return
    starts = list(dict.fromkeys([f"{way.stops[0].words} (job {way.job})" for way in leading]))
    say(f"no: what leads there is started by {'; '.join(starts)}")


def _compare(
    roots: tuple[str, ...],
    ways: tuple[Way, ...],
    revision: str,
    fail_on: str,
    orbs: tuple[OrbSource, ...],
    plan: str | None,
) -> int:
    import tempfile

    from orbgen.project.revisions import RevisionError, write_revision
    from orbgen.trace.comparing import Change, differences

    before: list[Way] = []
    for root in roots:
        with tempfile.TemporaryDirectory(prefix="orbgen-") as folder:
            try:
                write_revision(root, revision, folder)
            except RevisionError as error:
                raise UsageProblem(str(error)) from None
            before += _ways(folder, orbs, plan)
    found = differences(tuple(before), ways)
    write(_difference_lines(found))
    if not found:
        say(f"no way is other than in {revision}")
    failing = {"added": {Change.ADDED, Change.WIDENED}, "widened": {Change.ADDED, Change.WIDENED}, "never": set()}
    kinds = failing.get(fail_on, set(Change))
    return FINDINGS if any([one.change in kinds for one in found]) else CLEAN


def _difference_lines(found: tuple[Difference, ...]) -> list[str]:
    return list(dict.fromkeys([f"{one.change.value}: {one.sentence}" for one in found]))
