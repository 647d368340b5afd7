"""What CircleCI has removed or replaced, and where a configuration still uses it (rules.md 3.4)."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from orbgen.circleci.grammar import LEGACY_STEP_TYPES
from orbgen.circleci.pipeline import JobRun
from orbgen.circleci.pipeline_values import PIPELINE_VALUES
from orbgen.circleci.text import is_known
from orbgen.lint.analyses.supply_chain.images import docker_images, read_image, written_at
from orbgen.lint.analyses.supply_chain.machines import machine_of
from orbgen.lint.context import Context
from orbgen.lint.tables import deprecated_images, xcode_versions
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.nodes import Content, Mapping, Scalar
from orbgen.source.span import Span

_VALUE = lazy_pattern(r"pipeline\.trigger_(?:source|parameters\.[a-z_]+\.[a-z_]+)(?![\w.])")
_CONDITIONS = ("when", "unless", "filters", "condition")


class Deprecated(msgspec.Struct, frozen=True):
    """One use of what is deprecated: where, what is said of it, and what to do. `ended` is the last day of a value."""

    place: Span
    message: str
    help: str
    ended: str = ""


def old_images(run: JobRun) -> Iterator[Deprecated]:
    """The images of a job run that CircleCI offers no more, and the versions of Xcode."""
    table = deprecated_images()
    for _, text in docker_images(run):
        image = read_image(text.text)
        if image is not None and image.name in table.convenience and is_known(text):
            successor = table.convenience[image.name]
            yield Deprecated(
                written_at(text),
                f"the image '{image.name}' has had no updates since 2021",
                f"use `{successor}`" if successor else "use an image of the program's own makers",
            )
    machine = machine_of(run)
    if machine.self_hosted:
        return
    if machine.kind == "machine" and machine.bare is not None:
        message = "`machine: true` is deprecated: it names no image, so the job runs on whatever is the default"
        yield Deprecated(machine.bare.span, message, f"write `machine: {{image: {table.machine}}}`")
    elif machine.image is not None and is_known(machine.image):
        name, _, _ = machine.image.text.partition(":")
        fate = table.machines.get(name)
        if machine.kind == "machine" and fate is not None:
            message = f"CircleCI has {fate} the machine image '{name}' (as of {table.date})"
            yield Deprecated(written_at(machine.image), message, f"use `{table.machine}`")
        elif machine.kind == "macos" and machine.image.text in xcode_versions().removed:
            message = f"CircleCI has removed Xcode {machine.image.text} (as of {xcode_versions().date})"
            yield Deprecated(written_at(machine.image), message, f"it offers {', '.join(xcode_versions().offered)}")


def old_values(context: Context, today: str) -> Iterator[Deprecated]:
    """The pipeline values that a configuration uses and CircleCI gives no more on some day, or will not."""
    if not any(["pipeline.trigger_" in source.text for source in context.sources]):
        return
    for scalar, condition in _scalars(context):
        for match in _VALUE.finditer(scalar.text):
            value = PIPELINE_VALUES.get(match[0])
            tag = scalar.text.rfind("<<", 0, match.start())
            if value is None or value.ended is None:
                continue
            if condition or (tag >= 0 and ">>" not in scalar.text[tag : match.start()]):
                place = scalar.place(match.start(), match.end())
                help = "use `pipeline.trigger.type` or the values of `pipeline.event` and `pipeline.git`"
                gives = "gave" if value.ended <= today else "gives"
                yield Deprecated(place, f"CircleCI {gives} `{match[0]}` until {value.ended}", help, value.ended)


def _scalars(context: Context) -> Iterator[tuple[Scalar, bool]]:
    """Each scalar of a document, with whether it is a condition in the form of an expression."""
    conditions: set[int] = set()
    for node in context.written.mappings:
        fields = [field for key, field in node.fields.items() if key in _CONDITIONS]
        conditions.update([field.value.start for field in fields if isinstance(field.value, Scalar)])
    for scalar in context.written.scalars:
        yield scalar, scalar.start in conditions


def old_forms(context: Context) -> Iterator[Deprecated]:
    """Steps in old spellings, `deploy` steps, branches of jobs and schedules of workflows."""
    for at in context.run_steps():
        step = at.step
        if step.opaque or not context.is_own(step.span):
            continue
        key = _key_of(step.item)
        if step.name == "deploy" and key is not None and key.text == "deploy":
            help = "write `run` instead" if parallelism(at.run) == "1" else "write `run` in a job of its own"
            yield Deprecated(key.span, "the step `deploy` is deprecated", help)
        elif key is not None and key.text == "type" and _legacy(step.item) is not None:
            yield Deprecated(key.span, f"`type: {_legacy(step.item)}` is an old form", f"write `{step.name}:`")
        elif key is not None and "-" in step.name and key.text == step.name:
            yield Deprecated(key.span, f"`{step.name}` is an old spelling", f"write `{step.name.replace('-', '_')}`")
    for job in context.pipeline.library.jobs.values():
        branches = job.node.fields.get("branches") if type(job.node) is Mapping else None
        if branches is not None:
            message = (
                f"`branches` of the job '{job.name}' is deprecated, and does nothing where a workflow runs the job"
            )
            yield Deprecated(branches.key.span, message, "put `filters` into the workflow's entry")
    for workflow in context.pipeline.workflows:
        triggers = workflow.node.fields.get("triggers") if workflow.node is not None else None
        if triggers is not None:
            message = f"the schedule of the workflow '{workflow.name}' is written in a form that CircleCI phases out"
            help = "make a schedule trigger in the project's settings, and ask for it in `when`"
            yield Deprecated(triggers.key.span, message, help)


def old_filters(context: Context) -> Iterator[Deprecated]:
    """Filters that are maps, and versions that say nothing any more."""
    for run in context.pipeline.job_runs:
        filters = run.entry.get("filters") if type(run.entry) is Mapping else None
        node = filters if filters is not None else run.filters
        if type(node) is Mapping:
            message = "filters in the form of a map are deprecated"
            yield Deprecated(node.span, message, 'write an expression, as in `filters: pipeline.git.branch == "main"`')
    root = context.document.root
    workflows = root.get("workflows") if type(root) is Mapping else None
    version = workflows.fields.get("version") if type(workflows) is Mapping else None
    if version is not None:
        yield Deprecated(version.key.span, "`version` of `workflows` does nothing since version 2.1", "remove it")
    field = root.fields.get("version") if type(root) is Mapping else None
    if field is not None and context.pipeline.version == "2":
        yield Deprecated(field.value.span, "version 2 of the language knows no parameters and orbs", "write 2.1")


def _key_of(item: Content) -> Scalar | None:
    if isinstance(item, Scalar):
        return item
    fields = item.fields if type(item) is Mapping else {}
    return next(iter(fields.values())).key if fields else None


def _legacy(item: Content) -> str | None:
    value = item.get("type") if type(item) is Mapping else None
    return value.text if isinstance(value, Scalar) and value.text in LEGACY_STEP_TYPES else None


def parallelism(run: JobRun) -> str:
    """In how many containers a job runs, as it is written."""
    node = (run.body or {}).get("parallelism")
    return node.text if isinstance(node, Scalar) else "1"
