"""Jobs that load every SSH key of the project."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.lint.context import Context, RunStep
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence
from orbgen.source.span import Span

RULE = Rule(
    name="unrestricted-ssh-keys",
    sees=Sees.STEP,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("add_ssh_keys",),
)


def check(at: RunStep, context: Context) -> Iterator[Finding]:
    """`add_ssh_keys` without fingerprints."""
    step = at.step
    if step.name != "add_ssh_keys" or step.opaque or _is_filled_in(step.item):
        return
    if _is_empty(step.argument("fingerprints")):
        yield context.found(
            RULE,
            at.run,
            f"`add_ssh_keys` without fingerprints loads every SSH key of the project into the job '{at.run.name}'",
            _place(step.item),
            path=f"steps/{at.index}",
            call=step.call,
            help='name the keys that the job needs: `add_ssh_keys: {fingerprints: ["SHA256:.."]}`',
        )


def _is_filled_in(item: Content) -> bool:
    """Whether the fingerprints, as they are written, come from a parameter."""
    body = item.get("add_ssh_keys") if type(item) is Mapping else None
    return body is not None and body.templated


def _is_empty(node: Content | None) -> bool:
    if isinstance(node, Scalar):
        return node.value in (None, "")
    return node is None or (type(node) is Sequence and all([_is_empty(element) for element in node.elements]))


def _place(item: Content) -> Span:
    """The step's key, or its name where it stands alone."""
    return item.fields["add_ssh_keys"].key.span if type(item) is Mapping else item.span
