"""Images whose content may change without a change of the configuration."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.circleci.pipeline import JobRun
from orbgen.circleci.text import code_of, is_known
from orbgen.lint.analyses.supply_chain.image_uses import ScriptImage, cache_sources, script_images
from orbgen.lint.analyses.supply_chain.images import docker_images, is_default, is_unknown, last_part, read_image
from orbgen.lint.analyses.supply_chain.machines import machine_of
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Persona, Rule, Sees, Severity
from orbgen.source.nodes import Scalar
from orbgen.source.problems import Note

RULE = Rule(
    name="unpinned-image",
    sees=Sees.JOB_RUN,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    since="0.1",
)
_SAYS = {
    "latest": "is whatever was pushed last",
    "alias": "moves to each new release",
    "partial": "names a range of releases, and moves within it",
    "digest": "has no digest, so its tag can be pushed again with other content",
}
_COUNTS = {
    "latest": (Severity.MEDIUM, Persona.DEFAULT),
    "alias": (Severity.LOW, Persona.DEFAULT),
    "partial": (Severity.INFO, Persona.PEDANTIC),
    "digest": (Severity.INFO, Persona.PEDANTIC),
}
_MOVING = frozenset(("current", "edge", "previous", "default"))
_HELP = "write the tag of one release, or better the digest: `NAME:TAG@sha256:...`"


def check(run: JobRun, context: Context) -> Iterator[Finding]:
    """Each image of a job run's containers, machine and scripts that does not name one fixed content."""
    for index, image in docker_images(run):
        yield from _container(run, image, index, context)
    yield from _machine(run, context)
    if machine_of(run).linux:
        yield from _scripts(run, context)


def _container(run: JobRun, text: Scalar, index: int, context: Context) -> Iterator[Finding]:
    image = read_image(code_of(text))
    looseness = image.looseness if image is not None and not image.local else None
    if image is None or looseness is None:
        return
    behind = len(image.name) if image.tag is not None else text.text.rfind("/") + 1
    if is_unknown(text, behind, len(text.text)):
        return
    part = last_part(text)
    handed = part is not None and bool(part.via)
    place = part.written if part is not None and handed else text.span
    default = part is not None and handed and _is_default(part.scalar, run, context)
    severity, persona = _COUNTS[looseness]
    yield context.found(
        RULE,
        run,
        f"the image '{text.text}' {_SAYS[looseness]}",
        place,
        kind="parameter-default" if default else looseness,
        severity=severity,
        persona=persona,
        path=f"docker/{index}/image",
        label="no caller sets another" if default else "",
        related=(Note(text.span, "it is the image here"),) if handed else (),
        help=_HELP,
    )


def _is_default(node: Scalar, run: JobRun, context: Context) -> bool:
    libraries = [context.pipeline.library, *([run.definition.library] if run.definition is not None else [])]
    return any([is_default(node, library) for library in libraries])


def _machine(run: JobRun, context: Context) -> Iterator[Finding]:
    machine = machine_of(run)
    if machine.kind != "machine" or machine.self_hosted or not machine.linux:
        return
    node = machine.bare or machine.image
    if node is None or not is_known(node):
        return
    name, _, tag = node.text.rpartition(":")
    if machine.bare is None and (name.startswith("linux-cuda") or (tag or name) not in _MOVING):
        return  # The images for CUDA have no other tags.
    yield context.found(
        RULE,
        run,
        "`machine: true` runs on whatever image is the default"
        if machine.bare is not None
        else f"the machine's image '{node.text}' moves to each new release",
        node.span,
        kind="machine",
        severity=Severity.LOW,
        persona=Persona.PEDANTIC,
        path="machine/image",
        help="write the tag of one release, as in `ubuntu-2404:2024.11.1`",
    )


def _scripts(run: JobRun, context: Context) -> Iterator[Finding]:
    for used in script_images(run, context):
        cached = used.use.pulled and used.use.text in cache_sources(run, context)
        if used.image.looseness is not None and not cached:
            yield _used(run, used, used.image.looseness, context)


def _used(run: JobRun, used: ScriptImage, looseness: str, context: Context) -> Finding:
    severity, persona = _COUNTS[looseness]
    text = used.use.text
    return context.found(
        RULE,
        run,
        f"the image '{text}' {_SAYS[looseness]}",
        used.place,
        call=used.script.at.step.call,
        kind=looseness,
        severity=severity,
        persona=persona,
        path=f"steps/{used.script.at.index}/command/{text}",
        help=_HELP,
    )
