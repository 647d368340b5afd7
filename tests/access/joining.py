"""The joins of a configuration's jobs."""

from __future__ import annotations

import textwrap
from pathlib import Path

from orbgen.access.checkout import Checkout
from orbgen.access.join import Join
from orbgen.access.joins import joins_of
from orbgen.circleci.compiler import compile_document
from orbgen.circleci.inputs import Inputs
from orbgen.project.facts import Facts
from orbgen.source.reader import read

HEAD = "version: 2.1\n"
JOBS = "jobs:\n  build:\n    docker: [{image: 'cimg/base:2026.01'}]\n"
WORKFLOWS = "workflows:\n  main:\n    jobs: [build]\n"


def config(*scripts: str, keys: str = "", head: str = "", step: str = "") -> str:
    """A configuration whose one job runs these scripts; `keys` are more keys of the job, `step` of each step."""
    steps = ""
    for script in scripts:
        steps += "      - run:\n" + textwrap.indent(step, " " * 10) + ("\n" if step else "")
        steps += "          command: |\n" + textwrap.indent(script.replace("<<", "\\<<").rstrip("\n"), " " * 12) + "\n"
    return (
        f"{HEAD}{head}{JOBS}"
        + textwrap.indent(keys, "    ")
        + ("\n" if keys else "")
        + f"    steps:\n      - checkout\n{steps}{WORKFLOWS}"
    )


def joins(text: str, folder: Path | None = None, facts: Facts | None = None) -> tuple[Join, ...]:
    """The joins of all job runs of a configuration that compiles; `folder` is its checkout."""
    pipeline = compile_document(read(text.encode(), "config.yml"), Inputs())
    assert [problem.message for problem in pipeline.problems] == []
    checkout = Checkout(str(folder) if folder is not None else "/nowhere")
    return tuple([join for run in pipeline.job_runs for join in joins_of(run, checkout, facts)])


def joined(*scripts: str, keys: str = "", step: str = "", folder: Path | None = None) -> Join:
    """The only join of a job that runs these scripts."""
    (join,) = joins(config(*scripts, keys=keys, step=step), folder)
    return join


def said(join: Join) -> dict[str, str | None]:
    """What a join says, by the names of flags."""
    return {name: setting.value for name, setting in join.settings.items()}
