"""Which changes of an orb ask for which step in its version."""

from __future__ import annotations

import pytest

from orbgen.orb.difference import Bump, difference, step_between
from orbgen.orb.interface import interface_of
from orbgen.source.reader import read

ORB = """\
version: 2.1
description: Deploys.
orbs: {node: circleci/node@5.1.0}
commands:
  push:
    description: Push it.
    parameters:
      image: {type: string, description: The image.}
      tag: {type: string, default: latest, description: The tag.}
      quiet: {type: boolean, default: false}
      retries: {type: integer, default: 3}
      where: {type: enum, enum: [here, there], default: here}
      before: {type: steps, default: []}
    steps:
      - run: push << parameters.image >>
jobs:
  release:
    executor: plain
    steps: [push: {image: x}]
executors:
  plain:
    docker: [{image: cimg/base:2026.01}]
  other: node/default
examples:
  simple:
    usage: {version: 2.1}
"""


def compared(new, old=ORB):
    return difference(*[interface_of(read(text.encode(), "orb.yml").root) for text in (old, new)])


def edited(before, after, text=ORB):
    assert before in text
    return text.replace(before, after)


def without(start, text=ORB):
    """The orb without a line and the lines below it that are indented further."""
    kept, skipped = [], -1
    for line in text.splitlines(keepends=True):
        indent = len(line) - len(line.lstrip())
        if skipped >= 0 and indent > skipped:
            continue
        skipped = indent if line.lstrip().startswith(start) else -1
        if skipped < 0:
            kept.append(line)
    return "".join(kept)


MAJOR = [
    (without("push:\n"), "element-removed", "command 'push' is gone"),
    (without("release:"), "element-removed", "job 'release' is gone"),
    (without("plain:"), "element-removed", "executor 'plain' is gone"),
    (edited("  push:", "  publish:"), "element-renamed", "command 'push' is called 'publish' now"),
    (without("image: {type"), "parameter-removed", "parameter 'image' of command 'push' is gone"),
    (edited("      image: {", "      picture: {"), "parameter-renamed",
     "parameter 'image' of command 'push' is called 'picture' now"),
    (edited("      retries:", "      attempts: {type: integer}\n      retries:"), "parameter-required",
     "parameter 'attempts' of command 'push' is new and has to be given"),
    (edited("default: latest, ", ""), "parameter-required",
     "parameter 'tag' of command 'push' has to be given; without it, it was 'latest'"),
    (edited("default: latest", "default: stable"), "default-changed",
     "the default of parameter 'tag' of command 'push' is 'stable', and no longer 'latest'"),
    (edited("default: false", "default: true"), "default-changed", "is 'true', and no longer 'false'"),
    (edited("default: []", "default: [checkout]"), "default-changed", "is '[\"checkout\"]', and no longer '[]'"),
    (edited("{type: integer, default: 3}", '{type: string, default: "3"}'), "type-changed",
     "parameter 'retries' of command 'push' is of type string, and no longer integer"),
    (edited("image: {type: string", "image: {type: enum, enum: [a]"), "type-changed", "is of type enum"),
    (edited("[here, there]", "[here]"), "value-removed", "parameter 'where' of command 'push' no longer takes 'there'"),
]  # fmt: skip
MINOR = [
    (edited("jobs:\n", "jobs:\n  other:\n    executor: plain\n    steps: [checkout]\n"), "element-added",
     "job 'other' is new"),
    (edited("      retries:", "      attempts: {type: integer, default: 1}\n      retries:"), "parameter-added",
     "parameter 'attempts' of command 'push' is new"),
    (edited("image: {type: string", "image: {type: string, default: app"), "parameter-optional",
     "parameter 'image' of command 'push' need not be given any more; without it, it is 'app'"),
    (edited("[here, there]", "[here, there, everywhere]"), "value-added", "takes 'everywhere', too"),
    (edited("{type: enum, enum: [here, there], default: here}", "{type: string, default: here}"), "enum-opened",
     "parameter 'where' of command 'push' takes any text, and not only 'here', 'there'"),
]  # fmt: skip
PATCH = [
    (edited("run: push", "run: docker push"), "body-changed", "command 'push' does its work in another way"),
    (edited("cimg/base:2026.01", "cimg/base:2026.02"), "body-changed", "executor 'plain' does its work"),
    (edited("node/default", "node/small"), "body-changed", "executor 'other' does its work"),
    (edited("Push it.", "Push the image."), "description-changed", "command 'push' is described otherwise"),
    (edited("The tag.", "A tag."), "description-changed", "parameter 'tag' of command 'push' is described otherwise"),
    (edited("Deploys.", "Deploys it."), "description-changed", "the description or the addresses of the orb"),
    (edited("node@5.1.0", "node@5.2.0"), "imports-changed", "the orb imports other orbs"),
    (edited("usage: {version: 2.1}", "usage: {version: 2.1, jobs: {}}"), "example-changed", "example 'simple' has"),
    (without("simple:"), "example-changed", "example 'simple' is gone"),
]


