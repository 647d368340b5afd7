"""Connections to Teleport, or through it, that anybody in between can take over, and tunnels open to the network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.access.following import commands_of
from orbgen.circleci.jobs import environment_of
from orbgen.circleci.pipeline import Call, JobRun
from orbgen.lint.context import Context
from orbgen.lint.file_context import FileContext, RunJoin
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.source.nodes import Scalar
from orbgen.source.span import Span
from orbgen.teleport.mistakes import Effect

if TYPE_CHECKING:
    from orbgen.access.join import Join, Setting
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="teleport-insecure-connection",
    sees=Sees.FILE,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("tbot", "tsh", "tctl", "terraform", "tofu"),
)

_CLIENTS = ("tsh", "tctl")
# A test cluster on the same machine has no certificate that anybody would know.
_LOCAL = re.compile(r"(?:localhost|127\.\d+\.\d+\.\d+|\[?::1\]?|[\w.-]+\.local)(?::\d+)?")
_LOOPBACK = re.compile(r"(?:tcp://)?(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])(?::\d+)?|unix://.*")
_UNCHECKED = re.compile(
    r"StrictHostKeyChecking[= ]+(?:no|off)\b|UserKnownHostsFile[= ]+/dev/null"
    r"|ANSIBLE_HOST_KEY_CHECKING=[\"']?(?:false|0)\b|host_key_checking\s*=\s*false\b",
    re.IGNORECASE,
)

# What a listener on every address is written as, up to the port.
_OPEN = re.compile(r"(?<=[=/ ])(?:0\.0\.0\.0:|\[::\]:|:(?=\d))|^(?:0\.0\.0\.0:|\[::\]:|:(?=\d))")
WITHOUT = "drop it; for a certificate of your own, add its authority to the image"


def check(context: FileContext) -> Iterator[Finding]:
    """Each join, each client that is told to trust anybody, and host keys that a job that joins does not look at."""
    for at in context.run_joins():
        yield from _join(at, context)
    if isinstance(context, Context):
        for run in context.pipeline.job_runs:
            yield from _clients(run, context)
            if context.joins(run):
                yield from _host_keys(run, context)


def _join(at: RunJoin, context: FileContext) -> Iterator[Finding]:
    join = at.join
    insecure = join.settings.get("insecure")
    if insecure is not None and insecure.value == "true" and not _is_local(join):
        yield context.found_at(
            RULE,
            at,
            "tbot takes whoever answers for Teleport, and gives it the job's OIDC token",
            insecure.span,
            kind="tls",
            label="no certificate is looked at",
            effect=Effect.OPEN,
            help=WITHOUT,
        )
    for listener in _listeners(join):
        yield context.found_at(
            RULE,
            at,
            f"whoever reaches `{listener.value}` from the network has the access of this tunnel",
            listener.span,
            kind="listener",
            severity=Severity.MEDIUM,
            effect=Effect.OPEN,
            help="listen on `127.0.0.1` or on a `unix://` socket",
        )


def _is_local(join: Join) -> bool:
    proxy = join.value("proxy-server") or join.value("auth-server")
    return proxy is not None and _LOCAL.fullmatch(proxy) is not None


def _listeners(join: Join) -> Iterator[Setting]:
    for settings in (join.settings, *[service.settings for service in join.services]):
        for name in ("listen", "diag-addr"):
            setting = settings.get(name)
            if setting is not None and setting.value and _LOOPBACK.fullmatch(setting.value) is None:
                yield setting


def _clients(run: JobRun, context: Context) -> Iterator[Finding]:
    """tsh and tctl without a look at the certificate, unless the cluster is on the same machine."""
    for at in commands_of(run, lambda text: "--insecure" in text and any([name in text for name in _CLIENTS])):
        found = at.found
        if found is None or found.name not in _CLIENTS:
            continue
        values = [at.value(word) or "" for word in found.arguments]
        local = any([_LOCAL.fullmatch(value.partition("=")[2] or value) is not None for value in values])
        if "--insecure" in values and not local:
            word = found.arguments[values.index("--insecure")]
            yield context.found(
                RULE,
                run,
                f"`{found.name}` takes whoever answers for Teleport",
                at.text.place(word.start, word.end),
                call=run.steps[at.step].call,
                kind="tls",
                path=f"steps/{at.step}/tls",
                label="no certificate is looked at",
                effect=Effect.OPEN,
                help=WITHOUT,
            )


def _host_keys(run: JobRun, context: Context) -> Iterator[Finding]:
    """Where a script or a variable says that a server's key need not be the right one."""
    for script in context.scripts(run):
        for match in _UNCHECKED.finditer(script.text.text):
            if not _is_comment(script.text.text, match.start()):
                place = script.place(match.start(), match.end())
                yield _unchecked(run, place, script.at.step.call, f"steps/{script.at.index}/host-key", context)
    for name, node in environment_of(run).items():
        if name == "ANSIBLE_HOST_KEY_CHECKING" and isinstance(node, Scalar) and node.text.lower() in ("false", "0"):
            yield _unchecked(run, node.span, run.call, "environment/host-key", context)


def _unchecked(run: JobRun, place: Span, call: Call, path: str, context: Context) -> Finding:
    return context.found(
        RULE,
        run,
        "the server's host key is not looked at, so anybody in between can be the server",
        place,
        call=call,
        kind="host-key",
        confidence=Confidence.MEDIUM,
        path=path,
        effect=Effect.OPEN,
        help="use the `known_hosts` that tbot writes, as in `ssh -F DIRECTORY/ssh_config`",
    )


def _is_comment(text: str, position: int) -> bool:
    line = text[text.rfind("\n", 0, position) + 1 : position]
    return line.lstrip().startswith("#")


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """A listener goes to this machine alone."""
    from orbgen.lint.mending.tbot_settings import with_text

    if finding.kind != "listener":
        return None
    return with_text(finding, mender, _OPEN, "127.0.0.1:")
