"""Connections and packages that nobody vouches for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from orbgen.circleci.jobs import environment_of
from orbgen.circleci.pipeline import JobRun
from orbgen.circleci.text import is_known
from orbgen.lint.analyses.supply_chain.transport import insecurities, weakened
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.source.nodes import Content, Scalar
from orbgen.source.nodes import Mapping as Map

RULE = Rule(
    name="insecure-transport",
    sees=Sees.JOB_RUN,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=(
        "curl",
        "no-check-certificate",
        "sslVerify",
        "sslverify",
        "GIT_SSL_NO_VERIFY",
        "NODE_TLS_REJECT_UNAUTHORIZED",
        "PYTHONHTTPSVERIFY",
        "strict-ssl",
        "strict_ssl",
        "STRICT_SSL",
        "trusted-host",
        "insecure-skip-tls-verify",
        "GOINSECURE",
        "GONOSUMDB",
        "GOSUMDB",
        "GOFLAGS",
        "allow-unauthenticated",
        "nosignature",
        "nogpgcheck",
        "http://",
        "git://",
    ),
)
_CONFIDENCE = {True: Confidence.HIGH, False: Confidence.MEDIUM, None: Confidence.LOW}
_SAYS = {
    "tls": "takes any certificate, so whoever stands in between can read and change what passes",
    "plain": "is fetched without encryption, so whoever stands in between can change what the job gets",
    "checksum": "takes what nobody signed or recorded, so a package that was changed goes unseen",
}
_HELP = {
    "tls": "let the certificate be checked; for one of your own give the authority, as in `curl --cacert FILE` or "
    "`NODE_EXTRA_CA_CERTS`",
    "plain": "write `https://`",
    "checksum": "leave the check on; for private modules name them in `GOPRIVATE`",
}


def check(run: JobRun, context: Context) -> Iterator[Finding]:
    """Each variable and each command of a job run that switches off a check, or fetches over a plain connection."""
    yield from _variables(run, environment_of(run), "environment", context)
    for at in context.run_steps(run):
        own = at.step.argument("environment")
        if type(own) is Map:
            variables = {name: field.value for name, field in own.fields.items()}
            yield from _variables(run, variables, f"{at.path}/environment", context)
    for script in context.scripts(run):
        for one in insecurities(script.script):
            yield context.found(
                RULE,
                run,
                f"`{one.what}` {_SAYS[one.kind]}",
                script.place(one.start, one.end),
                call=script.at.step.call,
                kind=one.kind,
                confidence=_CONFIDENCE[one.sure],
                path=f"steps/{script.at.index}/command",
                help=_HELP[one.kind],
            )


def _variables(run: JobRun, variables: Mapping[str, Content], path: str, context: Context) -> Iterator[Finding]:
    for name, node in variables.items():
        if not isinstance(node, Scalar) or not is_known(node):
            continue
        kind = weakened(name, node.text)
        if kind is not None:
            yield context.found(
                RULE,
                run,
                f"`{name}: {node.text}` {_SAYS[kind]}",
                node.span,
                kind=kind,
                path=f"{path}/{name}",
                label="every program of the job that knows the variable",
                help=_HELP[kind],
            )
