"""The images that a script pulls, runs or builds on, and those that it makes itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

import msgspec

from orbgen.lint.analyses.supply_chain.images import read_image
from orbgen.shell.script import Script
from orbgen.shell.words import Command, Word
from orbgen.shell.wrappers import unwrap
from orbgen.source.lazy_patterns import lazy_pattern

_ENGINES = ("docker", "podman")
# The options of `run` and `create` that take no value; every other one does.
_FLAGS = frozenset((
    "--detach", "--disable-content-trust", "--init", "--interactive", "--no-healthcheck", "--oom-kill-disable",
    "--privileged", "--publish-all", "--quiet", "--read-only", "--rm", "--sig-proxy", "--tty", "--use-api-socket",
    "--all-tags", "--replace", "--tls-verify", "--no-hosts", "--help",
))  # fmt: skip
_SHORT_FLAGS = frozenset("ditPqaz")
# Programs that may make images whose names do not show.
_BUILDERS = frozenset(("docker-compose", "make", "bazel", "pack", "nix", "nix-build", "skaffold", "packer"))
_GLOBAL_VALUED = frozenset(("-c", "--context", "-H", "--host", "--config", "-l", "--log-level"))
_FROM = lazy_pattern(r"^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)(?:[ \t]+AS[ \t]+(\S+))?", re.IGNORECASE | re.MULTILINE)


class ImageUse(msgspec.Struct, frozen=True):
    """An image's reference in a script, from character `start` to `end`. A `pulled` one cannot be a local image."""

    text: str
    start: int
    end: int
    pulled: bool = False


class Made(msgspec.Struct, frozen=True):
    """The repositories that a script builds or tags. With `others` it makes images whose names are not known."""

    names: frozenset[str]
    others: bool


@lru_cache(maxsize=256)
def images_used(script: Script) -> tuple[ImageUse, ...]:
    """Each image that a `docker run`, `pull` or `create` of a script names literally, and the `FROM` of Dockerfiles."""
    return tuple(_images_used(script))


def _images_used(script: Script) -> Iterator[ImageUse]:
    variables = script.literals
    for command in script.commands:
        if command.redirections:
            yield from _dockerfile(command)
        verb, words = _verb(command)
        if verb in ("run", "create", "pull"):
            word = _image_word(words, verb)
            text = word.expand(variables) if word is not None else None
            if word is not None and text:
                yield ImageUse(text, word.start, word.end, verb == "pull")


def options_of_containers(script: Script) -> Iterator[tuple[Command, list[tuple[str, Word]]]]:
    """Each `docker run` and `create` of a script with its options, each as `--name=value` or `-v=value`."""
    for command in script.commands:
        verb, words = _verb(command)
        if verb in ("run", "create"):
            yield command, list(_options(words, script.literals))


def _options(words: tuple[Word, ...], variables: Mapping[str, str]) -> Iterator[tuple[str, Word]]:
    index = 0
    while index < len(words):
        first = words[index].parts[0].text if words[index].parts else ""
        text = words[index].expand(variables) or first
        if not first.startswith("-"):
            return
        following = words[index + 1].expand(variables) if index + 1 < len(words) else None
        takes = _takes_next(words[index].literal or first, "run")
        yield (f"{text}={following or ''}" if takes else text), words[index]
        index += 2 if takes else 1


@lru_cache(maxsize=256)
def images_made(script: Script) -> Made:
    """The images that a script makes on the machine that it runs on."""
    variables = script.literals
    names: set[str] = set()
    others = False
    for command in script.commands:
        verb, words = _verb(command)
        values: list[Word] = []
        if verb in ("build", "buildx", "bake"):
            values = _tags(words)
            others = others or not values
        elif verb in ("tag", "commit", "import"):
            values = list(words[-1:])
        elif verb in ("load", "compose", "image") or command.name in (
            "docker-compose",
            "make",
            "bazel",
            "pack",
            "nix-build",
            "nix",
            "skaffold",
            "packer",
        ):
            others = True
        for value in values:
            text = value.expand(variables)
            image = read_image(text.removeprefix("--tag=")) if text else None
            if image is not None:
                names.add(image.name)
            elif text is None:
                others = True
    return Made(frozenset(names), others)


def _verb(command: Command) -> tuple[str, tuple[Word, ...]]:
    """The verb of a `docker` command, `container` and `image` left out, and the words behind it."""
    found = unwrap(command, {})
    if found is None or found.name not in _ENGINES:
        return "", ()
    words = found.arguments
    while words and (words[0].literal or "").startswith("-"):
        words = words[2:] if words[0].literal in _GLOBAL_VALUED else words[1:]
    if words and words[0].literal in ("container", "image", "builder") and len(words) > 1:
        words = words[1:]
    return (words[0].literal or "", words[1:]) if words else ("", ())


def _image_word(words: tuple[Word, ...], verb: str) -> Word | None:
    """The first word that is no option and no option's value."""
    index = 0
    while index < len(words):
        first = words[index].parts[0].text if words[index].parts else ""
        if not first.startswith("-"):
            return words[index] if words[index].parts else None
        index += 2 if _takes_next(words[index].literal or first, verb) else 1
    return None


def _takes_next(option: str, verb: str) -> bool:
    if option.startswith("--"):
        return "=" not in option and option not in _FLAGS and option != "--"
    letters = option[1:]
    for position, letter in enumerate(letters):
        if letter not in _SHORT_FLAGS or (letter == "a" and verb != "pull"):
            return position == len(letters) - 1
    return False


def _tags(words: tuple[Word, ...]) -> list[Word]:
    found = []
    for index, word in enumerate(words):
        first = word.parts[0].text if word.parts else ""
        if first in ("-t", "--tag") and index + 1 < len(words):
            found.append(words[index + 1])
        elif first.startswith("--tag="):
            found.append(word)
    return found


def _dockerfile(command: Command) -> Iterator[ImageUse]:
    """The images that a Dockerfile in a here-document builds on."""
    targets = [one.target.literal or "" for one in command.redirections if one.writes and one.target is not None]
    if command.name == "tee":
        targets += [word.literal or "" for word in command.words[1:]]
    if not any(["dockerfile" in target.lower() for target in targets]) and _verb(command)[0] != "build":
        return
    for redirection in command.redirections:
        document = redirection.document
        if document is None:
            continue
        stages: set[str] = set()
        for match in _FROM.finditer(document.text):
            if match[1] not in stages and "$" not in match[1]:
                yield ImageUse(match[1], document.start + match.start(1), document.start + match.end(1), pulled=True)
            if match[2]:
                stages.add(match[2])
