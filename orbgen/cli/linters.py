"""The linters of one run of `orbgen lint`: one for each folder, in this process or in several."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from orbgen.cli.exits import UsageProblem
from orbgen.cli.orb_options import store_for
from orbgen.cli.plan_settings import settings_for, unknown_rule
from orbgen.lint.findings import Severity
from orbgen.project.settings import Settings
from orbgen.project.user_cache import cache_folder

if TYPE_CHECKING:
    from orbgen.access.repository import Repository
    from orbgen.circleci.orbs import OrbSource
    from orbgen.cli.lint_fixing import Fixing
    from orbgen.lint.cache import ResultCache
    from orbgen.lint.policy import Flags, Policy
    from orbgen.lint.result import FileResult
    from orbgen.lint.run import Linter
    from orbgen.project.facts import Facts
    from orbgen.project.search import Found
    from orbgen.source.nodes import Document

# The result for one file, and the severity from which on its findings fail the run.
Judged: TypeAlias = "tuple[FileResult, Severity]"

# Below, a process is started and has its answers read in more time than it saves.
_FILES_FOR_TWO = 16
# Below, looking for results takes more time than it saves.
_FILES_FOR_CACHE = 2


class Linters:
    """A linter for each folder, with the plan that applies there and the orbs that lie beside the configurations."""

    def __init__(
        self,
        flags: Flags,
        orbs: tuple[OrbSource, ...],
        plan: str | None,
        *,
        ignoring: bool,
        today: str | None = None,
    ) -> None:
        from orbgen.lint.engine import load_rules
        from orbgen.project.settings import SettingsReader

        self.rules = load_rules()
        self.flags = flags
        self.orbs = orbs
        self.ignoring = ignoring
        self.today = today
        self.settings = SettingsReader(plan)
        self.documents: dict[str, Document] = {}
        self.cache: ResultCache | None = None
        self.repositories: dict[tuple[str, int], Repository] = {}
        # Whether fixes are looked for that reports tell of.
        self.offering = False
        # What the command line knows of a repository beside its plan.
        self.adjusted: Callable[[Facts], Facts] = lambda facts: facts
        self._policies: dict[int, Policy] = {}
        self._folder: str | None = None
        self._linter: tuple[Linter, Severity] | None = None
        # What the flags name is looked at before any file is.
        self._new_policy(Settings())

    def results(
        self,
        files: list[Found],
        fixing: Fixing | None = None,
        workers: int | None = None,
        caching: bool = False,
        heard: Callable[[], None] = lambda: None,
    ) -> Iterator[Judged]:
        """The result for each file, and the severity from which on it fails the run.

        Raises UsageProblem, and what a file makes any linter raise.
        """
        if workers is not None and workers < 1:
            raise UsageProblem(f"--workers takes a number from 1 on, not {workers}")
        # What is wrong with the settings of any folder is said before the first file is looked at.
        for folder in dict.fromkeys([os.path.dirname(found.path) for found in files]):
            settings_for(self.settings, folder)
        if caching and fixing is None and len(files) >= _FILES_FOR_CACHE:
            from orbgen.lint.cache import ResultCache

            self.cache = ResultCache(cache_folder())
        if fixing is None and (len(files) >= _FILES_FOR_TWO if workers is None else workers > 1):
            yield from self._in_processes(files, workers, heard)
        else:
            for found in files:
                yield self.result(found, fixing)
        if self.cache is not None:
            self.cache.prune()

    def result(self, found: Found, fixing: Fixing | None = None) -> Judged:
        """The result for one file, and the severity from which on it fails the run."""
        from orbgen.lint.run import unread

        linter, fail_on = self._linter_for(os.path.dirname(found.path))
        if found.problem is not None:
            return unread(found.path, found.problem), fail_on
        if fixing is not None:
            return fixing.lint(linter, found), fail_on
        if self.cache is not None:
            result = self.cache.lint(linter, found)
        else:
            result = linter.lint(
                found.path, named=found.named, tree=found.tree, likely=found.likely, teleport=found.teleport
            )
        if self.offering and result.findings and not found.tree:
            from orbgen.lint.mending.offers import with_offers

            result = with_offers(linter, result, found.path, named=found.named)
        return result, fail_on

    def _in_processes(self, files: list[Found], workers: int | None, heard: Callable[[], None]) -> Iterator[Judged]:
        from orbgen.lint.processes import WorkFailed, in_processes, usable_processors

        for loaded in self.rules:
            loaded.check  # noqa: B018 (imported once, before there are several processes)
        self._linter_for(os.path.dirname(files[0].path))
        try:
            yield from in_processes(
                workers or usable_processors(), len(files), lambda number: self.result(files[number]), heard
            )
        except WorkFailed as error:
            from orbgen.cli.defect import DefectElsewhere

            raise DefectElsewhere(files[error.number].path, error.failure.said, error.failure.frames) from None

    def _linter_for(self, folder: str) -> tuple[Linter, Severity]:
        if self._linter is None or folder != self._folder:
            from orbgen.lint.run import Linter

            settings = settings_for(self.settings, folder)
            policy = self._policy(settings)
            linter = Linter(
                self.rules,
                store_for(self.orbs, folder, settings.orbs_folder, self.documents),
                policy.thresholds,
                self.adjusted(settings.facts),
                policy.selection,
                policy.judge if policy.judging else None,
                ignoring=self.ignoring,
                baseline=policy.baseline,
                today=self.today,
                repositories=self.repositories,
            )
            self._folder, self._linter = folder, (linter, policy.fail_on)
        return self._linter

    def _policy(self, settings: Settings) -> Policy:
        """The policy for some settings, of which there is one for each plan: a baseline is read once."""
        found = self._policies.get(id(settings))
        if found is None:
            found = self._policies[id(settings)] = self._new_policy(settings)
        return found

    def _new_policy(self, settings: Settings) -> Policy:
        from orbgen.lint.policy import BaselineError, policy_for
        from orbgen.lint.selection import UnknownRuleError

        try:
            return policy_for(self.flags, settings, self.rules)
        except BaselineError as error:
            raise UsageProblem(str(error)) from None
        except UnknownRuleError as error:
            # The flags were looked at without a plan before, so the plan it is that names the rule.
            problem = str(error) if settings.path is None else unknown_rule(settings.path, error)
            raise UsageProblem(problem) from None
