"""Linting files one by one: read, compile with nothing known, run the rules, apply the thresholds."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from orbgen.access.checkout import Checkout
from orbgen.circleci.compiler import compile_document, compile_orb
from orbgen.circleci.inputs import Inputs
from orbgen.circleci.orbs import OrbStore
from orbgen.lint.context import Context
from orbgen.lint.engine import LoadedRule, ignored_and_unused, run_rules, run_teleport_rules
from orbgen.lint.file_context import FileContext
from orbgen.lint.findings import Confidence, Finding, Persona, Sees, Severity
from orbgen.lint.identity import identified
from orbgen.lint.redaction import concealed
from orbgen.lint.result import FileResult, is_in_tbot_file
from orbgen.lint.selection import Selection
from orbgen.project.continuing import injects_orb
from orbgen.project.facts import Facts
from orbgen.project.files import FileKind, kind_of
from orbgen.project.teleport_kinds import is_templated, may_be_teleports, teleport_documents, teleport_kind
from orbgen.source.encoding import decode
from orbgen.source.files import read_bytes
from orbgen.source.problems import Problem, UnreadableError
from orbgen.source.reader import read

if TYPE_CHECKING:
    from orbgen.access.repository import Repository
    from orbgen.lint.baseline import Baseline

# What a few configurations leave behind.
_MOST_GARBAGE = 30_000


class Thresholds(msgspec.Struct, frozen=True):
    """Which findings are shown (rules.md 2.8)."""

    severity: Severity = Severity.INFO
    confidence: Confidence = Confidence.MEDIUM
    persona: Persona = Persona.DEFAULT

    def shows(self, finding: Finding) -> bool:
        """Whether a finding passes all of them."""
        confidence = Confidence.LOW if self.persona is Persona.AUDITOR else self.confidence
        return (
            finding.severity.rank >= self.severity.rank
            and finding.confidence.rank >= confidence.rank
            and finding.persona.rank <= self.persona.rank
        )

    def hides(self, finding: Finding) -> bool:
        """Whether a finding that the persona is meant to see is of too little weight or too unsure to be shown.

        What is for other personas is not held back: they ask for more, by `--persona`.
        """
        return finding.persona.rank <= self.persona.rank and not self.shows(finding)


class Inspected(msgspec.Struct, frozen=True, eq=False):
    """A file as it was compiled or read, and what was found in it, before the thresholds."""

    context: FileContext
    findings: tuple[Finding, ...]


class Linter:
    """Lints files with one set of rules, orbs and thresholds; keeps nothing of a file behind."""

    def __init__(
        self,
        rules: tuple[LoadedRule, ...],
        store: OrbStore,
        thresholds: Thresholds,
        facts: Facts | None = None,
        selection: Selection = Selection(),
        judge: Callable[[list[Finding], str], list[Finding]] | None = None,
        *,
        ignoring: bool = True,
        baseline: Baseline | None = None,
        today: str | None = None,
        repositories: dict[tuple[str, int], Repository] | None = None,
    ) -> None:
        self.all_rules = rules
        self.known = tuple([loaded.rule.name for loaded in rules])
        self.ignoring = ignoring
        self.rules = tuple([loaded for loaded in rules if selection.runs(loaded.rule.name)])
        self.selection = selection
        self.store = store
        self.thresholds = thresholds
        self.facts = facts or Facts()
        self.judge = judge
        self.baseline = baseline
        self.today = today or time.strftime("%Y-%m-%d")
        self.checkout: Callable[[str], Checkout] = Checkout
        self.repositories = {} if repositories is None else repositories
        self.repository: Callable[[str], Repository] = self._repository

    def unselective(self) -> Linter:
        """A linter with all rules and without the plan's ignores; itself if it is one."""
        if self.selection == Selection() and self.judge is None and self.baseline is None:
            return self
        return Linter(
            self.all_rules,
            self.store,
            self.thresholds,
            self.facts,
            ignoring=self.ignoring,
            today=self.today,
            repositories=self.repositories,
        )

    def lint(
        self, path: str, *, named: bool = False, tree: bool = False, likely: bool = False, teleport: bool = False
    ) -> FileResult:
        """The result for one file; `-` is standard input. A file that cannot be read is a problem of its result.

        The path of an orb that is a `tree` of files is that of its manifest. A `likely` file was found where CircleCI's
        files need not be, and is foreign unless its content says otherwise; so is a `teleport` one that is none of
        Teleport's.
        """
        return self.judged(self.examined(path, named=named, tree=tree, likely=likely, teleport=teleport), path)

    def examined(
        self,
        path: str,
        *,
        named: bool = False,
        tree: bool = False,
        likely: bool = False,
        teleport: bool = False,
        data: bytes | None = None,
    ) -> FileResult:
        """The result for one file with all that the rules found, whatever the plan and the thresholds leave of it.

        `data` are the file's bytes where they were read before.
        """
        _sweep()
        try:
            if tree:
                inspected: Inspected | None = self._inspect_tree(path)
            else:
                data = read_bytes(path) if data is None else data
                inspected = self._inspect(data, path, named=named, teleport=teleport)
        except UnreadableError as error:
            return unread(name_of(path), error.problem)
        if inspected is None:
            return FileResult(name_of(path), skipped=True, foreign=likely or teleport)
        result = _whole(inspected)
        inspected.context.release()
        return result

    def judged(self, result: FileResult, path: str) -> FileResult:
        """A result with the findings that the plan leaves and the thresholds show."""
        findings = self._judged(result.findings, result.name, path)
        return self._shown(self._compared(msgspec.structs.replace(result, findings=findings)))

    def inspect(self, data: bytes, path: str, *, named: bool = False) -> Inspected | None:
        """What is found in the bytes of a file; None if that is only a part of a configuration.

        Raises UnreadableError.
        """
        found = self._inspect(data, path, named=named)
        return found and Inspected(found.context, self._judged(found.findings, name_of(path), path))

    def inspect_tree(self, path: str, instead: dict[str, bytes] | None = None) -> Inspected:
        """What is found in the orb that a manifest is the head of, some files of it `instead` of those on the disk.

        Raises UnreadableError.
        """
        found = self._inspect_tree(path, instead)
        return Inspected(found.context, self._judged(found.findings, name_of(path), path))

    def result(self, inspected: Inspected) -> FileResult:
        """The result for a file, with the findings that pass the thresholds."""
        return self._shown(self._compared(_whole(inspected)))

    def _compared(self, result: FileResult) -> FileResult:
        """The result without the findings that the baseline knows."""
        if self.baseline is None:
            return result
        new, known = self.baseline.split(result.findings)
        about_joins = [loaded.rule.name for loaded in self.rules if loaded.rule.sees is Sees.TBOT]
        elsewhere = frozenset(about_joins if result.shared else ())
        gone = self.baseline.gone(result.name, known, self.selection, elsewhere)
        beside = tuple([finding.fingerprint for finding in known if is_in_tbot_file(finding)])
        return msgspec.structs.replace(
            result, findings=new, known=len(known), gone=gone, baseline=self.baseline.path, known_beside=beside
        )

    def _shown(self, result: FileResult) -> FileResult:
        shown = tuple([finding for finding in result.findings if self.thresholds.shows(finding)])
        hidden = sum([self.thresholds.hides(finding) for finding in result.findings])
        return msgspec.structs.replace(result, findings=shown, hidden=hidden)

    def _judged(self, findings: tuple[Finding, ...], name: str, path: str) -> tuple[Finding, ...]:
        """The findings that the plan leaves; those in other files of an orb by the paths of those."""
        if self.judge is None:
            return findings
        groups: dict[str, list[Finding]] = {}
        for finding in findings:
            groups.setdefault(finding.primary.source.name, []).append(finding)
        return tuple([
            finding
            for group, few in groups.items()
            for finding in self.judge(few, path if group == name else group)
        ])  # fmt: skip

    def _inspect(self, data: bytes, path: str, *, named: bool, teleport: bool = False) -> Inspected | None:
        if may_be_teleports(data, path):
            found = self._inspect_teleport(data, path, sure=not teleport)
            if found is not None or teleport:
                return found
        document = read(data, name_of(path))
        kind = kind_of(document.root, path, named=named)
        if kind is FileKind.FRAGMENT:
            return None
        compile_ = compile_orb if kind is FileKind.ORB else compile_document
        pipeline = compile_(document, Inputs(orbs_injected=injects_orb(path)), self.store)
        root = checkout_of(path)
        repository = partial(self.repository, root)
        return self._run(Context(document, pipeline, self.checkout(root), self.facts, repository=repository))

    def _inspect_teleport(self, data: bytes, path: str, *, sure: bool) -> Inspected | None:
        """What is found in one of Teleport's files; None if it is none. Raises UnreadableError.

        One that was only found may be a template of a tool, which cannot be read as it is.
        """
        try:
            documents = teleport_documents(decode(data, name_of(path)))
        except UnreadableError:
            if not sure and is_templated(data):
                return None
            raise
        kind = teleport_kind(documents, path)
        if kind is None:
            return None
        from orbgen.access.join_file import file_join
        from orbgen.lint.teleport_context import TeleportContext

        join = file_join(documents[0], self.facts) if kind is FileKind.TBOT else None
        root = checkout_of(path)
        repository = partial(self.repository, root)
        context = TeleportContext(documents, self.checkout(root), self.facts, join, repository)
        context.today = self.today
        return self._inspected(context, run_teleport_rules(self.rules, context))

    def _repository(self, root: str) -> Repository:
        """What is in a checkout, looked for once for all files that ask."""
        found = self.repositories.get((root, id(self.facts)))
        if found is None:
            from orbgen.access.repository import Repository

            found = Repository(Checkout(root), self.facts, self.store)
            self.repositories[root, id(self.facts)] = found
        return found

    def _inspect_tree(self, path: str, instead: dict[str, bytes] | None = None) -> Inspected:
        """What is found in the orb that a manifest is the head of. Raises UnreadableError."""
        from orbgen.circleci.orb_tree import read_tree

        tree = read_tree(os.path.dirname(path) or os.curdir, instead)
        pipeline = compile_orb(tree.document, Inputs(), self.store)
        pipeline = msgspec.structs.replace(pipeline, problems=(*pipeline.problems, *tree.warnings))
        scripts = tuple(tree.folder.scripts.values())
        root = checkout_of(path)
        repository = partial(self.repository, root)
        return self._run(
            Context(tree.document, pipeline, self.checkout(root), self.facts, tree.parts, scripts, repository)
        )

    def _run(self, context: Context) -> Inspected:
        context.today = self.today
        return self._inspected(context, run_rules(self.rules, context))

    def _inspected(self, context: FileContext, findings: list[Finding]) -> Inspected:
        findings = identified(concealed(findings), context.written_path)
        if self.ignoring and self.facts.allow_ignores:
            all_run = not self.selection.select
            findings = ignored_and_unused(self.rules, self.known, findings, context, all_run=all_run)
        return Inspected(context, tuple([finding for finding in findings if self.selection.keeps(finding)]))


