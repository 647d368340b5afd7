"""Definitions that nothing uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.circleci.library import Definition, Kind
from orbgen.lint.analyses.correctness.reached import (
    anchored_elsewhere,
    is_passed,
    named_orbs,
    reached_definitions,
    scalars_of,
    unused_anchors,
    used_parameters,
    used_pipeline_parameters,
)
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Persona, Rule, Sees, Severity
from orbgen.source.nodes import Alias, Content, Mapping, Node, Scalar
from orbgen.source.problems import Note
from orbgen.source.span import Span

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="unused-definition",
    sees=Sees.CONFIG,
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    since="0.1",
)
# What the GitHub Action that starts pipelines passes, so that a configuration has to declare it.
_OF_THE_ACTION = frozenset(("GHA_Action", "GHA_Actor", "GHA_Event", "GHA_Meta"))
_UNDEFINED = ("undefined-job", "undefined-command", "undefined-executor", "undefined-orb")
_SAYS = {
    Kind.JOB: "no workflow runs the job",
    Kind.COMMAND: "nothing that a workflow runs uses the command",
    Kind.EXECUTOR: "no job that a workflow runs uses the executor",
    Kind.JOB_GROUP: "no workflow runs the job group",
}


def check(context: Context) -> Iterator[Finding]:
    """Each definition, parameter, orb and anchor of a whole configuration that nothing uses."""
    root = context.document.root
    if type(root) is not Mapping or not context.pipeline.workflows or _is_part(context):
        return
    aliases = context.written.aliases
    reached = reached_definitions(context.pipeline)
    library = context.pipeline.library
    definitions = [one for kind in Kind for one in library.definitions(kind).values()]
    for definition in definitions:
        if id(definition) not in reached and _defines(definition.node):
            yield _definition(definition, aliases, context)
    yield from _parameters([one for one in definitions if id(one) in reached])
    yield from _pipeline_parameters(root, context)
    yield from _orbs(context)
    for node in unused_anchors(context.written) if "&" in context.document.source.text else ():
        place = Span(node.source, node.outer, min(node.start, node.outer + len(node.anchor or "") + 1))
        yield RULE.finding(
            f"no alias uses the anchor '{node.anchor}'",
            place,
            kind="anchor",
            severity=Severity.INFO,
            persona=Persona.PEDANTIC,
            path=f"anchors/{node.anchor}",
            help="remove it",
        )


def _defines(node: Content) -> bool:
    """Whether a node defines something or names what does; all else is an error, and told as one."""
    return type(node) is Mapping or (isinstance(node, Scalar) and isinstance(node.value, str))


def _is_part(context: Context) -> bool:
    """Whether another file seems to define what this one uses, so that another one may use what is defined here."""
    return any(
        [problem.code in _UNDEFINED and not problem.suggestion and not problem.dormant for problem in context.problems]
    )


def _definition(definition: Definition, aliases: list[Alias], context: Context) -> Finding:
    message, help = f"{_SAYS[definition.kind]} '{definition.name}'", "remove it"
    severity = persona = confidence = None
    approvals = [run for run in context.pipeline.job_runs if run.type == "approval" and run.job == definition.name]
    if definition.kind is Kind.JOB and approvals:
        message = f"{message}: its entry is an approval, which runs no steps"
    if definition.node.start > definition.key.start and anchored_elsewhere(definition.node, aliases):
        message, help = f"{message}; only its anchor is used", "move what is anchored to a key of its own at the top"
        severity, persona = Severity.INFO, Persona.PEDANTIC
    if context.pipeline.version != "2.1" and definition.kind is Kind.JOB:
        confidence = Confidence.MEDIUM  # The API can start a single job of such a configuration.
    return RULE.finding(
        message,
        definition.key.span,
        kind=definition.kind.value.replace(" ", "-"),
        severity=severity,
        confidence=confidence,
        persona=persona,
        path=f"{definition.kind.value}/{definition.name}",
        related=tuple([Note(run.call.span, "an approval of that name") for run in approvals[:1]]),
        help=help,
    )


def _parameters(definitions: list[Definition]) -> Iterator[Finding]:
    """The parameters that none of the definitions uses that share their declaration, by an anchor or alone."""
    declared: dict[int, list[tuple[Definition, str, Scalar]]] = {}
    used: set[int] = set()
    for definition in definitions:
        names = used_parameters(definition) if definition.declarations else set()
        for name, declaration in (definition.declarations or {}).items():
            declared.setdefault(id(declaration.key), []).append((definition, name, declaration.key))
            if name in names or declaration.broken:
                used.add(id(declaration.key))
    for key, places in declared.items():
        definition, name, node = places[0]
        if key not in used:
            yield RULE.finding(
                f"{definition.title} does not use its parameter '{name}'",
                node.span,
                kind="parameter",
                path=f"{definition.kind.value}/{definition.name}/parameters/{name}",
                hidden=(definition.key.span,),
                help="remove it, and the arguments for it",
            )


def _pipeline_parameters(root: Mapping, context: Context) -> Iterator[Finding]:
    node = root.get("parameters")
    if type(node) is not Mapping or context.continued or context.pipeline.setup:
        return  # What a setup configuration is given, the one behind it is given too.
    used = used_pipeline_parameters(context.written.scalars)
    for name, field in node.fields.items():
        if name not in used and name not in _OF_THE_ACTION:
            yield RULE.finding(
                f"nothing uses the pipeline parameter '{name}'",
                field.key.span,
                kind="parameter",
                confidence=Confidence.MEDIUM,
                path=f"parameters/{name}",
                help="remove it once nobody passes it any more: CircleCI refuses pipelines with unknown parameters",
            )


def _orbs(context: Context) -> Iterator[Finding]:
    unused = {alias: orb for alias, orb in context.pipeline.library.orbs.items() if not orb.used and not orb.injected}
    named = named_orbs(context.written.scalars) if unused else None
    for alias, orb in unused.items():
        if named is not None and alias not in named:
            yield RULE.finding(
                f"nothing uses the orb '{alias}'", orb.key.span, kind="orb", path=f"orbs/{alias}", help="remove it"
            )


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """The entry is deleted, with its section if it is the only one there. Callers may pass a pipeline's parameter.

    What other unused definitions use waits until they are gone.
    """
    node = mender.node_at(finding.primary)
    if node is None or finding.kind == "anchor" or _is_used_by_unused(node, mender):
        return None
    owner = finding.path.split("/")[1]
    of_pipeline = finding.kind == "parameter" and finding.confidence is Confidence.MEDIUM
    if finding.kind == "parameter" and not of_pipeline and is_passed(mender.document.root, owner, node):
        raise mender.refusal("an argument is passed for it, which would have to go too", node.span)
    holders = mender.holders(node)
    alone = len(holders) > 1 and type(holders[0]) is Mapping and len(holders[0].entries) == 1
    edits = mender.delete(holders[0] if alone else node)
    return mender.fix(f"delete the {finding.kind.replace('-', ' ')}", edits, safe=not of_pipeline)


def _is_used_by_unused(node: Node, mender: Mender) -> bool:
    library = mender.context.pipeline.library
    if not isinstance(node, Scalar):
        return False
    unused = [one for kind in Kind for one in library.definitions(kind).values() if not one.reached and one.key != node]
    return any([scalar.text == node.text for scalar in scalars_of([one.node for one in unused])])
