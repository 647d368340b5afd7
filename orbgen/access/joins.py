"""Joins: where a job run obtains Teleport credentials, and what it leaves on disk (rules.md 2.5, 2.6)."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from orbgen.access.checkout import Checkout
from orbgen.access.following import RunCommand, commands_of
from orbgen.access.paths import expand_known
from orbgen.access.writing import Removals, Written
from orbgen.circleci.pipeline import JobRun
from orbgen.shell.wrappers import Unwrapped
from orbgen.source.span import Span
from orbgen.teleport.tbot_command import TbotStart, read_tbot
from orbgen.teleport.tbot_file import Output, TbotFile, read_tbot_file

_TERRAFORM = ("plan", "apply", "destroy", "import", "refresh")
_IDENTITY_FILES = ("identity", "tlscert", "key", "key-cert.pub", "ssh_config")
# The credentials that each output writes into its folder; public files are left out (rules.md 2.5).
OUTPUT_FILES = {
    "identity": _IDENTITY_FILES,
    "ssh": _IDENTITY_FILES,
    "id": _IDENTITY_FILES,
    "kubernetes": (*_IDENTITY_FILES, "kubeconfig.yaml"),
    "kubernetes/v2": (*_IDENTITY_FILES, "kubeconfig.yaml"),
    "application": (*_IDENTITY_FILES, "tls.crt", "tls.key"),
    "database": (*_IDENTITY_FILES, "tls.crt", "tls.key", "mongo.crt"),
    "ssh-multiplexer": (*_IDENTITY_FILES, "v1.sock"),
    "workload-identity-x509": ("svid.pem", "svid.key"),
    "workload-identity-jwt": ("jwt_svid",),
    "workload-identity-aws-roles-anywhere": ("aws_credentials",),
}
STORAGE_FILES = (*_IDENTITY_FILES, "tokenhash")


class Join(msgspec.Struct, frozen=True):
    """One join. `method` is None where it is not known; `step` counts the run's steps."""

    method: str | None
    token: str | None
    step: int
    span: Span
    written: tuple[Written, ...] = ()


def joins_of(run: JobRun, checkout: Checkout) -> tuple[Join, ...]:
    """The joins of a job run, in the order of its steps."""
    reader = _Reader(checkout)
    for command in commands_of(run, reader.wants):
        reader.read(command)
    return reader.finish()


class _Reader:
    """Follows a run's scripts: what they join, write and remove."""

    def __init__(self, checkout: Checkout) -> None:
        self.checkout = checkout
        self.joins: list[Join] = []
        # What was written, and the number of the join that wrote it.
        self.written: list[Written] = []
        self.owners: list[int] = []
        self.removals = Removals()
        self.files: dict[str, str | None] = {}

    def wants(self, script: str) -> bool:
        """Whether there can be anything in a script."""
        interesting = "tbot" in script or "TF_TELEPORT" in script or "terraform" in script or "tofu" in script
        return interesting or "<<" in script or (bool(self.joins) and "rm" in script)

    def read(self, at: RunCommand) -> None:
        """Read one command."""
        found = at.found
        if found is None:
            return
        self._note_file(at, found)
        if found.name == "tbot":
            start = read_tbot(found.arguments, at.value)
            if start is not None:
                self._join(at, found, start)
        elif found.name in ("terraform", "tofu"):
            self._terraform(at, found)
        else:
            self.removals.apply(at, self.written)

    def _note_file(self, at: RunCommand, found: Unwrapped) -> None:
        """Remember what a here-document, `echo` or `printf` writes into a file."""
        redirections = at.command.redirections
        target = next((one.target for one in redirections if one.writes and one.target is not None), None)
        if target is None and found.name == "tee" and found.arguments:
            target = found.arguments[-1]
        path = at.path_of(target)
        if path is None:
            return
        document = next((one.document for one in redirections if one.document is not None), None)
        if document is not None:
            self.files[path] = document.text
        elif found.name in ("echo", "printf") and found.arguments:
            self.files[path] = at.value(found.arguments[-1])

    def _join(self, at: RunCommand, found: Unwrapped, start: TbotStart) -> None:
        span = at.text.place(found.start, found.start + len("tbot"))
        given = {**at.environment, **{name: value for name, value in found.environment.items() if value is not None}}
        config, unread = self._config(at, start, given)
        method = start.value("join-method") or (config.join_method if config is not None else None)
        if method is None and not start.is_unknown("join-method") and not unread:
            method = "token"
        token = start.value("token") or (config.token if config else None) or given.get("TELEPORT_BOT_TOKEN")
        self.written += _written(at, span, start, config)
        self.owners += [len(self.joins)] * (len(self.written) - len(self.owners))
        self.joins.append(Join(method, token, at.step, span))

    def _config(self, at: RunCommand, start: TbotStart, environment: dict[str, str]) -> tuple[TbotFile | None, bool]:
        """The configuration file that tbot reads, and whether there is one that cannot be read here."""
        if "config-string" in start.flags or "TBOT_CONFIG" in environment:
            return self._encoded(start.value("config-string") or environment.get("TBOT_CONFIG"))
        if "config" not in start.flags and "TBOT_CONFIG_PATH" not in environment:
            return None, False
        path = at.path(start.value("config") or environment.get("TBOT_CONFIG_PATH"))
        if path is None:
            return None, True
        content = self.files.get(path)
        if content is None and path not in self.files and path.startswith(at.home + "/"):
            content = self.checkout.text(path[len(at.home) + 1 :])
        found = read_tbot_file(content, path) if content is not None else None
        return found, found is None

    def _encoded(self, text: str | None) -> tuple[TbotFile | None, bool]:
        import base64
        import binascii

        try:
            content = base64.b64decode(text or "", validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return None, True
        found = read_tbot_file(content, "TBOT_CONFIG") if content else None
        return found, found is None

    def _terraform(self, at: RunCommand, found: Unwrapped) -> None:
        action = next((word.literal for word in found.arguments if not (word.literal or "-").startswith("-")), None)
        method = at.variables.get("TF_TELEPORT_JOIN_METHOD")
        if action in _TERRAFORM and method:
            self.joins.append(Join(method, at.variables.get("TF_TELEPORT_JOIN_TOKEN"), at.step, at.span))

    def finish(self) -> tuple[Join, ...]:
        """The joins, each with what it leaves behind."""
        self.removals.finish(self.written)
        return tuple([
            msgspec.structs.replace(join, written=tuple([
                event for event, owner in zip(self.written, self.owners, strict=True) if owner == index
            ]))
            for index, join in enumerate(self.joins)
        ])  # fmt: skip


def _written(at: RunCommand, span: Span, start: TbotStart, config: TbotFile | None) -> Iterator[Written]:
    """What tbot writes into the folders of its outputs and of its storage."""
    outputs: list[Output] = list(config.outputs) if config is not None else []
    folder = start.value("destination") or start.value("destination-dir")
    if folder is not None:
        outputs.append(Output(start.service or "identity", folder))
    for output in outputs:
        path = _path(at, output.folder)
        if path is not None:
            yield Written(path, OUTPUT_FILES.get(output.type, _IDENTITY_FILES), at.step, span)
    for storage in (start.value("storage"), start.value("data-dir"), config.storage_folder if config else None):
        path = _path(at, storage)
        if path is not None:
            yield Written(path, STORAGE_FILES, at.step, span)


def _path(at: RunCommand, destination: str | None) -> str | None:
    """The folder that a destination names: a path or `file://` address, none for memory and the like."""
    if destination is None:
        return None
    local = destination.removeprefix("file://")
    return None if "://" in local else at.path(expand_known(local, at.folder or at.home))