def _whole(inspected: Inspected) -> FileResult:
    """The result with all that was found in a file."""
    context = inspected.context
    missing = context.missing_orbs
    references = tuple([orb.reference for orb in missing if orb.reference is not None and orb.used])
    return FileResult(
        context.document.source.name,
        inspected.findings,
        context.document_problems,
        missing_orbs=references,
        files=len(context.sources),
        shared=context.is_tbot_file,
    )


def _sweep() -> None:
    """Drop what is left of the files before: their parts refer to each other, and the command line sweeps nothing."""
    if gc.get_count()[0] > _MOST_GARBAGE:
        gc.collect()


def name_of(path: str) -> str:
    """What a file is called in reports."""
    return "<stdin>" if path == "-" else path


def unread(name: str, problem: Problem) -> FileResult:
    """The result for a file that cannot be read."""
    return FileResult(name, problems=(problem,), linted=False)


def checkout_of(path: str) -> str:
    """The root of a file's checkout: its git work tree, else the folder above `.circleci`, else its own folder."""
    folder = os.path.dirname(os.path.abspath(path)) if path != "-" else os.getcwd()
    start = folder
    while True:
        if os.path.exists(os.path.join(folder, ".git")):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            break
        folder = parent
    above, _, below = start.rpartition(os.sep + ".circleci")
    return above if above and (not below or below.startswith(os.sep)) else start
