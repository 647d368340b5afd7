"""The files with credentials that a job run leaves behind, by whatever command or step wrote them (rules.md 2.5)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import partial
from itertools import groupby

import msgspec

from orbgen.access.following import RunCommand, commands_of
from orbgen.access.writing import Removals, Written
from orbgen.circleci.pipeline import JobRun
from orbgen.lint.analyses.credentials.credential_files import ended_by, known_credential, written_by
from orbgen.lint.analyses.credentials.dumping import passes_values, prints_all
from orbgen.lint.analyses.credentials.oidc_tokens import is_token, keeps_claims_only, mints_token
from orbgen.lint.analyses.credentials.secret_flow import SecretFlow, Sources, may_write, written_words
from orbgen.lint.analyses.credentials.secret_names import TOKENS
from orbgen.lint.analyses.credentials.secret_patterns import secrets_in
from orbgen.lint.analyses.credentials.secret_variables import SecretVariables
from orbgen.lint.analyses.credentials.write_signs import COPYING, step_events
from orbgen.lint.context import Context
from orbgen.lint.shells import is_posix, shell_of
from orbgen.shell.words import Command, PartKind, Word
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.span import Span

# What is followed of a job run of which some script does.
_MAY_WRITE = lazy_pattern(
    r"log(?:in|out)|revoke|config|auth|credential|ssh-keygen|ssh-add|clone|remote|setup|"
    r"adduser|npm set|\b(?:rm|cp|mv)\b|shred|"
    r"OIDC|oidc get|\b(?:env|printenv|export|set|declare)\b[^\n]*>|npmrc|pypirc|netrc|\.env\b|settings\.xml|"
    r"gradle\.properties|\.pem\b|\.key\b|\.p12\b|\.jks\b|id_rsa|id_ed25519|service-account"
)
# The beginning of an address up to where a name or password stands.
_BEFORE_USER = lazy_pattern(r"https?://[^/@\s]*$")
_SAYING = ("echo", "printf", "cat")


class WriteEvents(msgspec.Struct, frozen=True):
    """The write events of a job run, tbot's among them, each with the step that ends it, and all that is removed."""

    written: tuple[Written, ...] = ()
    removed: tuple[tuple[int, str], ...] = ()

    def is_removed(self, path: str, step: int) -> bool:
        """Whether a path, or a folder that it lies in, is removed before a step."""
        return any([before < step and (path == gone or path.startswith(gone + "/")) for before, gone in self.removed])


def write_events(run: JobRun, context: Context) -> WriteEvents:
    """What a job run writes and removes."""
    found = _Reader(run, context)
    found.read()
    of_tbot = [event for join in context.joins(run) for event in join.written]
    return WriteEvents((*of_tbot, *found.events), tuple(found.removals.paths))


class _Reader:
    """Follows a run's steps: what their commands write and remove."""

    def __init__(self, run: JobRun, context: Context) -> None:
        self.run = run
        self.context = context
        self.events: list[Written] = []
        self.variables = SecretVariables(run, None, context.facts)
        self.flow = SecretFlow(Sources(self.variables.is_secret))
        self.removals = Removals()

    def read(self) -> None:
        """Read all steps."""
        self.events += step_events(self.run)
        for index, commands in groupby(commands_of(self.run, self._may_write), key=lambda at: at.step):
            step = self.run.steps[index]
            variables = SecretVariables(self.run, step, self.context.facts)
            self.flow.sources = Sources(
                partial(_is_secret, variables),
                mints_token,
                lambda command, held: is_token(held) and keeps_claims_only(command),
            )
            by_command = {id(at.command): at for at in commands}
            if by_command and is_posix(shell_of(self.run, step)):
                self._script(by_command)
        self.removals.finish(self.events)

    def _may_write(self, script: str) -> bool:
        return _MAY_WRITE.search(script) is not None or self.variables.may_be_in(script)

    def _script(self, by_command: dict[int, RunCommand]) -> None:
        script = next(iter(by_command.values())).script
        for node in self.flow.walk(script):
            at = by_command.get(id(node))
            if at is not None:
                # A list first: a file that is moved leaves the events.
                written = list(self._written(at))
                self.events += written
                self.removals.apply(at, self.events)
                self._log_out(at)

    def _written(self, at: RunCommand) -> Iterator[Written]:
        for writer, files in written_by(at):
            yield Written(
                files.folder, files.names, at.step, at.span, by=writer.by, own=files.own, doubtful=writer.doubtful
            )
        if at.command.name == "git":
            yield from _by_git(at, self.flow)
        elif at.command.name in COPYING:
            yield from self._copied(at)
        if may_write(at.command):
            yield from self._text(at)

    def _text(self, at: RunCommand) -> Iterator[Written]:
        """The files into which a command writes text with a secret, all variables, or by their names credentials."""
        secret = {id(target): (target, held) for target, held in self.flow.writes(at.command)}
        others = [target for target in written_words(at.command) if id(target) not in secret]
        for target, held in (*secret.values(), *[(target, None) for target in others]):
            path = at.path_of(target)
            if path is None or path.startswith("/dev/"):
                continue
            span = at.text.place(target.start, target.end)
            if held is not None:
                yield _file(path, at.step, span, by=f"${held.origin}", token=is_token(held))
            elif _is_given_all(at):
                yield _file(path, at.step, span, by="env")
            else:
                known = known_credential(path)
                if known is not None and not _is_harmless(at.command):
                    yield _file(path, at.step, span, by=at.command.name or "", doubtful=known.doubtful)

    def _copied(self, at: RunCommand) -> Iterator[Written]:
        """What `cp` and `mv` make of a file with a secret, or under a name of credentials."""
        words = [word for word in at.command.words[1:] if not (word.literal or "").startswith("-")]
        target = at.path_of(words[-1]) if len(words) > 1 else None
        if target is None:
            return
        span, by = at.text.place(words[-1].start, words[-1].end), at.command.name or ""
        for word in words[:-1]:
            source = at.path_of(word)
            event = next((one for one in self.events if source is not None and _is_of(one, source)), None)
            if event is not None and source is not None:
                names = (posixpath.basename(target), f"{posixpath.basename(target)}/{posixpath.basename(source)}")
                yield msgspec.structs.replace(
                    event,
                    folder=posixpath.dirname(target),
                    names=names,
                    step=at.step,
                    span=span,
                    own=False,
                    removed=None,
                )
                if by == "mv":
                    self.events = [one.without((source,), at.step) for one in self.events]
                return
        known = known_credential(target)
        if known is not None:
            yield _file(target, at.step, span, by=by, doubtful=known.doubtful)

    def _log_out(self, at: RunCommand) -> None:
        ended = ended_by(at)
        if ended:
            self.events = [one.ended(at.step) if one.by in ended else one for one in self.events]


