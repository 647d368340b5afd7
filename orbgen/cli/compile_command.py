"""`orbgen compile`: the pipeline that CircleCI will run."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from orbgen.cli import declare
from orbgen.cli.exits import CLEAN, FINDINGS, USAGE, UsageProblem
from orbgen.cli.notes import note
from orbgen.cli.orb_options import DEFAULT_FOLDER, store_from
from orbgen.cli.problem_report import show_problems
from orbgen.project.files import NoConfigurationError, find_config

if TYPE_CHECKING:
    from orbgen.circleci.pipeline import Pipeline
    from orbgen.circleci.truth import Known
    from orbgen.source.problems import Problem


@declare.command(name="compile")
@declare.argument("config", required=False)
@declare.option(
    "-p", "parameters", multiple=True, metavar="NAME=VALUE", help="A pipeline parameter, its value in YAML."
)
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
@declare.option(
    "--orb",
    "orbs",
    multiple=True,
    metavar="NAME[@VERSION]=PATH",
    help="The source of an orb: a packed file or an unpacked folder.",
)
@declare.option("--format", "format_", type=("yaml", "json"), default="yaml", show_default=True)
@declare.option(
    "--source-comment/--no-source-comment",
    default=True,
    show_default=True,
    help="Append the original file as a comment, as CircleCI does.",
)
@declare.option("--origins", is_flag=True, help="Say above each step where it came from.")
@declare.option("-o", "--output", type=declare.Path(dir_okay=False), metavar="FILE", help="Write to FILE.")
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
) -> int:
    """Print the pipeline that CircleCI will run, offline and as its own compiler prints it.

    CONFIG is a file, or - for standard input; without it, the .circleci/config.yml of this repository is compiled.
    Pipeline values that are not given come from git where it knows them, else from CircleCI's own defaults.

    Exit codes: 0 compiled, 1 CircleCI would refuse the configuration or an orb is missing, 2 it cannot be read, or
    wrong usage.
    """
    from orbgen.circleci.compiler import compile_document
    from orbgen.circleci.inputs import Inputs
    from orbgen.source.files import read_bytes
    from orbgen.source.problems import UnreadableError
    from orbgen.source.reader import read

    path = config or _default_config()
    try:
        document = read(read_bytes(path), "<stdin>" if path == "-" else path)
        inputs = Inputs(
            {**_mapping(parameters_file, "--parameters"), **_pairs(parameters, "-p")},
            {**_git_values(path), **_named(_mapping(values_file, "--values")), **_named(_pairs(values, "--value"))},
            complete=True,
        )
    except UnreadableError as error:
        show_problems((error.problem,))
        return USAGE
    pipeline = compile_document(document, inputs, store_from(orbs, os.path.dirname(path) or os.curdir))
    fatal = [*document.problems, *[problem for problem in pipeline.problems if not _passes(problem)]]
    show_problems((*document.problems, *pipeline.problems), _passes)
    missing = _missing(pipeline)
    if fatal:
        return FINDINGS
    if pipeline.workflows and all([workflow.active is False for workflow in pipeline.workflows]):
        note("note: All Workflows have been filtered from this Pipeline.")
    _write(_rendered(pipeline, document.source.text, format_, comment=source_comment, origins=origins), output)
    return FINDINGS if missing else CLEAN


# What CircleCI accepts, though it is hardly meant.
_ACCEPTED = frozenset(("ignored-key", "duplicate-key", "reserved-name"))


def _passes(problem: Problem) -> bool:
    return problem.dormant or problem.code in _ACCEPTED


def _default_config() -> str:
    try:
        return find_config(os.curdir)
    except NoConfigurationError as error:
        raise UsageProblem(f"{error}; name a file to compile") from None


def _pairs(pairs: tuple[str, ...], option: str) -> dict[str, Known]:
    """The values of repeated NAME=VALUE options, typed as in a configuration."""
    from orbgen.source.scalars import resolve

    found: dict[str, Known] = {}
    for pair in pairs:
        name, separator, text = pair.partition("=")
        if not separator or not name:
            raise UsageProblem(f"{option} takes NAME=VALUE, not '{pair}'")
        quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "'\""
        found[name] = text[1:-1] if quoted else resolve(text, "", None) if text else ""
    return found


def _mapping(path: str | None, option: str) -> dict[str, Known]:
    """The values in a YAML or JSON file."""
    from orbgen.source.files import read_bytes
    from orbgen.source.nodes import Mapping, Scalar
    from orbgen.source.reader import read

    if path is None:
        return {}
    root = read(read_bytes(path), path).root
    if type(root) is not Mapping:
        raise UsageProblem(f"{option} {path}: the file must be a mapping of names to values")
    found: dict[str, Known] = {}
    for name, field in root.fields.items():
        if not isinstance(field.value, Scalar):
            raise UsageProblem(f"{field.value.span}: the value of '{name}' must be a text, a number or a boolean")
        found[name] = field.value.value
    return found


def _named(values: dict[str, Known]) -> dict[str, Known]:
    """Values under their full names; a name that CircleCI does not have is refused."""
    from orbgen.circleci.pipeline_values import PIPELINE_VALUES
    from orbgen.source.names import nearest

    found = {}
    for name, value in values.items():
        full = name if name.startswith("pipeline.") else f"pipeline.{name}"
        if full not in PIPELINE_VALUES:
            guess = nearest(full, PIPELINE_VALUES)
            hint = f"; did you mean '{guess}'?" if guess else ""
            raise UsageProblem(f"there is no pipeline value '{full}'{hint}")
        found[full] = value
    return found


def _git_values(path: str) -> dict[str, Known]:
    """Pipeline values that git knows of the checkout around a file."""
    from orbgen.project.git import git_facts

    facts = git_facts(os.path.dirname(path) if path != "-" else os.curdir)
    found: dict[str, Known] = {
        "pipeline.git.branch": facts.branch,
        "pipeline.git.tag": facts.tag,
        "pipeline.git.revision": facts.revision,
        "pipeline.git.base_revision": facts.revision,
        "pipeline.project.git_url": facts.remote,
    }
    return {name: value for name, value in found.items() if value}


def _missing(pipeline: Pipeline) -> bool:
    """Say which orbs are missing that a surviving workflow needs, and how to supply them."""
    needed = {orb.reference or "": orb for orb in pipeline.missing_orbs if orb.needed}
    for reference, orb in needed.items():
        by_address = reference.startswith("https://")
        name = reference if by_address else reference.partition("@")[0]
        saved = "" if by_address else f"save it as {DEFAULT_FOLDER}/{reference}.yml, or "
        note(f"error: the source of orb {reference} is not at hand; what it defines is printed as it is called")
        note(f" --> {orb.node.span}")
        note(f"  = help: {saved}add --orb {name}=PATH")
    return bool(needed)


def _rendered(pipeline: Pipeline, source: str, format_: str, *, comment: bool, origins: bool) -> str:
    from orbgen.circleci.output import header, pipeline_data, source_comment
    from orbgen.circleci.yaml_output import write

    if format_ == "json":
        import msgspec

        return msgspec.json.format(msgspec.json.encode(pipeline_data(pipeline)), indent=2).decode() + "\n"
    text = write(pipeline_data(pipeline, origins=origins))
    text = "".join([f"{line}\n" for line in header(pipeline)]) + text
    return text + "\n" + "\n".join(source_comment(source)) if comment else text


def _write(text: str, output: str | None) -> None:
    if output is None:
        sys.stdout.write(text)
        if not text.endswith("\n") and sys.stdout.isatty():
            sys.stdout.write("\n")
        sys.stdout.flush()
        return
    from orbgen.project.atomic import write_atomically

    try:
        write_atomically(output, text.encode())
    except OSError as error:
        raise UsageProblem(f"cannot write {output}: {error.strerror}") from None
