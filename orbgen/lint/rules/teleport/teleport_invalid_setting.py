"""What tbot refuses, passes over or misunderstands, whatever its version."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.access.join_versions import stated_versions
from orbgen.lint.analyses.teleport.command_mistakes import invalid_command
from orbgen.lint.file_context import FileContext, RunJoin
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.source.nodes import Scalar, walk
from orbgen.teleport.mistakes import Effect, Mistake
from orbgen.teleport.tbot_file_checks import invalid

if TYPE_CHECKING:
    from orbgen.access.join import Join
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="teleport-invalid-setting",
    sees=Sees.TBOT,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
)

_SEVERITIES = {"duplicate": Severity.MEDIUM, "renewal": Severity.LOW, "template": Severity.MEDIUM}
_CONFIDENCES = {"missing-file": Confidence.MEDIUM, "template": Confidence.MEDIUM}
_VARIABLE = re.compile(r"\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\})")


def check(at: RunJoin, context: FileContext) -> Iterator[Finding]:
    """Every mistake in the command line, in the tbot.yaml, and in how tbot is fetched."""
    for mistake in mistakes_of(at):
        yield context.found_at(
            RULE,
            at,
            mistake.message,
            mistake.span,
            kind=mistake.kind,
            severity=_SEVERITIES.get(mistake.kind),
            confidence=_CONFIDENCES.get(mistake.kind),
            effect=mistake.effect,
            help=mistake.help,
        )


def mistakes_of(at: RunJoin) -> Iterator[Mistake]:
    """The mistakes of a join that are none of a version."""
    join = at.join
    yield from invalid_command(join)
    yield from _of_file(join)
    if join.missing_file is not None:
        message = f"there is no file `{join.missing_file.value}`, and no step before this one writes it"
        help = "name a file of the repository, or write it first"
        yield Mistake("missing-file", message, join.missing_file.span, Effect.FAILS, help)
    if at.run is not None:
        for stated in stated_versions(at.run):
            if stated.malformed:
                message = f"Teleport's version is written `{stated.text}` here, and that does not exist"
                help = "an archive's name has one `v` before the version; everything else has the version alone"
                yield Mistake("url", message, stated.span, Effect.FAILS, help)


def _of_file(join: Join) -> Iterator[Mistake]:
    if join.file is None:
        return
    for mistake in invalid(join.file.root):
        # Whether certificates have to be renewed at all the command line may say.
        if mistake.kind != "renewal" or join.oneshot is False:
            yield mistake
    for node in walk(join.file.root):
        if isinstance(node, Scalar) and _VARIABLE.fullmatch(node.text):
            message = f"tbot puts nothing in the place of `{node.text}` in its tbot.yaml"
            help = "write the value, or make the file by `envsubst` before tbot starts"
            yield Mistake("template", message, node.span, Effect.FAILS, help)


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """What was probably meant: the flag of the other form, the nearest name."""
    from orbgen.lint.mending.tbot_settings import with_suggested

    return with_suggested(finding, mender, mistakes_of)