def _file(path: str, step: int, span: Span, *, by: str, doubtful: bool = False, token: bool = False) -> Written:
    folder, name = posixpath.split(path)
    return Written(folder, (name,), step, span, by=by, own=False, doubtful=doubtful, token=token)


def _is_of(event: Written, path: str) -> bool:
    return event.removed is None and any([posixpath.join(event.folder, name) == path for name in event.names])


def _is_given_all(at: RunCommand) -> bool:
    """Whether a command prints all variables, or passes them on."""
    command = at.command
    before = [one for one in at.script.commands if one.pipeline == command.pipeline >= 0 and one.start < command.start]
    return prints_all(command) or (passes_values(command) and any([prints_all(one) for one in before]))


def _is_harmless(command: Command) -> bool:
    """Whether it is known what a command writes, and that is no secret."""
    if command.name not in _SAYING or (command.name == "cat" and len(command.words) > 1):
        return False
    documents = [one.document.text for one in command.redirections if one.document is not None]
    if command.name == "cat" and not documents:
        return False
    texts = [*documents, *["".join([part.text for part in word.parts]) for word in command.words[1:]]]
    substituted = [part for word in command.words[1:] for part in word.parts if part.kind is PartKind.SUBSTITUTION]
    return not substituted and not any([next(secrets_in(text), None) for text in texts])


def _by_git(at: RunCommand, flow: SecretFlow) -> Iterator[Written]:
    """`.git/config` and its kin, where an address with a secret is kept."""
    words = at.command.words[1:]
    plain = [word for word in words if not (word.literal or "").startswith("-")]
    verb = plain[0].literal if plain else None
    if verb not in ("clone", "remote", "config"):
        return
    address = next((word for word in words if _has_user(word, flow)), None)
    if address is None:
        return
    folder, names = at.path(".git"), ("config",)
    if verb == "config" and any([word.literal == "--global" for word in words]):
        folder, names = "~", (".gitconfig",)
    elif verb == "clone":
        last = plain[-1]
        name = at.value(last) if last is not address else _repository(address)
        folder = at.path(posixpath.join(name, ".git")) if name else None
    if folder is not None:
        span = at.text.place(address.start, address.end)
        yield Written(folder, names, at.step, span, by=f"git {verb}", own=folder != "~")


def _has_user(word: Word, flow: SecretFlow) -> bool:
    """Whether an address holds a secret before its host."""
    before = ""
    for index, part in enumerate(word.parts):
        if part.kind is PartKind.LITERAL:
            before += part.text
        elif _BEFORE_USER.search(before) and flow.held_by(msgspec.structs.replace(word, parts=(part,))) is not None:
            return any(["@" in later.text for later in word.parts[index + 1 :] if later.kind is PartKind.LITERAL])
        else:
            before += "x"
    return False


def _repository(address: Word) -> str | None:
    """The folder that `git clone` makes of an address."""
    last = address.parts[-1]
    if last.kind is not PartKind.LITERAL or "/" not in last.text:
        return None
    return last.text.rstrip("/").rpartition("/")[2].removesuffix(".git") or None


def _is_secret(variables: SecretVariables, name: str) -> bool:
    """Whether a variable holds a secret in a step."""
    return name in TOKENS or variables.is_secret(name)
