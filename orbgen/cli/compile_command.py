"""`orbgen compile`: the pipeline that CircleCI will run."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from orbgen.cli import declare
from orbgen.cli.exits import CLEAN, FINDINGS, USAGE, UsageProblem
from orbgen.cli.orb_options import DEFAULT_FOLDER, orb_option, read_orbs, store_for
from orbgen.cli.problem_report import show_problems
from orbgen.cli.streams import write_exactly
from orbgen.cli.terminal import color_option, say, say_error, style_for

if TYPE_CHECKING:
    from orbgen.circleci.library import Import
    from orbgen.circleci.output import Data
    from orbgen.circleci.pipeline import Pipeline
    from orbgen.lint.reports.style import Style
    from orbgen.source.nodes import Document
    from orbgen.source.problems import Problem


@declare.command(name="compile")
@declare.argument("config", required=False, type=declare.Path())
@declare.option("-p", "parameters", multiple=True, metavar="NAME=VALUE", help="A pipeline parameter.")
@declare.option(
    "--parameters",
    "parameters_file",
    type=declare.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="Pipeline parameters, as a mapping in YAML or JSON.",
)
@declare.option(
    "--value", "values", multiple=True, metavar="NAME=VALUE", help="A pipeline value, such as pipeline.git.branch=main."
)
@declare.option(
    "--values",
    "values_file",
    type=declare.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="Pipeline values, as a mapping in YAML or JSON.",
)
@orb_option
@declare.option("--format", "format_", type=("yaml", "json"), default="yaml", show_default=True)
@declare.option(
    "--source-comment/--no-source-comment",
    default=True,
    show_default=True,
    help="Append the original file as a comment, as CircleCI does.",
)
@declare.option("--origins", is_flag=True, help="Say above each step where it came from.")
@declare.option("-o", "--output", type=declare.Path(dir_okay=False), metavar="FILE", help="Write to FILE.")
@color_option
def command(
    config: str | None,
    parameters: tuple[str, ...],
    parameters_file: str | None,
    values: tuple[str, ...],
    values_file: str | None,
    orbs: tuple[str, ...],
    format_: str,
    source_comment: bool,
    origins: bool,
    output: str | None,
    color: bool | None,
) -> int:
    """Print the pipeline that CircleCI will run, offline and as its own compiler prints it.

    CONFIG is a file, a folder with a .circleci folder, or - for standard input; without it, the configuration of this
    repository is compiled. Pipeline parameters have their defaults unless they are given, pipeline values what git
    knows of this checkout or else CircleCI's own defaults.

    Exit codes: 0 compiled, 1 CircleCI would refuse the configuration or an orb is missing, 2 it cannot be read, or
    wrong usage.
    """
    from orbgen.circleci.compiler import compile_document
    from orbgen.circleci.inputs import Inputs
    from orbgen.cli.inputs import parameters_from, values_from
    from orbgen.cli.plan_settings import settings_for
    from orbgen.project.settings import SettingsReader
    from orbgen.source.problems import UnreadableError

    if origins and format_ == "json":
        raise UsageProblem("--origins writes comments, which JSON has none of; leave it out or use --format yaml")
    path = _config(config)
    folder = os.path.dirname(path) if path != "-" else os.curdir
    style = style_for(sys.stderr, color)
    given = read_orbs(orbs)
    try:
        document = _read(path)
        known = parameters_from(parameters, parameters_file, document.root)
        inputs = Inputs(known, values_from(values, values_file, folder), complete=True)
    except UnreadableError as error:
        show_problems((error.problem,), style)
        return USAGE
    settings = settings_for(SettingsReader(), folder)
    pipeline = compile_document(document, inputs, store_for(given, folder, settings.orbs_folder))
    code, printed = _judge(document, pipeline, style)
    if printed:
        text = _rendered(pipeline, document.source.text, format_, comment=source_comment, origins=origins)
        _deliver(text, output)
    return code


def _config(given: str | None) -> str:
    from orbgen.project.files import NoConfigurationError, config_in, find_config

    if given is None:
        try:
            return find_config(os.curdir)
        except NoConfigurationError as error:
            raise UsageProblem(f"{error}; name a file to compile") from None
    if os.path.isdir(given):
        inside = config_in(given)
        if inside is None:
            raise UsageProblem(f"there is no .circleci/config.yml in {given}")
        return inside
    return given


def _read(path: str) -> Document:
    from orbgen.source.files import read_bytes
    from orbgen.source.reader import read

    return read(read_bytes(path), "<stdin>" if path == "-" else path)


# What CircleCI accepts, though it is hardly meant.
_ACCEPTED = frozenset(("ignored-key", "duplicate-key", "reserved-name"))


def _judge(document: Document, pipeline: Pipeline, style: Style) -> tuple[int, bool]:
    """Show all that is wrong or missing; the exit code, and whether there is a pipeline to print."""
    problems = (*document.problems, *pipeline.problems)
    show_problems(problems, style, _passes)
    missing = {orb.reference: orb for orb in pipeline.missing_orbs if orb.needed}
    show_problems([_missing(orb) for orb in missing.values()], style)
    for orb in pipeline.missing_orbs:
        if not orb.needed:
            say(f"orb {orb.reference} is not at hand; nothing uses it, so only its line at the top is left out", "note")
    errors = len([problem for problem in problems if not _passes(problem)])
    if errors:
        say_error(f"CircleCI would refuse this configuration, for {errors} reason{'s' if errors > 1 else ''}")
    elif pipeline.workflows and all([workflow.active is False for workflow in pipeline.workflows]):
        say("no workflow is left to run: the conditions of all are off for these parameters and values", "note")
    return FINDINGS if errors or missing else CLEAN, not errors


def _passes(problem: Problem) -> bool:
    return problem.dormant or problem.code in _ACCEPTED


def _missing(orb: Import) -> Problem:
    """The problem of an orb that the pipeline needs and that is not at hand, with the ways to supply it."""
    from orbgen.source.problems import Problem

    reference = orb.reference or ""
    name = reference if reference.startswith("https://") else reference.partition("@")[0]
    help = f"add --orb {name}=PATH with its source"
    if name != reference:
        help = f"save its source as {DEFAULT_FOLDER}/{reference}.yml, or {help}"
    message = f"the source of orb {reference} is not at hand; what it defines is printed as it is called"
    return Problem("missing-orb", message, orb.node.span, help)


def _rendered(pipeline: Pipeline, source: str, format_: str, *, comment: bool, origins: bool) -> str:
    from orbgen.circleci.output import header, pipeline_data, source_comment
    from orbgen.circleci.yaml_output import write

    if format_ == "json":
        import json

        return json.dumps(_finite(pipeline_data(pipeline)), indent=2, ensure_ascii=False) + "\n"
    text = write(pipeline_data(pipeline, origins=origins))
    text = "".join([f"{line}\n" for line in header(pipeline)]) + text
    return text + "\n" + "\n".join(source_comment(source)) if comment else text


def _finite(data: Data) -> object:
    """Data without the numbers that JSON cannot write; these become text as YAML writes it."""
    from orbgen.circleci.yaml_output import write_scalar

    if isinstance(data, dict):
        return {key: _finite(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_finite(value) for value in data]
    if isinstance(data, float) and (data != data or data in (float("inf"), float("-inf"))):
        return write_scalar(data)
    return data


def _deliver(text: str, output: str | None) -> None:
    if output is None or output == "-":
        # CircleCI's text ends without a line break, which would leave a prompt behind its last line.
        write_exactly(text if text.endswith("\n") or not sys.stdout.isatty() else f"{text}\n")
        return
    from orbgen.project.atomic import write_atomically

    try:
        write_atomically(output, text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise UsageProblem(f"cannot write {output}: {error.strerror}") from None
