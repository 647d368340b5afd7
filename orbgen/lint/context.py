"""What a rule's `check` may ask about the configuration that it looks at, computed once, when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from orbgen.access.checkout import Checkout
from orbgen.circleci.pipeline import Call, JobRun, Pipeline, Step
from orbgen.circleci.text import code_of
from orbgen.lint.file_context import TBOT, FileContext, RunJoin, first_line
from orbgen.lint.findings import Confidence, Finding, Persona, Rule, Severity
from orbgen.lint.identity import path_to
from orbgen.lint.ignores import Ignores, read_ignores
from orbgen.lint.shells import is_posix, shell_of
from orbgen.lint.vocabulary import Vocabulary, vocabulary_of
from orbgen.lint.written_nodes import WrittenNodes, written_nodes
from orbgen.project.facts import Facts
from orbgen.project.files import FileKind, kind_of
from orbgen.shell.script import Script, read_script
from orbgen.source.nodes import Document, Mapping, Scalar
from orbgen.source.problems import Note, Problem
from orbgen.source.span import Source, Span

if TYPE_CHECKING:
    from orbgen.access.gates import Gates
    from orbgen.access.grants import Grant
    from orbgen.access.join import Join
    from orbgen.access.reachability import Reachability
    from orbgen.access.repository import Repository
    from orbgen.circleci.library import Import
    from orbgen.teleport.mistakes import Effect

_Result = TypeVar("_Result")
# The programs that join. What looks for joins is imported where one is named, and the gates where a rule asks for them.
_JOINING = ("tbot", "terraform", "tofu")


class RunStep(msgspec.Struct, frozen=True, eq=False):
    """One step of one job run, with its place in the run."""

    run: JobRun
    step: Step
    index: int

    @property
    def path(self) -> str:
        """The way to the step in the compiled pipeline."""
        return f"{path_of(self.run)}/steps/{self.index}"


class StepScript(msgspec.Struct, frozen=True, eq=False):
    """The script of a run step, as a shell reads it; what only CircleCI can fill in stands as a word of `x`."""

    at: RunStep
    text: Scalar
    script: Script

    def place(self, start: int, end: int | None = None) -> Span:
        """Where characters of the script stand in the author's file."""
        return self.text.place(start, end)


def path_of(run: JobRun) -> str:
    """The way to a job run in the compiled pipeline."""
    return f"{run.workflow}/{run.name}"


def _scripts_of(run: JobRun, context: Context) -> tuple[StepScript, ...]:
    found = [context.script_of(at) for at in context.run_steps(run)]
    return tuple([script for script in found if script is not None])


