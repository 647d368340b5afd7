"""Fixes: the edits that mend a finding, and what of the compiled pipeline they may change.

A rule that can mend what it finds has a function `fix(finding, mender)` beside its `check`. It gives a Fix, or None for
a finding that it cannot mend, and lets the EditError pass that says why an edit cannot be made. `fixing` makes the
edits, and takes them back where the pipeline then differs in more than the fix says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from orbgen.circleci.text import parts_of
from orbgen.lint.context import Context, RunStep, path_of
from orbgen.lint.file_context import FileContext
from orbgen.lint.mending.compiled import way_of
from orbgen.source import deleting, inserting, replacing
from orbgen.source.edits import Edit
from orbgen.source.nodes import Alias, Document, Mapping, Node, Scalar, walk
from orbgen.source.problems import EditError, Problem
from orbgen.source.span import Span
from orbgen.source.writing import write_scalar


class Fix(msgspec.Struct, frozen=True, eq=False):
    """How a finding is mended: a title ("delete the path"), the edits, what they may change.

    `changes` are ways into the compiled pipeline as `compiled.leaves` writes them; whatever lies below one may change,
    appear or go. A fix that `completes` may also add what did not compile before. A `safe` one keeps the pipeline's
    meaning; all others are for the user to look at.
    """

    title: str
    edits: tuple[Edit, ...]
    changes: tuple[str, ...] = ()
    safe: bool = False
    completes: bool = False


class Mender:
    """What a rule's `fix` works with, so that a rule imports nothing of it: the file, edits of it, ways they change."""

    def __init__(self, file: FileContext, document: Document | None = None) -> None:
        """`document` is the one to change of an orb in a folder, which is made of several files."""
        self.file = file
        self._document = document
        self._nodes: dict[tuple[int, int], Node] | None = None

    @property
    def context(self) -> Context:
        """The configuration that the file is."""
        assert isinstance(self.file, Context)
        return self.file

    @property
    def document(self) -> Document:
        """The file, or its first document."""
        return self._document or self.file.document

    def document_at(self, offset: int) -> Document:
        """The document that a character of the file is in; Teleport's files may hold several."""
        if self._document is not None:
            return self._document
        return next((one for one in self.file.parts if one.start <= offset <= one.end), self.document)

    def fix(
        self,
        title: str,
        edits: tuple[Edit, ...],
        *,
        changes: tuple[str, ...] = (),
        safe: bool = False,
        completes: bool = False,
    ) -> Fix:
        """A fix of these edits."""
        return Fix(title, edits, changes, safe, completes)

    def refusal(self, message: str, place: Span) -> EditError:
        """Why something that looks as if it could be mended cannot be."""
        return EditError(Problem("edit", message, place))

    # Places in the file

    def node_at(self, span: Span) -> Node | None:
        """The innermost node that stands exactly at a place."""
        if self._nodes is None:
            roots = [part.root for part in ([self._document] if self._document is not None else self.file.parts)]
            nodes = [node for root in roots for node in walk(root) if not isinstance(node, Alias)]
            self._nodes = {(node.start, node.end): node for node in nodes}
        return self._nodes.get((span.start, span.end)) if span.source is self.document.source else None

    def value_of(self, key: Node) -> Node | None:
        """What a key of a mapping leads to."""
        holder = next(iter(self.holders(key)), None)
        entries = holder.entries if isinstance(holder, Mapping) else ()
        return next((value for one, value in entries if one is key), None)

    def holders(self, node: Node) -> list[Node]:
        """The collections that a node is written in, the innermost first."""
        found: list[Node] = []
        document = self.document_at(node.start)
        holder = document.holder(node)
        while holder is not None:
            found.append(holder)
            holder = document.holder(holder)
        return found

    def written(self, text: Scalar, start: int, end: int) -> tuple[Scalar, int, int] | None:
        """Characters of a compiled text as their author wrote them in this file: the scalar, and where in its text.

        None where they are not written in one piece, or are pasted from elsewhere.
        """
        offset = 0
        for part in parts_of(text):
            stop = offset + len(part.text)
            if offset <= start and end <= stop:
                if part.via or part.end - part.start != len(part.text) or not self.file.is_own(part.scalar.span):
                    return None
                return part.scalar, part.start + start - offset, part.start + end - offset
            offset = stop
        return None

    def offset_in(self, scalar: Scalar, span: Span) -> int | None:
        """Where in a scalar's text a piece stands that is at a place of the file; None if nowhere."""
        places = [match.start() for match in re.finditer(re.escape(span.text), scalar.text)]
        return next((place for place in places if scalar.place(place).start == span.start), None)

    def script_at(self, span: Span) -> tuple[Scalar, int, int] | None:
        """The scalar with a script around a place, as it is written, and where in its text that is."""
        for script in self.context.scripts():
            if script.text.source is span.source and script.text.start <= span.start and span.end <= script.text.end:
                scalar = next((p.scalar for p in parts_of(script.text) if p.scalar.start == script.text.start), None)
                start = None if scalar is None else self.offset_in(scalar, span)
                if scalar is not None and start is not None:
                    return scalar, start, start + len(span.text)
        return None

    # Edits

    def replace(self, node: Node, text: str) -> tuple[Edit, ...]:
        """Put a piece of YAML in the place of a node."""
        return replacing.replace(self.document_at(node.start), node, text)

    def replace_by_mapping(self, node: Node, fields: dict[str, str | Scalar]) -> tuple[Edit, ...]:
        """Put a mapping in the place of a node; what a scalar of the file says keeps its style."""
        lines = [
            f"{key}: {write_scalar(value.text, value.style) if isinstance(value, Scalar) else write_scalar(value)}"
            for key, value in fields.items()
        ]
        return self.replace(node, "\n".join(lines))

    def replace_text(self, scalar: Scalar, start: int, end: int, new: str) -> tuple[Edit, ...]:
        """Put other characters in the place of some of a scalar's text."""
        return replacing.replace_text(self.document_at(scalar.start), scalar, start, end, new)

    def delete(self, *nodes: Node) -> tuple[Edit, ...]:
        """Take out the entries that nodes are the items, the keys or the values of."""
        return deleting.delete(self.document_at(nodes[0].start), *nodes)

    def append(self, collection: Node, text: str) -> tuple[Edit, ...]:
        """Put entries behind the last of a collection."""
        return inserting.append(self.document_at(collection.start), collection, text)

    def add_to_entry(self, entry: Node, key: str, value: str) -> tuple[Edit, ...] | None:
        """Give a workflow's entry one more key; None where it has it already."""
        new = f"{key}: {write_scalar(value)}"
        if isinstance(entry, Scalar):
            return self.replace(entry, f"{write_scalar(entry.text)}:\n  {new}")
        settings = entry.entries[0][1] if isinstance(entry, Mapping) and len(entry.entries) == 1 else None
        if not isinstance(settings, Mapping) or key in settings.fields:
            return None
        return self.append(settings, new)

    # Ways into the compiled pipeline, or into Teleport's documents

    def way_to(self, node: Node, *keys: str) -> tuple[str, ...]:
        """The way to a node of one of Teleport's files, or to keys in it, as in `token/deploy/spec/roles`."""
        from orbgen.lint.mending.documents import way_in_documents
        from orbgen.lint.teleport_context import TeleportContext

        way = way_in_documents(self.file, node) if isinstance(self.file, TeleportContext) else None
        return () if way is None else ("/".join([way, *keys]),)

    def runs_at(self, entry: Node, key: str) -> tuple[str, ...]:
        """The ways to a key of all job runs that come from one entry of a workflow."""
        runs = [run for run in self.context.pipeline.job_runs if _is_same(run.entry, entry)]
        return tuple([f"{path_of(run)}/{key}" for run in runs])

    def steps_at(self, item: Node) -> tuple[str, ...]:
        """The ways to a step in all job runs that it comes to, by any way."""
        return tuple([_way_to(at) for at in self._run_steps() if _is_same(at.step.item, item)])

    def steps_around(self, node: Node) -> tuple[str, ...]:
        """The ways to the steps that something is written in."""
        return tuple(dict.fromkeys([path for holder in self.holders(node) for path in self.steps_at(holder)]))

    def runs_around(self, node: Node) -> tuple[str, ...]:
        """The ways to the job runs, and to the workflow, that something is written in.

        Where it stands in what any of them may use, such as a command, that is all of them.
        """
        root = self.document.root
        around = [node, *self.holders(node)]
        shared = [value for key, value in (root.entries if isinstance(root, Mapping) else ()) if _names_shared(key)]
        everywhere = any([holder is value for holder in around for value in shared])
        found = []
        for workflow in self.context.pipeline.workflows:
            if everywhere or any([workflow.node is holder for holder in around]):
                found.append(workflow.name)
            for run in workflow.job_runs:
                definition = run.definition.node if run.definition is not None else run.entry
                if any([_is_same(holder, written) for holder in around for written in (run.entry, definition)]):
                    found.append(path_of(run))
        return tuple(found)

    def _run_steps(self) -> Iterator[RunStep]:
        """Every step of the pipeline, of an orb every step of its elements."""
        pipeline = self.context.pipeline
        for run in pipeline.job_runs if pipeline.workflows else pipeline.elements:
            yield from self.context.run_steps(run)

    def scripts_with(self, scalar: Scalar) -> tuple[str, ...]:
        """The ways to the scripts that a scalar of the file is, or is a part of."""
        if not isinstance(self.file, Context):
            return self.way_to(scalar)
        return tuple(
            [
                f"{_way_to(at)}/command"
                for at in self._run_steps()
                if at.step.command is not None
                and any([_is_same(part.scalar, scalar) for part in parts_of(at.step.command)])
            ]
        )


def _way_to(at: RunStep) -> str:
    return f"{way_of(at.run)}/steps/{at.index}"


def _names_shared(key: Node) -> bool:
    return isinstance(key, Scalar) and key.text in ("commands", "executors", "orbs", "parameters", "job-groups")


def _is_same(one: Node, other: Node) -> bool:
    return one is other or (one.source is other.source and one.start == other.start and one.end == other.end)
