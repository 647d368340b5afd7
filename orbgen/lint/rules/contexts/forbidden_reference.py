"""Orbs, images, contexts and runners that the plan does not permit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.circleci.pipeline import JobRun
from orbgen.circleci.text import is_known, value_of
from orbgen.circleci.truth import Unknown
from orbgen.lint.analyses.contexts.permitted import is_image, is_name, is_orb, objection
from orbgen.lint.analyses.supply_chain.image_uses import script_images
from orbgen.lint.analyses.supply_chain.images import docker_images, last_part, read_image
from orbgen.lint.analyses.supply_chain.machines import machine_of
from orbgen.lint.analyses.supply_chain.orb_references import imported_orbs
from orbgen.lint.context import Context, path_of
from orbgen.lint.findings import Confidence, Finding, Given, Persona, Rule, Sees, Severity
from orbgen.source.names import nearest, slips
from orbgen.source.nodes import Scalar
from orbgen.source.problems import Note

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="forbidden-reference",
    sees=Sees.CONFIG,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("org-global",),
    given=Given.PLAN,
)
# The context that every project of an organization may use.
_EVERYBODYS = "org-global"


def check(context: Context) -> Iterator[Finding]:
    """Each reference that matches what is forbidden, or nothing of what is allowed."""
    forbidden, allowed = context.facts.forbidden, context.facts.allowed
    if forbidden.orbs or allowed.orbs:
        yield from _orbs(context)
    for run in context.pipeline.job_runs:
        if run.contexts:
            yield from _contexts(run, context)
        if forbidden.images or allowed.images:
            yield from _images(run, context)
        if forbidden.runners or allowed.runners:
            yield from _runner(run, context)


def _orbs(context: Context) -> Iterator[Finding]:
    for orb, node in imported_orbs(context):
        reason = objection(node.text, context.facts.forbidden.orbs, context.facts.allowed.orbs, is_orb)
        if reason is not None:
            yield RULE.finding(
                f"the orb '{node.text}' {reason}",
                node.span,
                kind="orb",
                path=f"orbs/{orb.alias}",
                hidden=(orb.key.span,),
                help="take a permitted orb, or change the plan",
            )


def _contexts(run: JobRun, context: Context) -> Iterator[Finding]:
    facts = context.facts
    for item in run.contexts:
        for name in _names(item):
            reason = objection(name, facts.forbidden.contexts, facts.allowed.contexts, is_name)
            severity, persona, help = None, None, "take a permitted context, or change the plan"
            known = name in facts.contexts or name == facts.teleport_context
            if reason is None and facts.contexts_complete and not known:
                reason = "is none of the plan's `contexts`, which says that it names them all"
                guess = nearest(name, facts.contexts)
                help = f"did you mean '{guess}'?" if guess else "add it to `contexts` in the plan if it exists"
            elif reason is None and name == _EVERYBODYS and not facts.allowed.contexts:
                reason = "is open to every project of the organization, so each of them can read what it holds"
                severity, persona = Severity.LOW, Persona.PEDANTIC
                help = "move what this job needs to a context of its own"
            if reason is not None:
                yield context.found(
                    RULE,
                    run,
                    f"the context '{name}' {reason}",
                    item.span,
                    kind="context",
                    severity=severity,
                    persona=persona,
                    path=f"context/{name}",
                    help=help,
                )


def _names(item: Scalar) -> list[str]:
    """The names that a context's item may come out as; none where they are not known."""
    value = value_of(item)
    if not isinstance(value, Unknown):
        return [item.text]
    return [name for name in value.alternatives or () if isinstance(name, str) and name]


def _images(run: JobRun, context: Context) -> Iterator[Finding]:
    forbidden, allowed = context.facts.forbidden.images, context.facts.allowed.images
    for index, text in docker_images(run):
        image = read_image(text.text)
        if not is_known(text) or (image is not None and image.local):
            continue
        reason = objection(text.text, forbidden, allowed, is_image)
        part = last_part(text)
        handed = part is not None and bool(part.via)
        if reason is not None:
            yield context.found(
                RULE,
                run,
                f"the image '{text.text}' {reason}",
                part.written if part is not None and handed else text.span,
                kind="image",
                path=f"docker/{index}/image",
                related=(Note(text.span, "it is the image here"),) if handed else (),
                help="take a permitted image, or change the plan",
            )
    for used in script_images(run, context):
        reason = objection(used.use.text, forbidden, allowed, is_image)
        if reason is not None:
            yield context.found(
                RULE,
                run,
                f"the image '{used.use.text}' {reason}",
                used.place,
                call=used.script.at.step.call,
                kind="image",
                path=f"steps/{used.script.at.index}/command/{used.use.text}",
                help="take a permitted image, or change the plan",
            )


def _runner(run: JobRun, context: Context) -> Iterator[Finding]:
    node = machine_of(run).resource_class
    if node is None or not is_known(node) or "/" not in node.text:
        return
    reason = objection(node.text, context.facts.forbidden.runners, context.facts.allowed.runners, is_name)
    if reason is not None:
        yield context.found(
            RULE,
            run,
            f"the runner '{node.text}' {reason}",
            node.span,
            kind="runner",
            path="resource_class",
            help="take a permitted runner, or change the plan",
        )


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """A context that does not exist becomes the only one whose name is a single slip away."""
    node, facts = mender.node_at(finding.primary), mender.context.facts
    if finding.kind != "context" or not isinstance(node, Scalar) or not facts.contexts_complete:
        return None
    meant = [name for name in facts.contexts if slips(node.text, name, 2) == 1]
    if node.text in facts.contexts or len(meant) != 1:
        return None
    holding = [run for run in mender.context.pipeline.job_runs if node.span in [item.span for item in run.contexts]]
    changes = tuple([f"{path_of(run)}/context" for run in holding])
    return mender.fix(f"write '{meant[0]}'", mender.replace_text(node, 0, len(node.text), meant[0]), changes=changes)
