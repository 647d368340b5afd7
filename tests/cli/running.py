"""Configurations to run the command line on, and ways to start it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import pytest

CONFIG = """\
version: 2.1
jobs:
  build:
    docker:
      - image: cimg/base@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
    steps:
      - checkout
      - run: make
workflows:
  main:
    jobs:
      - build
"""
PASTED = CONFIG.replace("run: make", "run: make << pipeline.git.branch >>")
BROKEN = CONFIG.replace("- checkout", "- chekout")


class Result(NamedTuple):
    """What a run left behind: the exit code, standard output and standard error."""

    code: int
    out: str
    err: str


Run: TypeAlias = Callable[..., Result]


def command(*arguments: object) -> list[str]:
    """The words of a command line that starts `orbgen`."""
    return [sys.executable, "-m", "orbgen", *[str(argument) for argument in arguments]]


def without_privileges(words: list[str]) -> list[str]:
    """A command line that starts a program without the right to pass over permissions; skips where there is no way."""
    if os.geteuid() != 0:
        return words
    tool = shutil.which("setpriv")
    if tool is None:
        pytest.skip("root passes over permissions, and there is no setpriv to give that up")
    return [tool, "--bounding-set=-dac_override,-dac_read_search", *words]
