"""What a rule may ask about any file that it looks at, whether CircleCI's or Teleport's."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import msgspec

from orbgen.access.checkout import Checkout
from orbgen.lint.findings import Confidence, Finding, Persona, Rule, Severity
from orbgen.lint.identity import path_to
from orbgen.lint.ignores import Ignores, read_ignores
from orbgen.project.facts import Facts
from orbgen.source.nodes import Document, Mapping
from orbgen.source.problems import Note, Problem
from orbgen.source.span import Source, Span

if TYPE_CHECKING:
    from orbgen.access.join import Join
    from orbgen.access.repository import Repository
    from orbgen.circleci.library import Import
    from orbgen.circleci.pipeline import JobRun
    from orbgen.teleport.mistakes import Effect

# What leads to a place in a tbot.yaml.
TBOT = "tbot"


class RunJoin(msgspec.Struct, frozen=True, eq=False):
    """One join of one job run, in the step of that number; a tbot.yaml on its own has no run."""

    run: JobRun | None
    index: int
    join: Join


class FileContext(ABC):
    """One linted file: its documents, what the plan says, and what stands beside it in its checkout.

    `parts` are the documents, or the files that an orb in a folder is made of, and `sources` their texts and those of
    its scripts. `today` is the day for which the file is looked at, as in `2026-11-24`.
    """

    def __init__(
        self,
        parts: tuple[Document, ...],
        checkout: Checkout,
        facts: Facts | None = None,
        scripts: tuple[Source, ...] = (),
        repository: Callable[[], Repository] | None = None,
    ) -> None:
        self.parts = parts
        self.document = parts[0]
        self.sources = tuple({id(source): source for source in (*[part.source for part in parts], *scripts)}.values())
        self._own = frozenset([id(source) for source in self.sources])
        self.checkout = checkout
        self.facts = facts or Facts()
        self.ignores = read_ignores(parts, scripts)
        self.today = time.strftime("%Y-%m-%d")
        self._find_repository = repository
        self._repository: Repository | None = None

    @property
    def repository(self) -> Repository:
        """What stands beside the file in its checkout; looked for when it is first asked for."""
        if self._repository is None:
            if self._find_repository is None:
                from orbgen.access.repository import Repository

                self._repository = Repository(self.checkout, self.facts)
            else:
                self._repository = self._find_repository()
        return self._repository

    def release(self) -> None:
        """Let go of what refers back to itself, once nothing more is asked of the file."""
        return

    @property
    def missing_orbs(self) -> tuple[Import, ...]:
        """The orbs whose source is not at hand, so that something may not have been found."""
        return ()

    @property
    def is_tbot_file(self) -> bool:
        """Whether it is a tbot.yaml, which configurations may start tbot with."""
        return False

    @abstractmethod
    def run_joins(self) -> Iterator[RunJoin]:
        """Every join of the file's, each with its place."""

    @property
    def document_problems(self) -> tuple[Problem, ...]:
        """What is wrong with the documents although they can be read."""
        return self.document.problems

    def is_own(self, span: Span) -> bool:
        """Whether a place is in the linted file itself, not in an orb from elsewhere."""
        return id(span.source) in self._own

    def written_path(self, span: Span) -> str | None:
        """The keys that lead to a place of the file, which make its fingerprint; None for a place elsewhere."""
        for part in self.parts:
            if part.source is span.source:
                return path_to(part, span.start)
        return None

    def is_read_elsewhere(self) -> bool:
        """Whether findings about joins may lie in this file that only show in another one."""
        return False

    def ignores_beside(self) -> Iterator[Ignores]:
        """The ignores of other files of the checkout that findings are in."""
        return iter(())

    @abstractmethod
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
        """A finding of a rule about a join, at a place that says something of it.

        It is reported where it is: at the script, at the call of an orb from elsewhere, or in the tbot.yaml.
        """


def first_line(document: Document) -> Span:
    """Where the first key of a document stands: an ignore there covers all of it."""
    root = document.root
    return root.entries[0][0].span if isinstance(root, Mapping) and root.entries else root.span
