"""`orbgen orb publish`: a checked orb sent to the registry."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from orbgen.cli import declare
from orbgen.cli.exits import CLEAN, USAGE, UsageProblem
from orbgen.cli.orb_options import orb_option, read_orbs, store_for
from orbgen.cli.orb_registry import settings_for_registry
from orbgen.cli.problem_report import show_problems
from orbgen.cli.remote_settings import timeout_option
from orbgen.cli.terminal import say

if TYPE_CHECKING:
    from orbgen.circleci.orbs import OrbStore
    from orbgen.orb.publish import OrbReference
    from orbgen.orb.validate import Validation
    from orbgen.remote.settings import Settings
    from orbgen.source.span import Source

INCREMENTS = ("major", "minor", "patch")
increment_option = declare.option(
    "--increment", type=INCREMENTS, help="Publish the version that comes after the newest one by this step."
)


@declare.command(name="publish")
@declare.argument("path", metavar="DIR|FILE", type=declare.Path())
@declare.argument("reference", metavar="NAMESPACE/ORB[@VERSION]")
@increment_option
@declare.option("--yes", is_flag=True, help="Publish without asking.")
@declare.option(
    "--allow-findings",
    is_flag=True,
    help="Publish in spite of findings, and as a version that is too small a step for what has changed.",
)
@orb_option
@timeout_option
def command(
    path: str,
    reference: str,
    increment: str | None,
    yes: bool,
    allow_findings: bool,
    orbs: tuple[str, ...],
    timeout: float | None,
) -> int:
    """Pack the orb in DIR, or take the packed orb in FILE, check it, and publish it as VERSION.

    VERSION is three numbers, as in 1.2.3, or a development label, as in dev:alpha. With --increment it is left out, and
    follows from the newest version. FILE may be - for standard input.

    What will happen is shown first, with what is new since the newest version, and asked on a terminal. A version that
    exists with the same source counts as published.

    The token, and the host of an installation of CircleCI Server, come from CIRCLECI_CLI_TOKEN and CIRCLECI_CLI_HOST,
    or from the settings of CircleCI's CLI in ~/.circleci/cli.yml.

    Exit codes: 0 published, 1 findings, 2 the orb cannot be read, or wrong usage, 3 CircleCI refused or failed.
    """
    from orbgen.cli.orb_release import Release, release
    from orbgen.orb.difference import Bump
    from orbgen.source.problems import UnreadableError
    from orbgen.source.span import Source

    wanted = reference_for(reference, increment)
    settings = settings_for_registry(timeout)
    if not yes and (path == "-" or not sys.stdin.isatty()):
        raise UsageProblem("there is no terminal to ask on; add --yes to publish without a question")
    try:
        source, validation = _checked(path, store_for(read_orbs(orbs), os.curdir), wanted)
    except UnreadableError as error:
        _refuse_token(settings, [error.problem.span.source])
        show_problems((error.problem,))
        return USAGE
    _refuse_token(settings, [Source(path, source), *_shown(validation)])
    if validation.findings or validation.problems:
        from orbgen.cli.orb_validate_command import report

        code = report(validation, path, "full")
        if code != CLEAN and not (allow_findings and not validation.problems):
            say("nothing was published; mend what was found, or add --allow-findings")
            return code
    facts = [f"source    {path}: {validation.contents}; {len(source.encode()):,} bytes", *_review(path, wanted)]
    return release(
        Release(
            settings,
            wanted,
            lambda registry: source,
            lambda registry, version: registry.publish(version.namespace, version.name, version.version, source),
            tuple(facts),
            Bump(increment) if increment is not None else None,
        ),
        ask=not yes,
        allow_findings=allow_findings,
    )


def reference_for(text: str, increment: str | None) -> OrbReference:
    """The version to publish, empty where an increment tells it. Raises UsageProblem."""
    from orbgen.orb.publish import BadReferenceError, read_reference

    try:
        wanted = read_reference(text, open_ended=increment is not None)
    except BadReferenceError as error:
        raise UsageProblem(
            f"{error}, or --increment patch" if "names no version" in str(error) else str(error)
        ) from None
    if increment is not None and wanted.version:
        raise UsageProblem(f"--increment tells the version itself; write {wanted.orb} alone, or leave --increment out")
    return wanted


def _review(path: str, wanted: OrbReference) -> Iterator[str]:
    """What a review of the source finds, in a line; a packed orb shows too little of it."""
    if not os.path.isdir(path):
        return
    from orbgen.cli.orb_review_command import reviewed

    production = wanted.version and not wanted.is_development
    result, _ = reviewed(path, str(wanted) if production else wanted.orb)
    count = len(result.findings)
    found = f"{count} finding{'s' * (count != 1)}; `orbgen orb review {path}` lists them" if count else "no findings"
    yield f"review    {found}"


def _checked(path: str, store: OrbStore, wanted: OrbReference) -> tuple[str, Validation]:
    """The packed orb and what is wrong with it. Raises UnreadableError."""
    from orbgen.orb.pack import pack, read_folder, refused
    from orbgen.orb.validate import Validation, validate_document
    from orbgen.source.files import read_bytes
    from orbgen.source.reader import read

    if os.path.isdir(path):
        tree = read_folder(path)
        problems = refused(tree)
        if problems:
            return "", Validation(problems=problems)
        return pack(tree), validate_document(tree.document, store, wanted.orb)
    document = read(read_bytes(path), "<stdin>" if path == "-" else path)
    return document.source.text, validate_document(document, store, wanted.orb)


def _refuse_token(settings: Settings, sources: Iterable[Source]) -> None:
    """Raises UsageProblem where a text that would be published, or shown, holds the token."""
    for source in sources:
        if settings.token is not None and settings.token.occurs_in(source.text):
            raise UsageProblem(
                f"{source.name} holds the API token itself, and an orb can be read; nothing was published"
            )


def _shown(validation: Validation) -> Iterator[Source]:
    """The texts of which a report on an orb shows lines."""
    for finding in validation.findings:
        yield finding.primary.source
        yield from [note.span.source for note in (*finding.related, *finding.chain)]
    for problem in validation.problems:
        yield problem.span.source
        yield from [note.span.source for note in problem.related]
