"""What a configuration compiles to: workflows of job runs, each with its steps and the way that each came."""

from __future__ import annotations

import enum

import msgspec

from orbgen.circleci.expressions import Expression
from orbgen.circleci.library import Definition, Import, Library
from orbgen.source.nodes import Content, Mapping, Scalar
from orbgen.source.problems import Problem
from orbgen.source.span import Span


class CallKind(enum.Enum):
    """How one place leads to another."""

    WORKFLOW = "workflow"
    ENTRY = "workflow entry"
    JOB = "job"
    COMMAND = "command"
    STEPS = "steps parameter"
    PRE_STEPS = "pre-steps"
    POST_STEPS = "post-steps"
    EXECUTOR = "executor"
    GROUP = "job group"


class Call(msgspec.Struct, frozen=True, eq=False):
    """One link of an origin: what is used here, where that is written, and the link that led here."""

    kind: CallKind
    name: str
    span: Span
    parent: Call | None = None

    def chain(self) -> list[Call]:
        """The links from the workflow inwards, this one last."""
        links: list[Call] = []
        link: Call | None = self
        while link is not None:
            links.append(link)
            link = link.parent
        links.reverse()
        return links


class Condition(msgspec.Struct, frozen=True, eq=False):
    """A condition that something depends on.

    `truth` is None where only CircleCI will know; then `formula` computes it from pipeline values, where that can be
    done. Both take the negation of an `unless` into account.
    """

    node: Content
    negated: bool
    truth: bool | None
    span: Span
    formula: Expression | None = None


class Step(msgspec.Struct, eq=False):
    """One step of a job run, as CircleCI will run it.

    `name` is the built-in step's, or `orb/command` for an opaque one, whose orb is not at hand. `body` is None for a
    step without arguments, and `substituted` says that something in it was filled in. `item` is the step as its author
    wrote it, and `call` the link that it stands in.
    """

    name: str
    item: Content
    body: Content | None
    call: Call
    conditions: tuple[Condition, ...] = ()
    opaque: bool = False
    substituted: bool = False

    @property
    def span(self) -> Span:
        """Where the step is written."""
        return self.item.span

    def argument(self, key: str) -> Content | None:
        """The value of one key of the step's body."""
        body = self.body
        return body.get(key) if type(body) is Mapping else None

    @property
    def command(self) -> Scalar | None:
        """The script of a `run` step."""
        if self.name not in ("run", "deploy"):
            return None
        body = self.body
        script = body.get("command") if type(body) is Mapping else body
        return script if isinstance(script, Scalar) else None


class Requirement(msgspec.Struct, eq=False):
    """One item of `requires`: the name asked for, the statuses that satisfy it, and the names that it stands for.

    Inside a job group names are those of its members; one that the group itself requires is asked for `outside`.
    """

    name: str
    node: Content
    statuses: tuple[str, ...] | None = None
    listed: bool = False
    known: bool = True
    targets: tuple[JobRun, ...] = ()
    outside: bool = False


class JobRun(msgspec.Struct, eq=False):
    """One job of one workflow with its parameters, matrix, executor and steps resolved.

    `name` is the final name in the pipeline and `declared` the one that `requires` uses. `body` are the keys of the
    compiled job in output order, where `steps` holds the place of the steps; None for a job without a definition.
    `group` is the invocation of a job group that the run is a part of, empty for an entry of the workflow itself.
    `meant` is the name that a job without one comes nearest to.
    """

    workflow: str
    declared: str
    job: str
    type: str
    entry: Content
    call: Call
    definition: Definition | None = None
    name: str = ""
    body: dict[str, Content] | None = None
    steps: tuple[Step, ...] = ()
    contexts: tuple[Scalar, ...] = ()
    context: Content | None = None
    requires: tuple[Requirement, ...] = ()
    filters: Content | None = None
    filter_condition: Condition | None = None
    serial_group: Content | None = None
    matrix: dict[str, Content] = {}
    alias: str | None = None
    arguments: dict[str, Content] = {}
    opaque: bool = False
    name_known: bool = True
    group: str = ""
    meant: str | None = None

    @property
    def span(self) -> Span:
        """Where the workflow entry is written."""
        return self.entry.span


class Workflow(msgspec.Struct, eq=False):
    """One workflow with its job runs. `active` is False where a condition switches it off, None where unknown.

    `settings` are its other keys in the order of the source, filled, with `jobs` in its place.
    It is not `complete` where entries are in error, so that there may be more job runs.
    """

    name: str
    key: Scalar | None
    node: Mapping | None
    job_runs: tuple[JobRun, ...] = ()
    conditions: tuple[Condition, ...] = ()
    active: bool | None = True
    settings: dict[str, Content | None] = {}
    complete: bool = True


class Pipeline(msgspec.Struct, eq=False):
    """The compiled configuration, with every problem that was found on the way.

    `elements` are jobs and commands looked at on their own, with every parameter unknown: those that no workflow
    reaches, and all of an orb whose source this is. Each has the form of a job run of no workflow.
    """

    library: Library
    version: str
    workflows: tuple[Workflow, ...]
    problems: tuple[Problem, ...]
    missing_orbs: tuple[Import, ...] = ()
    setup: bool = False
    workflow_version: str | None = None
    elements: tuple[JobRun, ...] = ()

    @property
    def job_runs(self) -> tuple[JobRun, ...]:
        """The job runs of all workflows."""
        return tuple([run for workflow in self.workflows for run in workflow.job_runs])