class Context(FileContext):
    """One linted configuration: its document, its pipeline and the shared analyses.

    An orb that is a folder is made of several files, its `parts`; any other document is its only part.
    """

    def __init__(
        self,
        document: Document,
        pipeline: Pipeline,
        checkout: Checkout,
        facts: Facts | None = None,
        parts: tuple[Document, ...] = (),
        scripts: tuple[Source, ...] = (),
        repository: Callable[[], Repository] | None = None,
    ) -> None:
        super().__init__(parts or (document,), checkout, facts, scripts, repository)
        self.document = document
        self.pipeline = pipeline
        self._joins: dict[int, tuple[Join, ...]] = {}
        self._grants: dict[int, tuple[Grant, ...]] = {}
        self._gates: Gates | None = None
        self._vocabulary: Vocabulary | None = None
        self._written: WrittenNodes | None = None
        self._reachability: Reachability | None = None
        # Each tbot.yaml of the checkout with findings, by its source.
        self._beside: dict[int, Document] = {}
        self._once: dict[tuple[int, Callable[..., Any]], Any] = {}

    def release(self) -> None:
        """Let go of the definitions, so that only those who still look at the configuration hold it."""
        self.pipeline.library.release()

    @property
    def missing_orbs(self) -> tuple[Import, ...]:
        """The orbs whose source is not at hand."""
        return self.pipeline.missing_orbs

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What the compiler found."""
        return self.pipeline.problems

    @property
    def is_orb(self) -> bool:
        """Whether this is an orb by its name or by what only orbs have, and not just a file without workflows."""
        return kind_of(self.document.root, self.document.source.name) is FileKind.ORB

    @property
    def vocabulary(self) -> Vocabulary:
        """The words that the configuration and its orbs are written with."""
        if self._vocabulary is None:
            self._vocabulary = vocabulary_of(self.pipeline.library, self.sources)
        return self._vocabulary

    @property
    def written(self) -> WrittenNodes:
        """What is written in the document."""
        if self._written is None:
            self._written = written_nodes(self.document.root)
        return self._written

    def run_steps(self, run: JobRun | None = None) -> Iterator[RunStep]:
        """Every step of a job run, or of all of them, in order."""
        for one in (run,) if run is not None else self.pipeline.job_runs:
            for index, step in enumerate(one.steps):
                yield RunStep(one, step, index)

    def scripts(self, run: JobRun | None = None) -> Iterator[StepScript]:
        """The scripts of a job run's steps, or of all, that a POSIX shell reads (rules.md 2.3)."""
        for one in (run,) if run is not None else self.pipeline.job_runs:
            yield from self.once(one, _scripts_of)

    def script_of(self, at: RunStep) -> StepScript | None:
        """The script of a step; None where there is none, or one that no POSIX shell reads."""
        text = at.step.command
        if text is None or at.step.opaque or not is_posix(shell_of(at.run, at.step)):
            return None
        return StepScript(at, text, read_script(code_of(text)))

    def once(self, run: JobRun, analysis: Callable[[JobRun, Context], _Result]) -> _Result:
        """What an analysis finds in a job run, worked out when it is first asked for."""
        key = (id(run), analysis)
        if key not in self._once:
            self._once[key] = analysis(run, self)
        found: _Result = self._once[key]
        return found

    def joins(self, run: JobRun) -> tuple[Join, ...]:
        """Where a job run obtains Teleport credentials (rules.md 2.6)."""
        if not self.vocabulary.may_hold(_JOINING):
            return ()
        found = self._joins.get(id(run))
        if found is None:
            from orbgen.access.joins import joins_of

            found = self._joins[id(run)] = joins_of(run, self.checkout, self.facts)
        return found

    def grants(self, run: JobRun) -> tuple[Grant, ...]:
        """The ways into Teleport that a job run's joins are, with what the checkout holds of Teleport's side."""
        joins = self.joins(run)
        if not joins:
            return ()
        found = self._grants.get(id(run))
        if found is None:
            from orbgen.access.grants import grants_of

            found = tuple(grants_of(run, joins, self.gates, self.repository, self.facts))
            self._grants[id(run)] = found
        return found

    def run_joins(self) -> Iterator[RunJoin]:
        """The joins of all job runs, each with its place."""
        for run in self.pipeline.job_runs if self.vocabulary.may_hold(_JOINING) else ():
            for join in self.joins(run):
                yield RunJoin(run, join.step, join)

    @property
    def gates(self) -> Gates:
        """Which job runs run for a branch or tag that nobody wrote down (rules.md 2.1)."""
        if self._gates is None:
            from orbgen.access.gates import Gates

            self._gates = Gates(self.pipeline)
        return self._gates

    @property
    def continued(self) -> bool:
        """Whether a setup configuration starts this one, so that its parameters come from a job (rules.md 2.7)."""
        from orbgen.project.continuing import is_continuation

        return is_continuation(self.document.source.name)

    @property
    def reachability(self) -> Reachability:
        """For which branches and tags job runs can run at all."""
        if self._reachability is None:
            from orbgen.access.reachability import Reachability

            self._reachability = Reachability(self.gates)
        return self._reachability

    def bounded(self, run: JobRun) -> frozenset[str]:
        """The pipeline values that can only hold names written in the configuration when the run happens."""
        return self.gates.bounded(run)

    def privileged(self, run: JobRun) -> bool:
        """Whether a job run holds a context, SSH keys or a join (rules.md 2.2)."""
        return bool(run.contexts) or any([step.name == "add_ssh_keys" for step in run.steps]) or bool(self.joins(run))

    def found(
        self,
        rule: Rule,
        run: JobRun,
        message: str,
        place: Span,
        *,
        path: str,
        call: Call | None = None,
        kind: str = "",
        severity: Severity | None = None,
        confidence: Confidence | None = None,
        persona: Persona | None = None,
        label: str = "",
        related: tuple[Note, ...] = (),
        help: str | None = None,
        effect: Effect | None = None,
    ) -> Finding:
        """A finding of a rule in a job run, at a place that the author can change.

        `path` leads from the job run to what is found, and `call` is the link that it stands in, the run's own if not
        given. Where that place is in an orb from elsewhere, it is related.
        """
        call = call or run.call
        primary, label, elsewhere = self.placed(place, call, label)
        key = run.definition.key.span if run.definition is not None else None
        return rule.finding(
            message,
            primary,
            kind=kind,
            severity=severity,
            confidence=confidence,
            persona=persona,
            path=f"{path_of(run)}/{path}",
            label=label,
            related=(*elsewhere, *related),
            chain=self.chain(call),
            hidden=(*self.hidden(call), key) if key is not None and self.is_own(key) else self.hidden(call),
            help=help,
            job_runs=(path_of(run),),
            effect=effect,
        )

    def found_at(
        self,
        rule: Rule,
        at: RunJoin,
        message: str,
        place: Span,
        *,
        kind: str = "",
        severity: Severity | None = None,
        confidence: Confidence | None = None,
        persona: Persona | None = None,
        label: str = "",
        related: tuple[Note, ...] = (),
        help: str | None = None,
        effect: Effect | None = None,
    ) -> Finding:
        """A finding of a rule about a join of a job run. An ignore at the join's step covers it too."""
        assert at.run is not None
        step = at.run.steps[at.index]
        finding = self.found(
            rule,
            at.run,
            message,
            place,
            path=f"steps/{at.index}",
            call=step.call,
            kind=kind,
            severity=severity,
            confidence=confidence,
            persona=persona,
            label=label,
            related=related,
            help=help,
            effect=effect,
        )
        hidden = (*finding.hidden, step.span) if self.is_own(step.span) else finding.hidden
        file = at.join.file
        if file is None or place.source is not file.root.source or not is_whole_file(file.root):
            return msgspec.structs.replace(finding, hidden=hidden)
        beside = self._beside.setdefault(
            id(place.source), Document(place.source, file.root, end=len(place.source.text))
        )
        return msgspec.structs.replace(
            finding,
            primary=place,
            label=label,
            related=(*related, Note(self.place_for(at.join.span, step.call), "tbot is started with it here")),
            hidden=(*hidden, first_line(beside)),
        )

    def ignores_beside(self) -> Iterator[Ignores]:
        """The ignores of each tbot.yaml of the checkout that findings are in."""
        for document in self._beside.values():
            yield read_ignores((document,), beside=True)

    def written_path(self, span: Span) -> str | None:
        """The keys that lead to a place of the file, or of a tbot.yaml beside it."""
        beside = self._beside.get(id(span.source))
        return super().written_path(span) if beside is None else f"{TBOT}/{path_to(beside, span.start)}"

    def place_for(self, span: Span, call: Call) -> Span:
        """The place that the author would change: the span, or the call in their file that leads to it."""
        if self.is_own(span):
            return span
        for link in reversed(call.chain()):
            if self.is_own(link.span):
                return link.span
        return span

    def placed(self, span: Span, call: Call, label: str) -> tuple[Span, str, list[Note]]:
        """The place that the author would change, its label, and the place itself where it lies in a file of others."""
        place = self.place_for(span, call)
        return (place, label, []) if place is span else (place, "this leads there", [Note(span, label)])

    def chain(self, call: Call) -> tuple[Note, ...]:
        """The way from the workflow to a place, as notes."""
        return tuple([Note(link.span, f"{link.kind.value} '{link.name}'") for link in call.chain()])

    def hidden(self, call: Call) -> tuple[Span, ...]:
        """The places on the way at which an ignore comment covers a finding."""
        return tuple([link.span for link in call.chain() if self.is_own(link.span)])


def is_whole_file(root: Mapping) -> bool:
    """Whether a mapping is all that its file holds, not a part of a script in it."""
    before = [line.strip() for line in root.source.text[: root.outer].splitlines()]
    return all([not line or line == "---" or line.startswith(("#", "%")) for line in before])
