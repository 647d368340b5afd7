"""What CircleCI has removed, or replaced by something else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.lint.analyses.supply_chain.deprecations import (
    Deprecated,
    old_filters,
    old_forms,
    old_images,
    old_values,
    parallelism,
)
from orbgen.lint.analyses.supply_chain.images import docker_images, read_image
from orbgen.lint.context import Context, path_of
from orbgen.lint.findings import Confidence, Finding, Persona, Rule, Sees, Severity
from orbgen.lint.tables import deprecated_images
from orbgen.source.nodes import Mapping, Scalar

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="deprecated-feature",
    sees=Sees.CONFIG,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    since="0.1",
)
_VERSION = re.compile(r"[0-9]+\.[0-9]+(\.[0-9]+)?")


def check(context: Context) -> Iterator[Finding]:
    """Each use of an image, a value, a step or a form that is deprecated."""
    for run in context.pipeline.job_runs:
        for old in old_images(run):
            yield context.found(
                RULE, run, old.message, old.place, kind="image", path=f"image/{old.place.text}", help=old.help
            )
    for old in old_values(context, context.today):
        past = old.ended <= context.today
        yield _found(old, "value", Severity.MEDIUM if past else Severity.INFO)
    for old in old_forms(context):
        yield _found(old, "step", Severity.LOW)
    for old in old_filters(context):
        yield _found(old, "filters", Severity.INFO, Persona.PEDANTIC)


def _found(old: Deprecated, kind: str, severity: Severity, persona: Persona = Persona.DEFAULT) -> Finding:
    return RULE.finding(
        old.message,
        old.place,
        kind=kind,
        severity=severity,
        persona=persona,
        path=kind,
        help=old.help,
    )


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """An image becomes its successor, a map of filters an expression, `deploy` in a job of one container `run`."""
    node = mender.node_at(finding.primary)
    if finding.kind == "image" and isinstance(node, Scalar):
        return _newer_image(node, mender)
    if finding.kind == "step" and isinstance(node, Scalar) and node.text == "deploy":
        return _run_step(node, mender)
    return _expression(node, mender) if finding.kind == "filters" and isinstance(node, Mapping) else None


def _newer_image(node: Scalar, mender: Mender) -> Fix | None:
    """The image that took its place under the same tag, where that is a version and nothing else."""
    image = read_image(node.text)
    successor = deprecated_images().convenience.get(image.name) if image is not None else None
    if image is None or not successor or not successor.startswith("cimg/") or not _VERSION.fullmatch(image.tag or ""):
        return None
    runs = [run for run in mender.context.pipeline.job_runs for _, text in docker_images(run) if text.span == node.span]
    changes = tuple([f"{path_of(run)}/docker" for run in runs])
    return mender.fix(f"use `{successor}`", mender.replace(node, f"{successor}:{image.tag}"), changes=changes)


def _run_step(key: Scalar, mender: Mender) -> Fix | None:
    """In one container `deploy` does what `run` does."""
    (item,) = mender.holders(key)[:1]
    runs = [at.run for at in mender.context.run_steps() if at.step.item.span == item.span]
    if not runs or any([parallelism(run) != "1" for run in runs]):
        return None
    return mender.fix("write `run`", mender.replace(key, "run"), changes=mender.steps_at(item), safe=True)


def _expression(node: Mapping, mender: Mender) -> Fix | None:
    """The filters as an expression, where all that uses them takes one."""
    from orbgen.lint.mending.filter_expressions import expression_of
    from orbgen.source.writing import write_scalar

    expression = expression_of(node)
    if expression is None:
        return None
    if {"branches", "tags"} <= node.fields.keys() and " or " in expression:
        raise mender.refusal("the filters have rules of their own for branches and for tags", node.span)
    runs = [
        run for run in mender.context.pipeline.job_runs if run.filters is not None and run.filters.span == node.span
    ]
    changes = tuple([f"{path_of(run)}/filters" for run in runs])
    return mender.fix("write an expression", mender.replace(node, write_scalar(expression)), changes=changes)
