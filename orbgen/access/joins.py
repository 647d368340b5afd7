"""Joins: where a job run obtains Teleport credentials, and what it leaves on disk (rules.md 2.5, 2.6)."""

from __future__ import annotations

import os
import posixpath

import msgspec

from orbgen.access.paths import DEFAULT_WORKING_DIRECTORY, expand_known, normal
from orbgen.circleci.jobs import environment_of
from orbgen.circleci.pipeline import JobRun, Step
from orbgen.circleci.text import is_known, parts_of
from orbgen.shell.script import Script, read_script
from orbgen.shell.words import Command
from orbgen.shell.wrappers import Unwrapped, unwrap
from orbgen.source.nodes import Mapping, Scalar
from orbgen.source.span import Span
from orbgen.teleport.tbot_command import TbotStart, read_tbot
from orbgen.teleport.tbot_file import Output, TbotFile, read_tbot_file

MAXIMUM_FILE = 256 * 1024
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


class Checkout(msgspec.Struct, frozen=True):
    """The work tree that a linted file belongs to."""

    root: str

    def text(self, path: str) -> str | None:
        """The text of a file, named relative to the checkout; None where there is none or it is too large."""
        real = os.path.realpath(os.path.join(self.root, path))
        if not real.startswith(os.path.realpath(self.root) + os.sep):
            return None
        try:
            if os.path.getsize(real) > MAXIMUM_FILE:
                return None
            with open(real, encoding="utf-8") as file:
                return file.read()
        except (OSError, UnicodeDecodeError):
            return None


class Written(msgspec.Struct, frozen=True):
    """Files with credentials in a folder, from a step of the run on; `span` is what wrote them."""

    folder: str
    names: tuple[str, ...]
    step: int
    span: Span
    removed: int | None = None


class Join(msgspec.Struct, frozen=True):
    """One join. `method` is None where it is not known; `step` counts the run's steps."""

    method: str | None
    token: str | None
    step: int
    span: Span
    written: tuple[Written, ...] = ()


def joins_of(run: JobRun, checkout: Checkout) -> tuple[Join, ...]:
    """The joins of a job run, in the order of its steps."""
    reader = _Reader(run, checkout)
    for index, step in enumerate(run.steps):
        script = step.command
        if script is not None and not step.opaque:
            reader.read(index, step, script)
    return tuple(reader.joins)


