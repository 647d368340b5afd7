"""What a rule may ask about one of Teleport's files: tokens, bots and roles, or a tbot.yaml on its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from orbgen.access.checkout import Checkout
from orbgen.lint.file_context import TBOT, FileContext, RunJoin, first_line
from orbgen.lint.findings import Confidence, Finding, Persona, Rule, Severity
from orbgen.lint.identity import path_to
from orbgen.project.facts import Facts
from orbgen.source.nodes import Document
from orbgen.source.problems import Note, Problem
from orbgen.source.span import Span
from orbgen.teleport.resources import Bot, Resource, Role, Token, resource_of

if TYPE_CHECKING:
    from orbgen.access.join import Join
    from orbgen.access.repository import Repository
    from orbgen.teleport.mistakes import Effect

_KINDS = {Token: "token", Bot: "bot", Role: "role"}


class TeleportContext(FileContext):
    """One linted file of Teleport's: the `resources` in its documents, or the `join` of a tbot.yaml."""

    def __init__(
        self,
        documents: tuple[Document, ...],
        checkout: Checkout,
        facts: Facts | None = None,
        join: Join | None = None,
        repository: Callable[[], Repository] | None = None,
    ) -> None:
        super().__init__(documents, checkout, facts, repository=repository)
        self.join = join
        found = [(document, resource_of(document)) for document in documents]
        self._of = [(document, resource) for document, resource in found if resource is not None]
        self.resources: tuple[Resource, ...] = tuple([resource for _, resource in self._of])

    @property
    def document_problems(self) -> tuple[Problem, ...]:
        """What is wrong with the documents although they can be read."""
        return tuple([problem for document in self.parts for problem in document.problems])

    @property
    def is_tbot_file(self) -> bool:
        """Whether it is a tbot.yaml."""
        return self.join is not None

    def run_joins(self) -> Iterator[RunJoin]:
        """The join of a tbot.yaml, which no job run is known to use."""
        if self.join is not None:
            yield RunJoin(None, self.join.step, self.join)

    def is_read_elsewhere(self) -> bool:
        """Whether a configuration of the checkout starts tbot with the file."""
        path = os.path.realpath(self.document.source.name)
        joins = [join for one in self.repository.pipelines for _, join in one.run_joins()] if self.join else []
        sources = [join.file.root.source.name for join in joins if join.file is not None]
        return any([os.path.realpath(name) == path for name in sources])

    def written_path(self, span: Span) -> str | None:
        """The keys that lead to a place, behind the kind and the name of its resource: `token/deploy/spec/allow`."""
        for document in self.parts:
            if document.source is span.source and document.start <= span.start <= document.end:
                return f"{self.way_of(document)}/{path_to(document, span.start)}"
        return None

    def way_of(self, document: Document) -> str:
        """What leads to a document of the file: the kind and the name of its resource."""
        resource = next((resource for one, resource in self._of if one is document), None)
        return way_to(resource) if resource is not None else TBOT if self.join is not None else "other"

    def found_in(
        self,
        rule: Rule,
        resource: Resource,
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
        """A finding of a rule in a resource. An ignore at the line that says what the resource is covers it too."""
        return rule.finding(
            message,
            place,
            kind=kind,
            severity=severity,
            confidence=confidence,
            persona=persona,
            path=way_to(resource),
            label=label,
            related=related,
            hidden=(resource.place,),
            help=help,
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
        """A finding of a rule about the join of a tbot.yaml. An ignore at the file's first line covers it too."""
        return rule.finding(
            message,
            place,
            kind=kind,
            severity=severity,
            confidence=confidence,
            persona=persona,
            path=TBOT,
            label=label,
            related=related,
            hidden=(first_line(self.document),),
            help=help,
            effect=effect,
        )


def way_to(resource: Resource) -> str:
    """The kind and the name of a resource, as in `token/deploy`."""
    return f"{_KINDS[type(resource)]}/{resource.name.text if resource.name is not None else ''}"
