"""Where pasted text becomes code: scripts, shells, and the images and commands of containers (rules.md 2.3)."""

from __future__ import annotations

import enum
from collections.abc import Iterator

import msgspec

from orbgen.circleci.pipeline import Call, JobRun, Step
from orbgen.circleci.text import Part, Text, code_of
from orbgen.source.nodes import Mapping, Scalar, Sequence


class SinkKind(enum.Enum):
    """What becomes of the text."""

    SCRIPT = "script"
    SHELL = "shell"
    CONTAINER_COMMAND = "container command"
    IMAGE = "image"


class Sink(msgspec.Struct, frozen=True, eq=False):
    """One text in which something was pasted, in a place where text is code. `step` is None for the job's own keys."""

    kind: SinkKind
    text: Text
    call: Call
    path: str
    step: Step | None = None

    def code(self) -> str:
        """The text with each unknown part as a word of the same length, so that offsets stay."""
        return code_of(self.text)

    def unknown_parts(self) -> Iterator[tuple[int, Part]]:
        """Each part that only CircleCI can fill, with its offset in the text."""
        offset = 0
        for part in self.text.parts:
            if part.unknown is not None:
                yield offset, part
            offset += len(part.text)


def sinks_of(run: JobRun) -> Iterator[Sink]:
    """The sinks of a job run that hold something unknown."""
    for index, step in enumerate(run.steps):
        if not step.substituted or step.name not in ("run", "deploy"):
            continue
        command = step.command
        if isinstance(command, Text):
            yield Sink(SinkKind.SCRIPT, command, step.call, f"steps/{index}/command", step)
        shell = step.argument("shell")
        if isinstance(shell, Text):
            yield Sink(SinkKind.SHELL, shell, step.call, f"steps/{index}/shell", step)
    body = run.body or {}
    shell = body.get("shell")
    if isinstance(shell, Text):
        yield Sink(SinkKind.SHELL, shell, run.call, "shell")
    docker = body.get("docker")
    for index, container in enumerate(docker.elements if type(docker) is Sequence else ()):
        if type(container) is Mapping and container.templated is False:
            yield from _container_sinks(run, container, f"docker/{index}")


def _container_sinks(run: JobRun, container: Mapping, path: str) -> Iterator[Sink]:
    for key, kind in (("image", SinkKind.IMAGE), ("entrypoint", SinkKind.CONTAINER_COMMAND),
                      ("command", SinkKind.CONTAINER_COMMAND)):  # fmt: skip
        value = container.get(key)
        if isinstance(value, Text):
            yield Sink(kind, value, run.call, f"{path}/{key}")
        elif type(value) is Sequence and _runs_shell(value):
            for element in value.elements:
                if isinstance(element, Text):
                    yield Sink(kind, element, run.call, f"{path}/{key}")


def _runs_shell(arguments: Sequence) -> bool:
    """Whether a list is a shell with `-c`."""
    words = [element.text for element in arguments.elements if isinstance(element, Scalar)]
    return len(words) > 1 and words[0].rpartition("/")[2] in ("sh", "bash", "dash", "zsh") and words[1].endswith("c")
