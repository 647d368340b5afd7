"""What holds for a pipeline as a whole: its size, its contexts, and what a setup configuration may run."""

from __future__ import annotations

from collections.abc import Iterable

from orbgen.circleci.compilation import Compilation
from orbgen.circleci.grammar import is_empty
from orbgen.circleci.library import Library
from orbgen.circleci.limits import (
    MAXIMUM_CONTEXTS,
    MAXIMUM_FILLED_NODES,
    MAXIMUM_OUTPUT_CHARACTERS,
    MAXIMUM_OUTPUT_NODES,
)
from orbgen.circleci.pipeline import Workflow
from orbgen.circleci.text import is_known
from orbgen.source.nodes import Content, Document, Mapping, Scalar
from orbgen.source.span import Span


def read_setup(compilation: Compilation, root: Mapping, workflows: list[Workflow]) -> bool:
    """Whether this is a setup configuration, of which exactly one workflow may run (circleci.md 1.4).

    A workflow whose jobs all have filters may have none left to run.
    """
    node = root.get("setup")
    if node is None or is_empty(node) or node.templated:
        return False
    if not isinstance(node, Scalar) or not isinstance(node.value, bool):
        compilation.report("value", "`setup` must be true or false", node.span)
        return False
    active = [
        workflow
        for workflow in workflows
        if workflow.active is True and any([run.filters is None for run in workflow.job_runs])
    ]
    if node.value and len(active) > 1 and active[1].key is not None:
        message = f"a setup configuration runs exactly one workflow, but {len(active)} would run"
        help = "give all but one a `when` that is false, or move them into the configuration that is continued with"
        compilation.report("workflow", message, active[1].key.span, help=help)
    return node.value


def check_contexts(compilation: Compilation, workflows: list[Workflow]) -> None:
    """Report the context that is one too many (circleci.md 6.2)."""
    seen: set[str] = set()
    for workflow in workflows:
        for context in [context for run in workflow.job_runs for context in run.contexts if is_known(context)]:
            seen.add(context.text)
            if len(seen) > MAXIMUM_CONTEXTS:
                message = f"this is context number {len(seen)}; CircleCI allows {MAXIMUM_CONTEXTS} in a configuration"
                compilation.report("limit", message, context.span)
                return


def check_size(compilation: Compilation, document: Document, workflows: list[Workflow]) -> None:
    """Refuse what aliases and arguments make enormous, and drop it, before anything walks through it."""
    if compilation.spent.nodes <= MAXIMUM_FILLED_NODES:  # What goes beyond that is reported already.
        if _is_surely_small(compilation, document, workflows):
            return
        values, characters = _total(workflows)
        if values <= MAXIMUM_OUTPUT_NODES and characters <= MAXIMUM_OUTPUT_CHARACTERS:
            return
        message = (
            f"with all that is shared written out, the pipeline has more than {MAXIMUM_OUTPUT_NODES:,} values "
            f"or {MAXIMUM_OUTPUT_CHARACTERS:,} characters"
        )
        help = "share less through aliases, anchors and parameters"
        compilation.report("limit", message, Span(document.source, 0, 0), help=help)
    for workflow in workflows:
        workflow.job_runs = ()


def _is_surely_small(compilation: Compilation, document: Document, workflows: list[Workflow]) -> bool:
    """Whether a pipeline keeps the limits even if each step, and each value that was filled in, is the whole document.

    That spares most configurations the walk through all that they compile to. What comes from an orb's own file, or
    from outside, is not counted here.
    """
    inputs = compilation.inputs
    if not document.values or inputs.parameters or inputs.values or not _is_all_in_one(compilation.library):
        return False
    spent = compilation.spent
    most = spent.nodes
    for workflow in workflows:
        most += sum([len(run.steps) + len(run.body or ()) for run in workflow.job_runs])
    characters = document.characters + spent.characters
    return most * document.values <= MAXIMUM_OUTPUT_NODES and most * characters <= MAXIMUM_OUTPUT_CHARACTERS


def _is_all_in_one(library: Library) -> bool:
    """Whether all that a library knows is written in its own source."""
    inner = [orb.library for orb in library.orbs.values() if orb.library is not None]
    return all([one.source is library.source and _is_all_in_one(one) for one in inner])


def _total(workflows: list[Workflow]) -> tuple[int, int]:
    """How many values and characters the job runs have."""
    sizes: dict[int, tuple[int, int]] = {}
    values = characters = 0
    for workflow in workflows:
        for run in workflow.job_runs:
            bodies = [*(run.body or {}).values(), *[step.body for step in run.steps if step.body is not None]]
            more = _size_of_all(bodies, sizes)
            values, characters = values + more[0], characters + more[1]
    return values, characters


def _size_of_all(nodes: Iterable[Content], sizes: dict[int, tuple[int, int]]) -> tuple[int, int]:
    """How many values and characters nodes stand for with their aliases expanded; `sizes` holds what is known."""
    values = characters = 0
    for node in nodes:
        values += 1
        if isinstance(node, Scalar):
            characters += len(node.text)
            continue
        known = sizes.get(id(node))
        if known is None:
            inner = [field.value for field in node.fields.values()] if type(node) is Mapping else node.elements
            known = sizes[id(node)] = _size_of_all(inner, sizes)
        values, characters = values + known[0], characters + known[1]
    return values, characters
