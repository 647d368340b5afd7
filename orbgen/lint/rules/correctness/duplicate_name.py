"""Names that stand twice, so that one of them is lost or means something else."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.circleci.grammar import STEPS
from orbgen.circleci.pipeline import JobRun
from orbgen.lint.analyses.supply_chain.orb_references import is_orb_source
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Persona, Rule, Sees, Severity
from orbgen.lint.problems import finding_from
from orbgen.source.nodes import Mapping, Scalar
from orbgen.source.problems import Note

RULE = Rule(
    name="duplicate-name",
    sees=Sees.CONFIG,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    since="0.1",
)


# Everybody's name for a command; the built-in step of that name is out of use.
_FREE = frozenset(("deploy",))
_MOST_SHOWN = 3


def check(context: Context) -> Iterator[Finding]:
    """The same key twice in one mapping, jobs that CircleCI numbers, and names that stand for several things."""
    for problem in context.problems:
        if problem.code == "duplicate-key":
            yield finding_from(RULE, problem, context, "key", Severity.MEDIUM)
        elif problem.code == "reserved-name":
            yield finding_from(RULE, problem, context, "reserved", Severity.MEDIUM)
    yield from _numbered(context)
    if not is_orb_source(context):
        yield from _definitions(context)


def _numbered(context: Context) -> Iterator[Finding]:
    """Job runs of one name, in workflows that run whatever the pipeline is started with."""
    by_name: dict[str, list[JobRun]] = {}
    # A requirement that could mean several of them is an error, which says enough.
    asked = {one.name for run in context.pipeline.job_runs for one in run.requires if not one.targets}
    for workflow in context.pipeline.workflows:
        for run in workflow.job_runs:
            numbered = run.name != run.declared and run.name_known and run.declared not in asked
            if numbered and not run.group and not _is_from_matrix(run):
                # Of workflows with conditions perhaps only one runs, and its jobs keep their names.
                key = run.declared if not workflow.conditions else f"{workflow.name}/{run.declared}"
                by_name.setdefault(key, []).append(run)
    for runs in by_name.values():
        first, *others = sorted(runs, key=lambda run: run.call.span.start)
        names = list(dict.fromkeys([run.name for run in (first, *others)]))
        if len(names) < 2:
            continue
        shown = (
            f"'{names[0]}' to '{names[-1]}'" if len(names) > _MOST_SHOWN else " and ".join([f"'{n}'" for n in names])
        )
        other = others[0]
        yield context.found(
            RULE,
            other,
            f"several jobs are called '{first.declared}', so CircleCI calls them {shown}",
            other.call.span,
            kind="job",
            severity=Severity.LOW,
            path="name",
            related=(Note(first.call.span, "the first of them"),) if first.call.span != other.call.span else (),
            help="give each a `name` of its own, for `requires` and for the checks that a branch has to pass",
        )


def _is_from_matrix(run: JobRun) -> bool:
    """Whether a job's name is written with a parameter of its matrix."""
    settings = next(iter(run.entry.fields.values())).value if type(run.entry) is Mapping and run.entry.fields else None
    name = settings.get("name") if type(settings) is Mapping else None
    return isinstance(name, Scalar) and name.templated


def _definitions(context: Context) -> Iterator[Finding]:
    library = context.pipeline.library
    for name, command in library.commands.items():
        if name in STEPS and name not in _FREE:
            yield RULE.finding(
                f"the command '{name}' takes the place of the built-in step of that name",
                command.key.span,
                kind="builtin",
                severity=Severity.LOW,
                path=f"commands/{name}",
                help="give the command another name",
            )
    keys = {workflow.name: workflow.key for workflow in context.pipeline.workflows if workflow.key is not None}
    for name, job in library.jobs.items():
        same = library.commands.get(name)
        for other, what in ((same.key if same is not None else None, "command"), (keys.get(name), "workflow")):
            if other is not None:
                yield RULE.finding(
                    f"'{name}' is the name of a job and of a {what}",
                    other.span,
                    kind="kind",
                    severity=Severity.INFO,
                    persona=Persona.PEDANTIC,
                    path=f"{what}/{name}",
                    related=(Note(job.key.span, "the job"),),
                    help="give one of them another name",
                )