@pytest.mark.parametrize(
    ("new", "kind", "message", "bump"),
    [
        pytest.param(*case, bump, id=f"{bump.value}-{case[1]}-{index}")
        for bump, cases in ((Bump.MAJOR, MAJOR), (Bump.MINOR, MINOR), (Bump.PATCH, PATCH))
        for index, case in enumerate(cases)
    ],
)
def test_each_change_asks_for_its_step(new, kind, message, bump):
    found = compared(new)
    assert found.bump is bump
    (change,) = [change for change in found.changes if change.kind == kind]
    assert message in change.message
    assert change.bump is bump
    assert all([other.bump.rank <= bump.rank for other in found.changes])


@pytest.mark.parametrize(
    "new",
    [
        ORB,
        ORB + "# a comment\n",
        edited("version: 2.1\ndescription: Deploys.\n", "description: Deploys.\nversion: 2.1\n"),
        edited("default: latest", 'default: "latest"'),
        edited("[here, there]", "[there, here]"),
        edited("docker: [{image: cimg/base:2026.01}]", "docker:\n      - image: cimg/base:2026.01"),
    ],
)
def test_what_means_the_same_is_not_new(new):
    assert compared(new).changes == ()
    assert compared(new).bump is Bump.NONE


def test_numbers_that_are_meant_as_text_are_the_same_text():
    old = edited("default: latest", "default: 1.10")
    assert compared(edited("default: 1.10", "default: '1.10'", old), old).bump is Bump.NONE
    assert compared(edited("default: 1.10", "default: '1.1'", old), old).bump is Bump.MAJOR


def test_a_parameter_that_two_others_could_be_is_gone():
    two = "      a: {type: string, description: The image.}\n      b: {type: string, description: The image.}\n"
    found = compared(edited("      image: {type: string, description: The image.}\n", two))
    kinds = sorted([change.kind for change in found.changes])
    assert kinds == ["parameter-removed", "parameter-required", "parameter-required"]


def test_a_hyphen_that_became_an_underscore_is_another_name():
    old = edited("      quiet:", "      be-quiet:")
    found = compared(edited("be-quiet", "be_quiet", old), old)
    assert [change.kind for change in found.changes] == ["parameter-renamed"]


@pytest.mark.parametrize("text", ["", "[]", "commands: 1", "commands: {}", "commands: {go: {parameters: 1}}"])
def test_what_is_no_orb_can_be_compared(text):
    assert compared(text, text).changes == ()
    assert compared(text).bump is Bump.MAJOR
    assert compared(ORB, text).bump is (Bump.MAJOR if "go" in text else Bump.MINOR)


@pytest.mark.parametrize(
    ("old", "new", "step"),
    [
        ("1.2.3", "1.2.4", Bump.PATCH),
        ("1.2.3", "1.3.0", Bump.MINOR),
        ("1.2.3", "3.0.0", Bump.MAJOR),
        ("1.2.3", "1.2.3", Bump.NONE),
        ("1.2.3", "1.2.2", None),
        ("1.2.3", "dev:x", None),
    ],
)
def test_the_step_between_versions(old, new, step):
    assert step_between(old, new) is step


def test_the_version_that_follows():
    assert [bump.after("1.2.3") for bump in Bump] == ["1.2.3", "1.2.4", "1.3.0", "2.0.0"]
