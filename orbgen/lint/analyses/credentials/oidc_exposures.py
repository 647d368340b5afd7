"""Where a job's OIDC token gets to those who should not have it: the log, or a stranger's host (rules.md 3.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

import msgspec

from orbgen.circleci.pipeline import JobRun
from orbgen.lint.analyses.credentials.oidc_tokens import is_token, keeps_claims_only, mints_token
from orbgen.lint.analyses.credentials.printing import Printed, printed_secrets, starts_traced
from orbgen.lint.analyses.credentials.secret_flow import SecretFlow, Sources
from orbgen.lint.analyses.credentials.secret_literals import is_local
from orbgen.lint.analyses.credentials.secret_names import TOKENS
from orbgen.lint.context import Context, StepScript
from orbgen.lint.shells import shell_words
from orbgen.project.facts import Facts
from orbgen.shell.words import Command, PartKind, Word
from orbgen.shell.wrappers import unwrap

_SENDING = frozenset(("curl", "wget", "http", "https", "xh"))
_TOKEN_SERVICES = (
    "sts.amazonaws.com", "sts.*.amazonaws.com", "sts.*.amazonaws.com.cn", "sts.googleapis.com",
    "iamcredentials.googleapis.com", "login.microsoftonline.com",
)  # fmt: skip
_ADDRESS = re.compile(r"https?://(?:[^/@]*@)?(?P<host>[^/:?#\0]+)(?P<rest>[/:?#].*)?", re.DOTALL)
_VAULT_LOGIN = re.compile(r"(?::\d+)?/v1/(?:[^?#]+/)?auth/[^?#]+/login")


class Sent(msgspec.Struct, frozen=True):
    """A command that sends a token to a host, and where the address stands."""

    host: str
    start: int
    end: int


class Exposure(msgspec.Struct, frozen=True):
    """One place of a step's script at which the token gets out."""

    script: StepScript
    how: Printed | Sent


def oidc_exposures(run: JobRun, context: Context) -> Iterator[Exposure]:
    """The exposures in the scripts of a job run, which are followed one after another."""
    sources = Sources(lambda name: name in TOKENS, mints_token, lambda command, held: keeps_claims_only(command))
    printing, sending = SecretFlow(sources), SecretFlow(sources)
    for script in context.scripts(run):
        traced = starts_traced(shell_words(run, script.at.step))
        for printed in printed_secrets(script.script, printing, traced=traced):
            yield Exposure(script, printed)
        for event in sending.follow(script.script):
            if isinstance(event.node, Command):
                for sent in _sent(event.node, sending, bool(event.uses), context.facts):
                    yield Exposure(script, sent)


def _sent(command: Command, flow: SecretFlow, used: bool, facts: Facts) -> Iterator[Sent]:
    """The hosts that a command sends a token to, but for those that take one for what it is."""
    found = unwrap(command, {})
    if found is None or found.name not in _SENDING:
        return
    if not used and not any([_is_token_file(word, flow, command) for word in found.arguments]):
        return
    for word in found.arguments:
        match = _ADDRESS.match(_literal_text(word))
        if match is not None and not _is_wanted(match["host"], match["rest"] or "", facts):
            yield Sent(match["host"], word.start, word.end)


def _is_token_file(word: Word, flow: SecretFlow, command: Command) -> bool:
    """Whether a word such as `@file` or `jwt=@file` is a file with a token; `@-` is what is piped in."""
    _, at, file = (word.literal or "").partition("@")
    if not at:
        return False
    held = flow.piped_into(command) if file == "-" else flow.files.get(file)
    return held is not None and is_token(held)


def _literal_text(word: Word) -> str:
    """A word in which a character that no address has stands for what is put in."""
    return "".join([part.text if part.kind is PartKind.LITERAL else "\0" for part in word.parts])


def _is_wanted(host: str, rest: str, facts: Facts) -> bool:
    proxy = (facts.proxy or "").partition(":")[0]
    hosts = (*_TOKEN_SERVICES, *facts.oidc_hosts, *((proxy,) if proxy else ()))
    if is_local(host) or any([fnmatchcase(host.lower(), pattern.lower()) for pattern in hosts]):
        return True
    return _VAULT_LOGIN.match(rest) is not None
