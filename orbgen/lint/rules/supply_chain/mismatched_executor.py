"""Executors, images and resource classes that do not go together."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.circleci.pipeline import JobRun
from orbgen.circleci.text import is_known
from orbgen.lint.analyses.supply_chain.downloads import run_downloads
from orbgen.lint.analyses.supply_chain.images import docker_images, read_image
from orbgen.lint.analyses.supply_chain.machines import Machine, machine_of
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.lint.tables import deprecated_images, resource_classes
from orbgen.source.nodes import Scalar
from orbgen.source.problems import Note

RULE = Rule(
    name="mismatched-executor",
    sees=Sees.JOB_RUN,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    since="0.1",
    needs=("resource_class", "curl", "wget", "aria2c"),
)


def check(run: JobRun, context: Context) -> Iterator[Finding]:
    """Classes that the executor does not take, images and programs for others, an image on one's own runner."""
    machine = machine_of(run)
    yield from _downloads(run, machine, context)
    resource_class = machine.resource_class
    if resource_class is None or not is_known(resource_class):
        return
    if "/" in resource_class.text:
        if machine.kind == "machine" and machine.image is not None:
            message = f"the runner '{resource_class.text}' is the user's own, where the machine's image means nothing"
            yield _found(run, machine.image, resource_class, message, "write `machine: true`", context)
        return
    table = resource_classes()
    fitting = table.executors(resource_class.text)
    executor = _executor(machine)
    if executor and fitting and executor not in fitting:
        message = f"'{resource_class.text}' is no class of the {executor} executor, so CircleCI refuses the job"
        help = f"'{resource_class.text}' is a class of {' and '.join(fitting)} (as of {table.date})"
        yield _found(run, resource_class, machine.image, message, help, context)
    elif resource_class.text in table.arm:
        for image, name in _images(run, machine):
            if name in table.x86_images or name in deprecated_images().convenience:
                message = f"the image '{image.text}' is for x86 processors, but '{resource_class.text}' has ARM"
                help = f"take an image for ARM, or another resource class (images as of {table.date})"
                yield _found(run, image, resource_class, message, help, context)


def _downloads(run: JobRun, machine: Machine, context: Context) -> Iterator[Finding]:
    """Programs that are downloaded for another platform, and then run."""
    platform = _platform(machine)
    if platform is None:
        return
    system, processor = platform
    here = f"{system} with {processor} processors" if processor else system
    for download in run_downloads(tuple(context.scripts(run))):
        other = download.system not in ("", system)
        if other or (processor and download.processor not in ("", processor)):
            wrong = download.system if other else f"{download.processor} processors"
            resource_class = machine.resource_class
            yield context.found(
                RULE,
                run,
                f"'{download.file}' is for {wrong}, but '{run.name}' runs on {here}, where it cannot be executed",
                download.script.place(download.start, download.end),
                call=download.script.at.step.call,
                path=f"steps/{download.script.at.index}/command",
                related=() if resource_class is None else (Note(resource_class.span, "the job's resource class"),),
                help="download the file for the platform of the job, or ask `uname -m` which that is",
            )


def _platform(machine: Machine) -> tuple[str, str] | None:
    """The system and the processors of a job; None where they are not known, as on one's own runners."""
    if machine.kind == "macos":
        return "macOS", ""  # Rosetta runs what is for x86.
    table, resource_class = resource_classes(), machine.resource_class
    if machine.kind not in ("docker", "machine") or machine.self_hosted or not machine.linux:
        return None
    if resource_class is None:
        return "Linux", "x86"
    if not table.executors(resource_class.text):
        return None
    return "Linux", "ARM" if resource_class.text in table.arm else "x86"


def _executor(machine: Machine) -> str:
    """The executor as the table calls it; empty where it is not known, as for a machine without a known image."""
    if machine.kind != "machine":
        return machine.kind
    if machine.image is None or not is_known(machine.image):
        return ""
    return "linux machine" if machine.linux or not machine.image.text.startswith("windows") else "windows machine"


def _images(run: JobRun, machine: Machine) -> Iterator[tuple[Scalar, str]]:
    for _, text in docker_images(run):
        image = read_image(text.text)
        if image is not None and is_known(text):
            yield text, image.name
    if machine.kind == "machine" and machine.image is not None and is_known(machine.image):
        yield machine.image, machine.image.text.partition(":")[0]


def _found(run: JobRun, place: Scalar, other: Scalar | None, message: str, help: str, context: Context) -> Finding:
    related = () if other is None else (Note(other.span, "which does not go with this"),)
    return context.found(RULE, run, message, place.span, path="executor", related=related, help=help)