class _Reader:
    """Follows a run's scripts: what they join, write and remove."""

    def __init__(self, run: JobRun, checkout: Checkout) -> None:
        self.run = run
        self.checkout = checkout
        self.joins: list[Join] = []
        self.files: dict[str, str | None] = {}
        self.variables = {name: node.text for name, node in environment_of(run).items()
                          if isinstance(node, Scalar) and is_known(node) and "$" not in node.text}  # fmt: skip
        self.home = _directory(run.body.get("working_directory") if run.body else None, DEFAULT_WORKING_DIRECTORY)

    def read(self, index: int, step: Step, text: Scalar) -> None:
        """Read one step's script, if there can be anything in it."""
        raw = text.text
        interesting = "tbot" in raw or "TF_TELEPORT" in raw or "terraform" in raw or "tofu" in raw
        if not interesting and not (self.joins and "rm" in raw) and "<<" not in raw:
            return
        code = "".join([part.text if part.unknown is None else "x" * len(part.text) for part in parts_of(text)])
        script = read_script(code)
        environment = dict(self.variables)
        own = step.argument("environment")
        if type(own) is Mapping:
            environment.update({name: field.value.text for name, field in own.fields.items()
                                if isinstance(field.value, Scalar) and is_known(field.value)})  # fmt: skip
        variables = {**environment, **script.literals}
        working = _directory(step.argument("working_directory"), self.home, self.home)
        for command in script.commands:
            found = unwrap(command, variables)
            if found is None:
                continue
            if found.name == "cd" and found.arguments:
                target = found.arguments[0].expand(variables)
                working = normal(target, working) or working if target else working
            self._note_file(script, command, found, variables, working)
            if found.name == "tbot":
                start = read_tbot(found.arguments, variables)
                if start is not None:
                    self._join(index, text, found, start, environment, working)
            elif found.name in ("terraform", "tofu"):
                self._terraform(index, text, found, {**environment, **variables})
            elif found.name in ("rm", "shred"):
                self._remove(index, found, variables, working)

    def _note_file(
        self, script: Script, command: Command, found: Unwrapped, variables: dict[str, str], working: str
    ) -> None:
        """Remember what a here-document, `echo` or `printf` writes into a file."""
        target = next((r.target.expand(variables) for r in command.redirections if r.writes and r.target), None)
        if target is None and found.name == "tee" and found.arguments:
            target = found.arguments[-1].expand(variables)
        path = self._path(target, working)
        if path is None:
            return
        document = next((r.document for r in command.redirections if r.document is not None), None)
        if document is not None:
            self.files[path] = document.text
        elif found.name in ("echo", "printf") and found.arguments:
            self.files[path] = found.arguments[-1].expand(variables)

    def _path(self, path: str | None, working: str) -> str | None:
        return None if path is None else normal(expand_known(path, working), working)

    def _join(
        self, index: int, text: Scalar, found: Unwrapped, start: TbotStart, environment: dict[str, str], working: str
    ) -> None:
        span = text.place(found.start, found.start + len("tbot"))
        given = {**environment, **{name: value for name, value in found.environment.items() if value is not None}}
        config, unread = self._config(start, given, working)
        method = start.value("join-method") or (config.join_method if config is not None else None)
        if method is None and not start.is_unknown("join-method") and not unread:
            method = "token"
        token = start.value("token") or (config.token if config else None) or given.get("TELEPORT_BOT_TOKEN")
        written = list(self._written(index, span, start, config, working))
        self.joins.append(Join(method, token, index, span, tuple(written)))

    def _config(self, start: TbotStart, environment: dict[str, str], working: str) -> tuple[TbotFile | None, bool]:
        """The configuration file that tbot reads, and whether there is one that cannot be read here."""
        if "config-string" in start.flags or "TBOT_CONFIG" in environment:
            return self._encoded(start.value("config-string") or environment.get("TBOT_CONFIG"))
        if "config" not in start.flags and "TBOT_CONFIG_PATH" not in environment:
            return None, False
        path = self._path(start.value("config") or environment.get("TBOT_CONFIG_PATH"), working)
        if path is None:
            return None, True
        content = self.files.get(path)
        if content is None and path not in self.files and path.startswith(self.home + "/"):
            content = self.checkout.text(path[len(self.home) + 1 :])
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

    def _written(
        self, index: int, span: Span, start: TbotStart, config: TbotFile | None, working: str
    ) -> list[Written]:
        outputs: list[Output] = list(config.outputs) if config is not None else []
        folder = start.value("destination") or start.value("destination-dir")
        if folder is not None:
            outputs.append(Output(start.service or "identity", folder))
        found = []
        for output in outputs:
            path = self._path(_local(output.folder), working)
            if path is not None:
                found.append(Written(path, OUTPUT_FILES.get(output.type, _IDENTITY_FILES), index, span))
        for storage in (start.value("storage"), start.value("data-dir"), config.storage_folder if config else None):
            path = self._path(_local(storage), working)
            if path is not None:
                found.append(Written(path, STORAGE_FILES, index, span))
        return found

    def _terraform(self, index: int, text: Scalar, found: Unwrapped, environment: dict[str, str]) -> None:
        action = next((word.literal for word in found.arguments if not (word.literal or "-").startswith("-")), None)
        method = environment.get("TF_TELEPORT_JOIN_METHOD")
        if action in _TERRAFORM and method:
            span = text.place(found.start, found.start + len(found.name))
            self.joins.append(Join(method, environment.get("TF_TELEPORT_JOIN_TOKEN"), index, span))

    def _remove(self, index: int, found: Unwrapped, variables: dict[str, str], working: str) -> None:
        """End what was written below the removed paths, for the steps behind this one."""
        removed = [self._path(word.expand(variables), working) for word in found.arguments]
        for position, join in enumerate(self.joins):
            written = tuple([
                msgspec.structs.replace(event, removed=index)
                if event.removed is None and any([_below(event.folder, path) for path in removed if path])
                else event
                for event in join.written
            ])  # fmt: skip
            self.joins[position] = msgspec.structs.replace(join, written=written)


def _below(folder: str, path: str) -> bool:
    return folder == path or folder.startswith(path.rstrip("/") + "/") or posixpath.dirname(path) == folder


def _local(destination: str | None) -> str | None:
    """The folder that a destination flag names: a path or `file://` address, none for memory and the like."""
    if destination is None or destination.startswith("file://"):
        return destination and destination.removeprefix("file://")
    return None if "://" in destination else destination


def _directory(node: object, default: str, base: str = DEFAULT_WORKING_DIRECTORY) -> str:
    if isinstance(node, Scalar) and is_known(node):
        return normal(node.text, base) or default
    return default
