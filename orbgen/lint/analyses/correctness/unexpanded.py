"""Variables in the shell's notation where CircleCI puts nothing in and no shell reads them (rules.md 3.5)."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Texts

import msgspec

from orbgen.circleci.pipeline import Call, JobRun
from orbgen.circleci.text import Part, parts_of
from orbgen.lint.analyses.supply_chain.images import docker_images
from orbgen.lint.analyses.supply_chain.machines import machine_of
from orbgen.lint.shells import is_powershell
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence

# A name in capitals, or any name in braces. A doubled dollar and one behind a backslash are meant as they stand.
_VARIABLE = lazy_pattern(
    r"(?<![\\$])\$(?:\{([A-Za-z_][A-Za-z0-9_]*)(?=[}:%#/^,@-])|([A-Z_][A-Z0-9_]*)(?![A-Za-z0-9_]))"
)
_CACHE_STEPS = ("save_cache", "restore_cache")
# The keys of each step that hold a path.
_PATHS = {
    "run": ("working_directory",),
    "deploy": ("working_directory",),
    "checkout": ("path",),
    "save_cache": ("paths",),
    "persist_to_workspace": ("root", "paths"),
    "attach_workspace": ("at",),
    "store_artifacts": ("path",),
    "store_test_results": ("path",),
}


# Variables whose values a shell reads as code, by its own rules or by their names.
_CODE = lazy_pattern(r"BASH_ENV|ENV|PROMPT_COMMAND|PS[0-4]|(?:.*_)?(?:COMMAND|CMD|SCRIPT|HOOK)")
# What reads text as a shell would; a script that writes to `$BASH_ENV` has its text read by the next step's shell.
_READERS = lazy_pattern(r"\b(?:eval|envsubst|env\s+subst|compose|BASH_ENV|gomplate)\b|\b(?:ba|da|z|k)?sh\s+-\w*c\b")
_OF_POWERSHELL = ("ENV", "HOME", "PWD", "PROFILE", "PSHOME")


class Unexpanded(msgspec.Struct, frozen=True, eq=False):
    """One variable, from character `start` to `end` of a text, and of which environment variable that is the value.

    `step` is the number of the step, None for the job's own keys; `shown` is where the text stands, in words.
    """

    kind: str
    name: str
    text: Scalar
    start: int
    end: int
    call: Call
    shown: str
    step: int | None = None
    variable: str = ""

    @property
    def part(self) -> Part:
        """The piece of the text that the variable begins in."""
        offset = 0
        parts = parts_of(self.text)
        for part in parts:
            offset += len(part.text)
            if self.start < offset:
                return part
        return parts[-1]


def unexpanded(run: JobRun) -> Iterator[Unexpanded]:
    """Each variable in the environments, paths, cache keys and image names of a job run and its steps."""
    body = run.body or {}
    yield from _environment(body.get("environment"), run.call, None)
    docker = body.get("docker")
    for container in docker.elements if type(docker) is Sequence else ():
        if type(container) is Mapping:
            yield from _environment(container.get("environment"), run.call, None)
    for _, image in docker_images(run):
        yield from _in(image, "image", run.call, "the name of an image", None)
    machine = machine_of(run)
    if machine.kind == "machine" and machine.image is not None:
        yield from _in(machine.image, "image", run.call, "the name of an image", None)
    yield from _in(body.get("working_directory"), "path", run.call, "`working_directory`", None)
    for index, step in enumerate(run.steps):
        if step.opaque or type(step.body) is not Mapping:
            continue
        name = step.name.replace("-", "_")
        if name in ("run", "deploy"):
            yield from _environment(step.argument("environment"), step.call, index)
        for key in _PATHS.get(name, ()):
            yield from _in(step.argument(key), "path", step.call, f"`{key}` of `{name}`", index)
        for key in ("key", "keys") if name in _CACHE_STEPS else ():
            yield from _in(step.argument(key), "key", step.call, "a cache key", index)


def cache_keys(run: JobRun) -> Iterator[tuple[Scalar, Call]]:
    """The texts of a job run's cache keys, each with the link that it stands in."""
    for step in run.steps:
        if not step.opaque and step.name.replace("-", "_") in _CACHE_STEPS:
            for node in (step.argument("key"), step.argument("keys")):
                for item in node.elements if type(node) is Sequence else (node,):
                    if isinstance(item, Scalar):
                        yield item, step.call


def variables_in(text: str) -> Iterator[tuple[str, int, int]]:
    """The variables that a text names in the shell's notation, each from which character to which."""
    if "$" in text:
        for match in _VARIABLE.finditer(text):
            end = text.find("}", match.end()) + 1 if match[1] else 0
            yield match[1] or match[2], match.start(), end or match.end()


def _in(node: Content | None, kind: str, call: Call, shown: str, step: int | None) -> Iterator[Unexpanded]:
    for item in node.elements if type(node) is Sequence else (node,):
        if isinstance(item, Scalar):
            for name, start, end in variables_in(item.text):
                yield Unexpanded(kind, name, item, start, end, call, shown, step)


def _environment(node: Content | None, call: Call, step: int | None) -> Iterator[Unexpanded]:
    """The variables in the values of a map, of a list of maps, or of a list of texts `NAME=VALUE`."""
    for item in node.elements if type(node) is Sequence else (node,):
        if type(item) is Mapping:
            for name, field in item.fields.items():
                for found in _in(field.value, "environment", call, f"the variable `{name}`", step):
                    yield msgspec.structs.replace(found, variable=name)
        elif isinstance(item, Scalar):
            name = item.text.partition("=")[0]
            for found in _in(item, "environment", call, f"the variable `{name}`", step):
                yield msgspec.structs.replace(found, variable=name)


def is_read_later(found: Unexpanded, scripts: Texts[str]) -> bool:
    """Whether one of the scripts hands the variable that is set to something that expands its value."""
    if _CODE.fullmatch(found.variable):
        return True
    for script in scripts:
        reader = _READERS.search(script)
        if reader is not None and (reader[0] == "compose" or found.variable in script):
            return True
    return False


def is_of_powershell(found: Unexpanded, run: JobRun) -> bool:
    """Whether a variable is one of PowerShell's own, in a job on Windows."""
    if found.name not in _OF_POWERSHELL:
        return False
    machine = machine_of(run)
    executor = (run.body or {}).get("executor")
    named = isinstance(executor, Scalar) and executor.text.startswith("win")
    return named or (machine.kind == "machine" and not machine.linux) or is_powershell((run.body or {}).get("shell"))
