"""`orbgen orb publish`: a checked orb sent to the registry."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from orbgen.cli import declare
from orbgen.cli.exits import CLEAN, INTERRUPTED, REMOTE, USAGE, UsageProblem
from orbgen.cli.notes import note
from orbgen.cli.orb_options import orb_option, read_orbs, store_for
from orbgen.cli.problem_report import show_problems
from orbgen.cli.remote_settings import settings_with_token, timeout_option
from orbgen.cli.streams import write
from orbgen.cli.terminal import say, say_error

if TYPE_CHECKING:
    from orbgen.circleci.orbs import OrbStore
    from orbgen.orb.publish import OrbReference, Publication
    from orbgen.orb.validate import Validation
    from orbgen.remote.settings import Settings
    from orbgen.source.span import Source


@declare.command(name="publish")
@declare.argument("path", metavar="DIR|FILE")
@declare.argument("reference", metavar="NAMESPACE/ORB@VERSION")
@declare.option("--yes", is_flag=True, help="Publish without asking.")
@declare.option(
    "--allow-findings", is_flag=True, help="Publish in spite of findings, and leave the verdict to CircleCI."
)
@orb_option
@timeout_option
def command(
    path: str, reference: str, yes: bool, allow_findings: bool, orbs: tuple[str, ...], timeout: float | None
) -> int:
    """Pack the orb in DIR, or take the packed orb in FILE, check it, and publish it as VERSION.

    VERSION is three numbers, as in 1.2.3, or a development label, as in dev:alpha. FILE may be - for standard input.

    The token, and the host of an installation of CircleCI Server, come from CIRCLECI_CLI_TOKEN and CIRCLECI_CLI_HOST,
    or from the settings of CircleCI's CLI in ~/.circleci/cli.yml.

    Exit codes: 0 published, 1 findings, 2 the orb cannot be read, or wrong usage, 3 CircleCI refused or failed.
    """
    from orbgen.remote.failures import SettingsError
    from orbgen.source.problems import UnreadableError
    from orbgen.source.span import Source

    wanted = _reference(reference)
    try:
        settings = settings_with_token(timeout)
        if not yes and (path == "-" or not sys.stdin.isatty()):
            raise UsageProblem("there is no terminal to ask on; add --yes to publish without a question")
        source, validation = _checked(path, store_for(read_orbs(orbs), os.curdir), wanted)
    except SettingsError as error:
        raise UsageProblem(str(error)) from None
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
    contents = f"{path}: {validation.contents}; {len(source.encode()):,} bytes"
    return _publish(wanted, settings, source, contents, ask=not yes)


def _reference(text: str) -> OrbReference:
    from orbgen.orb.publish import BadReferenceError, read_reference

    try:
        return read_reference(text)
    except BadReferenceError as error:
        raise UsageProblem(str(error)) from None


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


def _publish(wanted: OrbReference, settings: Settings, source: str, contents: str, *, ask: bool) -> int:
    from orbgen.orb.publish import NotPublishableError, prepare
    from orbgen.remote.client import Client
    from orbgen.remote.failures import RemoteError, SettingsError
    from orbgen.remote.registry import OrbRegistry

    sent = False
    try:
        with Client(settings) as client:
            registry = OrbRegistry(client)
            publication = prepare(wanted, registry)
            _show(publication, settings, contents)
            if ask and not _confirmed(wanted):
                say("nothing was published")
                return INTERRUPTED
            sent = True
            registry.publish(wanted.namespace, wanted.name, wanted.version, source)
    except SettingsError as error:
        raise UsageProblem(str(error)) from None
    except NotPublishableError as error:
        say_error(str(error))
        return REMOTE
    except RemoteError as error:
        say_error(str(error))
        say(_outcome(wanted, settings) if sent and error.undecided else "nothing was published", "note")
        return REMOTE
    except KeyboardInterrupt:
        note("")
        say(_outcome(wanted, settings) if sent else "nothing was published", "note")
        raise
    _tell(wanted, settings)
    return CLEAN


def _show(publication: Publication, settings: Settings, contents: str) -> None:
    """Say what publishing will do, before it is done."""
    wanted = publication.reference
    visibility = "" if publication.is_private is None else ", private"
    if publication.is_private is False:
        visibility = ", public: everybody can read it"
    kind = "a production version, which can never be changed or deleted"
    if wanted.is_development:
        replaced = "replaces what stands there" if publication.replaces else "new"
        kind = f"a development version, {replaced}, kept for 90 days"
    note(f"orb       {wanted.orb}{visibility}")
    note(f"version   {wanted.version}, {kind}")
    note(f"newest    {publication.newest or 'no production version yet'}")
    note(f"source    {contents}")
    note(f"host      {settings.host}")
    if publication.steps_back:
        say(f"{wanted.version} is lower than the newest version, {publication.newest}", "warning")


def _confirmed(wanted: OrbReference) -> bool:
    """The answer of whoever sits at the terminal."""
    sys.stderr.write(f"Publish {wanted}? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _outcome(wanted: OrbReference, settings: Settings) -> str:
    """What to do where nobody can tell whether CircleCI has published the version."""
    from orbgen.orb.publish import page

    where = f"look at {page(wanted)}" if settings.is_cloud else f"look for {wanted} on {settings.host}"
    return f"it may have been published all the same: {where} before you publish it again"


def _tell(wanted: OrbReference, settings: Settings) -> None:
    from orbgen.orb.publish import page

    note(f"published {wanted} on {settings.host}")
    write([page(wanted) if settings.is_cloud else str(wanted)])
