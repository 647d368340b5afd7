"""Gates that somebody outside can open: by a text, by a parameter, by the name of a branch."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orbgen.access.gates import Result
from orbgen.access.running import is_pattern
from orbgen.access.scenarios import BRANCH
from orbgen.circleci.expressions import Binary, Expression, Literal, Not, Pattern, Variable, variables
from orbgen.circleci.matching import full_match
from orbgen.circleci.pipeline import JobRun
from orbgen.circleci.pipeline_values import Level, TextClass, trust_of
from orbgen.circleci.text import value_of
from orbgen.circleci.truth import Unknown
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.source.nodes import Mapping, Scalar, Sequence
from orbgen.source.problems import Note
from orbgen.source.span import Span

RULE = Rule(
    name="weak-gate",
    sees=Sees.JOB_RUN,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("context", "add_ssh_keys", "tbot", "terraform", "tofu"),
)
_FREE = (TextClass.TEXT, TextClass.LINE, TextClass.REF)
_PARAMETERS = "pipeline.parameters."
# Names that people take for protected; a gate for one of them lets no other name in.
_DEFAULT_LIKE = ("main", "master", "trunk", "develop", "production", "release")


def check(run: JobRun, context: Context) -> Iterator[Finding]:
    """A gate of a privileged job run that a stranger, a caller or a branch's name opens."""
    if run.type != "build" or not context.privileged(run):
        return
    yield from _chosen_contexts(run, context)
    result = context.gates.result(run)
    if result is Result.WEAK_TEXT:
        place, names = _deciding(run, context, (Level.OUTSIDER, Level.PUSHER))
        yield _weak(run, context, "text", place, names, "whoever writes that text decides that the job runs",
                    Severity.HIGH, Confidence.HIGH)  # fmt: skip
    elif result is Result.WEAK_CALLER and not context.facts.trusted_callers:
        place, names = _deciding(run, context, (Level.CALLER,))
        parameters = [name for name in names if name.startswith(_PARAMETERS)]
        kind, who = ("parameter", "whoever may start a pipeline sets it") if parameters else (
            "trigger", "whoever may call the API or a webhook is let in")  # fmt: skip
        by_a_job = kind == "parameter" and context.continued
        confidence = Confidence.LOW if by_a_job else Confidence.MEDIUM
        yield _weak(run, context, kind, place, names, who, Severity.MEDIUM, confidence)
    elif result is Result.GATED:
        prefixes = list(_prefixes(run, context))
        if prefixes and "branch" in context.gates.of(run).reasons:
            yield from prefixes


def _weak(
    run: JobRun,
    context: Context,
    kind: str,
    place: Span,
    names: list[str],
    who: str,
    severity: Severity,
    confidence: Confidence,
) -> Finding:
    shown = ", ".join([f"`{name}`" for name in names]) or "a free value"
    return context.found(
        RULE,
        run,
        f"what keeps '{run.name}' from running is {shown} alone, and {who}",
        place,
        kind=kind,
        severity=severity,
        confidence=confidence,
        path="gate",
        label="this decides",
        related=_what_is_held(run),
        help='let the branch decide as well, as in `pipeline.git.branch == "main" and ...`, and restrict the context',
    )


def _what_is_held(run: JobRun) -> tuple[Note, ...]:
    return tuple([Note(item.span, "the job holds this context") for item in run.contexts[:1]])


def _deciding(run: JobRun, context: Context, levels: tuple[Level, ...]) -> tuple[Span, list[str]]:
    """The condition that decides, and the values in it that strangers or callers choose."""
    workflow = context.gates.workflow_of(run)
    conditions = [*([run.filter_condition] if run.filter_condition else []), *workflow.conditions]
    for condition in conditions:
        if condition.formula is not None:
            names = list(dict.fromkeys(variable.name for variable in variables(condition.formula)))
            chosen = [name for name in names if trust_of(name).level in levels or name.startswith(_PARAMETERS)]
            if chosen or condition.truth is None:
                return condition.span, chosen or names
    return run.call.span, []


def _chosen_contexts(run: JobRun, context: Context) -> Iterator[Finding]:
    """A context whose name somebody else writes."""
    for item in run.contexts:
        value = value_of(item)
        if not isinstance(value, Unknown) or value.alternatives is not None:
            continue
        texts = (TextClass.TEXT, TextClass.LINE, TextClass.REF)
        names = [
            name for name in value.sources if trust_of(name).text in texts and trust_of(name).level is not Level.NONE
        ]
        if names:
            yield context.found(
                RULE,
                run,
                f"the context of '{run.name}' is whatever `{names[0]}` says, so its writer picks the credentials",
                item.span,
                kind="chosen-context",
                severity=Severity.MEDIUM,
                confidence=Confidence.HIGH,
                path="context",
                label="any context of the organization that is not restricted",
                help='choose between literal names: `<< pipeline.git.branch == "main" and "prod" or "dev" >>`, '
                "or make the parameter an enum",
            )


def _prefixes(run: JobRun, context: Context) -> Iterator[Finding]:
    """A pattern for a protected name that also takes in that name with more behind it."""
    found = list(_patterns(run, context))
    exact = {text for text, pattern, _ in found if not pattern}
    branch = context.facts.default_branch
    for name in dict.fromkeys((*([branch] if branch else ()), *_DEFAULT_LIKE)):
        if name in exact:
            continue
        for text, pattern, span in found:
            if pattern and full_match(text, name) and full_match(text, f"{name}-zq"):
                yield context.found(
                    RULE,
                    run,
                    f"the gate of '{run.name}' lets in `{name}` and every branch whose name begins so, such as "
                    f"`{name}-zq`, which anybody who can push may create",
                    span,
                    kind="prefix",
                    severity=Severity.MEDIUM,
                    confidence=Confidence.HIGH,
                    path="gate",
                    label="takes in more than it names",
                    related=_what_is_held(run),
                    help=f'name the branch itself: `pipeline.git.branch == "{name}"`, or put a separator behind it',
                )
                return


def _patterns(run: JobRun, context: Context) -> Iterator[tuple[str, bool, Span]]:
    """What a run's gate compares the branch with: a literal or, marked, a pattern."""
    filters = run.filters
    branches = filters.get("branches") if type(filters) is Mapping else None
    only = branches.get("only") if type(branches) is Mapping else None
    for item in only.elements if type(only) is Sequence else [only]:
        if isinstance(item, Scalar):
            text = item.text
            yield (text[1:-1], True, item.span) if is_pattern(text) else (text, False, item.span)
    workflow = context.gates.workflow_of(run)
    for condition in (*([run.filter_condition] if run.filter_condition else []), *workflow.conditions):
        if condition.formula is not None:
            for text, pattern in _compared(condition.formula):
                yield text, pattern, condition.span


def _compared(expression: Expression) -> Iterator[tuple[str, bool]]:
    if isinstance(expression, Not):
        return
    if isinstance(expression, Binary):
        left, right = expression.left, expression.right
        if isinstance(left, Variable) and left.name == BRANCH:
            if isinstance(right, Pattern):
                yield right.text, True
            elif isinstance(right, Literal) and isinstance(right.value, str):
                starts = expression.operator == "starts-with"
                yield (re.escape(right.value) + ".*", True) if starts else (right.value, False)
        else:
            yield from _compared(left)
            yield from _compared(right)
