"""Scripts from elsewhere that an interpreter runs unseen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from orbgen.circleci.text import code_of
from orbgen.lint.analyses.supply_chain.fed_signs import may_feed, mentions
from orbgen.lint.context import Context, RunStep
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.lint.shells import is_powershell, shell_of
from orbgen.project.facts import is_any
from orbgen.source.nodes import Scalar

if TYPE_CHECKING:
    from orbgen.lint.analyses.supply_chain.fed_code import Fed

RULE = Rule(
    name="piped-script",
    sees=Sees.STEP,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=(
        "curl",
        "wget",
        "fetch",
        "iwr",
        "irm",
        "Invoke-WebRequest",
        "Invoke-RestMethod",
        "DownloadString",
        "base64",
        "xxd",
        "openssl",
        "gunzip",
        "gzip",
        "zcat",
    ),
)
_HELP = {
    "remote": "download it to a file, check the file (`sha256sum -c`, `gpg --verify`), then run it; "
    "or list the host under `lint.trusted-downloads`",
    "decoded": "write the commands out, so that a reader of the change sees what runs",
}


def check(at: RunStep, context: Context) -> Iterator[Finding]:
    """Each place where what was just downloaded or decoded is run."""
    text = at.step.command
    if text is None or not mentions(text.text):
        return
    for fed in _fed(at, text, context):
        if fed.host is not None and is_any(fed.host, context.facts.trusted_downloads):
            continue
        end = text.text.find("\n", fed.start)
        if fed.kind == "remote":
            source = f"`{fed.host}`" if fed.host else "the address"
            message = f"`{fed.interpreter}` runs what {source} sends, unseen: whoever controls that runs commands here"
        else:
            message = f"`{fed.interpreter}` runs text that is written in a coded form, which hides what it does"
        yield context.found(
            RULE,
            at.run,
            message,
            text.place(fed.start, fed.end if end < 0 else min(fed.end, end)),
            call=at.step.call,
            kind=fed.kind,
            path=f"steps/{at.index}/command",
            label="nothing checks it in between",
            help=_HELP[fed.kind],
        )


def _fed(at: RunStep, text: Scalar, context: Context) -> Iterator[Fed]:
    """What interpreters are fed with that is not this machine's own."""
    script = context.script_of(at)
    if script is not None and not may_feed(script.script.text):
        return
    from orbgen.lint.analyses.supply_chain.fed_code import fed_by_powershell, fed_code, is_local

    found: Iterable[Fed] = ()
    if script is not None:
        found = fed_code(script.script)
    elif is_powershell(shell_of(at.run, at.step)):
        found = fed_by_powershell(code_of(text))
    yield from [fed for fed in found if not is_local(fed.host)]
